"""What clocks put on record, and the condition that says what is late (X-clock)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mandate.api.clocks import Clock, Recomputed
from mandate.api.meta import Condition, Json
from mandate.api.rulebook import cite
from mandate.rules.record import Fact


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why no time limit can be counted."""

    reason: str
    message: str


def clock_facts(clock: Clock, generation: int) -> Iterator[Fact]:
    """What a clock has to say so far; said again, it is the same (X-clock).

    Args:
        clock: as it is stored.
        generation: of the request that it runs on.
    """
    about = f"{clock.stage}.{generation}"
    if clock.reminded:
        text = f"{clock.stage} is due on {_day(clock)} ({cite('X-clock')})"
        at, data = clock.remind_at, _data(clock)
        yield Fact(f"reminder.{about}", "Reminded", text, at=at, data=data, event="Normal")
    if clock.breached:
        yield breach(clock, generation)
    if clock.recomputed is not None:
        yield _recomputation(clock, clock.recomputed, about)
    for number, stop in enumerate(clock.stops):
        text = f"the clock of {clock.stage} stands still: the request waits for its applicant"
        yield Fact(f"stopped.{about}.{number}", "ClockStopped", text, at=stop.since)
        if stop.until is not None:
            text = f"the clock of {clock.stage} goes on"
            yield Fact(f"resumed.{about}.{number}", "ClockResumed", text, at=stop.until)


def breach(clock: Clock, generation: int) -> Fact:
    """That a clock was still open at its end."""
    return Fact(
        f"breach.{clock.stage}.{generation}",
        "Breached",
        f"{clock.stage} was due on {_day(clock)} and was not done by then ({cite('X-clock')})",
        at=clock.due_at,
        data=_data(clock),
        event="Warning",
    )


def _recomputation(clock: Clock, moved: Recomputed, about: str) -> Fact:
    """That the calendar moved a clock (X-clock)."""
    was = f"{moved.was_due_on}{' (provisional)' if moved.was_provisional else ''}"
    return Fact(
        f"recomputed.{about}.{moved.calendar_generation}",
        "Recomputed",
        f"{clock.stage} is due on {_day(clock)}; before the calendar was edited, on {was} "
        f"({cite('X-clock')})",
        data=_data(clock),
        event="Normal",
    )


def overdue(
    clocks: tuple[Clock, ...], trouble: Trouble | None, generation: int, now: datetime
) -> Condition | None:
    """Whether something is late and not done yet (X-clock); None where nothing has a limit.

    Args:
        clocks: of the present generation.
        trouble: why its time limits cannot be counted, if so.
        generation: the present one.
        now: for a condition that changes (UTC).
    """
    late = [c for c in clocks if c.breached]
    running = [c for c in clocks if c.closed_at is None]
    status: Literal["True", "False", "Unknown"] = "False"
    if set(late) & set(running):
        status, reason = "True", "TimeLimitExceeded"
        message = f"{_all(late)} ({cite('X-clock')})"
    elif trouble is not None:
        status, reason = "Unknown", trouble.reason
        message = f"no time limit can be counted: {trouble.message} ({cite('X-clock')})"
    elif not clocks:
        return None
    else:
        reason = "DecidedLate" if late and not running else "InTime"
        message = _all(running or late) or "all was done in time"
    return Condition(
        type="Overdue",
        status=status,
        observed_generation=generation,
        last_transition_time=now,
        reason=reason,
        message=message,
    )


def _all(clocks: list[Clock]) -> str:
    return "; ".join(_state(clock) for clock in clocks)


def _state(clock: Clock) -> str:
    """How a clock stands, in words (X-clock)."""
    if clock.breached:
        done = " and was done later" if clock.closed_at is not None else ""
        return f"{clock.stage} was due on {_day(clock)}{done}"
    if clock.stands_still:
        return f"the clock of {clock.stage} stands still until the applicant acts"
    return f"{clock.stage} is due on {_day(clock)}"


def _day(clock: Clock) -> str:
    """The last day, and whether it is sure (X-clock)."""
    return f"{clock.due_on}{' (provisional)' if clock.provisional else ''}"


def _data(clock: Clock) -> Json:
    kept = {"stage", "limit", "started_at", "due_on", "due_at", "provisional"}
    return clock.model_dump(mode="json", by_alias=True, include=kept)
