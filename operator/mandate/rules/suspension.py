"""Suspension: closed for the sake of the cloud, and restored as it was (articles 23; 4.9).

Nothing is kept of what was before: how a system lives is judged anew from everything about it, and
a suspension that was lifted is no part of that any more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from mandate.api.cloudapplication import BEFORE_APPROVAL
from mandate.api.meta import Condition, Json
from mandate.api.requests import Check, Effect, decision_key
from mandate.api.rulebook import cite
from mandate.api.suspension import Suspension, SuspensionStatus
from mandate.rules.beside import Aside, aside
from mandate.rules.case import Case, InForce, approval, effective, form_of
from mandate.rules.checks import blocking_check
from mandate.rules.request import Course, Form, Judged, RequestPlan, judge, ready_condition, verdict


@dataclass(frozen=True, slots=True)
class Suspended:
    """What suspensions are in force."""

    interrupted_by: tuple[str, ...] = ()
    """Names of those that close the network and refuse new pods; they lift one by one."""
    held_by: tuple[str, ...] = ()
    """Names of legal holds: the system runs on, and nothing of it is deleted."""

    @property
    def keeps(self) -> bool:
        """Whether its data is not touched: an interruption keeps it as a hold does."""
        return bool(self.interrupted_by or self.held_by)


def suspended(case: Case) -> Suspended:
    """The suspensions in force (A23-suspend, G49-interrupt)."""
    found = [s for s in case.of(Suspension) if _in_force(s)]
    return Suspended(
        tuple(s.metadata.name for s in found if s.spec.effect == "Interrupt"),
        tuple(s.metadata.name for s in found if s.spec.effect == "Preserve"),
    )


def _in_force(suspension: Suspension) -> bool:
    """Whether it is: the provider's from its receipt on, the authority's once it is decided."""
    begun = suspension.spec.origin == "Provider" or approval(suspension, "suspension") is not None
    return begun and _lifted_at(suspension, suspension.status.effects) is None


def _lifted_at(suspension: Suspension, effects: Mapping[str, Effect]) -> datetime | None:
    """When the first of what ends it took effect."""
    status, generation = suspension.status, suspension.metadata.generation
    ends = [effective(status, effects, stage, generation) for stage in ("lift", "restored")]
    key = decision_key("ratification", generation)
    refused = status.approvals.get(key)
    if refused is not None and refused.decision == "Refused" and key in effects:
        ends.append(refused if effects[key].effective else None)
    return min((e.at for e in ends if e is not None and e.at is not None), default=None)


def judge_suspension(case: Case, request: Suspension, spec: Json, now: datetime) -> RequestPlan:
    """Whether it is in force, and who can end it (A23-suspend, G49-interrupt).

    The authority's is filed by its office and decided by another of its people. The provider's is
    in force at once, to be ratified; a refusal ends it, and so does the provider itself. The
    authority can lift either.
    """
    form = form_of(request, spec)
    stage = "ratification" if request.spec.origin == "Provider" else "suspension"
    checks = tuple(_stands(case, request))
    judged = judge(form, Course(((stage,),), checks=checks), case.law, now)
    form = replace(form, status=form.status.model_copy(update={"checks": judged.checks}))
    ends = tuple(_ends(form, judged, stage))
    effects = dict(judged.base["effects"])
    for end in ends:
        effects |= end.effects
    lifted_at = _lifted_at(request, effects)
    awaiting = (
        () if lifted_at else (*judged.base["awaiting"], *(w for e in ends for w in e.awaiting))
    )
    phase = _phase(judged, stage, lifted_at)
    fields = judged.status(_ready(judged, form, phase, lifted_at, now))
    fields |= {"awaiting": awaiting, "effects": effects}
    status = SuspensionStatus(**fields, phase=phase, lifted_at=lifted_at)
    return RequestPlan(status, judged.facts, judged.due)


def _ends(form: Form, judged: Judged, stage: str) -> Iterator[Aside]:
    """What can end it beside a refusal, where it is in force."""
    if stage == "ratification" and not judged.refused:
        yield aside(form, "restored")
    if judged.complete:
        yield aside(form, "lift")


_Phase = Literal["Submitted", "InForce", "Lifted", "Refused"]


def _phase(judged: Judged, stage: str, lifted_at: datetime | None) -> _Phase:
    if lifted_at is not None:
        return "Lifted"
    if judged.refused:
        return "Refused"
    return "InForce" if judged.complete or stage == "ratification" else "Submitted"


def _ready(
    judged: Judged, form: Form, phase: _Phase, lifted_at: datetime | None, now: datetime
) -> Condition:
    generation = form.metadata.generation
    if lifted_at is not None:
        text = f"lifted at {lifted_at.isoformat()}; the system is as it would be without it"
        return ready_condition(generation, now, "Lifted", text, ready=True)
    if phase == "InForce" and judged.pending:
        text = f"in force since it was filed; awaiting ratification ({cite('G49-interrupt')})"
        return ready_condition(generation, now, "InForce", text)
    return verdict(judged, form, now, done=("InForce", "in force until it is lifted"))


def suspensions_stand(case: Case) -> Iterator[Check]:
    """What was suspended in another cluster is not let go by coming here (A23-suspend).

    Each suspension that was in force there is filed here by its name, and in force, or lifted
    here by who may lift it, before anything is granted.
    """
    before = case.predecessor
    if before is None or not before.suspended:
        return
    here = {_named(s) for s in case.of(Suspension) if _in_force(s) or s.status.phase == "Lifted"}
    missing = [
        f"Suspension {old.name} ({old.effect}, of origin {old.origin}) was in force in the other "
        "cluster: file it again by that name, and decide on it; then lift it if it is to end"
        for old in before.suspended
        if old not in here
    ]
    yield blocking_check("SuspensionsStand", missing, cite("A23-suspend"))


def _named(suspension: Suspension) -> InForce:
    spec = suspension.spec
    return InForce(suspension.metadata.name, spec.effect, spec.origin)


def _stands(case: Case, request: Suspension) -> Iterator[Check]:
    """Only what was granted, and has not exited, can be suspended; or goes on from another."""
    phase, before = case.application.status.phase, case.predecessor
    again = before is not None and _named(request) in before.suspended
    stands = again if phase in BEFORE_APPROVAL else phase != "Exited"
    said = f"the application is {phase or 'not judged yet'}: there is nothing to suspend"
    yield blocking_check("SystemStands", [] if stands else [said], cite("A23-suspend"))
