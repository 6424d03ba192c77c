"""What every request carries in `status`: what can be decided, what was, what came of it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.clocks import Clock
from mandate.api.fields import Document, Opinion, Sha256, Uid
from mandate.api.hosts import ApprovedHost, ApprovedService, MachineRecord
from mandate.api.meta import ATOMIC, Condition, KubeModel, cel, keyed_by

Decision = Literal["Approved", "Refused"]

STAGE_PATTERN = r"^[a-z]([a-z-]*[a-z])?$"
StageName = Annotated[str, Field(max_length=40, pattern=STAGE_PATTERN)]


def decision_key(stage: str, generation: int) -> str:
    """Where a decision stands; a new generation is a new key: nothing is overwritten."""
    return f"{stage}.{generation}"


class ApplicationRef(KubeModel):
    """The application of the system that a request is about, this very one."""

    name: Annotated[
        str,
        Field(
            max_length=32,
            pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$",
            description="The CloudApplication in the same namespace.",
        ),
    ]
    uid: Annotated[
        Uid,
        Field(description="Its metadata.uid: one that comes later under the name is another."),
    ]


class AboutSystem(KubeModel):
    """What every form about one system carries."""

    application_ref: Annotated[ApplicationRef, Field(description="The system it is about.")]


class Awaiting(KubeModel):
    """A stage that can be decided now, and what the decision must name."""

    stage: Annotated[StageName, Field(description="The stage whose turn it is.")]
    may: Annotated[
        tuple[Decision, ...],
        Field(max_length=2, description="What can be decided: Approved only while no check fails."),
        ATOMIC,
    ]
    basis: Annotated[
        Sha256, Field(description="What a decision is made on; repeat it in the approval.")
    ]
    opinion_required: Annotated[
        bool, Field(description="Whether an approval too needs an opinion; a refusal always does.")
    ] = False
    signs: Annotated[
        Sha256 | None, Field(description="At a signature: the sha256 of what is signed.")
    ] = None
    seal_required: Annotated[
        bool, Field(description="Whether the signature carries its sealed scan: write `seal`.")
    ] = False
    cites: Annotated[
        Sha256 | None,
        Field(
            description="At a takeover: the last hash of the dossier that is continued, 64 zeros "
            "where none is; compare it with the one that was kept outside, and repeat it."
        ),
    ] = None


class Approval(KubeModel):
    """One decision, under `<stage>.<generation>`: the decider's own and never overwritten."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "self.decision == 'Approved' || "
                    "(!has(self.approvedHosts) && !has(self.approvedServices))",
                    "a refusal approves nothing: leave out approvedHosts and approvedServices",
                ),
                cel(
                    "self.decision == 'Approved' || !has(self.seal)",
                    "a refusal signs nothing: leave out seal",
                ),
            ]
        }
    )

    decision: Annotated[Decision, Field(description="The decision.")]
    basis: Annotated[Sha256, Field(description="The basis that was read in `awaiting`.")]
    opinion: Annotated[
        Opinion | None, Field(description="The opinion; mandatory for a refusal.")
    ] = None
    cites: Annotated[
        Sha256 | None,
        Field(description="At a takeover: the last hash of the dossier that was kept outside."),
    ] = None
    seal: Annotated[
        Document | None,
        Field(
            description="At a signature: the scan of what was signed, with signature and seal "
            "(签字盖章), or the file of an e-seal."
        ),
    ] = None
    approved_hosts: Annotated[
        tuple[ApprovedHost, ...] | None,
        Field(
            max_length=100,
            description="Rows of which less is approved than asked (article 14), at the last "
            "stage of a CloudApplication; never more.",
        ),
        keyed_by("id"),
    ] = None
    approved_services: Annotated[
        tuple[ApprovedService, ...] | None,
        Field(max_length=100, description="The same for rows of services."),
        keyed_by("row"),
    ] = None
    machines: Annotated[
        tuple[MachineRecord, ...] | None,
        Field(
            max_length=200,
            description="At confirm-provider: the addresses of what was handed over (annex 1, "
            "4.4).",
        ),
        keyed_by("hostRef"),
    ] = None
    by: Annotated[
        str | None, Field(max_length=512, description="Who decided; the API server writes it.")
    ] = None
    at: Annotated[datetime | None, Field(description="When (UTC); the API server writes it.")] = (
        None
    )
    appointment: Annotated[
        str | None,
        Field(
            max_length=1024,
            description="By which binding and role; the API server writes its authorizer's reason.",
        ),
    ] = None


class Effect(KubeModel):
    """What came of a decision, by the checks that held when the operator saw it."""

    effective: Annotated[bool, Field(description="Whether it took effect.")]
    reason: Annotated[str, Field(max_length=1024, description="Why not, if it did not.")] = ""


class Check(KubeModel):
    """One judgement on the form before it is decided."""

    type: Annotated[str, Field(max_length=63, description="What is checked.")]
    passed: Annotated[bool, Field(description="Whether it holds.")]
    blocking: Annotated[
        bool, Field(description="Whether a failure closes Approved, or asks for an opinion.")
    ]
    message: Annotated[str, Field(max_length=4096, description="What was found.")] = ""


class RequestStatus(KubeModel):
    """The status of every request kind; all but `approvals` is the operator's alone."""

    observed_generation: Annotated[
        int, Field(ge=0, description="The generation of the form this status speaks of.")
    ] = 0
    stages: Annotated[
        tuple[StageName, ...],
        Field(max_length=16, description="The stages of this generation, in their order."),
        ATOMIC,
    ] = ()
    awaiting: Annotated[
        tuple[Awaiting, ...],
        Field(max_length=16, description="What can be decided now."),
        keyed_by("stage"),
    ] = ()
    approvals: Annotated[
        dict[str, Approval],
        Field(
            default_factory=dict,
            max_length=64,
            description="The decisions, by `<stage>.<generation>`.",
        ),
    ]
    effects: Annotated[
        dict[str, Effect],
        Field(
            default_factory=dict,
            max_length=64,
            description="What came of each decision, by the same key.",
        ),
    ]
    checks: Annotated[
        tuple[Check, ...],
        Field(max_length=32, description="The judgements that decisions are made on."),
        keyed_by("type"),
    ] = ()
    clocks: Annotated[
        tuple[Clock, ...],
        Field(max_length=16, description="The time limits that run or ran on this generation."),
        keyed_by("stage"),
    ] = ()
    conditions: Annotated[
        tuple[Condition, ...],
        Field(max_length=32, description="The state of each aspect of the request."),
        keyed_by("type"),
    ] = ()
