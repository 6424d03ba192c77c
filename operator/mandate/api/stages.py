"""The stage table: who files each kind of request, what it goes through, who decides.

For each stage it says what the separation of duties means there. The guards, the roles and
`docs/reference/stages.md` come from it. A policy may name the stages of a kind itself
(`policy_stages`): those are the authority's.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Party(StrEnum):
    """Who acts (RULES: who acts)."""

    AGENCY = "agency"
    AUTHORITY = "authority"
    PROVIDER = "provider"
    SUPPORT = "support"
    OPERATOR = "operator"


class Duty(StrEnum):
    """What the separation of duties means at a stage (X-duty)."""

    OUTSIDERS = "outsiders"
    """Nobody of the agency decides, nor whoever wrote the request."""
    MEMBERS = "members"
    """The agency itself, its filer too: it signs or answers for itself."""
    ANOTHER_MEMBER = "another member"
    """The agency itself, but not whoever wrote the request."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name is the verb its deciders hold on the policy."""

    name: str
    decided_by: Party
    duty: Duty = Duty.OUTSIDERS
    beside: bool = False
    """Whether it only ever opens beside the course of a request: no clock of its own."""
    signs: bool = False
    """Whether its approval is a signature (签字盖章), on a text or a sheet."""
    freezes: bool = True
    """Whether its approval freezes the form, and keeps it from being withdrawn."""


@dataclass(frozen=True, slots=True)
class RequestKind:
    """One kind of request."""

    kind: str
    plural: str
    filed_by: tuple[Party, ...]
    stages: tuple[Stage, ...]
    binds: Literal["first", "last", "never"] = "first"
    """Which stage's approval makes it binding: from then on it is not withdrawn by deleting."""
    policy_stages: bool = False
    """Whether the stages are the policy's to name; those here are the preset's."""


def _authority(*names: str) -> tuple[Stage, ...]:
    return tuple(Stage(name, Party.AUTHORITY) for name in names)


_BY_ALL_THREE = (
    Stage("sign-agency", Party.AGENCY, Duty.MEMBERS, signs=True),
    Stage("sign-provider", Party.PROVIDER, signs=True),
    Stage("sign-authority", Party.AUTHORITY, signs=True),
)
SIGNATURES = tuple(stage.name for stage in _BY_ALL_THREE)
"""Where what is drawn up is signed and sealed by all three (annex 1, 7.1, 7.2, 9.1)."""
_OBJECTIONS = (
    Stage("objection-agency", Party.AGENCY, Duty.MEMBERS, beside=True),
    Stage("objection-provider", Party.PROVIDER, beside=True),
    Stage("objection-authority", Party.AUTHORITY, beside=True),
)
_CONFIRMED = Stage("confirm-provider", Party.PROVIDER, beside=True)
DECLARE_MAJOR = "declare-major"
"""The stage at which the authority says that a change is major although its figures do not."""
TAKEOVER = "takeover"
"""The stage at which the authority lets an application have what was there before it."""

STAGE_TABLE: tuple[RequestKind, ...] = (
    RequestKind(
        "CloudApplication",
        "cloudapplications",
        (Party.AGENCY,),
        # beside the policy's stages: what the provider hands over is confirmed, and a namespace
        # that is there already is taken over. What is restored awaits the takeover alone
        (*_authority("acceptance", "review"), _CONFIRMED, *_authority(TAKEOVER)),
        binds="last",
        policy_stages=True,
    ),
    RequestKind(
        "LaunchRequest",
        "launchrequests",
        (Party.AGENCY,),
        (*_authority("launch"), Stage("withdraw-filing", Party.AUTHORITY, beside=True)),
    ),
    RequestKind("TrialExtension", "trialextensions", (Party.AGENCY,), _authority("extension")),
    RequestKind(
        "ServiceAgreement", "serviceagreements", (Party.OPERATOR,), _BY_ALL_THREE + _OBJECTIONS
    ),
    RequestKind(
        "ResourceChange",
        "resourcechanges",
        (Party.AGENCY,),
        (
            *_authority("change"),
            # the form stays open: what a major change needs is still to be added to it
            Stage(DECLARE_MAJOR, Party.AUTHORITY, freezes=False, beside=True),
            _CONFIRMED,
            *_BY_ALL_THREE,
        ),
    ),
    RequestKind(
        "ExitRequest",
        "exitrequests",
        (Party.AGENCY, Party.AUTHORITY),
        (*_authority("exit"), _CONFIRMED, *_BY_ALL_THREE),
    ),
    RequestKind(
        "AssessmentReport",
        "assessmentreports",
        (Party.AGENCY,),
        (Stage("verification", Party.SUPPORT), Stage("withdrawal", Party.SUPPORT, beside=True)),
    ),
    RequestKind(
        "Suspension",
        "suspensions",
        (Party.AUTHORITY, Party.PROVIDER),
        (
            *_authority("suspension", "ratification"),
            Stage("lift", Party.AUTHORITY, beside=True),
            Stage("restored", Party.PROVIDER, beside=True),
        ),
    ),
    RequestKind("ContactChange", "contactchanges", (Party.AGENCY,), (), binds="never"),
    RequestKind(
        "AccessGrant",
        "accessgrants",
        (Party.AGENCY,),
        (Stage("grant", Party.AGENCY, Duty.ANOTHER_MEMBER),),
    ),
)

BY_KIND: dict[str, RequestKind] = {row.kind: row for row in STAGE_TABLE}

OWN_STAGES = frozenset(
    stage.name
    for row in STAGE_TABLE
    for stage in row.stages
    if stage.decided_by is not Party.AUTHORITY
) | {TAKEOVER}
"""Stages of other parties, and the takeover: no policy may name one of its own so."""


def with_duty(*duties: Duty) -> list[str]:
    """The stages with one of these duties, as `plural/stage`."""
    return [
        f"{row.plural}/{stage.name}"
        for row in STAGE_TABLE
        for stage in row.stages
        if stage.duty in duties
    ]


def signatures() -> list[str]:
    """The stages at which something is signed, as `plural/stage`."""
    return [f"{row.plural}/{s.name}" for row in STAGE_TABLE for s in row.stages if s.signs]


def filing_verb(row: RequestKind, party: Party) -> str | None:
    """The verb on the kind by which a party files its own forms of it; None: `create` is enough.

    Only where several parties file a kind does `create` not say in whose name somebody does.
    """
    return f"file-as-{party}" if len(row.filed_by) > 1 else None


def filed_by(party: Party) -> list[str]:
    """The plurals of the kinds this party files."""
    return [row.plural for row in STAGE_TABLE if party in row.filed_by]


def decided_by(party: Party) -> list[str]:
    """The plurals of the kinds with a stage this party decides."""
    return [row.plural for row in STAGE_TABLE if any(s.decided_by is party for s in row.stages)]
