"""`ResourceChange`: the change form of annex 2 (变更申请表, article 16)."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from mandate.api.fields import (
    Day,
    Document,
    IpAddress,
    Line,
    Paragraphs,
    Reason,
    Sha256,
    ShortLine,
    Signature,
    Size,
)
from mandate.api.hosts import HostRow, MachineRef, Service
from mandate.api.meta import AS_SET, ATOMIC, Json, KubeModel, Resource, Schema, cel, keyed_by
from mandate.api.people import PhoneContact
from mandate.api.preview import Preview
from mandate.api.requests import AboutSystem, Approval, RequestStatus, decision_key


class CoresChange(KubeModel):
    """Cores before and after (变更前, 变更后)."""

    before: Annotated[int, Field(ge=0, le=1024, description="变更前: what runs.")]
    after: Annotated[int, Field(ge=0, le=1024, description="变更后.")]


class SizeChange(KubeModel):
    """A size before and after (变更前, 变更后)."""

    before: Annotated[Size, Field(description="变更前: what runs; 16 on the form is 16Gi.")]
    after: Annotated[Size, Field(description="变更后.")]


_SIZES = ("memory", "systemDisk", "dataDisk")
_GONE = " && ".join(["self.cpuCores.after == 0", *(f"self.{s}.after == '0'" for s in _SIZES)])
_SIGNS = ", ".join(
    [
        "self.cpuCores.after - self.cpuCores.before",
        *(f"quantity(self.{s}.after).compareTo(quantity(self.{s}.before))" for s in _SIZES),
    ]
)


def _means(action: str, rule: str, said: str) -> Json:
    """What an action means in numbers; sizes that are none are refused by their own rule."""
    sizes = ", ".join(f"self.{s}.{end}" for s in _SIZES for end in ("before", "after"))
    rule = rule.replace("SIGNS", f"[{_SIGNS}]")
    return cel(
        f"self.action != '{action}' || ![{sizes}].all(q, isQuantity(q)) || ({rule})",
        f"{action} means {said}",
        ".action",
    )


_CHANGED_HOST_RULES = Schema(
    {
        "x-kubernetes-validations": [
            cel(
                f"(self.action == 'Release') == ({_GONE})",
                "is Release if and only if every `after` is 0",
                ".action",
            ),
            cel(
                "self.action == 'Release' || (self.cpuCores.after > 0 && self.memory.after != '0')",
                "a machine that stays needs cores and memory; to give it back, write Release and "
                "0 everywhere",
                ".action",
            ),
            _means(
                "Increase",
                "SIGNS.all(s, s >= 0) && SIGNS.exists(s, s > 0)",
                "that nothing becomes less and something more",
            ),
            _means(
                "Reduce",
                "SIGNS.all(s, s <= 0) && SIGNS.exists(s, s < 0)",
                "that nothing becomes more and something less",
            ),
            _means(
                "Other",
                "SIGNS.exists(s, s > 0) && SIGNS.exists(s, s < 0)",
                "that something becomes more and something less",
            ),
            cel(
                "(self.action == 'Other') == has(self.remark)",
                "is required if and only if action is Other",
                ".remark",
            ),
        ]
    }
)


class ChangedHost(KubeModel):
    """One machine that is changed: a row has no quantity."""

    host_ref: Annotated[
        MachineRef, Field(description="Which machine of the allocation (ours), such as app-0.")
    ]
    ip_address: Annotated[
        IpAddress | None, Field(description="IP地址: required where one is on record for it.")
    ] = None
    host_name: Annotated[ShortLine, Field(description="主机名称, as it is on record.")]
    cpu_cores: Annotated[CoresChange, Field(description="CPU.")]
    memory: Annotated[SizeChange, Field(description="内存(G).")]
    system_disk: Annotated[SizeChange, Field(description="系统盘(G).")]
    data_disk: Annotated[SizeChange, Field(description="数据盘(G).")]
    action: Annotated[
        Literal["Increase", "Reduce", "Release", "Other"],
        Field(description="备注: 核增, 核减, 释放 or 等."),
    ]
    remark: Annotated[
        ShortLine | None, Field(description="等: what it is, if and only if action is Other.")
    ] = None


ChangedHostRow = Annotated[ChangedHost, _CHANGED_HOST_RULES]


class ServiceChange(Service):
    """One row of the table of other needs; the form has no way to give a service back (ours)."""

    action: Annotated[
        Literal["Add", "Reduce", "Release"],
        Field(
            description="Add: more by quantity. Reduce: less by quantity. Release: all that runs "
            "of it, which quantity repeats (ours)."
        ),
    ]


class TechnicalPlan(Document):
    """The technical plan of a major change (应用系统技术方案, article 16)."""

    date: Annotated[Day, Field(description="Of which day it is: tests come after it.")]


class ResourceChangeSpec(AboutSystem):
    """The form. A starred field is mandatory; a table that is left out changes nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "('Other' in self.changeTypes) == has(self.changeTypeOther)",
                    "is required if and only if changeTypes says Other",
                    ".changeTypeOther",
                ),
                cel(
                    "(has(self.addedHosts) && self.addedHosts.size() > 0) || "
                    "(has(self.changedHosts) && self.changedHosts.size() > 0) || "
                    "(has(self.services) && self.services.exists(s, s.quantity > 0))",
                    "a change changes something: fill addedHosts, changedHosts or services",
                ),
                cel(
                    "!has(self.addedHosts) || self.addedHosts.map(h, h.quantity).sum() <= 500",
                    "one change adds at most 500 machines; file a further system",
                    ".addedHosts",
                ),
            ]
        }
    )

    applicant_unit: Annotated[Line, Field(description="申请单位*: the agency's title.")]
    system_name: Annotated[Line, Field(description="系统名称*: as the application has it.")]
    system_owner: Annotated[PhoneContact, Field(description="系统负责人* and 联系电话*.")]
    planned_implementation: Annotated[
        Day, Field(description="计划实施时间*: nothing is changed before this day.")
    ]
    change_types: Annotated[
        tuple[Literal["Host", "Network", "Security", "Other"], ...],
        Field(min_length=1, max_length=4, description="变更类型*: 主机, 网络, 安全 or 其他."),
        AS_SET,
    ]
    change_type_other: Annotated[
        Line | None, Field(description="其他＿, if and only if changeTypes has Other.")
    ] = None
    reason: Annotated[Paragraphs, Field(description="变更原因*.")]

    added_hosts: Annotated[
        tuple[HostRow, ...] | None,
        Field(max_length=100, description="一、新增主机资源: rows with ids that are new."),
        keyed_by("id"),
    ] = None
    changed_hosts: Annotated[
        tuple[ChangedHostRow, ...] | None,
        Field(max_length=100, description="二、变更主机资源, machine by machine."),
        keyed_by("hostRef"),
    ] = None
    services: Annotated[
        tuple[ServiceChange, ...] | None,
        Field(max_length=100, description="三、其他需求."),
        ATOMIC,
    ] = None
    statement: Annotated[Reason | None, Field(description="四、说明.")] = None
    xinchuang_not_ready: Annotated[
        bool | None,
        Field(
            description="四、说明: whether it carries the form's sentence that the system cannot "
            "run on the Xinchuang (信创) cloud yet and will be adapted."
        ),
    ] = None
    technical_plan: Annotated[
        TechnicalPlan | None,
        Field(description="应用系统技术方案, for a major change (article 16)."),
    ] = None
    signature: Annotated[Signature, Field(description="签章: seal, signature and date.")]


class ChangeSheet(KubeModel):
    """The change sheet (资源变更确认单) as it is signed; its text is in the dossier."""

    sha256: Annotated[Sha256, Field(description="Of its HTML: what each signature is made on.")]
    dossier_head: Annotated[
        Sha256, Field(description="The last entry's hash in the dossier when it was drawn up.")
    ]


class RuleApproval(KubeModel):
    """That a change was approved by a rule which the authority wrote (annex 1, 4.10)."""

    generation: Annotated[int, Field(ge=1, description="Of the form that was approved.")]
    at: Annotated[datetime, Field(description="When (UTC).")]
    basis: Annotated[Sha256, Field(description="Over what the rule went by, as a decider's.")]
    policy: Annotated[str, Field(max_length=63, description="The policy whose rule it is.")]
    policy_generation: Annotated[int, Field(ge=1, description="As it then was.")]
    limits: Annotated[str, Field(max_length=512, description="What is added, within which limits.")]

    def decision(self) -> dict[str, Approval]:
        """It as a decision among the others, by the policy and by nobody."""
        by = f"GovernancePolicy/{self.policy} generation {self.policy_generation}"
        made = Approval(
            decision="Approved", basis=self.basis, opinion=self.limits, by=by, at=self.at
        )
        return {decision_key("change", self.generation): made}


class ResourceChangeStatus(RequestStatus):
    """Where the change stands."""

    phase: Annotated[
        Literal["Submitted", "Approved", "Implemented", "Completed", "Refused"] | None,
        Field(
            description="How far it is: implemented (all of it is there, or gone), completed "
            "(the sheet signed by all three)."
        ),
    ] = None
    materiality: Annotated[
        Literal["Minor", "Major"] | None,
        Field(description="重大变更 (article 16): whether it takes a plan and tests."),
    ] = None
    materiality_reasons: Annotated[
        tuple[Annotated[str, Field(max_length=512)], ...],
        Field(max_length=16, description="Why it is major, with the figures."),
        ATOMIC,
    ] = ()
    by_rule: Annotated[
        RuleApproval | None,
        Field(description="Where no person decided: by which rule of the policy it is approved."),
    ] = None
    preview: Preview = ()
    sheet: Annotated[
        ChangeSheet | None,
        Field(description="资源变更确认单: drawn up before anything is changed."),
    ] = None
    implemented_at: Annotated[
        datetime | None, Field(description="完成变更时间: since when all of it is so (UTC).")
    ] = None

    @model_validator(mode="after")
    def _with_rule(self) -> Self:
        """Whoever reads the decisions finds the rule's among them; people's come first."""
        if self.by_rule is not None:
            # the model is frozen: its fields are set once, here
            object.__setattr__(self, "approvals", self.by_rule.decision() | dict(self.approvals))
        return self


class ResourceChange(Resource):
    """A change of what runs: asked for, decided, carried out, signed (article 16; annex 1, 7.1)."""

    kind: Literal["ResourceChange"] = "ResourceChange"
    spec: Annotated[ResourceChangeSpec, Field(description="The form.")]
    status: Annotated[ResourceChangeStatus, Field(description="Where it stands.")] = (
        ResourceChangeStatus()
    )
