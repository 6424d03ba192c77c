"""`GovernancePolicy`: one authority's rules, as data. Lu'an's is in `examples/luan`."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.clocks import TimeLimit
from mandate.api.fields import NAME_IS_A_LABEL, Cidr, Day, Line, Name, Port
from mandate.api.hosts import DiskType
from mandate.api.meta import AS_SET, KubeModel, Resource, Schema, cel, keyed_by, validated
from mandate.api.policychange import ChangeTerms
from mandate.api.policylife import (
    TRIAL_RULES,
    AgreementTerms,
    EvidenceRule,
    ExitTerms,
    InternetEntrances,
    Trial,
)
from mandate.api.policysizing import Capacity, ComputeAmount, Sizing
from mandate.api.requests import STAGE_PATTERN
from mandate.api.stages import OWN_STAGES
from mandate.api.timelimits import time_limit_rules

RESERVED_VERBS = (
    "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection",
    "bind", "escalate", "impersonate", "represent", "no-such-stage",
    "file-as-agency", "file-as-authority", "file-as-provider",
)  # fmt: skip
"""Verbs that roles hold for other reasons: as a stage they would appoint their holders."""


class Parties(KubeModel):
    """Who is who under this policy."""

    authority: Annotated[Line, Field(description="云主管部门 (party C).")]
    support: Annotated[Line | None, Field(description="云保障部门.")] = None
    provider: Annotated[Line, Field(description="云服务商 (party B).")]


class CloudTitles(KubeModel):
    """What the authority's documents call its cloud."""

    title: Annotated[Line, Field(description="In titles, such as 六安市政务云.")]
    short: Annotated[Line, Field(description="In running text, such as 市政务云.")]


class StageRule(KubeModel):
    """One stage of a request: its name is the verb that its deciders hold on the policy."""

    name: Annotated[
        str,
        Field(max_length=40, pattern=STAGE_PATTERN, description="The stage, and the verb."),
        validated(
            cel(
                f"!(self in {list(RESERVED_VERBS)})",
                "is a verb that roles hold for other reasons; name the stage otherwise",
            ),
            cel(
                f"!(self in {sorted(OWN_STAGES)})",
                "is a stage of another party, or the takeover; name the authority's otherwise",
            ),
        ),
    ]
    title: Annotated[Line | None, Field(description="The stage for people, such as 受理.")] = None
    opinion_required: Annotated[
        bool | None, Field(description="Whether an approval too needs an opinion.")
    ] = None
    when: Annotated[
        Literal["SelfProcured"] | None,
        Field(
            description="Which forms go through it: those with selfProcured items (article 10); "
            "absent: all."
        ),
    ] = None


class Stages(KubeModel):
    """The stages of each kind, in their order; the last one grants."""

    cloud_application: Annotated[
        tuple[StageRule, ...],
        Field(min_length=1, max_length=16, description="Of a CloudApplication."),
        keyed_by("name"),
        validated(
            cel("self.exists(s, !has(s.when))", "one stage at least is for every application")
        ),
    ]


class NetworkRule(KubeModel):
    """One of the forms' networks: what a namespace on it may reach and be reached from."""

    name: Annotated[
        Literal["GovernmentExtranet", "Internet"], Field(description="The form's network.")
    ]
    cidrs: Annotated[
        tuple[Cidr, ...], Field(min_length=1, max_length=64, description="Its addresses."), AS_SET
    ]


class StorageRule(KubeModel):
    """Which StorageClass serves a disk type of the forms."""

    type: Annotated[DiskType, Field(description="The form's disk type.")]
    storage_class: Annotated[
        str,
        Field(
            # the quota's key is made of it
            max_length=200,
            pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*$",
            description="The StorageClass.",
        ),
    ]


MaterialName = Literal["constructionApproval", "constructionPlan", "onboardingPlan"]


class GovernancePolicySpec(KubeModel):
    """The rules of one authority; every figure of a regulation is a field here."""

    title: Annotated[
        Line, Field(description="The regulation it puts into practice, with its date.")
    ]
    parties: Annotated[Parties, Field(description="Who is who.")]
    cloud: Annotated[
        CloudTitles | None, Field(description="What documents call the cloud; absent: 政务云.")
    ] = None
    calendar: Annotated[Name, Field(description="The WorkCalendar its time limits are counted in.")]
    time_limits: Annotated[
        tuple[TimeLimit, ...],
        Field(max_length=32, description="In which time what is to be done, by stage."),
        keyed_by("name"),
    ] = ()
    stages: Annotated[Stages, Field(description="Who decides what, in which order.")]
    separation_of_duties: Annotated[
        Literal["agency", "requester"],
        Field(
            description="Whose request is one's own: anybody's of one's agency (agency), or only "
            "those one has written (requester); anything not filed by hand needs agency."
        ),
    ]
    sealed_signatures: Annotated[
        bool | None,
        Field(
            description="签字并盖章: whether a signature on an agreement or a sheet carries its "
            "sealed scan (annex 1, 7.1, 7.2, 9.1); absent: it may."
        ),
    ] = None
    required_materials: Annotated[
        tuple[MaterialName, ...],
        Field(max_length=3, description="The documents an application is incomplete without."),
        AS_SET,
    ] = ()
    operating_systems: Annotated[
        tuple[Line, ...],
        Field(max_length=64, description="What hosts may run; absent: anything."),
        AS_SET,
    ] = ()
    physical_host_types: Annotated[
        tuple[Line, ...],
        Field(max_length=64, description="Host types that Kubernetes does not provide: no quota."),
        AS_SET,
    ] = ()
    high_risk_ports: Annotated[
        tuple[Port, ...],
        Field(
            max_length=64,
            description="Ports that take an opinion to open (article 23); absent: none.",
        ),
        AS_SET,
    ] = ()
    networks: Annotated[
        tuple[NetworkRule, ...],
        Field(max_length=8, description="The forms' networks; one that is missing is closed."),
        keyed_by("name"),
    ] = ()
    platform_namespaces: Annotated[
        tuple[Name, ...],
        Field(max_length=64, description="Let through by every network policy: DNS, ingress."),
        AS_SET,
    ] = ()
    storage_classes: Annotated[
        tuple[StorageRule, ...],
        Field(min_length=1, max_length=8, description="Which class serves which disk type."),
        keyed_by("type"),
    ]
    overhead_per_host: Annotated[
        ComputeAmount, Field(description="What running one virtual machine costs beside it.")
    ]
    container_defaults: Annotated[
        ComputeAmount, Field(description="What a container gets that asks for nothing.")
    ]
    maximum_open_requests: Annotated[
        int, Field(ge=1, le=10_000, description="How many requests an agency may have in the API.")
    ]
    catalog: Annotated[
        Name | None, Field(description="The ServiceCatalog that requests follow (article 10).")
    ] = None
    capacity: Annotated[
        Capacity | None, Field(description="What the platform can grant; absent: not checked.")
    ] = None
    sizing: Annotated[
        Sizing | None, Field(description="What is reasonable to ask for; absent: not checked.")
    ] = None
    trial: Annotated[
        Trial | None, Field(description="试用 (article 14); absent: no trial."), TRIAL_RULES
    ] = None
    evidence: Annotated[
        tuple[EvidenceRule, ...],
        Field(max_length=5, description="测评 (article 14; annex 1, 3.3), by protection level."),
        keyed_by("protectionLevel"),
    ] = ()
    internet_entrances: Annotated[
        InternetEntrances | None,
        Field(
            description="What a system on the internet may have once its filing is verified; "
            "absent: neither load balancers nor node ports, only Ingress and Gateway routes."
        ),
    ] = None
    agreement: Annotated[
        AgreementTerms | None,
        Field(description="三方协议 (article 15; annex 1); absent: launched without one."),
    ] = None
    change: Annotated[
        ChangeTerms | None,
        Field(description="变更 (article 16); absent: no change is major by its size."),
    ] = None
    exit: Annotated[ExitTerms | None, Field(description="退出与回收 (articles 7, 17).")] = None
    cloud_first_since: Annotated[
        Day | None,
        Field(
            description="From when on new systems are built on the cloud (article 3); absent: no "
            "registered system counts as new."
        ),
    ] = None
    access_log_days: Annotated[
        int | None,
        Field(
            ge=1, le=3650, description="留存访问日志 of a site at least (annex 1, 3.9), in days."
        ),
    ] = None
    access_grant_maximum_days: Annotated[
        int | None,
        Field(ge=1, le=3650, description="授权访问: how long at most; absent: nobody is let in."),
    ] = None

    @property
    def cloud_titles(self) -> CloudTitles:
        """What documents call the cloud, under this policy or none of its own."""
        return self.cloud or CloudTitles(title="政务云", short="政务云")


GOVERNANCE_POLICY_RULES = Schema(
    {
        "x-kubernetes-validations": [
            cel(
                "!has(self.platformNamespaces) || "
                "self.platformNamespaces.all(n, !n.contains('--') && !n.startsWith('agency-'))",
                "no agency's namespace is the platform's",
                ".platformNamespaces",
            ),
            *time_limit_rules(),
            # a quota of it, and no pod that says nothing of it would start
            cel(
                "has(self.overheadPerHost.ephemeralStorage) == "
                "has(self.containerDefaults.ephemeralStorage)",
                "both have a figure, or neither",
                ".containerDefaults.ephemeralStorage",
            ),
        ]
    }
)


class GovernancePolicy(Resource):
    """One authority's rules for its shared cloud."""

    model_config = ConfigDict(json_schema_extra={"x-kubernetes-validations": [NAME_IS_A_LABEL]})

    kind: Literal["GovernancePolicy"] = "GovernancePolicy"
    spec: Annotated[GovernancePolicySpec, Field(description="The rules."), GOVERNANCE_POLICY_RULES]
