"""What a stored object says has happened to it, as facts for its dossier (X-dossier).

Everything here is read from what the API server has, the form, the decisions and the status
that was written on them, and nothing from the moment: a fact that was missed is found again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

import rfc8785

from mandate.api.agency import Agency
from mandate.api.cloudapplication import BEFORE_APPROVAL, CloudApplication
from mandate.api.dossier import Subject, SubjectKind
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.meta import Condition, Json, ObjectMeta, find_condition
from mandate.api.requests import Approval, RequestStatus
from mandate.api.stages import TAKEOVER
from mandate.rules.case import Predecessor, approval
from mandate.rules.clock_record import clock_facts
from mandate.rules.cloud_use import cloud_use_facts
from mandate.rules.implementation import carried_facts
from mandate.rules.integration import integration_facts
from mandate.rules.record import Fact, without_contacts
from mandate.rules.request import Form
from mandate.rules.takeover import taken_over

_REQUESTED_BY = "mandate.dev/requested-by"
# why an agency cannot file that does not pass by itself
_OBSTACLES = ("NamespaceTaken", "SetupFailed")


def subject_of(kind: SubjectKind, metadata: ObjectMeta) -> Subject:
    """Whose dossier an object's facts go into."""
    return Subject(
        kind=kind,
        namespace=metadata.namespace or None,
        name=metadata.name,
        uid=metadata.uid,
    )


def application_facts(
    application: CloudApplication,
    form: Json,
    policy: GovernancePolicy,
    predecessor: Predecessor | None = None,
) -> Iterator[Fact]:
    """The application's facts: its form's, whether it is granted, and how it lives.

    Args:
        application: as it is stored.
        form: its spec as the API server has it.
        policy: the policy it stands under; its generation goes on record with what it judged.
        predecessor: what an imported dossier tells of it.
    """
    metadata, status = application.metadata, application.status
    yield from _form_facts(Form(metadata, form, status), policy)
    made = approval(application, TAKEOVER)
    yield from taken_over(made, metadata.generation, predecessor)
    ready = find_condition(status.conditions, "Ready")
    if ready is not None:
        yield from _granted(application, ready)
    yield from carried_facts(application)
    yield from _lived(application)
    yield from integration_facts(status)
    yield from _reclaimed(application)


def request_facts(kind: str, form: Form, policy: GovernancePolicy) -> Iterator[Fact]:
    """The facts of a request about a system, for that system's dossier.

    Args:
        kind: of the request.
        form: the request as it is stored.
        policy: the policy its system stands under.
    """
    facts = (*_form_facts(form, policy), *_phase_reached(form), *_changed(form.status))
    yield from about_request(kind, form.metadata, facts)


def about_request(kind: str, metadata: ObjectMeta, facts: Iterable[Fact]) -> Iterator[Fact]:
    """Facts of a request as its system's dossier has them: under its name and uid."""
    where = f"{kind}/{metadata.name}/{metadata.uid[:8]}"
    for fact in facts:
        text = f"{kind} {metadata.name}: {fact.text}"[:1024]
        yield replace(fact, key=f"{where}.{fact.key}", text=text)


def _form_facts(form: Form, policy: GovernancePolicy) -> Iterator[Fact]:
    """Filed, judged, decided, what came of it, in time or not."""
    law = {"name": policy.metadata.name, "generation": policy.metadata.generation}
    yield _filed(form.metadata, form.spec)
    yield from _judged(form.status, law)
    yield from _decided(form.status, law)
    yield from _came_of_it(form.status)
    for clock in form.status.clocks:
        yield from clock_facts(clock, form.status.observed_generation)


_LIVES = ("Trial", "Launching", "Running", "Exiting", "Exited")
_RECORDED_ELSEWHERE = ("Ready", "Overdue", "Provisioned")
_WELCOME = ("AgreementContinued", "InternetOpen")
"""Conditions whose end is the warning."""


def _lived(application: CloudApplication) -> Iterator[Fact]:
    """Each phase once a generation, and each time that a condition of the system changed."""
    status = application.status
    generation = status.observed_generation
    if status.phase in _LIVES:
        yield Fact(
            key=f"phase.{status.phase}.{generation}",
            kind=status.phase,
            text=f"the system is {status.phase}",
            data={
                "trial": status.trial.wire() if status.trial else None,
                "launchedAt": _json(status.launched_at),
                "billingFrom": _json(status.billing_from),
            },
            event="Normal",
        )
    yield from _changed(status)


def _changed(status: RequestStatus) -> Iterator[Fact]:
    """Each time that a condition changed."""
    for condition in status.conditions:
        if condition.type in _RECORDED_ELSEWHERE:
            continue
        holds = condition.status == "True"
        at = condition.last_transition_time
        yield Fact(
            key=f"condition.{condition.type}.{condition.status}.{at:%Y%m%dT%H%M%SZ}",
            kind=condition.type if holds else f"{condition.type}Ended",
            text=(condition.message or f"{condition.type} does not hold any more")[:1024],
            at=at,
            event="Normal" if holds == (condition.type in _WELCOME) else "Warning",
        )


def _phase_reached(form: Form) -> Iterator[Fact]:
    """How far a request came beyond its decisions: in force, lifted, closed, reclaimed."""
    phase: str | None = getattr(form.status, "phase", None)
    generation = form.status.observed_generation
    if phase is None or phase in ("Submitted", "Approved", "Refused"):
        return
    yield Fact(key=f"phase.{phase}.{generation}", kind=phase, text=f"it is {phase}", event="Normal")


def _reclaimed(application: CloudApplication) -> Iterator[Fact]:
    """What was in it: on record before anything is deleted (A17-exit)."""
    status = application.status
    if status.reclaim is not None:
        given = status.allocation.wire() if status.allocation else None
        yield Fact(
            key="inventory",
            kind="InventoryTaken",
            text=f"namespace {status.namespace} is to be deleted with what is in it",
            data={
                "objects": status.reclaim.objects,
                "inventory": status.reclaim.inventory,
                "allocation": given,
            },
            event="Normal",
        )


def _json(value: date | None) -> str | None:
    return value.isoformat() if value else None


def agency_facts(agency: Agency, spec: Json) -> Iterator[Fact]:
    """The agency's facts: what its members and policy were from when on, and its namespace."""
    yield _enacted("Registered", "the agency", agency.metadata, spec)
    yield from cloud_use_facts(agency)
    ready = find_condition(agency.status.conditions, "Ready")
    if ready is None:
        return
    generation = ready.observed_generation
    if ready.reason in _OBSTACLES:
        yield Fact(
            key=f"obstacle.{ready.reason}.{generation}",
            kind=ready.reason,
            text=ready.message[:1024],
            at=ready.last_transition_time,
            data={"namespace": agency.namespace, "generation": generation},
            event="Warning",
        )
    if ready.status == "True":
        yield Fact(
            key=f"office.{generation}",
            kind="OfficeOpened",
            text=f"its members can file in namespace {agency.namespace}",
            at=ready.last_transition_time,
            data={"namespace": agency.namespace, "generation": generation},
            event="Normal",
        )


def policy_facts(policy: GovernancePolicy, spec: Json) -> Iterator[Fact]:
    """The policy's facts: what the law was from when on."""
    yield _enacted("Enacted", "the policy", policy.metadata, spec)


def _enacted(kind: str, what: str, metadata: ObjectMeta, spec: Json) -> Fact:
    generation = metadata.generation
    return Fact(
        key=f"{kind.lower()}.{generation}",
        kind=kind,
        text=f"{what} stands as written at generation {generation}",
        at=metadata.creation_timestamp if generation == 1 else None,
        data={"generation": generation, "spec": without_contacts(spec)},
    )


def _filed(metadata: ObjectMeta, form: Json) -> Fact:
    """The form before it can be decided on: who decides later decides on this copy."""
    generation = metadata.generation
    return Fact(
        key=f"filed.{generation}",
        kind="Filed",
        text=f"the form was received at generation {generation}",
        by=metadata.annotations.get(_REQUESTED_BY, "").replace("\n", ", ")[:512],
        at=metadata.creation_timestamp if generation == 1 else None,
        data={
            "generation": generation,
            "form": without_contacts(form),
            "formSha256": sha256(rfc8785.dumps(form)).hexdigest(),
        },
    )


def _judged(status: RequestStatus, law: Json) -> Iterator[Fact]:
    # of the generation that was judged: an edit may come before it is on record
    generation = status.observed_generation
    read: Json = {"checks": [check.wire() for check in status.checks], "policy": law}
    if shown := getattr(status, "preview", ()):
        read["preview"] = [change.wire() for change in shown]
    for turn in status.awaiting:
        yield Fact(
            key=f"awaited.{turn.stage}.{generation}.{turn.basis[:16]}",
            kind="Awaited",
            text=f"{turn.stage} can be {' or '.join(turn.may)}",
            data={"awaiting": turn.wire(), **read},
        )


def _decided(status: RequestStatus, law: Json) -> Iterator[Fact]:
    for key, made in sorted(status.approvals.items(), key=_when):
        yield Fact(
            key=f"decided.{key}",
            kind="Decided",
            text=f"{key} was {made.decision} by {made.by or 'nobody named'}"[:1024],
            by=made.by or "",
            at=made.at,
            data={"decision": key, **made.wire(), "policy": law},
            event="Normal" if made.decision == "Approved" else "Warning",
        )


def _when(item: tuple[str, Approval]) -> tuple[bool, datetime | None, str]:
    key, made = item
    return made.at is None, made.at, key


def _came_of_it(status: RequestStatus) -> Iterator[Fact]:
    for key, effect in sorted(status.effects.items()):
        if effect.effective:
            text = f"{key} took effect"
        else:
            text = f"{key} is without effect: {effect.reason}"
        yield Fact(
            key=f"effect.{key}",
            kind="Effective" if effect.effective else "Ineffective",
            text=text[:1024],
            data={"decision": key, **effect.wire()},
            event=None if effect.effective else "Warning",
        )


def _granted(application: CloudApplication, ready: Condition) -> Iterator[Fact]:
    """That the grant stands, or what is in its way; each once a generation."""
    status, generation = application.status, ready.observed_generation
    early = status.phase in BEFORE_APPROVAL
    if early or ready.reason == "Granting":
        return
    data: Json = {"namespace": status.namespace, "generation": generation}
    if ready.status == "True" and status.allocation is not None:
        data |= {"allocation": status.allocation.wire()}
    yield Fact(
        key=f"{'granted' if ready.status == 'True' else 'obstacle'}.{ready.reason}.{generation}",
        kind=ready.reason,
        text=ready.message[:1024],
        at=ready.last_transition_time,
        data=data,
        event="Normal" if ready.status == "True" else "Warning",
    )
