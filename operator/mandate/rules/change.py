"""`ResourceChange`: decided, carried out, confirmed and signed (article 16; annex 1, 7.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from mandate.api.meta import Condition, Json, find_condition, set_condition
from mandate.api.requests import Check, Effect
from mandate.api.resourcechange import ResourceChange, ResourceChangeStatus
from mandate.api.rulebook import cite
from mandate.api.stages import DECLARE_MAJOR, SIGNATURES
from mandate.api.systemlife import CarriedChange
from mandate.api.timelimits import IMPLEMENT, SIGN
from mandate.rules.beside import Aside, aside
from mandate.rules.case import Case, approval, effective, form_of
from mandate.rules.change_by_rule import with_rule
from mandate.rules.change_checks import change_checks
from mandate.rules.change_handover import change_handover
from mandate.rules.checks import blocking_check
from mandate.rules.clocks import Term
from mandate.rules.implementation import CHANGE, begins_at
from mandate.rules.preview import preview_of_change, read_of, shown
from mandate.rules.provision import CONFIRMATION
from mandate.rules.request import Course, Form, Judged, RequestPlan, judge, verdict
from mandate.rules.signing import to_sign
from mandate.rules.weighing import Weight, weigh

_IN_USE = "InUse"
_ONE_DAY = timedelta(days=1)
_Phase = Literal["Submitted", "Approved", "Implemented", "Completed", "Refused"]


@dataclass(frozen=True, slots=True)
class _Course:
    """How far an approved change has come."""

    begins_at: datetime | None = None
    entry: CarriedChange | None = None
    handover: tuple[str, ...] = ()
    """What the provider hands over or takes back, in words."""
    implemented_at: datetime | None = None


def judge_change(case: Case, request: ResourceChange, spec: Json, now: datetime) -> RequestPlan:
    """A change, from its form to the sheet that all three have signed (A16-change, G71-confirm).

    A major one is not approved before what it takes is there (A16-major). It is carried out by
    the life of its application, once its sheet is drawn up.
    """
    weight = weigh(case, request, now)
    checks = (*change_checks(case, request, weight.added, now), _proven(case, weight))
    preview = preview_of_change(case, request)
    read = weight.read() | read_of(preview)
    request = with_rule(case, request, weight, checks, {"spec": spec, "also": read}, now)
    form = form_of(request, spec)
    course = Course(
        groups=((CHANGE,),),
        checks=checks,
        read=read,
        terms=partial(_terms, case, request, now),
    )
    judged = judge(form, course, case.law, now)
    made = _course_of(case, request, judged.base["effects"])
    form = replace(form, status=form.status.model_copy(update={"checks": judged.checks}))
    besides = tuple(_besides(case, form, request, judged, weight, made))
    phase = _phase(judged, made, besides)
    done = (phase, _said(phase, request, made))
    fields = judged.status(verdict(judged, form, now, done=done))
    turns = (*fields["awaiting"], *(w for b in besides for w in b.awaiting))
    sheet = request.status.sheet if judged.complete else None
    fields["awaiting"] = to_sign(turns, sheet.sha256 if sheet else None, case.policy.spec)
    fields["effects"] = fields["effects"] | {k: e for b in besides for k, e in b.effects.items()}
    for condition in _waiting(form, made, now):
        fields["conditions"] = set_condition(fields["conditions"], condition)
    # what was decided stays as it was read
    old = request.status if judged.complete and request.status.materiality else None
    status = ResourceChangeStatus(
        **fields,
        phase=phase,
        materiality=old.materiality if old else "Major" if weight.major else "Minor",
        materiality_reasons=old.materiality_reasons if old else weight.reasons,
        by_rule=request.status.by_rule,
        sheet=sheet,
        preview=shown(preview, judged.base["awaiting"]),
        implemented_at=made.implemented_at,
    )
    return RequestPlan(status, judged.facts, _due(case, judged, weight, made, now))


def _proven(case: Case, weight: Weight) -> Check:
    """That a major change has what it takes, each thing that is missing by its name (A16-major)."""
    terms = case.policy.spec.change
    late = terms is not None and terms.major_evidence == "BeforeCompletion"
    missing = [*weight.plan_missing, *(() if late else weight.reports.missing)]
    why = f"it is major: {'; '.join(weight.reasons)}"
    return blocking_check("Proven", [why, *missing] if missing else (), cite("A16-major"))


def _course_of(case: Case, request: ResourceChange, effects: Mapping[str, Effect]) -> _Course:
    """How far an approved change has come; once all of it is so, that stands."""
    generation = request.metadata.generation
    made = effective(request.status, effects, CHANGE, generation)
    if made is None:
        return _Course()
    mine = (c for c in case.application.status.changes if c.uid == request.metadata.uid)
    entry, parts = next(mine, None), change_handover(case, request)
    ends = [entry.applied_at if entry else None]
    if parts:
        confirmed = approval(request, CONFIRMATION)
        ends.append(confirmed.at if confirmed else None)
    known = [at for at in ends if at is not None]
    implemented = max(known) if len(known) == len(ends) else None
    begins = begins_at(request.spec, made, case.law)
    return _Course(begins, entry, parts, request.status.implemented_at or implemented)


def _terms(
    case: Case,
    request: ResourceChange,
    now: datetime,
    _: tuple[str, ...],
    effects: Mapping[str, Effect],
) -> tuple[Term, ...]:
    """From the later of approval and planned day until all is so, then until it is signed."""
    made = _course_of(case, request, effects)
    if made.begins_at is None or now < made.begins_at:
        return ()
    found = [Term(IMPLEMENT, made.begins_at, made.implemented_at)]
    if made.implemented_at is not None:
        signed = [approval(request, stage) for stage in SIGNATURES]
        at = [a.at for a in signed if a is not None and a.at is not None]
        found.append(
            Term(SIGN, made.implemented_at, max(at) if len(at) == len(SIGNATURES) else None)
        )
    return tuple(found)


def _besides(
    case: Case, form: Form, request: ResourceChange, judged: Judged, weight: Weight, made: _Course
) -> Iterator[Aside]:
    """The declaration before the decision; the confirmation and the signatures after it."""
    if judged.pending and not weight.major:
        yield aside(form, DECLARE_MAJOR, weight.read(), opinion_required=True)
    if not judged.complete or made.entry is None:
        return
    if made.handover:
        yield aside(form, CONFIRMATION, {"handover": list(made.handover)})
    sheet = request.status.sheet
    late = request.status.materiality == "Major" and weight.reports.missing
    terms = case.policy.spec.change
    unproven = late and terms is not None and terms.major_evidence == "BeforeCompletion"
    if made.implemented_at is None or sheet is None or unproven:
        return
    read = {"sheet": sheet.sha256, "implementedAt": made.implemented_at.isoformat()}
    for stage in SIGNATURES:
        yield aside(form, stage, read)


def _phase(judged: Judged, made: _Course, besides: tuple[Aside, ...]) -> _Phase:
    if not judged.complete:
        return "Refused" if judged.refused else "Submitted"
    signed = [b for b in besides if b.stage in SIGNATURES and b.approval is not None]
    if len(signed) == len(SIGNATURES):
        return "Completed"
    return "Implemented" if made.implemented_at is not None else "Approved"


def _said(phase: _Phase, request: ResourceChange, made: _Course) -> str:
    """What an approved change waits for, or what came of it."""
    if phase == "Completed":
        return "the change sheet is signed by all three"
    if phase == "Implemented":
        return f"all of it is so; the sheet is to be signed ({cite('G71-confirm')})"
    if made.entry is not None and made.entry.in_use:
        return f"waits for what is in use: {'; '.join(made.entry.in_use)}"
    if made.entry is not None and made.handover:
        return f"{CONFIRMATION} is awaited: {'; '.join(made.handover)}"
    planned = request.spec.planned_implementation
    return f"approved; carried out from {planned} on, once its sheet is drawn up"


def _waiting(form: Form, made: _Course, now: datetime) -> Iterator[Condition]:
    """What is to be freed before a quota is cut (A16-shrink); what never was is not there."""
    in_use = made.entry.in_use if made.entry is not None else ()
    if in_use or find_condition(form.status.conditions, _IN_USE) is not None:
        yield Condition(
            type=_IN_USE,
            status="True" if in_use else "False",
            observed_generation=form.metadata.generation,
            last_transition_time=now,
            reason=_IN_USE if in_use else "Ended",
            message="; ".join(in_use)[:4000],
        )


def _due(
    case: Case, judged: Judged, weight: Weight, made: _Course, now: datetime
) -> datetime | None:
    """When time alone next changes the answer."""
    waits = [judged.due, made.begins_at]
    if judged.pending:
        waits += [*weight.due, *_key_days(case)]
    return min((at for at in waits if at is not None and at > now), default=None)


def _key_days(case: Case) -> Iterator[datetime]:
    """When each key period begins and ends (UTC)."""
    terms, days = case.policy.spec.change, case.workdays
    for period in terms.key_periods if terms and days else ():
        if days is not None:
            yield days.end_of(period.first - _ONE_DAY)
            yield days.end_of(period.last)
