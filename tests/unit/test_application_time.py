"""The clocks of an application: acceptance from receipt, review from acceptance (X-clock)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mandate.api.cloudapplication import CloudApplicationStatus
from mandate.api.meta import Json, ManagedFields, find_condition
from mandate.api.requests import Approval
from mandate.rules.application import Outcome, Plan, World, decide
from mandate.rules.clock_record import clock_facts
from tests.unit.builders import LATER, NOW, application, calendar, policy, world
from tests.unit.lives import reason, status_with

DAY = timedelta(days=1)
ACCEPTED = NOW + DAY
"""Wednesday 25 November; filed was on Tuesday."""


def approved(at: datetime) -> Approval:
    return Approval(decision="Approved", basis="0" * 64, by="bob", at=at)


def refused(at: datetime) -> Approval:
    return Approval(decision="Refused", basis="0" * 64, by="bob", at=at, opinion="缺材料")


def plan(
    now: datetime, approvals: dict[str, Approval] | None = None, form: Json | None = None
) -> Plan:
    return decide(world(application(form, status=status_with(approvals or {}))), now)


def due(found: Plan) -> dict[str, date]:
    return {clock.stage: clock.due_on for clock in found.status.clocks}


def state(status: CloudApplicationStatus) -> tuple[str, str] | None:
    found = find_condition(status.conditions, "Overdue")
    return (found.status, found.reason) if found else None


@pytest.mark.rule("A13-accept", "X-clock")
def test_acceptance_is_due_five_working_days_after_receipt() -> None:
    found = plan(NOW)
    # 25, 26, 27, 30 November, 1 December
    assert due(found) == {"acceptance": date(2026, 12, 1)}
    # a reminder as its last day begins in Lu'an
    assert found.due == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert state(found.status) == ("False", "InTime")


@pytest.mark.rule("A13-review", "X-clock")
def test_review_is_due_two_working_days_after_acceptance() -> None:
    found = plan(ACCEPTED, {"acceptance.1": approved(ACCEPTED)})
    assert due(found) == {"acceptance": date(2026, 12, 1), "review": date(2026, 11, 27)}
    acceptance, review = found.status.clocks
    assert (acceptance.closed_at, review.started_at) == (ACCEPTED, ACCEPTED)
    assert review.closed_at is None


SELF_PROCURED: Json = {
    "selfProcured": [
        {
            "id": "gauge",
            "title": "客流采集器",
            "specification": "1台",
            "quantity": 4,
            "reason": "目录中没有，也无可适配的服务",
        }
    ]
}


@pytest.mark.rule("A13-review", "A10-catalogue", "X-clock")
def test_review_counts_from_acceptance_where_a_self_procurement_lies_between_too() -> None:
    accepted = {"acceptance.1": approved(ACCEPTED)}
    found = plan(ACCEPTED, accepted, SELF_PROCURED)
    assert [turn.stage for turn in found.status.awaiting] == ["self-procurement"]
    # two working days from Wednesday, though it is not its turn yet; the stage of our own has none
    assert due(found) == {"acceptance": date(2026, 12, 1), "review": date(2026, 11, 27)}
    consented = accepted | {"self-procurement.1": approved(ACCEPTED + 5 * DAY)}
    late = plan(ACCEPTED + 5 * DAY, consented, SELF_PROCURED)
    assert due(late) == due(found)
    assert [clock.breached for clock in late.status.clocks] == [False, True]
    assert state(late.status) == ("True", "TimeLimitExceeded")
    # what ends there is not waited for
    ended = accepted | {"self-procurement.1": refused(ACCEPTED + DAY)}
    over = plan(ACCEPTED + 9 * DAY, ended, SELF_PROCURED)
    assert [clock.closed_at for clock in over.status.clocks] == [ACCEPTED, ACCEPTED + DAY]
    assert over.due is None


@pytest.mark.rule("A13-review", "X-clock")
def test_without_a_stage_to_count_from_a_clock_starts_when_the_one_before_ended() -> None:
    limit = {"name": "review", "amount": 2, "unit": "workingDays"}
    consented = {
        "acceptance.1": approved(ACCEPTED),
        "self-procurement.1": approved(ACCEPTED + 2 * DAY),
    }
    app = application(SELF_PROCURED, status=status_with(consented))
    for origin in ({}, {"countsFrom": "consent"}):
        law = policy(timeLimits=[limit | origin])
        found = decide(world(app, law=law), ACCEPTED + 2 * DAY)
        # from Friday 27 November: the 30th and 1 December
        assert due(found) == {"review": date(2026, 12, 1)}


@pytest.mark.rule("A13-accept", "A13-review", "X-clock")
def test_a_late_decision_is_valid_and_on_record() -> None:
    late = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
    waiting = plan(late - DAY)
    assert state(waiting.status) == ("True", "TimeLimitExceeded")
    found = plan(late, {"acceptance.1": approved(late)})
    assert found.status.phase == "Accepted"
    assert found.status.awaiting[0].stage == "review"
    facts = [f for clock in found.status.clocks for f in clock_facts(clock, 1)]
    assert [f.key for f in facts] == ["reminder.acceptance.1", "breach.acceptance.1"]
    assert state(found.status) == ("False", "InTime")
    done = plan(late, {"acceptance.1": approved(late), "review.1": approved(late)})
    # decided late, and what was approved is to be there in 3 working days: 4, 7, 8 December
    assert (done.status.phase, state(done.status)) == ("Approved", ("False", "InTime"))
    assert done.grant is not None
    assert due(done)["provision"] == date(2026, 12, 8)
    assert done.due == datetime(2026, 12, 7, 16, 0, tzinfo=UTC)
    granted = Outcome(granted=True, reason="Granted", message="namespace is in place")
    there = decide(world(application(status=done.status)), late, granted)
    assert state(there.status) == ("False", "DecidedLate")


@pytest.mark.rule("A13-accept", "X-clock")
def test_an_edited_form_has_a_clock_from_its_own_receipt() -> None:
    app = application(generation=2, status=status_with({"acceptance.1": refused(ACCEPTED)}))
    entry = ManagedFields(time=ACCEPTED + DAY, fields_v1={"f:spec": {}})
    metadata = app.metadata.model_copy(update={"managed_fields": (entry,)})
    found = decide(world(app.model_copy(update={"metadata": metadata})), LATER)
    assert found.status.clocks[0].started_at == ACCEPTED + DAY
    # from Thursday: 27 and 30 November, 1, 2 and 3 December
    assert due(found) == {"acceptance": date(2026, 12, 3)}


@pytest.mark.rule("A13-accept", "X-clock")
@pytest.mark.parametrize("key", ["acceptance.1", "review.1"])
def test_a_refusal_ends_the_clock_of_its_stage(key: str) -> None:
    history = {"acceptance.1": approved(ACCEPTED)} | {key: refused(ACCEPTED + DAY)}
    found = plan(ACCEPTED + DAY, history)
    assert all(clock.closed_at for clock in found.status.clocks)
    assert found.due is None


@pytest.mark.rule("X-clock")
def test_no_decision_is_lost_without_the_calendar() -> None:
    app = application(status=status_with({"acceptance.1": approved(ACCEPTED)}))
    found = decide(World(app, app.spec.wire(), world(app).agency, policy()), ACCEPTED)
    assert (found.status.phase, found.status.clocks) == ("Accepted", ())
    assert found.status.awaiting[0].stage == "review"
    assert state(found.status) == ("Unknown", "CalendarNotFound")
    assert reason(found.status) == "AwaitingDecision"
    both = {"acceptance.1": approved(ACCEPTED), "review.1": approved(ACCEPTED)}
    app = application(status=status_with(both))
    assert decide(World(app, app.spec.wire(), world(app).agency, policy()), ACCEPTED).grant


@pytest.mark.rule("X-clock")
def test_where_nothing_has_a_limit_nothing_is_overdue() -> None:
    app = application(status=plan(NOW).status)
    kept = decide(world(app, law=policy(timeLimits=[])), NOW).status
    assert state(kept) == ("False", "InTime")
    fresh = application(status=plan(NOW).status.model_copy(update={"clocks": ()}))
    assert state(decide(world(fresh, law=policy(timeLimits=[])), LATER).status) is None


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize("stops", [True, False])
def test_a_form_that_can_only_be_refused_waits_for_its_applicant(stops: bool) -> None:
    limit = {"name": "acceptance", "amount": 5, "unit": "workingDays", "stopWhileWaiting": stops}
    law = policy(timeLimits=[limit])
    incomplete = application({"classified": True})
    assert bool(decide(world(incomplete, law=law), NOW).status.clocks[0].stops) is stops
    assert decide(world(application(), law=law), NOW).status.clocks[0].stops == ()


@pytest.mark.rule("X-level", "X-clock")
def test_a_request_that_is_looked_at_again_is_the_same() -> None:
    late = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
    history = {"acceptance.1": approved(late), "review.1": approved(late)}
    first = plan(late, history)
    granted = Outcome(granted=True, reason="Granted", message="namespace is in place")
    known = decide(world(application(status=first.status)), late, granted)
    again = decide(world(application(status=known.status)), late + 5 * DAY)
    assert (again.status, again.facts) == (known.status, ())
    edited = calendar(generation=2, holidays=[{"date": "2026-11-30"}])
    app = application(status=known.status)
    after = World(app, app.spec.wire(), world(app).agency, policy(), edited)
    assert decide(after, late + 5 * DAY).status == known.status
