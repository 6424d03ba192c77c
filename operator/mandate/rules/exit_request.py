"""`ExitRequest`: decided, carried out, confirmed and signed (articles 7, 17, 23; annex 1, 7.2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal

from mandate.api.exitrequest import ExitRequest, ExitRequestStatus
from mandate.api.meta import Json
from mandate.api.requests import Effect
from mandate.api.rulebook import cite
from mandate.api.stages import SIGNATURES
from mandate.api.timelimits import RECLAIM, SIGN
from mandate.rules.beside import Aside, aside
from mandate.rules.case import Case, Unit, effective, form_of
from mandate.rules.clocks import Term
from mandate.rules.exit_checks import exit_checks
from mandate.rules.exits import Schedule, covers, schedule
from mandate.rules.integration import duty_of, overdue_at
from mandate.rules.request import Course, Form, Judged, RequestPlan, judge, verdict
from mandate.rules.signing import to_sign

_CONFIRMED = "confirm-provider"
_Phase = Literal["Submitted", "Approved", "Closed", "Held", "Reclaimed", "Completed", "Refused"]
_SAID: dict[_Phase, str] = {
    "Approved": "approved; its network closes, and it is deleted, when this status says",
    "Closed": "its network is closed",
    "Held": "no pod starts; nothing is deleted before deletesAt or while a Suspension is in force",
    "Reclaimed": f"all is gone; to be confirmed and signed ({cite('G72-confirm')})",
    "Completed": "the exit sheet is signed by all three",
}


@dataclass(frozen=True, slots=True)
class _Carried:
    """How far an approved exit has been carried out."""

    times: Schedule | None = None
    reclaimed_at: datetime | None = None


def judge_exit(case: Case | Unit, request: ExitRequest, spec: Json, now: datetime) -> RequestPlan:
    """An exit, from its form to the sheet that all three have signed (A17-exit, G72-confirm).

    It takes the authority's approval; then it is carried out by the life of each application. When
    all is gone the provider confirms the inventory, and what is signed is the sheet with it.
    """
    form = form_of(request, spec)
    checks = exit_checks(request, case.agency, case.systems, case.law, now)
    terms = partial(_terms, case, request, form, now)
    judged = judge(form, Course((("exit",),), checks=checks, terms=terms), case.law, now)
    carried = _carried_out(case, request, judged.base["effects"], now)
    form = replace(form, status=form.status.model_copy(update={"checks": judged.checks}))
    besides = tuple(_closing(form, request, case, carried))
    phase = _phase(judged, carried, besides, now)
    fields = judged.status(verdict(judged, form, now, done=(phase, _SAID.get(phase, ""))))
    turns = (*fields["awaiting"], *(w for b in besides for w in b.awaiting))
    sheet = request.status.sheet
    fields["awaiting"] = to_sign(turns, sheet.sha256 if sheet else None, case.policy.spec)
    fields["effects"] = fields["effects"] | {k: e for b in besides for k, e in b.effects.items()}
    times = carried.times
    status = ExitRequestStatus(
        **fields,
        phase=phase,
        closes_at=times.closes_at if times else None,
        holds_at=times.holds_at if times else None,
        deletes_at=times.deletes_at if times else None,
        reclaimed_at=carried.reclaimed_at,
        sheet=sheet,
    )
    mine = (times.closes_at, times.holds_at) if times else ()
    waits = (judged.due, *mine, _reclaimable_at(case, request) if judged.pending else None)
    due = min((at for at in waits if at is not None and at > now), default=None)
    return RequestPlan(status, judged.facts, due)


def _carried_out(
    case: Case | Unit, request: ExitRequest, effects: Mapping[str, Effect], now: datetime
) -> _Carried:
    """What has come of an approval; once all is gone, its times stand as they were."""
    made = effective(request.status, effects, "exit", request.metadata.generation)
    if made is None or made.at is None:
        return _Carried()
    old = request.status
    if old.reclaimed_at and old.closes_at and old.holds_at and old.deletes_at:
        return _Carried(Schedule(old.closes_at, old.holds_at, old.deletes_at), old.reclaimed_at)
    times = schedule(request.spec, made.at, case.law)
    mine = [s.status.reclaim for s in case.systems if covers(request, s, made.at)]
    gone = [r.reclaimed_at for r in mine if r is not None and r.reclaimed_at is not None]
    if times is None or now < times.closes_at or len(gone) < len(mine):
        return _Carried(times)
    # a unit without systems gives nothing back
    return _Carried(times, max(gone, default=times.closes_at))


def _terms(
    case: Case | Unit,
    request: ExitRequest,
    form: Form,
    now: datetime,
    _: tuple[str, ...],
    effects: Mapping[str, Effect],
) -> tuple[Term, ...]:
    """What has a time limit once it is approved (A17-exit, G72-confirm).

    From the later of approval and planned date until all is gone; from the provider's
    confirmation until all three have signed.
    """
    carried = _carried_out(case, request, effects, now)
    if carried.times is None or now < carried.times.closes_at:
        return ()
    reclaim = Term(RECLAIM, carried.times.closes_at, carried.reclaimed_at)
    confirmed = aside(form, _CONFIRMED).approval if carried.reclaimed_at else None
    if confirmed is None or confirmed.at is None:
        return (reclaim,)
    signed = [a.at for a in (aside(form, s).approval for s in SIGNATURES) if a and a.at]
    ended = max(signed) if len(signed) == len(SIGNATURES) else None
    return (reclaim, Term(SIGN, confirmed.at, ended))


def _closing(
    form: Form, request: ExitRequest, case: Case | Unit, carried: _Carried
) -> Iterator[Aside]:
    """The provider's confirmation of the inventory, then the three signatures (G72-confirm)."""
    if carried.reclaimed_at is None:
        return
    inventory = {s.metadata.uid: s.status.reclaim.wire() for s in case.systems if s.status.reclaim}
    confirmed = aside(form, _CONFIRMED, {"inventory": inventory})
    yield confirmed
    sheet = request.status.sheet
    if confirmed.approval is not None and sheet is not None:
        for stage in SIGNATURES:
            yield aside(form, stage, {"sheet": sheet.sha256})


def _phase(judged: Judged, carried: _Carried, besides: tuple[Aside, ...], now: datetime) -> _Phase:
    if not judged.complete:
        return "Refused" if judged.refused else "Submitted"
    if len([b for b in besides if b.approval]) == 1 + len(SIGNATURES):
        return "Completed"
    if carried.reclaimed_at is not None:
        return "Reclaimed"
    if carried.times is None or now < carried.times.closes_at:
        return "Approved"
    return "Closed" if now < carried.times.holds_at else "Held"


def _reclaimable_at(case: Case | Unit, request: ExitRequest) -> datetime | None:
    """When what a reclaim rests on is overdue (UTC; A07-reclaim)."""
    if request.spec.reclaim is None:
        return None
    return overdue_at(duty_of(case.agency, case.systems[0].metadata), case.law)
