"""What is judged alike of every request: its stages, what can be decided now, its clocks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.meta import Condition, Json, ObjectMeta, set_condition
from mandate.api.requests import (
    Awaiting,
    Check,
    Decision,
    Effect,
    RequestStatus,
    decision_key,
)
from mandate.api.rulebook import cite
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.basis import basis
from mandate.rules.checks import failures
from mandate.rules.clocks import Term, keep_time, stage_terms
from mandate.rules.less import as_asked
from mandate.rules.progress import Objection, Walked, pinned_stages, progress
from mandate.rules.receipt import received
from mandate.rules.record import Fact
from mandate.rules.workdays import Workdays


@dataclass(frozen=True, slots=True)
class Form:
    """A request as it is stored."""

    metadata: ObjectMeta
    spec: Json
    """As the API server has it, not as this version models it."""
    status: RequestStatus


@dataclass(frozen=True, slots=True)
class Law:
    """What requests are judged by."""

    policy: GovernancePolicySpec
    calendar: WorkCalendar | None

    @property
    def workdays(self) -> Workdays | None:
        """The jurisdiction's days; None without its calendar, or with one that is unusable."""
        try:
            return Workdays.of(self.calendar.spec) if self.calendar else None
        except ValueError:
            return None

    def end_of(self, day: date) -> datetime | None:
        """When a day of the jurisdiction is over (UTC); None without its calendar."""
        days = self.workdays
        return days.end_of(day) if days else None

    def is_over(self, day: date, now: datetime) -> bool:
        """Whether a day of the jurisdiction is over; without its calendar none is."""
        end = self.end_of(day)
        return end is not None and now >= end


def _no_terms(_: tuple[str, ...], __: Mapping[str, Effect]) -> tuple[Term, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Course:
    """What one request goes through."""

    groups: tuple[tuple[str, ...], ...]
    """Its stages in their order; those of one group are open together."""
    checks: tuple[Check, ...] = ()
    """The judgements as they are now."""
    needs_opinion: frozenset[str] = frozenset()
    """Stages at which an approval too carries an opinion."""
    read: Json = field(default_factory=dict)
    """What else an approver reads, such as the digest of a text: part of the basis."""
    terms: Callable[[tuple[str, ...], Mapping[str, Effect]], tuple[Term, ...]] = _no_terms
    """What else has a time limit, by the stages and what took effect: such as providing."""
    objection: Objection = as_asked
    """What is wrong with an approval of the last stage itself."""
    cites: str | None = None
    """What a decision cites besides its basis; `read` has it too."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged; `base` are the fields that every status has."""

    base: Json
    approved: tuple[str, ...]
    pending: tuple[str, ...]
    refused: str | None
    ineffective: str | None
    checks: tuple[Check, ...]
    facts: tuple[Fact, ...]
    """What the next status no longer tells."""
    due: datetime | None

    @property
    def complete(self) -> bool:
        """Whether every stage was approved with effect."""
        return not (self.pending or self.refused or self.ineffective)

    def status(self, ready: Condition) -> Json:
        """The fields that every status has, with its Ready condition."""
        return self.base | {"conditions": set_condition(self.base["conditions"], ready)}


def judge(form: Form, course: Course, law: Law, now: datetime) -> Judged:
    """Where a request stands (A09-lifecycle, X-order, X-final, X-clock).

    Args:
        form: as it is stored.
        course: what it goes through.
        law: what it is judged by.
        now: the time (UTC).
    """
    old, generation = form.status, form.metadata.generation
    flat = tuple(stage for group in course.groups for stage in group)
    stages = pinned_stages(old, generation, flat)
    groups = course.groups if stages == flat else tuple((stage,) for stage in stages)
    walked = _walk(groups, old, generation, course)
    # what was decided on stays on record as it was read
    keep = not walked.pending and old.observed_generation == generation and old.checks
    checks = old.checks if keep else course.checks
    opened = stage_terms(
        groups,
        walked,
        _decided(old, generation, stages),
        received(form.metadata, old.approvals, now),
        law.policy.time_limits,
        waiting=bool(failures(checks, blocking=True)),
    )
    terms = (*opened, *course.terms(stages, walked.effects))
    timing = keep_time(old, generation, terms, law.policy, law.calendar, now)
    base: Json = {
        "observed_generation": generation,
        "stages": stages,
        "awaiting": tuple(_awaiting(form, course, walked.pending, checks)),
        "approvals": old.approvals,
        "effects": dict(walked.effects),
        "checks": checks,
        "clocks": timing.clocks,
        "conditions": _with_overdue(old.conditions, timing.overdue),
    }
    return Judged(
        base,
        walked.approved,
        walked.pending,
        walked.refused,
        walked.ineffective,
        checks,
        timing.facts,
        timing.due,
    )


def _decided(
    status: RequestStatus, generation: int, stages: tuple[str, ...]
) -> dict[str, datetime]:
    """When each stage was decided on a generation (UTC)."""
    made = {stage: status.approvals.get(decision_key(stage, generation)) for stage in stages}
    return {stage: each.at for stage, each in made.items() if each is not None and each.at}


def _walk(
    groups: tuple[tuple[str, ...], ...],
    status: RequestStatus,
    generation: int,
    course: Course,
) -> Walked:
    """Walks the groups in their order up to the first that is not approved as a whole."""
    effects: dict[str, Effect] = dict(status.effects)
    approved: list[str] = []
    for group in groups:
        objection = course.objection if group is groups[-1] else as_asked
        each = {s: progress((s,), status, generation, course.checks, objection) for s in group}
        for found in each.values():
            effects |= found.effects
        approved += [s for s, p in each.items() if p.approved]
        pending = tuple(s for s, p in each.items() if p.pending)
        refused = next((s for s, p in each.items() if p.refused), None)
        ineffective = next((s for s, p in each.items() if p.ineffective), None)
        if refused or ineffective:
            return Walked(tuple(approved), (), refused, ineffective, effects)
        if pending:
            return Walked(tuple(approved), pending, effects=effects)
    return Walked(tuple(approved), effects=effects)


def _awaiting(
    form: Form, course: Course, pending: tuple[str, ...], checks: tuple[Check, ...]
) -> Iterator[Awaiting]:
    blocked = failures(checks, blocking=True)
    advised = failures(checks, blocking=False)
    may: tuple[Decision, ...] = ("Refused",) if blocked else ("Approved", "Refused")
    for stage in pending:
        yield Awaiting(
            stage=stage,
            may=may,
            basis=basis(form.metadata, form.spec, checks, course.read),
            opinion_required=stage in course.needs_opinion or bool(advised),
            cites=course.cites,
        )


def _with_overdue(
    conditions: tuple[Condition, ...], overdue: Condition | None
) -> tuple[Condition, ...]:
    if overdue is None:
        return tuple(c for c in conditions if c.type != "Overdue")
    return set_condition(conditions, overdue)


def ready_condition(
    generation: int, now: datetime, reason: str, message: str, *, ready: bool = False
) -> Condition:
    """The Ready condition; its message is cut to what a condition holds."""
    return Condition(
        type="Ready",
        status="True" if ready else "False",
        observed_generation=generation,
        last_transition_time=now,
        reason=reason,
        message=message[:4000],
    )


def verdict(judged: Judged, form: Form, now: datetime, *, done: tuple[str, str]) -> Condition:
    """The Ready condition of a request: what it waits for, or what came of it.

    Args:
        judged: where it stands.
        form: as it is stored.
        now: for a condition that changes (UTC).
        done: reason and message once every stage was approved.
    """
    generation = form.metadata.generation
    if judged.refused:
        text = (
            f"refused at {judged.refused}; read the opinion, edit the form, and it is judged "
            f"anew ({cite('A13-accept')})"
        )
        return ready_condition(generation, now, "Refused", text)
    if judged.ineffective:
        effects: Mapping[str, Effect] = judged.base["effects"]
        reason = effects[decision_key(judged.ineffective, generation)].reason
        text = f"{judged.ineffective}: {reason}"
        return ready_condition(generation, now, "Ineffective", text)
    if judged.pending:
        blocked = failures(judged.checks, blocking=True)
        stages = ", ".join(judged.pending)
        if blocked:
            found = "; ".join(c.message for c in blocked)[:3900]
            text = f"{stages} can only refuse: {found}"
            return ready_condition(generation, now, "ChecksFailed", text)
        return ready_condition(generation, now, "AwaitingDecision", f"awaiting {stages}")
    reason, text = done
    return ready_condition(generation, now, reason, text, ready=True)


def simple_phase(judged: Judged) -> Literal["Submitted", "Approved", "Refused"]:
    """The phase of a request that is filed, and approved or refused."""
    if judged.complete:
        return "Approved"
    return "Refused" if judged.refused else "Submitted"


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """What is to be of a request."""

    status: RequestStatus
    facts: tuple[Fact, ...] = ()
    """What the next status no longer tells."""
    due: datetime | None = None
    """When time alone next changes the answer (UTC)."""


def orphaned(form: Form, now: datetime) -> RequestPlan:
    """A request whose application is not there, or cannot be decided on: what was, stays."""
    text = (
        "the application that applicationRef names by name and uid is not there, or its agency "
        "and policy are not ready: nothing can be decided"
    )
    ready = ready_condition(form.metadata.generation, now, "ApplicationNotFound", text)
    conditions = set_condition(form.status.conditions, ready)
    return RequestPlan(form.status.model_copy(update={"awaiting": (), "conditions": conditions}))
