"""The labels printed on the forms of annex 2 beside each wire value of the API.

The order is the forms'. What a form leaves unprinted and the API allows is in `ADDED`: it
stands on a rendered form only where it was chosen, and marked as ours.
"""

from collections.abc import Mapping

Options = Mapping[str, str]
"""A group of tick boxes: the label printed beside each wire value, in the form's order."""

MAINTENANCE_NATURE: Options = {
    "SubordinateUnit": "下属单位/部门",
    "OutsourcedContractor": "委托外包单位",
}
ONBOARDING_TYPE: Options = {
    "NewBuild": "新建上云",
    "Migration": "迁移上云",
    "Colocation": "机房托管",
}
PROTECTION_LEVEL: Options = {
    "Level1": "一级",
    "Level2": "二级",
    "Level3": "三级",
    "NotGraded": "未定级",
}
NETWORKS: Options = {
    "GovernmentExtranet": "政务外网",
    "Internet": "互联网",
    "Other": "其他网络",
}
AVAILABILITY: Options = {"99%": "99%", "99.9%": "99.9%", "99.99%": "99.99%", "Other": "其他"}
SYSTEM_TYPE: Options = {
    "BusinessProduction": "业务生产系统",
    "InternalOffice": "内部办公",
    "PublicService": "公众服务",
    "Portal": "门户网站",
    "MobileApp": "移动APP",
    "Video": "视频系统",
    "Other": "其他",
}
SERVICE_AUDIENCE: Options = {
    "OwnStaff": "本单位人员",
    "SectorStaff": "本行业人员",
    "Public": "社会公众",
    "Other": "其他",
}
SERVICE_SCOPE: Options = {
    "OwnLevel": "本级",
    "ProvinceCity": "省-市两级",
    "ProvinceCityCounty": "省-市-县三级",
    "NationProvinceCityCounty": "国家-省-市-县四级",
    "Other": "其他",
}
CPU_ARCHITECTURE: Options = {"ARM": "ARM", "X86": "X86", "Other": "其他："}
DISK_TYPE: Options = {"SATA": "SATA", "SAS": "SAS", "SSD": "SSD"}
CHANGE_DISK_TYPE: Options = {"SSD": "SSD", "SATA": "SATA", "SAS": "SAS"}
"""The same, in the order in which the change form prints it."""
HOST_NETWORK: Options = {"Internet": "互联网", "GovernmentExtranet": "政务外网"}
EXIT_TYPE: Options = {"System": "业务系统退出", "Unit": "使用单位退出"}
CHANGE_TYPE: Options = {
    "Host": "主机", "Network": "网络", "Security": "安全", "Other": "其他",
}  # fmt: skip
CHANGE_ACTION: Options = {
    "Increase": "核增", "Reduce": "核减", "Release": "释放", "Other": "等",
}  # fmt: skip
SERVICE_ACTION: Options = {"Add": "新增", "Reduce": "核减", "Release": "释放"}
MATERIALITY: Options = {"Minor": "否", "Major": "是"}

ADDED: Options = {
    "Level4": "四级",
    "Level5": "五级",
    "Reclaim": "主管部门回收",
    "Termination": "主管部门终止",
}
"""Values that are ours: no form prints them."""

EXIT_RESOURCE: Options = {
    "VirtualMachine": "虚拟机资源",
    "Network": "网络资源",
    "Storage": "存储资源",
    "Other": "其他资源",
}
YES_NO: Mapping[bool, str] = {True: "是", False: "否"}

FUNDING: Options = {"Fiscal": "财政资金", "Other": "非财政资金，费用自行承担"}
MATERIALS: Options = {
    "construction_approval": "系统建设批复（第十一条）",
    "construction_plan": "建设方案（第十一条）",
    "onboarding_plan": "上云方案（第十四条、协议5.1）",
}
DECISION: Options = {"Approved": "同意", "Refused": "不同意"}
ORIGIN: Options = {"Authority": "云主管部门（第二十三条）", "Provider": "云服务商（协议4.9）"}
MEASURE: Options = {
    "Interrupt": "暂停服务：关闭网络，不得新建实例，数据保留不动",
    "Preserve": "法律保全：系统照常运行，退出时不删除任何资源",
    "Termination": "终止服务：按退出程序回收资源",
}

OBJECT: Options = {
    "configmaps": "配置",
    "cronjobs.batch": "定时任务",
    "daemonsets.apps": "守护进程集",
    "datavolumes.cdi.kubevirt.io": "虚拟机数据卷",
    "deployments.apps": "部署",
    "horizontalpodautoscalers.autoscaling": "弹性伸缩",
    "httproutes.gateway.networking.k8s.io": "网关路由",
    "ingresses.networking.k8s.io": "访问入口",
    "jobs.batch": "任务",
    "persistentvolumeclaims": "存储卷",
    "poddisruptionbudgets.policy": "中断预算",
    "pods": "容器组",
    "replicasets.apps": "副本集",
    "replicationcontrollers": "副本控制器",
    "resourceclaims.resource.k8s.io": "设备申领",
    "secrets": "密钥",
    "serviceaccounts": "服务账号",
    "services": "服务",
    "statefulsets.apps": "有状态集",
    "virtualmachineinstances.kubevirt.io": "运行中的虚拟机",
    "virtualmachines.kubevirt.io": "虚拟机",
    "volumesnapshots.snapshot.storage.k8s.io": "卷快照",
}
"""What a receipt calls the resources that it counts."""

REQUEST: Options = {
    "CloudApplication": "上云申请",
    "LaunchRequest": "正式开通申请",
    "TrialExtension": "试用延期申请",
    "ServiceAgreement": "三方协议",
    "ResourceChange": "变更申请",
    "ExitRequest": "退出申请",
    "AssessmentReport": "测评报告",
    "Suspension": "暂停服务",
    "ContactChange": "应急联系人变更",
    "AccessGrant": "授权访问",
}
STAGE: Options = {
    "acceptance": "受理",
    "review": "审核",
    "launch": "开通",
    "withdraw-filing": "撤销备案核验",
    "extension": "试用延期",
    "change": "变更审批",
    "declare-major": "认定重大变更",
    "exit": "退出审核",
    "suspension": "暂停",
    "ratification": "追认",
    "lift": "解除",
    "restored": "恢复确认",
    "verification": "核验",
    "withdrawal": "撤销核验",
    "grant": "授权",
    "confirm-provider": "云服务商确认",
    "takeover": "接管",
    "sign-agency": "甲方签署",
    "sign-provider": "乙方签署",
    "sign-authority": "丙方签署",
    "objection-agency": "甲方异议",
    "objection-provider": "乙方异议",
    "objection-authority": "丙方异议",
}
"""The stages' titles, where a policy gives none of its own."""
BILLED: Options = {
    "Unit": "台",
    "Core": "核",
    "Memory": "内存（G）",
    "SATA": "SATA硬盘（G）",
    "SAS": "SAS硬盘（G）",
    "SSD": "SSD硬盘（G）",
}
"""What is counted of a host."""
