"""`CloudApplication`: the application form of annex 2, one a system (上云申请表)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import Count, Day, Document, Line, Money, Paragraphs, Signature
from mandate.api.hosts import Allocation, HostRow, SelfProcured, Service
from mandate.api.meta import AS_SET, ATOMIC, Json, KubeModel, Resource, cel, keyed_by
from mandate.api.people import Contact, EmergencyContact, PhoneContact
from mandate.api.preview import Preview
from mandate.api.prices import DailyCost
from mandate.api.register import DataIntegration, LegalException
from mandate.api.requests import RequestStatus
from mandate.api.systemlife import CarriedChange, Reclaim, TrialPeriod
from mandate.api.websites import Website

ProtectionLevel = Literal["Level1", "Level2", "Level3", "Level4", "Level5", "NotGraded"]
SystemType = Literal[
    "BusinessProduction",
    "InternalOffice",
    "PublicService",
    "Portal",
    "MobileApp",
    "Video",
    "Other",
]


def other(field: str, value: str | None = None) -> Json:
    """The rule that `<field>Other` is filled if and only if the field says Other (ours)."""
    chosen = value or f"self.{field} == 'Other'"
    named = "networks" if field == "network" else field
    return cel(
        f"({chosen}) == has(self.{field}Other)",
        f"is required if and only if {named} says Other",
        f".{field}Other",
    )


class MaintenanceUnit(KubeModel):
    """Who maintains the system."""

    name: Annotated[Line, Field(description="维护单位/部门.")]
    nature: Annotated[
        Literal["SubordinateUnit", "OutsourcedContractor"],
        Field(description="维护单位性质: 下属单位/部门 or 委托外包单位."),
    ]


class Materials(KubeModel):
    """What articles 11 and 14 ask for beside the form; the policy says which are required."""

    construction_approval: Annotated[
        Document | None, Field(description="系统建设批复 (article 11).")
    ] = None
    construction_plan: Annotated[Document | None, Field(description="建设方案 (article 11).")] = (
        None
    )
    onboarding_plan: Annotated[
        Document | None, Field(description="上云(技术)方案（含资源） (article 14; annex 1, 5.1).")
    ] = None


class CloudApplicationSpec(KubeModel):
    """The form. A starred field is mandatory; 0 is an answer, absence is not (A11-form)."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                other("availability"),
                other("serviceAudience"),
                other("serviceScope"),
                other("network", "self.networks.exists(n, n == 'Other')"),
                cel(
                    "!has(self.systemTypeOther) || self.systemType == 'Other'",
                    "is allowed only if systemType says Other",
                    ".systemTypeOther",
                ),
                cel(
                    "self.hosts.size() > 0 || self.onboardingType == 'Colocation' || "
                    "(has(self.services) && self.services.size() > 0)",
                    "may be empty only for Colocation or where services are asked for",
                    ".hosts",
                ),
                cel(
                    "self.hosts.map(h, h.quantity).sum() <= 500",
                    "one application asks for at most 500 machines; file a further system",
                    ".hosts",
                ),
                cel(
                    "(self.funding == 'Other') == has(self.lineAuthority)",
                    "is required if and only if funding is Other: the line authority files "
                    "(article 4)",
                    ".lineAuthority",
                ),
            ]
        }
    )

    applicant_unit: Annotated[Line, Field(description="申请单位*: the agency's title.")]
    application_date: Annotated[
        Day, Field(description="申请时间*; no clock starts here but at the receipt by the API.")
    ]
    system_owner: Annotated[Contact, Field(description="系统负责人*.")]
    maintenance_unit: Annotated[MaintenanceUnit, Field(description="维护单位/部门*.")]
    technical_contact: Annotated[Contact, Field(description="技术联系人*.")]

    system_name: Annotated[Line, Field(description="政务信息系统名称*.")]
    project_code: Annotated[Line | None, Field(description="项目编码.")] = None
    investment_cost: Annotated[
        Money, Field(description="系统投资费用*, in yuan (元, ours: the form gives no unit).")
    ]
    onboarding_type: Annotated[
        Literal["NewBuild", "Migration", "Colocation"],
        Field(description="系统上云类型*: 新建上云, 迁移上云 or 机房托管."),
    ]
    system_description: Annotated[Paragraphs, Field(description="系统简介*.")]
    protection_level: Annotated[
        ProtectionLevel,
        Field(description="等级保护级别*: 一级 to 三级 or 未定级; 4 and 5 are ours."),
    ]
    protection_filing_number: Annotated[Line | None, Field(description="等保备案证明证书编号.")] = (
        None
    )
    networks: Annotated[
        tuple[Literal["GovernmentExtranet", "Internet", "Other"], ...],
        Field(min_length=1, max_length=3, description="承载网络* (可多选)."),
        AS_SET,
    ]
    network_other: Annotated[
        Line | None, Field(description="其他网络＿, if and only if networks has Other.")
    ] = None
    availability: Annotated[
        Literal["99%", "99.9%", "99.99%", "Other"],
        Field(description="可用性要求*, with its % sign and in quotes."),
    ]
    availability_other: Annotated[
        Line | None, Field(description="其他＿, if and only if availability is Other.")
    ] = None
    system_type: Annotated[SystemType, Field(description="系统类型*.")]
    system_type_other: Annotated[
        Line | None, Field(description="其他: the form leaves no room; optional (ours).")
    ] = None
    service_audience: Annotated[
        Literal["OwnStaff", "SectorStaff", "Public", "Other"], Field(description="系统服务对象*.")
    ]
    service_audience_other: Annotated[
        Line | None, Field(description="其他＿, if and only if serviceAudience is Other.")
    ] = None
    service_audience_count: Annotated[Count, Field(description="服务对象数量*.")]
    service_scope: Annotated[
        Literal[
            "OwnLevel", "ProvinceCity", "ProvinceCityCounty", "NationProvinceCityCounty", "Other"
        ],
        Field(description="系统服务范围*."),
    ]
    service_scope_other: Annotated[
        Line | None, Field(description="其他＿, if and only if serviceScope is Other.")
    ] = None

    hosts: Annotated[
        tuple[HostRow, ...],
        Field(max_length=100, description="二、1 主机资源: [] only where none is wanted."),
        keyed_by("id"),
    ]
    services: Annotated[
        tuple[Service, ...] | None,
        Field(max_length=100, description="二、2 其他基础设施服务."),
        ATOMIC,
    ] = None
    self_procured: Annotated[
        tuple[SelfProcured, ...] | None,
        Field(
            max_length=50,
            description="What no item of the catalogue fits: the unit procures and implements it "
            "itself, with the authority's consent (article 10). Never provisioned.",
        ),
        keyed_by("id"),
    ] = None
    other_needs: Annotated[Paragraphs | None, Field(description="三、其他需求.")] = None
    trial_days: Annotated[
        int | None,
        Field(ge=1, le=3650, description="试用天数 (ours); absent: as the policy has it."),
    ] = None
    signature: Annotated[Signature, Field(description="签章: seal, signature and date.")]

    classified: Annotated[
        bool, Field(description="涉密: a classified system is always refused (articles 4, 32).")
    ]
    unsuitable_by_law: Annotated[
        LegalException | None,
        Field(description="Where a law or policy says the cloud is unsuitable (article 4)."),
    ] = None
    funding: Annotated[
        Literal["Fiscal", "Other"],
        Field(description="Fiscal where built or run with fiscal funds (article 4)."),
    ]
    line_authority: Annotated[
        Line | None,
        Field(description="业务主管部门, which files and pays where funding is Other (article 4)."),
    ] = None
    materials: Annotated[
        Materials, Field(description="What comes with the form (articles 11, 14).")
    ]
    emergency_contacts: Annotated[
        tuple[EmergencyContact, ...],
        Field(min_length=1, max_length=16, description="应急联系人 (annex 1, 3.8)."),
        ATOMIC,
    ]
    security_officer: Annotated[PhoneContact, Field(description="专人 (article 23; A23-officer).")]
    website: Annotated[
        Website | None, Field(description="Where the system is a site (annex 1, 3.2).")
    ] = None


BEFORE_APPROVAL = (None, "Submitted", "Accepted", "Refused")
"""The phases in which nothing is granted."""

Phase = Literal[
    "Submitted",
    "Accepted",
    "Approved",
    "Trial",
    "Launching",
    "Running",
    "Exiting",
    "Exited",
    "Refused",
]


class CloudApplicationStatus(RequestStatus):
    """Where the application stands."""

    phase: Annotated[Phase | None, Field(description="The stage of its life.")] = None
    namespace: Annotated[
        str | None, Field(max_length=63, description="The namespace granted to it.")
    ] = None
    allocation: Annotated[
        Allocation | None,
        Field(description="What runs: as approved, with the changes that were carried out."),
    ] = None
    changes: Annotated[
        tuple[CarriedChange, ...],
        Field(
            max_length=500,
            description="The approved changes whose day has come, as they are carried out.",
        ),
        keyed_by("uid"),
    ] = ()
    preview: Preview = ()
    trial: Annotated[TrialPeriod | None, Field(description="试用: the trial.")] = None
    launched_at: Annotated[
        datetime | None, Field(description="正式开通: since when it runs formally (UTC).")
    ] = None
    billing_from: Annotated[
        Day | None, Field(description="正式计费: the first day that is billed.")
    ] = None
    cost: Annotated[
        DailyCost | None, Field(description="What a billed day costs as it runs now.")
    ] = None
    reclaim: Annotated[
        Reclaim | None, Field(description="回收: what was in it when it was deleted.")
    ] = None
    data_integration: Annotated[
        DataIntegration | None,
        Field(description="What its agency's register asks of it, and by when (article 7)."),
    ] = None


class CloudApplication(Resource):
    """An agency's application to bring one system onto the cloud (articles 9 to 14)."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "self.metadata.name.matches('^[a-z]([a-z0-9-]*[a-z0-9])?$') && "
                    "!self.metadata.name.contains('--') && self.metadata.name.size() <= 32",
                    "metadata.name must be a DNS label of at most 32 characters that starts with "
                    "a letter and has no '--'",
                )
            ]
        }
    )

    kind: Literal["CloudApplication"] = "CloudApplication"
    spec: Annotated[CloudApplicationSpec, Field(description="The form.")]
    status: Annotated[CloudApplicationStatus, Field(description="Where it stands.")] = (
        CloudApplicationStatus()
    )
