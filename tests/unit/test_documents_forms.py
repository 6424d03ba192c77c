"""The application and exit forms: every printed label in its order, every value under its own."""

from typing import get_args

import pytest

from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.exitrequest import ExitRequestSpec, ExitResource
from mandate.api.hosts import Host, SystemDisk
from mandate.api.meta import Json, KubeModel
from mandate.api.resourcechange import (
    ChangedHost,
    ResourceChangeSpec,
    ResourceChangeStatus,
    ServiceChange,
)
from mandate.api.stages import STAGE_TABLE
from mandate.render.documents import application_form, exit_form, labels
from tests.unit.builders import host, rules, spec
from tests.unit.paper import Paper, exit_spec, other_authority, read

# the printed form, read off annex 2
APPLICATION_LABELS = [
    *("*申请单位", "*申请时间", "*系统负责人", "办公电话", "电子邮箱", "*移动电话"),
    *("*维护单位/部门", "*维护单位性质", "*技术联系人", "办公电话", "电子邮箱", "*移动电话"),
    "一、信息系统基本情况（每个系统一份）",
    *("*政务信息系统名称", "项目编码", "*系统投资费用", "*系统上云类型", "*系统简介"),
    *("*等级保护级别", "等保备案证明证书编号", "*承载网络（可多选）", "*可用性要求"),
    *("*系统类型", "*系统服务对象", "*服务对象数量", "*系统服务范围"),
    *("二、资源目录清单", "1、主机资源"),
    *("序号", "主机类型", "主机名称", "CPU架构", "CPU(核)", "内存(G)", "系统盘", "数据盘"),
    *("操作系统", "部署网络", "数量", "容量(G)", "类型", "容量(G)", "类型", "总计"),
    "2、其他基础设施服务（若不涉及可删除）",
    *("二级分类", "三级分类", "服务名称", "规格", "数量", "备注"),
    "三、其他需求",
]
FOOTNOTE = (
    "*为必填项。必填项中如果不需要某项服务请填“0”。非必填项中如果没有填写，默认没有此项服务需求。"
)


def application(**changes: object) -> Paper:
    return read(application_form(spec(**changes), rules()))


@pytest.mark.rule("A11-form")
def test_the_application_form_has_every_printed_label_in_its_order() -> None:
    paper = application()
    assert paper.texts[0] == "六安市政务云系统上云申请表"
    assert paper.labels[: len(APPLICATION_LABELS)] == APPLICATION_LABELS
    assert FOOTNOTE in paper.texts


@pytest.mark.rule("A11-form")
def test_each_value_of_the_application_stands_beside_its_label() -> None:
    paper = application()
    written = {label: paper.values[label] for label in APPLICATION_LABELS[:26] if label[1] != "、"}
    assert written == {
        "*申请单位": "六安市交通运输局",
        "*申请时间": "2026年11月24日",
        "*系统负责人": "王丽",
        "办公电话": "0564-3379001",
        "电子邮箱": "wangli@transport.luan.example",
        "*移动电话": "13800000001",
        "*维护单位/部门": "六安市交通信息中心",
        "*维护单位性质": "☑下属单位/部门  ☐委托外包单位",
        "*技术联系人": "陈爱国",
        "*政务信息系统名称": "六安公交出行服务平台",
        "项目编码": "2026-341500-48-01-000001",
        "*系统投资费用": "1860000.00元",
        "*系统上云类型": "☑新建上云  ☐迁移上云  ☐机房托管",
        "*系统简介": "面向市民的公交线路查询、到站预报和投诉建议。\n日均访问约三万人次。\n",
        "*等级保护级别": "☐一级  ☑二级  ☐三级  ☐未定级",
        "等保备案证明证书编号": "",
        "*承载网络（可多选）": "☑政务外网  ☐互联网  ☐其他网络",
        "*可用性要求": "☐99%  ☑99.9%  ☐99.99%  ☐其他",
        "*系统类型": "☑业务生产系统  ☐内部办公  ☐公众服务  ☐门户网站  ☐移动APP  ☐视频系统  ☐其他",
        "*系统服务对象": "☐本单位人员  ☐本行业人员  ☑社会公众  ☐其他",
        "*服务对象数量": "300000",
        "*系统服务范围": "☑本级  ☐省-市两级  ☐省-市-县三级  ☐国家-省-市-县四级  ☐其他",
    }
    assert ["电子邮箱", "", "*移动电话", "13800000002"] in paper.rows
    assert ["与省交通云对接的专线由省厅提供。"] in paper.rows
    signed = "申请单位（盖章）：六安市交通运输局\n联系人（签字）：陈爱国\n2026年11月24日"
    assert [signed] in paper.rows


@pytest.mark.rule("A11-form")
def test_host_and_service_rows_are_as_asked_and_the_total_is_computed() -> None:
    rows = application().rows
    arm = "☑ARM\n☐X86\n☐其他："
    sata, ssd = "☑SATA\n☐SAS\n☐SSD", "☐SATA\n☐SAS\n☑SSD"
    extranet = "☐互联网\n☑政务外网"
    cloud = "弹性云服务器"
    first = ["1", cloud, "应用服务器", arm, "4", "8", "40", sata, "200", sata, "☑麒麟", extranet]
    second = ["2", cloud, "数据库服务器", arm, "8", "16", "40", ssd, "500", ssd, "☑麒麟", extranet]
    # 2 × (4, 8, 40, 200) + 1 × (8, 16, 40, 500)
    total = ["总计", "/", "/", "/", "16", "32", "120", "/", "900", "/", "/", "/", "3"]
    at = rows.index(total)
    assert rows[at - 2 : at] == [[*first, "2"], [*second, "1"]]
    assert ["安全服务", "云主机安全防护", "/", "1套", "3", ""] in rows


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(
    ("changes", "label", "value"),
    [
        (
            {"networks": ["Internet", "Other"], "networkOther": "公安网"},
            "*承载网络（可多选）",
            "☐政务外网  ☑互联网  ☑其他网络公安网",
        ),
        (
            {"availability": "Other", "availabilityOther": "99.5%"},
            "*可用性要求",
            "☐99%  ☐99.9%  ☐99.99%  ☑其他99.5%",
        ),
        (
            {"serviceAudience": "Other", "serviceAudienceOther": "企业"},
            "*系统服务对象",
            "☐本单位人员  ☐本行业人员  ☐社会公众  ☑其他企业",
        ),
        (
            {"serviceScope": "Other", "serviceScopeOther": "市-县两级"},
            "*系统服务范围",
            "☐本级  ☐省-市两级  ☐省-市-县三级  ☐国家-省-市-县四级  ☑其他市-县两级",
        ),
        (
            {"systemType": "Other"},
            "*系统类型",
            "☐业务生产系统  ☐内部办公  ☐公众服务  ☐门户网站  ☐移动APP  ☐视频系统  ☑其他",
        ),
        # the form prints no fourth level
        (
            {"protectionLevel": "Level4"},
            "*等级保护级别",
            "☐一级  ☐二级  ☐三级  ☐未定级  ☑四级（本系统补充）",
        ),
        ({"serviceAudienceCount": 0}, "*服务对象数量", "0"),
        ({"projectCode": None}, "项目编码", ""),
        ({"classified": True}, "涉密系统（第四条、第三十二条）", "☑是  ☐否"),
        ({"trialDays": 20}, "试用天数（第十四条）", "20天"),
        (
            {"unsuitableByLaw": {"citation": "某规定第三条"}},
            "不宜使用政务云的规定（第四条）",
            "某规定第三条",
        ),
        (
            {"funding": "Other", "lineAuthority": "六安市商务局"},
            "业务主管部门（第四条）",
            "六安市商务局",
        ),
        (
            {"materials": {}},
            "系统建设批复（第十一条）",
            "未提交",
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else ",".join(v),
)
def test_a_choice_is_ticked_and_what_it_says_is_written_beside_it(
    changes: Json, label: str, value: str
) -> None:
    assert application(**changes).values[label] == value


@pytest.mark.rule("A11-form")
def test_what_the_articles_ask_for_beside_the_form_stands_below_it_marked_as_ours() -> None:
    paper = application(
        website={"domains": ["bus.example.gov.cn"], "filingNumber": "皖ICP备1号"},
        selfProcured=[
            {"id": "ukey", "title": "密钥", "specification": "1个", "quantity": 2, "reason": "无"}
        ],
        emergencyContacts=[
            {"name": "陈爱国", "phone": "13800000002"},
            {"name": "王丽", "phone": "13800000001", "effectiveFrom": "2026-12-01"},
        ],
    )
    assert "附：申请表之外的申报事项（本系统补充）" in paper.texts
    assert paper.values["系统建设批复（第十一条）"] == (
        "关于公交出行服务平台项目的批复\n"
        "https://files.luan.example/transport/bus-portal/approval.pdf\n"
        "sha256：6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    )
    assert paper.values["应急联系人（协议3.8）"] == (
        "陈爱国，13800000002\n王丽，13800000001，自2026年12月1日起"
    )
    assert paper.values["安全管理专人（第二十三条）"] == "李安，13800000003"
    assert paper.values["网站域名（协议3.2）"] == "bus.example.gov.cn"
    assert paper.values["网站备案号（协议3.2）"] == "皖ICP备1号"
    assert paper.values["自行采购1（第十条）"] == "ukey：密钥，1个，数量2\n理由：无"
    assert paper.values["主机1：编号、开通端口"] == "app，8080"
    assert paper.values["主机2：编号、开通端口"] == "db，不开通端口"
    assert paper.values["申请表盖章件"].startswith("申请表盖章扫描件\nhttps://files.luan.example/")


@pytest.mark.rule("A11-form")
def test_a_section_that_does_not_apply_is_left_out_and_no_host_is_a_total_of_zero() -> None:
    paper = application(services=None, hosts=[], onboardingType="Colocation")
    assert "2、其他基础设施服务（若不涉及可删除）" not in paper.labels
    assert ["总计", "/", "/", "/", "0", "0", "0", "/", "0", "/", "/", "/", "0"] in paper.rows
    assert paper.values["*系统上云类型"] == "☐新建上云  ☐迁移上云  ☑机房托管"


@pytest.mark.rule("A11-form")
def test_sizes_are_written_in_g_exactly_and_another_architecture_in_its_room() -> None:
    (row,) = (
        row
        for row in application(
            hosts=[
                host(
                    memory="512Mi",
                    systemDisk={"size": "0"},
                    dataDisk={"size": "1.5Ti", "type": "SAS"},
                    cpuArchitecture="Other",
                    cpuArchitectureOther="龙芯",
                    operatingSystem="统信",
                    network="Internet",
                    quantity=3,
                )
            ]
        ).rows
        if row[0] == "1"
    )
    assert row[3:] == [
        *("☐ARM\n☐X86\n☑其他：龙芯", "4", "0.5", "0", "☐SATA\n☐SAS\n☐SSD"),
        *("1536", "☐SATA\n☑SAS\n☐SSD", "☐麒麟\n☑统信", "☑互联网\n☐政务外网", "3"),
    ]


def test_a_total_of_many_odd_sizes_loses_nothing() -> None:
    paper = application(hosts=[host(id=f"h{n}", memory="1.001Gi", quantity=500) for n in range(9)])
    # 9 × 500 × 1.001
    assert ["总计", "/", "/", "/", "18000", "4504.5", "180000"] in [r[:7] for r in paper.rows]


def test_another_authority_has_its_own_titles_and_systems() -> None:
    paper = read(application_form(spec(), other_authority()))
    assert paper.texts[0] == "江城市政务云系统上云申请表"
    assert "☐openEuler\n☑麒麟" in paper.texts
    unnamed = read(application_form(spec(), rules(cloud=None)))
    assert unnamed.texts[0] == "政务云系统上云申请表"


@pytest.mark.rule("A17-exit")
def test_the_exit_form_has_every_printed_label_and_each_value_beside_its_own() -> None:
    paper = read(exit_form(exit_spec(), rules()))
    assert paper.texts[0] == "六安市政务云系统退出申请表"
    assert paper.labels[:10] == [
        *("申请单位", "退出类型", "系统名称", "系统负责人", "办公电话", "电子邮箱", "移动电话"),
        *("计划退出日期", "退出原因", "退出资源"),
    ]
    assert paper.labels[10] == "退出单位确认"
    assert {label: paper.values[label] for label in paper.labels[:11]} == {
        "申请单位": "六安市交通运输局",
        "退出类型": "☑业务系统退出  ☐使用单位退出",
        "系统名称": "六安公交出行服务平台",
        "系统负责人": "王丽",
        "办公电话": "0564-3379001",
        "电子邮箱": "wangli@transport.luan.example",
        "移动电话": "13800000001",
        "计划退出日期": "2027年11月30日",
        "退出原因": "平台并入省级交通出行服务平台，本市系统停止服务。\n",
        "退出资源": "虚拟机资源：应用服务器，数量2\n虚拟机资源：数据库服务器，数量1\n"
        "其他资源：云主机安全防护，数量3",
        "退出单位确认": "因业务系统退出市政务云，本单位已完成相关数据的迁移备份工作，"
        "请在计划退出日期后删除部署在市政务云平台上的相关资源。",
    }
    assert ["单位签字（盖章）：王丽\n2027年11月15日"] in paper.rows
    assert paper.values["数据清理（第十七条）"] == "☑是  ☐否"
    assert paper.values["退出方案（协议7.2）"].startswith("公交出行服务平台退出方案\n")


@pytest.mark.rule("A17-exit")
def test_what_the_authority_ends_needs_no_confirmation_and_says_so() -> None:
    reclaim = {
        "requirement": "接入一体化数据基础平台",
        "dueOn": "2027-01-31",
        "noticeDate": "2027-02-01",
        "notice": {"title": "告知书", "uri": "https://a.example/n.pdf", "sha256": "0" * 64},
    }
    theirs = dict.fromkeys(("systemOwner", "confirmation", "exitPlan", "resources"))
    paper = read(exit_form(exit_spec(exitType="Reclaim", reclaim=reclaim, **theirs), rules()))
    assert paper.values["退出类型"] == "☐业务系统退出  ☐使用单位退出  ☑主管部门回收（本系统补充）"
    assert paper.values["系统负责人"] == paper.values["退出资源"] == ""
    assert "无需使用单位确认" in paper.values["退出单位确认"]
    assert paper.values["系统整合要求（第七条）"] == "接入一体化数据基础平台"
    assert paper.values["告知日期"] == "2027年2月1日"
    assert paper.values["退出方案（协议7.2）"] == "未提交"


def values_of(model: type[KubeModel], field: str) -> set[str]:
    """The values that a field of the API allows."""
    found = model.model_fields[field].annotation
    inner = get_args(found)
    literal = inner[0] if inner and get_args(inner[0]) else found
    return set(get_args(literal))


@pytest.mark.parametrize(
    ("options", "model", "field"),
    [
        (labels.ONBOARDING_TYPE, CloudApplicationSpec, "onboarding_type"),
        ({**labels.PROTECTION_LEVEL, **labels.ADDED}, CloudApplicationSpec, "protection_level"),
        (labels.NETWORKS, CloudApplicationSpec, "networks"),
        (labels.AVAILABILITY, CloudApplicationSpec, "availability"),
        (labels.SYSTEM_TYPE, CloudApplicationSpec, "system_type"),
        (labels.SERVICE_AUDIENCE, CloudApplicationSpec, "service_audience"),
        (labels.SERVICE_SCOPE, CloudApplicationSpec, "service_scope"),
        (labels.FUNDING, CloudApplicationSpec, "funding"),
        (labels.CPU_ARCHITECTURE, Host, "cpu_architecture"),
        (labels.HOST_NETWORK, Host, "network"),
        ({**labels.EXIT_TYPE, **labels.ADDED}, ExitRequestSpec, "exit_type"),
        (labels.EXIT_RESOURCE, ExitResource, "kind"),
        (labels.CHANGE_TYPE, ResourceChangeSpec, "change_types"),
        (labels.CHANGE_ACTION, ChangedHost, "action"),
        (labels.CHANGE_DISK_TYPE, SystemDisk, "type"),
        (labels.SERVICE_ACTION, ServiceChange, "action"),
        (labels.MATERIALITY, ResourceChangeStatus, "materiality"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_every_value_of_the_api_has_a_label(
    options: labels.Options, model: type[KubeModel], field: str
) -> None:
    allowed = values_of(model, field)
    assert allowed
    assert allowed <= set(options)


def test_every_request_and_stage_has_a_title() -> None:
    assert {row.kind for row in STAGE_TABLE} <= set(labels.REQUEST)
    assert {stage.name for row in STAGE_TABLE for stage in row.stages} <= set(labels.STAGE)
