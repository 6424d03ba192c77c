"""The clocks of a request: what is to be done in which time (X-clock).

A clock opens when its stage does, under the limit that the policy has then, and closes with the
decision: a late one is valid, and on record as late. A calendar that is edited later moves the
clocks that still run, and those alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mandate.api.clocks import Clock, Period, Recomputed, Stop, TimeLimit
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.meta import Condition
from mandate.api.requests import RequestStatus
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.clock_record import Trouble, breach, overdue
from mandate.rules.progress import Walked
from mandate.rules.record import Fact
from mandate.rules.workdays import Due, Workdays

_MOST_STOPS = 16


@dataclass(frozen=True, slots=True)
class Term:
    """One stage of the present generation, as far as it has come."""

    stage: str
    started: datetime
    ended: datetime | None = None
    waiting: bool = False
    """Whether nobody but the applicant can move the request on."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What the clocks of a request say."""

    clocks: tuple[Clock, ...] = ()
    facts: tuple[Fact, ...] = ()
    """What the clocks no longer tell; `clock_facts` has the rest."""
    overdue: Condition | None = None
    """None where nothing has a time limit."""
    due: datetime | None = None
    """When time alone next changes the answer (UTC)."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """What clocks are read by."""

    limits: dict[str, TimeLimit]
    days: Workdays | None
    calendar_generation: int
    now: datetime


def stage_terms(
    groups: tuple[tuple[str, ...], ...],
    walked: Walked,
    decided: Mapping[str, datetime],
    start: datetime,
    limits: tuple[TimeLimit, ...],
    *,
    waiting: bool,
) -> tuple[Term, ...]:
    """The stages that were begun: the first at receipt, each other when those before it ended.

    Stages of one group are begun together. One whose limit `countsFrom` another is begun with
    that one's approval, whatever lies between (A13-accept, A13-review, X-clock).

    Args:
        groups: the stages of the present generation, in their order.
        walked: how far they have come.
        decided: when each was decided on that generation (UTC).
        start: when the generation was received (UTC).
        limits: the policy's.
        waiting: whether what can be decided waits for the applicant.
    """
    passed = {stage: decided[stage] for stage in walked.approved if stage in decided}
    over = decided.get(walked.refused or walked.ineffective or "")
    origins = {limit.name: limit.counts_from for limit in limits if limit.counts_from}
    opened: datetime | None = start
    terms = []
    before: dict[str, datetime] = {}
    for group in groups:
        for stage in group:
            begun = before.get(origins.get(stage, ""), opened)
            if begun is not None:
                ended = passed.get(stage, over)
                terms.append(Term(stage, begun, ended, waiting and ended is None))
        before |= {stage: passed[stage] for stage in group if stage in passed}
        opened = max(before[s] for s in group) if passed.keys() >= set(group) else None
    return tuple(terms)


def keep_time(
    old: RequestStatus,
    generation: int,
    terms: tuple[Term, ...],
    policy: GovernancePolicySpec,
    calendar: WorkCalendar | None,
    now: datetime,
) -> Timing:
    """What the clocks of a request say now (X-clock).

    Without its calendar no clock opens or moves; those that run close with their decision.

    Args:
        old: the status as it is, with the clocks as they were.
        generation: the present one.
        terms: the stages of it that were begun, in their order.
        policy: with the time limits.
        calendar: the one the policy names, if it is there.
        now: the time (UTC).
    """
    days, trouble = _workdays(calendar, policy.calendar)
    scale = _Scale(
        limits={limit.name: limit for limit in policy.time_limits},
        days=days,
        calendar_generation=calendar.metadata.generation if calendar else 0,
        now=now,
    )
    same = old.observed_generation == generation
    known = {clock.stage: clock for clock in old.clocks if same}
    found = [_clock(term, known.get(term.stage), scale) for term in terms]
    clocks = tuple(clock for clock in found if clock is not None)
    begun = terms[0].started if terms else now
    facts = tuple(_superseded(old, begun))
    closed = {clock.stage for clock in clocks if clock.closed_at is not None}
    if all(term.stage in closed or term.stage not in scale.limits for term in terms):
        trouble = None
    late = overdue(clocks, trouble, generation, now)
    return Timing(clocks, facts, late, _next(clocks, now))


def _workdays(calendar: WorkCalendar | None, name: str) -> tuple[Workdays | None, Trouble | None]:
    """The calendar to count with, or why there is none (X-clock)."""
    if calendar is None:
        return None, Trouble("CalendarNotFound", f"WorkCalendar {name} does not exist; apply it")
    try:
        return Workdays.of(calendar.spec), None
    except ValueError as error:
        return None, Trouble("CalendarUnusable", f"WorkCalendar {name}: {error}; correct it")


def _clock(term: Term, known: Clock | None, scale: _Scale) -> Clock | None:
    """The clock of a stage as it is now (X-clock)."""
    clock = known or _opened(term, scale)
    if clock is None or clock.closed_at is not None:
        return clock
    # what was done before this look was done under the calendar as it was
    if term.ended is None:
        clock = _moved(clock, scale)
    clock = _stopped(clock, term, scale)
    read_at = clock.stops[-1].since if clock.stands_still else term.ended or scale.now
    remind_at = _reminder(clock, scale)
    update = {
        "closed_at": term.ended,
        "remind_at": remind_at,
        "reminded": remind_at is not None and read_at >= remind_at,
        "breached": read_at >= clock.due_at,
    }
    return clock.model_copy(update=update)


def _opened(term: Term, scale: _Scale) -> Clock | None:
    """The clock of a stage that has none yet (X-clock)."""
    limit = scale.limits.get(term.stage)
    if limit is None or scale.days is None:
        return None
    due = scale.days.due(term.started, limit)
    return Clock(
        stage=term.stage,
        limit=Period(amount=limit.amount, unit=limit.unit),
        started_at=term.started,
        due_on=due.day,
        due_at=due.at,
        provisional=due.provisional,
        breached=False,
    )


def _moved(clock: Clock, scale: _Scale) -> Clock:
    """The clock by the calendar as it is now (X-clock)."""
    if scale.days is None:
        return clock
    due = _due(clock, scale.days)
    if (due.at, due.provisional) == (clock.due_at, clock.provisional):
        return clock
    moved = Recomputed(
        calendar_generation=scale.calendar_generation,
        was_due_on=clock.due_on,
        was_provisional=clock.provisional,
    )
    return _due_then(clock, due).model_copy(update={"recomputed": moved})


def _stopped(clock: Clock, term: Term, scale: _Scale) -> Clock:
    """The clock as it stands still from now on, or goes on (X-clock)."""
    limit = scale.limits.get(clock.stage)
    wait = term.waiting and limit is not None and limit.stop_while_waiting is True
    if not clock.stands_still:
        # what is late already stays late
        if wait and scale.now < clock.due_at and len(clock.stops) < _MOST_STOPS:
            return clock.model_copy(update={"stops": (*clock.stops, Stop(since=scale.now))})
        return clock
    if wait or scale.days is None:
        return clock
    again = clock.stops[-1].model_copy(update={"until": term.ended or scale.now})
    clock = clock.model_copy(update={"stops": (*clock.stops[:-1], again)})
    return _due_then(clock, _due(clock, scale.days))


def _due(clock: Clock, days: Workdays) -> Due:
    """When the clock ends, with the days on which it stood still (X-clock)."""
    stood = [(stop.since, stop.until) for stop in clock.stops]
    spans = tuple((days.day_of(a), days.day_of(b)) for a, b in stood if b is not None)
    return days.due(clock.started_at, clock.limit, spans)


def _due_then(clock: Clock, due: Due) -> Clock:
    update = {"due_on": due.day, "due_at": due.at, "provisional": due.provisional}
    return clock.model_copy(update=update)


def _reminder(clock: Clock, scale: _Scale) -> datetime | None:
    """When a reminder is due; None where none is wanted or the time is too short (X-clock)."""
    limit = scale.limits.get(clock.stage)
    if scale.days is None:
        return clock.remind_at
    if limit is None or limit.remind_before is None:
        return None
    at = scale.days.before(clock.due_on, limit.remind_before)
    return at if at > clock.started_at else None


def _superseded(old: RequestStatus, edited: datetime) -> Iterator[Fact]:
    """The breaches that nobody saw before the form was edited (X-clock).

    Clocks of the present generation end after its receipt and are none of these.
    """
    for clock in old.clocks:
        if clock.runs and edited >= clock.due_at:
            yield breach(clock, old.observed_generation)


def _next(clocks: tuple[Clock, ...], now: datetime) -> datetime | None:
    """The next instant at which a clock says something else (X-clock)."""
    instants = [i for c in clocks if c.runs for i in (c.remind_at, c.due_at) if i is not None]
    return min((i for i in instants if i > now), default=None)
