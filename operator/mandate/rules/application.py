"""The life of an application: Submitted → Accepted → Approved, or Refused (article 9)."""

from dataclasses import dataclass
from datetime import datetime

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplication, CloudApplicationStatus, Phase
from mandate.api.governancepolicy import GovernancePolicy, GovernancePolicySpec, StageRule
from mandate.api.meta import Condition, Json, find_condition, set_condition
from mandate.api.requests import Awaiting, Check, Decision, decision_key
from mandate.api.rulebook import cite
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.basis import basis
from mandate.rules.checks import application_checks, failures
from mandate.rules.clocks import Timing, keep_time, stage_terms
from mandate.rules.grant import Grant, allocation, grant
from mandate.rules.progress import Progress, pinned_stages, progress
from mandate.rules.receipt import received
from mandate.rules.record import Fact


@dataclass(frozen=True, slots=True)
class World:
    """All that the life of one application depends on."""

    application: CloudApplication
    form: Json
    """The form as the API server stores it."""
    agency: Agency | None
    """The agency whose namespace it stands in, once it can file."""
    policy: GovernancePolicy | None
    calendar: WorkCalendar | None = None
    """The calendar that the policy names."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of applying a grant."""

    granted: bool
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be: the status, and the grant if there is one."""

    status: CloudApplicationStatus
    grant: Grant | None = None
    facts: tuple[Fact, ...] = ()
    """What the next status no longer tells: to be recorded before it is written."""
    due: datetime | None = None
    """When time alone next changes the answer (UTC)."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    phase: Phase
    reason: str
    message: str
    ready: bool = False


def decide(world: World, now: datetime, outcome: Outcome | None = None) -> Plan:
    """What the application's status and grant should be (A13-accept, A13-review).

    Args:
        world: the application and what it depends on.
        now: for conditions that change (UTC).
        outcome: what came of applying the grant this time; None before it was applied.
    """
    if world.agency is None or world.policy is None:
        return _waiting(world, now)
    app, policy = world.application, world.policy.spec
    old, generation = app.status, app.metadata.generation
    rules = _applicable(policy.stages.cloud_application, app)
    stages = pinned_stages(old, generation, tuple(r.name for r in rules))
    fresh = application_checks(app.spec, world.agency, policy)
    made = progress(stages, old, generation, fresh)
    # what was decided on stays on record as it was read
    keep = made.pending is None and old.observed_generation == generation and old.checks
    checks = old.checks if keep else fresh
    needs_opinion = {r.name for r in rules if r.opinion_required}
    granted = _granted(world, made)
    verdict = _verdict(made, generation, checks, _known_outcome(old, generation, outcome))
    timing = _timing(world, policy, made, checks, now)
    status = CloudApplicationStatus(
        observed_generation=generation,
        stages=stages,
        awaiting=_awaiting(world, made, checks, needs_opinion),
        approvals=old.approvals,
        effects=dict(made.effects),
        checks=checks,
        clocks=timing.clocks,
        conditions=_conditions(old, _ready(verdict, generation, now), timing.overdue),
        phase=verdict.phase,
        namespace=granted.namespace if granted else None,
        allocation=allocation(app.spec) if granted else None,
    )
    return Plan(status, granted, timing.facts, timing.due)


def _timing(
    world: World,
    policy: GovernancePolicySpec,
    made: Progress,
    checks: tuple[Check, ...],
    now: datetime,
) -> Timing:
    """The clocks of its stages: acceptance's starts at receipt, review's at acceptance."""
    metadata, old = world.application.metadata, world.application.status
    start = received(metadata, old.approvals, now)
    # a form that can only be refused waits for the applicant to correct it
    waiting = bool(failures(checks, blocking=True))
    terms = stage_terms(made, old, metadata.generation, start, waiting)
    return keep_time(old, metadata.generation, terms, policy, world.calendar, now)


def _conditions(
    old: CloudApplicationStatus, ready: Condition, overdue: Condition | None
) -> tuple[Condition, ...]:
    conditions = set_condition(old.conditions, ready)
    if overdue is None:
        return tuple(c for c in conditions if c.type != "Overdue")
    return set_condition(conditions, overdue)


def _applicable(rules: tuple[StageRule, ...], app: CloudApplication) -> tuple[StageRule, ...]:
    """The policy's stages that this form goes through (A10-catalogue).

    What the unit procures itself has a decision of its own.
    """
    return tuple(r for r in rules if r.when is None or app.spec.self_procured)


def _awaiting(
    world: World, made: Progress, checks: tuple[Check, ...], needs_opinion: set[str]
) -> tuple[Awaiting, ...]:
    if made.pending is None:
        return ()
    blocked = failures(checks, blocking=True)
    advised = failures(checks, blocking=False)
    may: tuple[Decision, ...] = ("Refused",) if blocked else ("Approved", "Refused")
    entry = Awaiting(
        stage=made.pending,
        may=may,
        basis=basis(world.application.metadata, world.form, checks),
        opinion_required=made.pending in needs_opinion or bool(advised),
    )
    return (entry,)


def _granted(world: World, made: Progress) -> Grant | None:
    if made.pending or made.refused or made.ineffective:
        return None
    if world.agency is None or world.policy is None:
        return None
    approved = allocation(world.application.spec)
    return grant(world.application, approved, world.agency, world.policy.spec)


def _known_outcome(
    old: CloudApplicationStatus, generation: int, outcome: Outcome | None
) -> Outcome | None:
    """The outcome, or before it is known the last one, so that nothing flickers."""
    ready = find_condition(old.conditions, "Ready")
    if outcome or ready is None or old.phase != "Approved":
        return outcome
    if ready.observed_generation != generation:
        return None
    return Outcome(ready.status == "True", ready.reason, ready.message)


def _verdict(
    made: Progress, generation: int, checks: tuple[Check, ...], outcome: Outcome | None
) -> _Verdict:
    if made.refused:
        text = f"refused at {made.refused}; read the opinion, edit the form, and it is judged anew"
        return _Verdict("Refused", "Refused", f"{text} ({cite('A13-accept')})")
    if made.ineffective:
        reason = made.effects[decision_key(made.ineffective, generation)].reason
        return _Verdict("Submitted", "Ineffective", f"{made.ineffective}: {reason}")
    if made.pending:
        phase: Phase = "Accepted" if made.approved else "Submitted"
        blocked = failures(checks, blocking=True)
        if blocked:
            found = "; ".join(c.message for c in blocked)[:3900]
            return _Verdict(phase, "ChecksFailed", f"{made.pending} can only refuse: {found}")
        return _Verdict(phase, "AwaitingDecision", f"awaiting {made.pending}")
    if outcome is None:
        return _Verdict("Approved", "Granting", "the grant is being applied")
    # a condition holds 4096 characters, and the API server may say more
    return _Verdict("Approved", outcome.reason, outcome.message[:4000], outcome.granted)


def _ready(verdict: _Verdict, generation: int, now: datetime) -> Condition:
    return Condition(
        type="Ready",
        status="True" if verdict.ready else "False",
        observed_generation=generation,
        last_transition_time=now,
        reason=verdict.reason,
        message=verdict.message,
    )


def _waiting(world: World, now: datetime) -> Plan:
    """Without its agency or policy nothing can be decided; what was, stays."""
    old, generation = world.application.status, world.application.metadata.generation
    missing = "PolicyNotFound" if world.agency else "AgencyNotReady"
    text = "nothing can be decided until its agency and its policy are there and ready"
    ready = find_condition(old.conditions, "Ready")
    if old.phase == "Approved" and ready is not None:
        return Plan(old)
    # what stood of an older generation of the form does not stand of this one
    phase = old.phase if old.observed_generation == generation else None
    verdict = _Verdict(phase or "Submitted", missing, text)
    conditions = set_condition(old.conditions, _ready(verdict, generation, now))
    update = {"awaiting": (), "conditions": conditions, "phase": verdict.phase}
    return Plan(old.model_copy(update=update))
