"""`Suspension`: a system interrupted by others, or kept from deletion (23; G49-interrupt)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from mandate.api.fields import Document, Line, Paragraphs
from mandate.api.meta import Resource, cel
from mandate.api.requests import AboutSystem, RequestStatus


class SuspensionSpec(AboutSystem):
    """Who suspends what, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "self.origin == 'Authority' || self.effect == 'Interrupt'",
                    "only the authority orders a legal hold (Preserve)",
                    ".effect",
                ),
                cel(
                    "(self.origin == 'Authority' && self.effect == 'Interrupt') == "
                    "has(self.reportTo)",
                    "is required if and only if the authority interrupts: it tells the "
                    "cyber-security authority (article 23)",
                    ".reportTo",
                ),
                cel(
                    "self.origin == oldSelf.origin",
                    "is not changed: withdraw it before it is in force, and file another",
                    ".origin",
                ),
            ]
        }
    )

    origin: Annotated[
        Literal["Authority", "Provider"],
        Field(
            description="云主管部门 (article 23), or 云服务商 in an emergency (annex 1, 4.9), to "
            "be ratified (ours)."
        ),
    ]
    effect: Annotated[
        Literal["Interrupt", "Preserve"],
        Field(
            description="Interrupt (暂停服务): network closed, no new pods, data kept. Preserve "
            "(法律保全, ours): a legal hold; it runs on, and no exit deletes anything."
        ),
    ]
    cause: Annotated[Paragraphs, Field(description="事由: what endangers the cloud, or is held.")]
    occurred_at: Annotated[AwareDatetime, Field(description="发生时间.")]
    document: Annotated[
        Document | None, Field(description="依据: the order, finding or report.")
    ] = None
    report_to: Annotated[
        Line | None,
        Field(description="网络安全主管部门 that is told (article 23), where the authority does."),
    ] = None


class SuspensionStatus(RequestStatus):
    """Where the suspension stands."""

    phase: Annotated[
        Literal["Submitted", "InForce", "Lifted", "Refused"] | None,
        Field(description="How far it is."),
    ] = None
    lifted_at: Annotated[
        datetime | None,
        Field(
            description="恢复时间: when it was lifted, the provider said that the service is "
            "restored, or its ratification was refused (UTC)."
        ),
    ] = None


class Suspension(Resource):
    """A system interrupted for the sake of the cloud, or held as it is; lifted by a decision."""

    kind: Literal["Suspension"] = "Suspension"
    spec: Annotated[SuspensionSpec, Field(description="Who suspends what, and why.")]
    status: Annotated[SuspensionStatus, Field(description="Where it stands.")] = SuspensionStatus()
