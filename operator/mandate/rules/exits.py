"""The end of a system: closed, held, reclaimed (articles 7, 17, 23; A17-exit)."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from mandate.api.cloudapplication import CloudApplication
from mandate.api.exitrequest import ExitRequest, ExitRequestSpec
from mandate.rules.case import Case, approval
from mandate.rules.request import Law
from mandate.rules.suspension import Suspended

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an approved exit does what (UTC)."""

    closes_at: datetime
    """The network closes: at the approval, or when the planned day begins if that is later."""
    holds_at: datetime
    """No pod starts any more: after that day."""
    deletes_at: datetime
    """All is deleted: after the days of the hold. Never before the planned day has passed."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How far the end of a system is."""

    stage: Literal["closed", "held", "reclaimed", "completed"] | None = None
    """None: no exit is carried out."""
    deleting: bool = False
    """Whether its namespace is to go; once its inventory is taken, it goes."""
    due: tuple[datetime, ...] = ()


def schedule(spec: ExitRequestSpec, approved_at: datetime, law: Law) -> Schedule | None:
    """When an exit approved at this instant does what; None without a calendar (A17-exit).

    All of it is within the time limit `reclaim` if the policy's hold is.
    """
    days = law.workdays
    if days is None:
        return None
    begins = datetime.combine(spec.planned_exit_date, time(), days.zone).astimezone(UTC)
    closes = max(approved_at, begins)
    day = closes.astimezone(days.zone).date()
    hold = (law.policy.exit.hold_days or 0) if law.policy.exit else 0
    return Schedule(closes, days.end_of(day), days.end_of(day + hold * _ONE))


def covers(request: ExitRequest, application: CloudApplication, approved_at: datetime) -> bool:
    """Whether an exit approved at this instant ends this system.

    One of the whole unit ends what it had by then: what was granted, not what was applied for.
    """
    reference = request.spec.application_ref
    if reference is not None:
        return reference.uid == application.metadata.uid
    stages = application.status.stages
    made = approval(application, stages[-1]) if stages else None
    return made is not None and made.at is not None and made.at <= approved_at


def exit_of(case: Case, kept: Suspended, now: datetime) -> Exit:
    """How far the exit is; a suspension stops it before anything is deleted (A17-exit).

    Args:
        case: the system and its requests.
        kept: the suspensions in force.
        now: the time (UTC).
    """
    reclaim = case.application.status.reclaim
    if reclaim is not None and reclaim.reclaimed_at is not None:
        done = any(r.status.phase == "Completed" for r in case.of(ExitRequest))
        return Exit("completed" if done else "reclaimed")
    first = _first(case)
    if reclaim is not None or first is None:
        return Exit("held", deleting=True) if reclaim is not None else Exit()
    due = tuple(at for at in (first.closes_at, first.holds_at, first.deletes_at) if at > now)
    if now < first.closes_at:
        return Exit(due=due)
    if now < first.holds_at:
        return Exit("closed", due=due)
    return Exit("held", deleting=now >= first.deletes_at and not kept.keeps, due=due)


def _first(case: Case) -> Schedule | None:
    """The schedule of the approved exit that begins first."""
    found = []
    for request in case.of(ExitRequest):
        made = approval(request, "exit")
        if made is None or made.at is None or not covers(request, case.application, made.at):
            continue
        times = schedule(request.spec, made.at, case.law)
        if times is not None:
            found.append(times)
    return min(found, key=lambda times: times.closes_at, default=None)
