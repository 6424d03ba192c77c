"""Which days are worked, and when a time limit ends (X-clock).

A time limit ends with its last day: at the first instant of the following one in the
calendar's zone. What comes at that instant comes late. A day has 23 or 25 hours where the
clocks are changed, and where they are changed at midnight it begins at 01:00.
"""

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from mandate.api.clocks import Period
from mandate.api.workcalendar import WorkCalendarSpec

_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """When a time limit ends."""

    day: date
    """The last day in time, in the calendar's zone."""
    at: datetime
    """The end of that day (UTC); this instant is late already."""
    provisional: bool
    """Whether the calendar does not speak of that day yet."""


@dataclass(frozen=True, slots=True)
class Workdays:
    """A `WorkCalendar`, ready to count with."""

    zone: ZoneInfo
    weekend: frozenset[int]
    """The days of the week that are not worked; Monday is 0."""
    holidays: frozenset[date]
    make_up_days: frozenset[date]
    cut_off: time | None
    valid_through: date
    country: str | None

    @classmethod
    def of(cls, spec: WorkCalendarSpec) -> "Workdays":
        """The calendar of this spec (X-clock).

        Raises:
            ValueError: there is no such time zone.
        """
        try:
            zone = ZoneInfo(spec.time_zone)
        except (KeyError, OSError) as error:
            raise ValueError(f"there is no time zone {spec.time_zone}") from error
        return cls(
            zone=zone,
            weekend=frozenset(_WEEK.index(day) for day in spec.weekend),
            holidays=frozenset(day.date for day in spec.holidays),
            make_up_days=frozenset(day.date for day in spec.make_up_days),
            cut_off=time.fromisoformat(spec.cut_off) if spec.cut_off else None,
            valid_through=spec.valid_through,
            country=spec.country,
        )

    def is_worked(self, day: date) -> bool:
        """Whether this day is worked (X-clock).

        Beyond `valid_through` by the weekend and the country's statutory holidays: nobody
        knows its make-up days then, so the answer is a guess.
        """
        if day in self.make_up_days:
            return True
        if day in self.holidays or day.weekday() in self.weekend:
            return False
        return day <= self.valid_through or day not in _statutory(self.country, day.year)

    def day_of(self, instant: datetime) -> date:
        """The day on which something came: after the cut-off, the next one (X-clock)."""
        local = instant.astimezone(self.zone)
        late = self.cut_off is not None and local.time() > self.cut_off
        return local.date() + _ONE if late else local.date()

    def end_of(self, day: date) -> datetime:
        """The first instant (UTC) after this day."""
        # in a gap this is the instant of the change; of two midnights it is the first
        return datetime.combine(day + _ONE, time(), self.zone).astimezone(UTC)

    def worked_from(self, day: date) -> date:
        """This day if it is worked, else the next that is."""
        while not self.is_worked(day):
            day += _ONE
        return day

    def after(self, day: date, working_days: int) -> date:
        """The n-th working day after this one, which is not counted (n ≥ 1)."""
        for _ in range(working_days):
            day = self.worked_from(day + _ONE)
        return day

    def worked_within(self, first: date, last: date) -> int:
        """How many days are worked of those after the first, up to the last (X-clock)."""
        return sum(self.is_worked(day) for day in _days(first, last))

    def due(self, start: datetime, limit: Period, stood: tuple[tuple[date, date], ...] = ()) -> Due:
        """When a time limit ends (X-clock).

        Args:
            start: when it starts (UTC); that day is not counted.
            limit: how long it is.
            stood: the days between which the clock stood still: the first still counted, those
                after it up to the last did not.
        """
        return self.due_from(self.day_of(start), limit, stood)

    def due_from(
        self, first: date, limit: Period, stood: tuple[tuple[date, date], ...] = ()
    ) -> Due:
        """When a time limit ends that starts on a day, which is not counted; see `due`."""
        if limit.unit == "workingDays":
            more = sum(self.worked_within(*span) for span in stood)
            last = self.after(first, limit.amount + more)
        else:
            days = limit.unit == "days"
            last = first + limit.amount * _ONE if days else _months_after(first, limit.amount)
            last = self.worked_from(last + sum((b - a for a, b in stood), timedelta()))
        return Due(last, self.end_of(last), provisional=last > self.valid_through)

    def before(self, day: date, period: Period) -> datetime:
        """When (UTC) only this much is left until the end of a day (X-clock)."""
        if period.unit == "months":
            return self.end_of(_months_after(day, -period.amount))
        if period.unit == "days":
            return self.end_of(day - period.amount * _ONE)
        left = period.amount
        while left:
            left -= self.is_worked(day)
            day -= _ONE
        return self.end_of(day)


def _days(first: date, last: date) -> Iterator[date]:
    while first < last:
        first += _ONE
        yield first


def _months_after(day: date, count: int) -> date:
    """The same day of another month, or that month's last (X-clock)."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


@lru_cache(maxsize=64)
def _statutory(country: str | None, year: int) -> frozenset[date]:
    """The days off that a country's law sets for each year, where they are known (X-clock)."""
    if country is None:
        return frozenset()
    try:
        return frozenset(country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
