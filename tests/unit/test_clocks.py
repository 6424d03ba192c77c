"""The clocks of a request: opened, closed, late, moved with the calendar, stopped (X-clock)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mandate.api.clocks import Clock, Period, Recomputed, Stop
from mandate.api.cloudapplication import CloudApplicationStatus
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.meta import Condition
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.clock_record import clock_facts
from mandate.rules.clocks import Term, Timing, keep_time
from mandate.rules.record import Fact
from tests.unit.builders import calendar, rules

STARTED = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
"""Tuesday morning in Lu'an: 5 working days end on Tuesday the 10th."""
DUE = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
TERM = Term("acceptance", STARTED)
LAST_DAY = DUE - DAY
"""When Lu'an's reminder is due: as the last working day begins."""
LONGER = calendar(generation=2, holidays=[{"date": "2026-03-09"}, {"date": "2026-03-10"}])
"""Two more days off: the 5th working day is Thursday the 12th."""
LONGER_DUE = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)


def status(timing: Timing, generation: int = 1) -> CloudApplicationStatus:
    """A status with these clocks."""
    return CloudApplicationStatus(
        observed_generation=generation, clocks=timing.clocks, approvals={}, effects={}
    )


def keep(
    *terms: Term,
    now: datetime,
    after: Timing | None = None,
    days: WorkCalendar | None = None,
    policy: GovernancePolicySpec | None = None,
    generation: int = 1,
) -> Timing:
    """The clocks now, under Lu'an's policy and calendar; `after` is how they were."""
    old = status(after or Timing(), 1 if after else 0)
    return keep_time(old, generation, terms, policy or rules(), days or calendar(), now)


def facts_of(timing: Timing, generation: int = 1) -> list[Fact]:
    """What goes on record: what the stored clocks say, and what they no longer do."""
    return [f for c in timing.clocks for f in clock_facts(c, generation)] + list(timing.facts)


def keys(timing: Timing) -> list[str]:
    return [fact.key for fact in facts_of(timing)]


def overdue(timing: Timing) -> Condition:
    assert timing.overdue is not None
    return timing.overdue


@pytest.mark.rule("X-clock", "A13-accept")
def test_a_clock_opens_with_its_due_date() -> None:
    timing = keep(TERM, now=STARTED + SECOND)
    assert timing.clocks == (
        Clock(
            stage="acceptance",
            limit=Period(amount=5, unit="workingDays"),
            started_at=STARTED,
            due_on=date(2026, 3, 10),
            due_at=DUE,
            remind_at=LAST_DAY,
            provisional=False,
            breached=False,
        ),
    )
    assert (facts_of(timing), timing.due) == ([], LAST_DAY)
    condition = overdue(timing)
    assert (condition.status, condition.reason) == ("False", "InTime")
    assert condition.message == "acceptance is due on 2026-03-10"


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("now", "facts", "late", "due"),
    [
        (LAST_DAY - SECOND, [], False, LAST_DAY),
        (LAST_DAY, ["reminder.acceptance.1"], False, DUE),
        (DUE - SECOND, ["reminder.acceptance.1"], False, DUE),
        (DUE, ["reminder.acceptance.1", "breach.acceptance.1"], True, None),
    ],
)
def test_a_reminder_comes_before_a_breach(
    now: datetime, facts: list[str], late: bool, due: datetime | None
) -> None:
    timing = keep(TERM, now=now)
    assert keys(timing) == facts
    assert timing.clocks[0].breached is late
    assert timing.due == due
    assert overdue(timing).status == ("True" if late else "False")


@pytest.mark.rule("X-clock")
def test_a_breach_is_said_once_and_in_the_same_words() -> None:
    seen = [facts_of(keep(TERM, now=DUE + ahead)) for ahead in (SECOND, DAY, 40 * DAY)]
    seen.append(facts_of(keep(Term("acceptance", STARTED, DUE + DAY), now=DUE + 50 * DAY)))
    assert all(facts == seen[0] for facts in seen)
    reminder, breach = seen[0]
    assert (reminder.kind, reminder.at, reminder.event) == ("Reminded", LAST_DAY, "Normal")
    assert (breach.kind, breach.at, breach.event) == ("Breached", DUE, "Warning")
    assert breach.text == (
        "acceptance was due on 2026-03-10 and was not done by then (X-clock, ours)"
    )
    assert breach.data == {
        "stage": "acceptance",
        "limit": {"amount": 5, "unit": "workingDays"},
        "startedAt": "2026-03-03T02:00:00Z",
        "dueOn": "2026-03-10",
        "dueAt": "2026-03-10T16:00:00Z",
        "provisional": False,
    }


@pytest.mark.rule("X-clock", "A13-accept")
@pytest.mark.parametrize(
    ("ended", "facts", "reason", "message"),
    [
        (LAST_DAY - SECOND, [], "InTime", "all was done in time"),
        (DUE - SECOND, ["reminder.acceptance.1"], "InTime", "all was done in time"),
        (
            DUE,
            ["reminder.acceptance.1", "breach.acceptance.1"],
            "DecidedLate",
            "acceptance was due on 2026-03-10 and was done later",
        ),
    ],
    ids=["early", "on-its-last-day", "late"],
)
def test_a_decision_closes_its_clock_whenever_it_is_seen(
    ended: datetime, facts: list[str], reason: str, message: str
) -> None:
    closed = Term("acceptance", STARTED, ended)
    watched = keep(closed, now=ended + SECOND, after=keep(TERM, now=STARTED))
    found_later = keep(closed, now=DUE + 30 * DAY)
    assert watched.clocks == found_later.clocks
    assert watched.clocks[0].closed_at == ended
    assert keys(watched) == keys(found_later) == facts
    condition = overdue(watched)
    assert (condition.status, condition.reason, condition.message) == ("False", reason, message)
    assert watched.due is None


@pytest.mark.rule("X-clock", "A13-review")
def test_each_stage_has_a_clock_of_its_own() -> None:
    accepted = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    terms = (Term("acceptance", STARTED, accepted), Term("review", accepted))
    timing = keep(*terms, now=accepted + SECOND)
    assert [c.stage for c in timing.clocks] == ["acceptance", "review"]
    # two working days from Thursday
    assert timing.clocks[1].due_on == date(2026, 3, 9)
    assert overdue(timing).message == "review is due on 2026-03-09"
    late = keep(*terms, now=DUE + DAY)
    assert overdue(late).message == "review was due on 2026-03-09 (X-clock, ours)"


@pytest.mark.rule("X-clock")
def test_what_has_no_time_limit_has_no_clock() -> None:
    timing = keep(Term("inspection", STARTED), now=DUE + DAY)
    assert timing == Timing()
    assert keep(TERM, now=DUE, policy=rules(timeLimits=[])) == Timing()
    assert keep(now=DUE) == Timing()


@pytest.mark.rule("X-clock")
def test_a_calendar_edited_later_moves_the_clocks_that_run() -> None:
    before = keep(TERM, now=STARTED)
    timing = keep(TERM, now=STARTED + DAY, after=before, days=LONGER)
    (clock,) = timing.clocks
    assert (clock.due_on, clock.due_at) == (date(2026, 3, 12), LONGER_DUE)
    assert clock.recomputed == Recomputed(
        calendar_generation=2, was_due_on=date(2026, 3, 10), was_provisional=False
    )
    assert keys(timing) == ["recomputed.acceptance.1.2"]
    assert facts_of(timing)[0].text == (
        "acceptance is due on 2026-03-12; before the calendar was edited, on 2026-03-10 "
        "(X-clock, ours)"
    )
    # looked at again it is the same
    assert keep(TERM, now=STARTED + DAY, after=timing, days=LONGER) == timing
    # a breach by the calendar as it was is none by the calendar as it is
    again = keep(TERM, now=DUE + SECOND, after=keep(TERM, now=DUE + SECOND), days=LONGER)
    assert not again.clocks[0].breached


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize("seen_before", [True, False], ids=["closed", "open-when-last-seen"])
def test_a_calendar_edited_later_moves_no_clock_that_was_closed(seen_before: bool) -> None:
    closed = Term("acceptance", STARTED, DUE)
    before = keep(closed if seen_before else TERM, now=DUE)
    timing = keep(closed, now=DUE + DAY, after=before, days=LONGER)
    (clock,) = timing.clocks
    assert (clock.due_at, clock.breached, clock.recomputed) == (DUE, True, None)


@pytest.mark.rule("X-clock")
def test_a_provisional_due_date_becomes_firm_with_the_calendar() -> None:
    term = Term("acceptance", datetime(2026, 12, 28, 2, 0, tzinfo=UTC))
    before = keep(term, now=term.started)
    # 29, 30, 31 December, and after New Year's Day, a Friday, 4 and 5 January
    assert before.clocks[0].due_on == date(2027, 1, 5)
    assert before.clocks[0].provisional
    assert overdue(before).message == "acceptance is due on 2027-01-05 (provisional)"
    known = calendar(
        generation=2, validThrough="2027-12-31", holidays=[{"date": "2027-01-01"}], country=None
    )
    after = keep(term, now=term.started + DAY, after=before, days=known)
    assert after.clocks[0].due_at == before.clocks[0].due_at
    assert not after.clocks[0].provisional
    assert facts_of(after)[0].text == (
        "acceptance is due on 2027-01-05; before the calendar was edited, on 2027-01-05 "
        "(provisional) (X-clock, ours)"
    )


@pytest.mark.rule("X-clock")
def test_a_policy_edited_later_moves_no_clock() -> None:
    before = keep(TERM, now=STARTED)
    for limits in ([], [{"name": "acceptance", "amount": 1, "unit": "days"}]):
        timing = keep(TERM, now=STARTED + DAY, after=before, policy=rules(timeLimits=limits))
        (clock,) = timing.clocks
        assert (clock.limit, clock.due_at) == (before.clocks[0].limit, DUE)
        # whether to remind is the policy's of today
        assert clock.remind_at is None


@pytest.mark.rule("X-clock")
def test_a_clock_keeps_its_start() -> None:
    before = keep(TERM, now=STARTED)
    drifted = Term("acceptance", STARTED + 3 * DAY)
    assert keep(drifted, now=STARTED + 4 * DAY, after=before).clocks == before.clocks


@pytest.mark.rule("X-clock", "A13-accept")
def test_an_edited_form_has_clocks_of_its_own() -> None:
    before = keep(TERM, now=STARTED)
    edited = Term("acceptance", STARTED + DAY)
    timing = keep(edited, now=STARTED + DAY, after=before, generation=2)
    assert [c.started_at for c in timing.clocks] == [STARTED + DAY]
    assert timing.facts == ()


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("edited", "closed", "facts"),
    [
        (DUE - SECOND, None, []),
        (DUE, None, ["breach.acceptance.1"]),
        (DUE, STARTED, []),
    ],
    ids=["in-time", "late", "decided"],
)
def test_a_breach_that_nobody_saw_before_the_form_was_edited_is_recorded(
    edited: datetime, closed: datetime | None, facts: list[str]
) -> None:
    before = keep(Term("acceptance", STARTED, closed), now=STARTED)
    # the edit itself is seen a day later
    timing = keep(Term("acceptance", edited), now=edited + DAY, after=before, generation=2)
    assert [f.key for f in timing.facts] == facts


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("days", "reason", "message"),
    [
        (None, "CalendarNotFound", "WorkCalendar china does not exist; apply it"),
        (
            calendar(timeZone="Asia/Luan"),
            "CalendarUnusable",
            "WorkCalendar china: there is no time zone Asia/Luan; correct it",
        ),
    ],
    ids=["missing", "no-zone"],
)
def test_without_its_calendar_no_clock_opens_and_those_that_run_go_on(
    days: WorkCalendar | None, reason: str, message: str
) -> None:
    def blind(*terms: Term, now: datetime, after: Timing | None = None) -> Timing:
        old = status(after or Timing())
        return keep_time(old, 1, terms, rules(), days, now)

    nothing = blind(TERM, now=STARTED)
    assert (nothing.clocks, nothing.due) == ((), None)
    assert (overdue(nothing).status, overdue(nothing).reason) == ("Unknown", reason)
    assert overdue(nothing).message == (f"no time limit can be counted: {message} (X-clock, ours)")
    running = keep(TERM, now=STARTED)
    still = blind(TERM, now=DUE - SECOND, after=running)
    assert (still.clocks[0].due_at, still.clocks[0].remind_at) == (DUE, LAST_DAY)
    assert (keys(still), still.due) == (["reminder.acceptance.1"], DUE)
    assert (overdue(still).status, overdue(still).reason) == ("Unknown", reason)
    late = blind(TERM, now=DUE, after=running)
    assert overdue(late).status == "True"
    assert keys(late) == ["reminder.acceptance.1", "breach.acceptance.1"]
    closed = blind(Term("acceptance", STARTED, STARTED + DAY), now=DUE, after=running)
    assert closed.clocks[0].closed_at == STARTED + DAY
    assert overdue(closed).reason == "InTime"
    # what could not be counted is, once the calendar is there
    ended = keep(Term("acceptance", STARTED, DUE), now=DUE + DAY, after=nothing)
    assert ended.clocks[0].breached


def stopping() -> GovernancePolicySpec:
    limit = {"name": "acceptance", "amount": 5, "unit": "workingDays", "stopWhileWaiting": True}
    return rules(timeLimits=[limit])


@pytest.mark.rule("X-clock")
def test_a_clock_stands_still_while_the_request_waits_for_its_applicant() -> None:
    waiting = Term("acceptance", STARTED, waiting=True)
    running = keep(TERM, now=STARTED, policy=stopping())
    # from Wednesday the 4th, until Monday the 9th: Thursday, Friday and Monday do not count
    stopped = keep(waiting, now=STARTED + DAY, after=running, policy=stopping())
    assert stopped.clocks[0].stops == (Stop(since=STARTED + DAY),)
    assert (keys(stopped), stopped.due) == (["stopped.acceptance.1.0"], None)
    assert overdue(stopped).message == (
        "the clock of acceptance stands still until the applicant acts"
    )
    long = keep(waiting, now=DUE + 90 * DAY, after=stopped, policy=stopping())
    assert (long.clocks, keys(long)) == (stopped.clocks, keys(stopped))
    monday = STARTED + 6 * DAY
    again = keep(TERM, now=monday, after=stopped, policy=stopping())
    (clock,) = again.clocks
    assert clock.stops == (Stop(since=STARTED + DAY, until=monday),)
    assert clock.due_on == date(2026, 3, 13)
    assert clock.recomputed is None
    assert keys(again) == ["stopped.acceptance.1.0", "resumed.acceptance.1.0"]
    assert keep(TERM, now=monday, after=again, policy=stopping()).clocks == again.clocks
    # and a calendar edited later moves it from there: the 9th was off, the 10th and 16th are
    off = calendar(generation=2, holidays=[{"date": "2026-03-10"}])
    moved = keep(TERM, now=monday + DAY, after=again, policy=stopping(), days=off)
    assert moved.clocks[0].due_on == date(2026, 3, 16)


@pytest.mark.rule("X-clock")
def test_a_decision_ends_a_stop() -> None:
    waiting = Term("acceptance", STARTED, waiting=True)
    stopped = keep(waiting, now=STARTED + DAY, policy=stopping())
    refused = Term("acceptance", STARTED, ended=STARTED + 2 * DAY)
    (clock,) = keep(refused, now=DUE + DAY, after=stopped, policy=stopping()).clocks
    assert clock.stops == (Stop(since=STARTED + DAY, until=STARTED + 2 * DAY),)
    assert (clock.closed_at, clock.breached) == (STARTED + 2 * DAY, False)
    # without a calendar nobody knows how long it stood; it was not late when it stopped
    old = status(stopped)
    (blind,) = keep_time(old, 1, (refused,), stopping(), None, DUE + DAY).clocks
    assert (blind.closed_at, blind.breached) == (STARTED + 2 * DAY, False)


@pytest.mark.rule("X-clock")
def test_no_clock_stops_where_the_policy_does_not_say_so_or_it_is_late() -> None:
    waiting = Term("acceptance", STARTED, waiting=True)
    assert keep(waiting, now=STARTED).clocks[0].stops == ()
    late = keep(waiting, now=DUE, policy=stopping()).clocks[0]
    assert (late.stops, late.breached) == ((), True)
    stops = tuple(Stop(since=STARTED, until=STARTED) for _ in range(16))
    clock = keep(TERM, now=STARTED).clocks[0].model_copy(update={"stops": stops})
    full = keep(waiting, now=STARTED, after=Timing((clock,)), policy=stopping())
    assert full.clocks[0].stops == stops


@pytest.mark.rule("X-clock")
def test_an_edit_while_the_clock_stood_still_is_no_breach() -> None:
    waiting = Term("acceptance", STARTED, waiting=True)
    stopped = keep(waiting, now=STARTED + DAY, policy=stopping())
    edited = Term("acceptance", DUE + DAY)
    assert keep(edited, now=DUE + DAY, after=stopped, generation=2).facts == ()


@pytest.mark.rule("X-clock")
def test_no_reminder_comes_where_the_time_is_shorter_than_its_notice() -> None:
    limit = {"name": "acceptance", "amount": 1, "unit": "workingDays"}
    short = rules(timeLimits=[limit | {"remindBefore": {"amount": 2, "unit": "workingDays"}}])
    timing = keep(TERM, now=STARTED + SECOND, policy=short)
    assert facts_of(timing) == []
    assert timing.due == datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
