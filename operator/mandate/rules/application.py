"""The life of an application, from its form to its end (article 9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from mandate.api.agency import Agency
from mandate.api.cloudapplication import (
    BEFORE_APPROVAL,
    CloudApplication,
    CloudApplicationStatus,
    Phase,
)
from mandate.api.governancepolicy import GovernancePolicy, StageRule
from mandate.api.meta import Json, Resource, find_condition, set_condition
from mandate.api.requests import Effect
from mandate.api.servicecatalog import ServiceCatalog
from mandate.api.stages import TAKEOVER
from mandate.api.systemlife import Reclaim
from mandate.api.timelimits import PROVISION
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.capacity import Demand
from mandate.rules.case import Case, Predecessor, Renderer, effective
from mandate.rules.checks import application_checks
from mandate.rules.clocks import Term
from mandate.rules.cost import daily_cost
from mandate.rules.evaluation import evaluation_term
from mandate.rules.grant import Grant, grant
from mandate.rules.granted import approved_allocation, last_approval
from mandate.rules.holdings import reclaimed
from mandate.rules.implementation import applied, carried_out
from mandate.rules.integration import duty_of
from mandate.rules.less import beyond
from mandate.rules.life import live
from mandate.rules.preview import Changes, preview_of_application, read_of, shown
from mandate.rules.provision import (
    begun_at,
    handover,
    provisioned,
    provisioned_at,
    with_confirmation,
)
from mandate.rules.record import Fact
from mandate.rules.request import Course, Form, Judged, judge, ready_condition, verdict
from mandate.rules.suspension import suspensions_stand
from mandate.rules.takeover import restored, restoring, with_takeover


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
    catalog: ServiceCatalog | None = None
    """The catalogue that the policy names."""
    requests: tuple[Resource, ...] = ()
    """What was filed about this very application, in the order of creation."""
    taken: Demand = field(default_factory=dict)
    """What of the platform others have, or reserved before this form; known until its approval."""
    predecessor: Predecessor | None = None
    """What an imported dossier tells of it: the one that was cited, or else the last."""
    used: Mapping[str, str] | None = None
    """What is in use by each key of its quota; None: not read."""
    render: Renderer | None = None
    """By which its approval is shown before it is made."""

    def case(self) -> Case | None:
        """The case, once its agency and policy are there."""
        if self.agency is None or self.policy is None:
            return None
        return Case(
            self.application,
            self.form,
            self.agency,
            self.policy,
            self.calendar,
            self.catalog,
            self.requests,
            self.predecessor,
            used=self.used,
            render=self.render,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of applying a grant."""

    granted: bool
    reason: str
    message: str
    inventory: Mapping[str, str] | None = None
    """What the namespace used of its quota, where it is to be deleted next."""
    reclaimed: bool = False
    """Whether the namespace is gone for good."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be: the status, the grant if there is one, and what the operator files."""

    status: CloudApplicationStatus
    grant: Grant | None = None
    reads_use: bool = False
    """Whether a change waits for what is in use of its quota: read it, and decide again."""
    records: tuple[Json, ...] = ()
    facts: tuple[Fact, ...] = ()
    """What the next status no longer tells: to be recorded before it is written."""
    due: datetime | None = None
    """When time alone next changes the answer (UTC)."""


def decide(world: World, now: datetime, outcome: Outcome | None = None) -> Plan:
    """What the application's status and grant should be (A13-accept, A13-review).

    Args:
        world: the application and what it depends on.
        now: the time (UTC).
        outcome: what came of applying the grant this time; None before it was applied.
    """
    case = world.case()
    if case is None:
        return _waiting(world, now)
    app = case.application
    form = Form(app.metadata, case.form, app.status)
    granted = outcome is not None and outcome.granted
    begun = _begun(case, now) if granted else provisioned_at(case)
    inventory = outcome.inventory if outcome else None
    gone = outcome is not None and outcome.reclaimed
    reclaim = reclaimed(app.status.reclaim, inventory, now, gone=gone)
    over = reclaim.reclaimed_at if reclaim else None
    early = app.status.phase in BEFORE_APPROVAL
    preview = preview_of_application(case) if early and restored(case) is None else ()
    judged = judge(form, _course(case, world.taken, begun, over, preview), case.law, now)
    if not judged.complete:
        ready = verdict(judged, form, now, done=("", ""))
        seen = judged.status(ready) | {"preview": shown(preview, judged.base["awaiting"])}
        status = CloudApplicationStatus(**seen, phase=_early_phase(judged))
        return Plan(status, facts=judged.facts, due=judged.due)
    plan = _approved(case, judged, _known_outcome(app, outcome), begun, reclaim, now)
    if not granted:
        return plan
    changes = applied(plan.status.changes, app, now)
    return replace(plan, status=plan.status.model_copy(update={"changes": changes}))


def _course(
    case: Case, taken: Demand, begun: datetime | None, over: datetime | None, preview: Changes
) -> Course:
    """The stages of this form, its checks, and the time in which it is provided."""
    app, policy = case.application, case.policy.spec
    found = restored(case)
    if found is not None:
        course = restoring(found, tuple(suspensions_stand(case)))
        return replace(course, terms=partial(_terms, case, begun, over))
    rules = _applicable(policy.stages.cloud_application, app)
    stages = tuple(rule.name for rule in rules)
    return Course(
        groups=tuple((stage,) for stage in stages),
        checks=(
            *application_checks(app.spec, case.agency, policy, case.catalog, taken),
            *suspensions_stand(case),
        ),
        needs_opinion=frozenset(r.name for r in rules if r.opinion_required),
        read=read_of(preview),
        terms=partial(_terms, case, begun, over),
        objection=partial(beyond, app.spec),
    )


def _terms(
    case: Case,
    begun: datetime | None,
    over: datetime | None,
    stages: tuple[str, ...],
    effects: Mapping[str, Effect],
) -> tuple[Term, ...]:
    """What has a time limit besides the stages: providing, and the report after the launch.

    From the last approval until everything granted was there (A14-provision), and from the launch
    until what is owed after it (G33-mlps). What was reclaimed meanwhile owes neither.
    """
    made = last_approval(case.application, stages, effects)
    if made is None or made.at is None:
        return ()
    return (Term(PROVISION, made.at, begun or over), *evaluation_term(case, over))


def _begun(case: Case, now: datetime) -> datetime | None:
    """When everything granted was there, now that the grant stands."""
    known = provisioned_at(case)
    if known is not None:
        return known
    status = case.application.status
    approved = approved_allocation(case, status.stages, status.effects)
    return begun_at(case, handover(case, approved), now)


def _applicable(rules: tuple[StageRule, ...], app: CloudApplication) -> tuple[StageRule, ...]:
    """The policy's stages that this form goes through (A10-catalogue).

    What the unit procures itself has a decision of its own.
    """
    return tuple(r for r in rules if r.when is None or app.spec.self_procured)


def _early_phase(judged: Judged) -> Phase:
    if judged.refused:
        return "Refused"
    return "Accepted" if judged.approved and judged.pending else "Submitted"


def _known_outcome(app: CloudApplication, outcome: Outcome | None) -> Outcome | None:
    """The outcome, or before it is known the last one, so that nothing flickers."""
    ready = find_condition(app.status.conditions, "Ready")
    if outcome or ready is None or app.status.phase in BEFORE_APPROVAL:
        return outcome
    if ready.observed_generation != app.metadata.generation:
        return None
    return Outcome(ready.status == "True", ready.reason, ready.message)


def _approved(
    case: Case,
    judged: Judged,
    outcome: Outcome | None,
    begun: datetime | None,
    reclaim: Reclaim | None,
    now: datetime,
) -> Plan:
    """An approved application: how it lives, and what it is granted for that."""
    app, generation = case.application, case.application.metadata.generation
    life = live(case, begun, now, judged.base["clocks"])
    approved = approved_allocation(case, judged.base["stages"], judged.base["effects"])
    found = handover(case, approved)
    if begun is None and reclaim is None:
        judged = with_confirmation(case, judged, found)
    known = outcome or Outcome(False, "Granting", "the grant is being applied")
    judged = with_takeover(case, judged, known.reason)
    runs = carried_out(case, approved, life.regime, now)
    granted = grant(app, runs.allocation, case.agency, case.policy.spec, life.regime, case.catalog)
    taken = effective(app.status, judged.base["effects"], TAKEOVER, generation) is not None
    granted = replace(granted, takeover=taken)
    stands = known.granted or known.reclaimed
    ready = ready_condition(generation, now, known.reason, known.message, ready=stands)
    fields: dict[str, Any] = judged.status(ready)
    for condition in (*provisioned(generation, begun, found, now), *life.conditions):
        fields["conditions"] = set_condition(fields["conditions"], condition)
    status = CloudApplicationStatus(
        **fields,
        phase=life.phase,
        namespace=granted.namespace,
        allocation=runs.allocation,
        changes=runs.changes,
        trial=life.trial,
        launched_at=life.launched_at,
        billing_from=life.billing_from,
        cost=None if reclaim else daily_cost(runs.allocation, case.catalog),
        reclaim=reclaim,
        data_integration=duty_of(case.agency, app.metadata),
    )
    waits = (judged.due, *life.due, *runs.due)
    due = min((at for at in waits if at is not None and at > now), default=None)
    over = reclaim is not None and reclaim.reclaimed_at is not None
    return Plan(status, None if over else granted, runs.reads_use, life.records, judged.facts, due)


def _waiting(world: World, now: datetime) -> Plan:
    """Without its agency or policy nothing can be decided; what was, stays."""
    old, generation = world.application.status, world.application.metadata.generation
    missing = "PolicyNotFound" if world.agency else "AgencyNotReady"
    text = "nothing can be decided until its agency and its policy are there and ready"
    if old.phase not in BEFORE_APPROVAL and find_condition(old.conditions, "Ready"):
        return Plan(old)
    # what stood of an older generation of the form does not stand of this one
    phase = old.phase if old.observed_generation == generation else None
    conditions = set_condition(old.conditions, ready_condition(generation, now, missing, text))
    shut = {"awaiting": (), "preview": (), "conditions": conditions, "phase": phase or "Submitted"}
    return Plan(old.model_copy(update=shut))
