"""How long the calendars still speak (X-clock)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import ValidationError

from mandate.api.meta import Json
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.workdays import Workdays

_NONE = timedelta()


def remaining(
    policies: Iterable[Json], calendars: Iterable[Json], now: datetime
) -> timedelta | None:
    """Until the first calendar that a policy names ends; negative when it has ended (X-clock).

    Args:
        policies: GovernancePolicy objects.
        calendars: WorkCalendar objects.
        now: the time (UTC).

    Returns:
        Zero where a named calendar is missing or cannot be used; None while no policy names one.
    """
    named = {policy["spec"]["calendar"] for policy in policies}
    there = {raw["metadata"]["name"]: raw for raw in calendars}
    return min((_left(there.get(name), now) for name in named), default=None)


def _left(raw: Json | None, now: datetime) -> timedelta:
    try:
        # one that is missing does not validate either
        days = Workdays.of(WorkCalendar.model_validate(raw).spec)
    except (ValidationError, ValueError):
        return _NONE
    return days.end_of(days.valid_through) - now
