"""Working days: the PRC's own, any week, any zone (X-clock)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hack import calendars
from mandate.api.clocks import Period
from mandate.api.workcalendar import WorkCalendarSpec
from mandate.rules.workdays import Workdays
from tests.unit.builders import calendar

CHINA = Workdays.of(calendar().spec)
ONE = timedelta(days=1)
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def days(**changes: object) -> Workdays:
    """Weekends off in UTC, known through 2030, with these changes."""
    spec = {"timeZone": "UTC", "weekend": ["Saturday", "Sunday"], "validThrough": "2030-12-31"}
    return Workdays.of(WorkCalendarSpec.model_validate(spec | changes))


def noon(day: str) -> datetime:
    """Noon of a day in Lu'an."""
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=_SHANGHAI).astimezone(UTC)


@pytest.mark.rule("X-clock")
def test_the_prc_works_on_the_days_that_were_published() -> None:
    text = yaml.safe_load(calendars.calendar(2019))["spec"]
    china = Workdays.of(WorkCalendarSpec.model_validate(text))
    first, last = date(2019, 1, 1), date(2026, 12, 31)
    assert china.valid_through == last
    every = [first + ONE * n for n in range((last - first).days + 1)]
    assert len(every) == 2922
    differing = [d for d in every if china.is_worked(d) is not chinese_calendar.is_workday(d)]
    assert differing == []


@pytest.mark.rule("X-clock")
def test_a_year_that_was_not_announced_is_not_known() -> None:
    # holidays answers for 2027 all the same: the statutory days, no day in exchange
    assert calendars.last_announced(2019) == 2026
    with pytest.raises(ValueError, match="no notice for 2027"):
        calendars.last_announced(2027)


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("start", "amount", "last"),
    [
        # an ordinary week: Tuesday to the Tuesday after
        ("2026-03-03", 5, "2026-03-10"),
        # Spring Festival 2026: off from the 15th to the 23rd, worked on the 14th and 28th
        ("2026-02-12", 2, "2026-02-14"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-11", 5, "2026-02-25"),
        ("2026-02-14", 5, "2026-02-28"),
        ("2026-02-18", 1, "2026-02-24"),
        ("2026-02-26", 3, "2026-03-02"),
        # Labour Day: off from the 1st to the 5th, worked on Saturday the 9th
        ("2026-04-29", 5, "2026-05-09"),
        # National Day: off from the 1st to the 7th, worked on 20 September and 10 October
        ("2026-09-17", 3, "2026-09-21"),
        ("2026-09-29", 2, "2026-10-08"),
        ("2026-09-29", 5, "2026-10-12"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-10-09", 1, "2026-10-10"),
        # New Year: off until Saturday, worked on Sunday the 4th
        ("2025-12-31", 1, "2026-01-04"),
    ],
)
def test_working_days_end_where_the_notice_of_2026_has_them(
    start: str, amount: int, last: str
) -> None:
    due = CHINA.due(noon(start), Period(amount=amount, unit="workingDays"))
    assert due.day == date.fromisoformat(last)
    # 24:00 in Lu'an is 16:00 UTC
    assert due.at == datetime.fromisoformat(last).replace(hour=16, tzinfo=UTC)
    assert not due.provisional


@pytest.mark.rule("X-clock", "A14-provision")
@pytest.mark.parametrize(
    ("start", "amount", "unit", "last"),
    [
        # ends on a day that is worked
        ("2026-03-03", 3, "days", "2026-03-06"),
        # on a Sunday, on a Saturday that is worked, in the festival
        ("2026-03-05", 3, "days", "2026-03-09"),
        ("2026-02-11", 3, "days", "2026-02-14"),
        ("2026-02-01", 15, "days", "2026-02-24"),
        ("2026-09-16", 15, "days", "2026-10-08"),
        # the same day number, the month's last, counted from the original date
        ("2025-09-30", 6, "months", "2026-03-30"),
        ("2025-08-31", 6, "months", "2026-02-28"),
        ("2025-08-28", 6, "months", "2026-02-28"),
        ("2024-08-30", 6, "months", "2025-02-28"),
        ("2024-01-31", 1, "months", "2024-02-29"),
        ("2025-11-30", 4, "months", "2026-03-30"),
        ("2025-10-31", 1, "months", "2025-12-01"),
        ("2025-12-15", 12, "months", "2026-12-15"),
        # and rolled on from a day off
        ("2025-08-16", 6, "months", "2026-02-24"),
        ("2026-04-03", 6, "months", "2026-10-08"),
    ],
)
def test_calendar_periods_end_on_a_day_that_is_worked(
    start: str, amount: int, unit: str, last: str
) -> None:
    due = CHINA.due(noon(start), Period.model_validate({"amount": amount, "unit": unit}))
    assert due.day == date.fromisoformat(last)


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("start", "amount", "last", "provisional"),
    [
        ("2026-12-24", 5, "2026-12-31", False),
        # 1 January 2027 is a Friday and New Year: by law off, so far without a notice
        ("2026-12-24", 6, "2027-01-04", True),
        # Spring Festival's statutory days, 5 to 10 February, are known; its exchange is not
        ("2027-02-04", 1, "2027-02-11", True),
    ],
)
def test_beyond_the_calendar_a_due_date_is_provisional(
    start: str, amount: int, last: str, provisional: bool
) -> None:
    due = CHINA.due(noon(start), Period(amount=amount, unit="workingDays"))
    assert (due.day, due.provisional) == (date.fromisoformat(last), provisional)


@pytest.mark.rule("X-clock")
def test_beyond_the_calendar_the_weekend_counts_where_no_country_is_named() -> None:
    for country in ({}, {"country": "XX"}):
        here = days(validThrough="2026-12-31", **country)
        assert here.is_worked(date(2027, 1, 1))
        assert not here.is_worked(date(2027, 1, 2))
    # within its time the calendar alone says what is off
    assert days(country="CN").is_worked(date(2027, 10, 1))
    # and beyond it what it does say holds
    known = days(validThrough="2026-12-31", makeUpDays=[{"date": "2027-01-02"}])
    assert known.is_worked(date(2027, 1, 2))


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-03T17:29:59+08:00", "2026-03-03"),
        ("2026-03-03T17:30:00+08:00", "2026-03-03"),
        ("2026-03-03T17:30:01+08:00", "2026-03-04"),
        ("2026-03-03T23:59:59+08:00", "2026-03-04"),
        ("2026-03-04T00:00:00+08:00", "2026-03-04"),
        ("2026-03-03T16:00:00+00:00", "2026-03-04"),
    ],
)
def test_what_comes_after_the_cut_off_came_the_next_day(instant: str, day: str) -> None:
    here = days(timeZone="Asia/Shanghai", cutOff="17:30")
    at = datetime.fromisoformat(instant)
    assert here.day_of(at) == date.fromisoformat(day)
    assert days(timeZone="Asia/Shanghai").day_of(at) == at.astimezone(_SHANGHAI).date()


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        # 23 and 25 hours
        ("Europe/Berlin", "2026-03-28", "2026-03-28T23:00:00"),
        ("Europe/Berlin", "2026-03-29", "2026-03-29T22:00:00"),
        ("Europe/Berlin", "2026-10-24", "2026-10-24T22:00:00"),
        ("Europe/Berlin", "2026-10-25", "2026-10-25T23:00:00"),
        # 26 April 2024 had no midnight in Cairo: it began at 01:00
        ("Africa/Cairo", "2024-04-25", "2024-04-25T22:00:00"),
        # 3 November 2024 had two in Havana
        ("America/Havana", "2024-11-02", "2024-11-03T04:00:00"),
        # the 30th of December 2011 did not take place in Samoa
        ("Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00"),
        ("Asia/Kathmandu", "2026-01-01", "2026-01-01T18:15:00"),
    ],
)
def test_a_day_ends_when_its_zone_says(zone: str, day: str, end: str) -> None:
    at = datetime.fromisoformat(end).replace(tzinfo=UTC)
    assert days(timeZone=zone).end_of(date.fromisoformat(day)) == at


@pytest.mark.rule("X-clock")
@given(
    st.sampled_from(
        ["Asia/Shanghai", "Africa/Cairo", "America/Havana", "America/Santiago", "America/Nuuk",
         "Asia/Beirut", "America/Asuncion", "Australia/Lord_Howe", "Antarctica/Troll"]
    ),
    st.dates(date(2012, 1, 1), date(2035, 12, 31)),
)  # fmt: skip
def test_the_end_of_a_day_is_its_boundary(zone: str, day: date) -> None:
    here = days(timeZone=zone)
    end = here.end_of(day)
    assert here.day_of(end) == day + ONE
    assert here.day_of(end - timedelta(seconds=1)) == day


def test_a_time_zone_that_is_none_is_refused() -> None:
    for zone in ("Asia/Luan", "Asia", "America"):
        with pytest.raises(ValueError, match=f"there is no time zone {zone}"):
            days(timeZone=zone)


@st.composite
def workdays(draw: st.DrawFn) -> Workdays:
    """Any week, with any days off and any worked in exchange."""
    week = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    weekend = draw(st.sets(st.sampled_from(week), max_size=6))
    when = st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(str)
    off = draw(st.sets(when, max_size=40))
    worked = draw(st.sets(when, max_size=10)) - off
    return days(
        weekend=sorted(weekend),
        holidays=[{"date": d} for d in sorted(off)],
        makeUpDays=[{"date": d} for d in sorted(worked)],
        validThrough=draw(when),
        country=draw(st.sampled_from(["CN", "DE", "XX"])),
    )


some_day = st.dates(date(2025, 6, 1), date(2027, 6, 1))
amounts = st.integers(1, 30)


@pytest.mark.rule("X-clock")
@given(workdays(), some_day, amounts, amounts)
def test_n_and_m_working_days_are_n_then_m(here: Workdays, day: date, n: int, m: int) -> None:
    assert here.after(day, n + m) == here.after(here.after(day, n), m)


@pytest.mark.rule("X-clock")
@given(workdays(), some_day, some_day, amounts)
def test_adding_working_days_is_monotone(here: Workdays, a: date, b: date, n: int) -> None:
    first, last = sorted((a, b))
    assert here.after(first, n) <= here.after(last, n)
    assert here.after(first, n) < here.after(first, n + 1)


@pytest.mark.rule("X-clock")
@given(workdays(), some_day, amounts, st.sampled_from(["workingDays", "days", "months"]))
def test_no_time_limit_ends_on_a_day_off(here: Workdays, day: date, n: int, unit: str) -> None:
    start = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    due = here.due(start, Period.model_validate({"amount": n, "unit": unit}))
    assert here.is_worked(due.day)
    assert due.day > day
    assert due.provisional is (due.day > here.valid_through)


@pytest.mark.rule("X-clock")
@given(workdays(), some_day, amounts)
def test_between_a_day_and_its_nth_after_n_are_worked(here: Workdays, day: date, n: int) -> None:
    assert here.worked_within(day, here.after(day, n)) == n


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("amount", "unit", "since"),
    [
        # due on Tuesday 10 March: the start of its last working day, in Lu'an
        (1, "workingDays", "2026-03-09T16:00:00"),
        (2, "workingDays", "2026-03-08T16:00:00"),
        (3, "workingDays", "2026-03-05T16:00:00"),
        (3, "days", "2026-03-07T16:00:00"),
        (1, "months", "2026-02-10T16:00:00"),
    ],
)
def test_a_reminder_is_due_when_so_much_is_left(amount: int, unit: str, since: str) -> None:
    left = Period.model_validate({"amount": amount, "unit": unit})
    at = datetime.fromisoformat(since).replace(tzinfo=UTC)
    assert CHINA.before(date(2026, 3, 10), left) == at


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("unit", "last"),
    [
        # from Tuesday 3 March; stood still from Wednesday 4 to Monday 9: three working days
        # (Thursday, Friday, Monday), five calendar days
        ("workingDays", "2026-03-13"),
        ("days", "2026-03-13"),
        ("months", "2026-08-10"),
    ],
)
def test_days_on_which_the_clock_stood_still_do_not_count(unit: str, last: str) -> None:
    limit = Period.model_validate({"amount": 5, "unit": unit})
    stood = ((date(2026, 3, 4), date(2026, 3, 9)),)
    due = CHINA.due(noon("2026-03-03"), limit, stood)
    assert due.day == date.fromisoformat(last)
