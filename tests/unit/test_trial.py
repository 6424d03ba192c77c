"""A trial begins when everything is there, ends with its last day, and its end freezes."""

from datetime import UTC, datetime, timedelta

import pytest

from mandate.api.cloudapplication import CloudApplication
from mandate.api.meta import find_condition
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.application import Outcome, Plan, World, decide
from tests.unit.builders import NOW, agency, application, approval, calendar, policy
from tests.unit.lives import status_with

GRANTED = Outcome(True, "Granted", "namespace transport--bus-portal is in place")
APPROVED = {"acceptance.1": approval(), "review.1": approval()}


def lived(app: CloudApplication, now: datetime, outcome: Outcome | None = GRANTED) -> Plan:
    """One look at an application that every stage has approved."""
    return decide(World(app, app.spec.wire(), agency(), policy(), calendar()), now, outcome)


def after(plan: Plan, now: datetime) -> Plan:
    """The next look, on what the one before has written."""
    return lived(application(status=plan.status), now)


@pytest.mark.rule("A14-trial")
def test_a_trial_begins_when_all_is_there_and_ends_with_its_last_day() -> None:
    approved = lived(application(status=status_with(APPROVED)), NOW, None)
    assert (approved.status.phase, approved.status.trial) == ("Approved", None)
    trial = after(approved, NOW)
    assert trial.status.phase == "Trial"
    assert trial.status.trial is not None
    # 2026-11-24 16:00 in Lu'an and 30 days: Thursday 2026-12-24, until midnight there
    assert trial.status.trial.started_at == NOW
    assert trial.status.trial.days == 30
    assert trial.status.trial.ends_at == datetime(2026, 12, 24, 16, tzinfo=UTC)
    # a warning 7 days before is the next that time alone brings, but for the clocks
    later = after(trial, NOW + timedelta(days=10))
    assert later.due == datetime(2026, 12, 17, 16, tzinfo=UTC)


@pytest.mark.rule("A14-trial")
def test_the_end_of_a_trial_freezes_and_deletes_nothing() -> None:
    trial = lived(application(status=status_with(APPROVED)), NOW)
    ends = datetime(2026, 12, 24, 16, tzinfo=UTC)
    last = after(trial, ends - timedelta(seconds=1))
    assert last.grant is not None
    assert not last.grant.regime.closed
    assert not last.grant.regime.frozen
    over = after(trial, ends)
    assert over.grant is not None
    assert over.grant.regime.closed
    assert over.grant.regime.frozen
    assert not over.grant.regime.deleted
    assert over.grant.quota["pods"] == "0"
    said = find_condition(over.status.conditions, "TrialExpired")
    assert said is not None
    assert (said.status, said.reason) == ("True", "TrialExpired")
    assert "the trial ended at 2026-12-24T16:00:00+00:00 without a launch" in said.message
    assert "A14-trial" in said.message


@pytest.mark.rule("A14-trial")
def test_a_grant_that_stands_again_begins_no_other_trial() -> None:
    trial = lived(application(status=status_with(APPROVED)), NOW)
    lost = Outcome(False, "Conflict", "its quota is another's")
    broken = lived(application(status=trial.status), NOW + timedelta(days=2), lost)
    again = after(broken, NOW + timedelta(days=3))
    assert after(again, NOW + timedelta(days=4)).status.trial == trial.status.trial


@pytest.mark.rule("A14-trial")
def test_a_form_may_ask_for_its_own_days() -> None:
    app = application({"trialDays": 15}, status=status_with(APPROVED))
    found = lived(app, NOW).status.trial
    assert found is not None
    # Wednesday 2026-12-09
    assert found.ends_at == datetime(2026, 12, 9, 16, tzinfo=UTC)


def test_a_policy_without_a_trial_grants_without_one() -> None:
    app = application(status=status_with(APPROVED))
    law = policy(trial=None)
    plan = decide(World(app, app.spec.wire(), agency(), law, calendar()), NOW, GRANTED)
    assert plan.status.trial is None
    assert plan.grant is not None


@pytest.mark.rule("A14-trial", "X-clock")
@pytest.mark.parametrize("lost", [None, calendar(timeZone="Atlantis/Nowhere")])
def test_without_its_calendar_a_trial_ends_as_it_was_counted(lost: WorkCalendar | None) -> None:
    trial = lived(application(status=status_with(APPROVED)), NOW)
    app = application(status=trial.status)
    world = World(app, app.spec.wire(), agency(), policy(), lost)
    ends = datetime(2026, 12, 24, 16, tzinfo=UTC)
    for now, frozen in ((ends - timedelta(seconds=1), False), (ends, True)):
        plan = decide(world, now)
        assert plan.status.trial == trial.status.trial
        assert plan.grant is not None
        assert plan.grant.regime.frozen is frozen
