"""`ExitRequest`: the exit form of annex 2 (退出申请表), and what the authority ends (7, 23)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import Day, Document, Line, Paragraphs, Sha256, ShortLine
from mandate.api.meta import ATOMIC, Json, KubeModel, Resource, cel
from mandate.api.people import Contact
from mandate.api.requests import ApplicationRef, RequestStatus

_BY_AGENCY = "self.exitType in ['System', 'Unit']"


def _only(field: str, when: str, said: str) -> Json:
    """The rule that a field is filled if and only if the type of exit asks for it."""
    return cel(f"({when}) == has(self.{field})", f"is required if and only if {said}", f".{field}")


class ExitResource(KubeModel):
    """One line of what is given back (退出资源)."""

    kind: Annotated[
        Literal["VirtualMachine", "Network", "Storage", "Other"],
        Field(description="虚拟机资源, 网络资源, 存储资源 or 等."),
    ]
    description: Annotated[ShortLine, Field(description="What it is, such as app-0.")]
    quantity: Annotated[int, Field(ge=1, le=100_000, description="How many.")]


class ExitSignature(KubeModel):
    """Signature, seal and date below the confirmation (单位签字（盖章）)."""

    signatory_name: Annotated[Line, Field(description="单位签字: who signed.")]
    unit_seal: Annotated[Document, Field(description="盖章: the sealed scan or the e-seal's file.")]
    date: Annotated[Day, Field(description="年 月 日: when it was signed.")]


class Confirmation(KubeModel):
    """What the unit has done before its resources are deleted (退出单位确认, A17-exit)."""

    data_backed_up: Annotated[
        bool, Field(description="本单位已完成相关数据的迁移备份工作: must be true.")
    ]
    data_cleaned: Annotated[bool, Field(description="已完成数据清理 (article 17): must be true.")]
    system_offline: Annotated[bool, Field(description="系统已下线 (article 17): must be true.")]
    signature: Annotated[ExitSignature, Field(description="单位签字（盖章）.")]


class UnmetRequirement(KubeModel):
    """Why the authority reclaims (A07-reclaim): what was required, by when, and that it told so."""

    requirement: Annotated[
        Paragraphs, Field(description="系统整合要求: what the unit was to do and did not.")
    ]
    due_on: Annotated[Day, Field(description="要求完成日期: by when.")]
    notice_date: Annotated[Day, Field(description="告知日期: when the unit was told.")]
    notice: Annotated[Document, Field(description="告知书: what it was told.")]


class ExitRequestSpec(KubeModel):
    """The form; nothing on it is starred, what is required is ours."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                _only("applicationRef", "self.exitType != 'Unit'", "one system exits: not Unit"),
                _only("systemName", "self.exitType != 'Unit'", "one system exits: not Unit"),
                *(
                    _only(field, _BY_AGENCY, "the unit itself exits: System or Unit")
                    for field in ("systemOwner", "confirmation", "exitPlan")
                ),
                _only("reclaim", "self.exitType == 'Reclaim'", "exitType is Reclaim (article 7)"),
                _only(
                    "reportTo",
                    "self.exitType == 'Termination'",
                    "exitType is Termination (article 23)",
                ),
                cel(
                    "self.exitType == oldSelf.exitType",
                    "is not changed: withdraw it before it is decided, and file another",
                    ".exitType",
                ),
                cel(
                    f"!({_BY_AGENCY}) || (has(self.resources) && self.resources.size() > 0)",
                    "is required where the unit itself exits: list what it gives back",
                    ".resources",
                ),
                *(
                    cel(
                        f"!has(self.confirmation) || self.confirmation.{field}",
                        "must be true: it is done before the exit is asked for (article 17)",
                        f".confirmation.{field}",
                    )
                    for field in ("dataBackedUp", "dataCleaned", "systemOffline")
                ),
                cel(
                    "!has(self.reclaim) || self.reclaim.dueOn <= self.reclaim.noticeDate",
                    "must not be before dueOn: only what is unmet is reclaimed (article 7)",
                    ".reclaim.noticeDate",
                ),
            ]
        }
    )

    application_ref: Annotated[
        ApplicationRef | None, Field(description="The system; absent if and only if Unit.")
    ] = None
    applicant_unit: Annotated[Line, Field(description="申请单位: the agency's title.")]
    exit_type: Annotated[
        Literal["System", "Unit", "Reclaim", "Termination"],
        Field(
            description="退出类型: 业务系统退出 or 使用单位退出, by the agency; Reclaim "
            "(article 7) and Termination (article 23), by the authority, are ours."
        ),
    ]
    system_name: Annotated[
        Line | None, Field(description="系统名称; absent if and only if Unit.")
    ] = None
    system_owner: Annotated[
        Contact | None, Field(description="系统负责人, where the unit itself exits.")
    ] = None
    planned_exit_date: Annotated[
        Day, Field(description="计划退出日期: resources are deleted after it.")
    ]
    reason: Annotated[Paragraphs, Field(description="退出原因.")]
    resources: Annotated[
        tuple[ExitResource, ...] | None,
        Field(max_length=500, description="退出资源, where the unit itself exits."),
        ATOMIC,
    ] = None
    confirmation: Annotated[
        Confirmation | None, Field(description="退出单位确认, where the unit itself exits.")
    ] = None
    exit_plan: Annotated[
        Document | None,
        Field(description="退出方案 (annex 1, 7.2), where the unit itself exits."),
    ] = None
    reclaim: Annotated[
        UnmetRequirement | None, Field(description="回收 (article 7), for Reclaim.")
    ] = None
    report_to: Annotated[
        Line | None,
        Field(description="网络安全主管部门 that is told (article 23), for Termination."),
    ] = None


class ExitSheet(KubeModel):
    """The exit sheet (资源退出确认单) as it is signed; its text is in the dossier (G72-confirm)."""

    sha256: Annotated[Sha256, Field(description="Of its HTML: what each signature is made on.")]
    dossier_head: Annotated[
        Sha256, Field(description="The last entry's hash in the dossier when it was drawn up.")
    ]


class ExitRequestStatus(RequestStatus):
    """Where the exit stands."""

    phase: Annotated[
        Literal["Submitted", "Approved", "Closed", "Held", "Reclaimed", "Completed", "Refused"]
        | None,
        Field(
            description="How far it is: closed (network), held (no new pods), reclaimed "
            "(deleted), completed (the sheet signed by all three)."
        ),
    ] = None
    closes_at: Annotated[
        datetime | None, Field(description="关闭网络时间: when the network closes (UTC).")
    ] = None
    holds_at: Annotated[
        datetime | None, Field(description="停止运行时间: from when on no pod starts (UTC).")
    ] = None
    deletes_at: Annotated[
        datetime | None,
        Field(description="When it is deleted, unless a Suspension is in force then (UTC)."),
    ] = None
    reclaimed_at: Annotated[
        datetime | None, Field(description="回收资源时间: when all was gone (UTC).")
    ] = None
    sheet: Annotated[
        ExitSheet | None, Field(description="资源退出确认单, once the provider confirmed.")
    ] = None


class ExitRequest(Resource):
    """The end of a system, or of all systems of an agency, on the cloud (articles 7, 17, 23)."""

    kind: Literal["ExitRequest"] = "ExitRequest"
    spec: Annotated[ExitRequestSpec, Field(description="The form.")]
    status: Annotated[ExitRequestStatus, Field(description="Where it stands.")] = (
        ExitRequestStatus()
    )
