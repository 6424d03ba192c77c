"""The protection evaluation after a launch: six months, late, handed in, taken back."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from mandate.api.assessmentreport import AssessmentReport
from mandate.api.clocks import Clock
from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Condition, Resource, find_condition
from mandate.rules.application import Plan
from tests.unit.builders import application, policy
from tests.unit.launches import LAUNCH_DAY, case, decided, good, launch, launched, system, verified

DAY = timedelta(days=1)
DUE = datetime(2027, 6, 30, 16, tzinfo=UTC)
"""The end of Wednesday 2027-06-30 in Lu'an: six months after 2026-12-30."""


@cache
def consented() -> LaunchRequest:
    """The launch, with the authority's consent."""
    return decided(launch(), "launch", found=case(good()))


def lived(before: Plan | None, now: datetime, *more: Resource) -> Plan:
    """The next look at the launched system."""
    app = application(status=before.status) if before else None
    return launched(good(), consented(), *more, app=app, now=now)


def clock(plan: Plan) -> Clock | None:
    return next((c for c in plan.status.clocks if c.stage == "mlpsReport"), None)


def late(plan: Plan) -> Condition | None:
    return find_condition(plan.status.conditions, "MlpsReportOverdue")


def evaluation(at: datetime, **changes: object) -> AssessmentReport:
    return verified("evaluation", at, type="MlpsEvaluation", **changes)


@pytest.mark.rule("G33-mlps")
def test_the_evaluation_report_is_due_six_months_after_the_launch() -> None:
    running = lived(None, LAUNCH_DAY)
    found = clock(running)
    assert found is not None
    assert (found.started_at, found.due_on, found.due_at) == (
        LAUNCH_DAY,
        date(2027, 6, 30),
        DUE,
    )
    last = lived(running, DUE - timedelta(seconds=1))
    assert late(last) is None
    assert last.due == DUE
    over = lived(last, DUE)
    said = late(over)
    assert said is not None
    assert said.status == "True"
    assert "(G33-mlps, annex 1, 3.3)" in said.message
    # a late one is taken, and that it was late stays on record
    there = lived(over, DUE + 3 * DAY, evaluation(DUE + 3 * DAY))
    said, found = late(there), clock(there)
    assert said is not None
    assert said.status == "False"
    assert found is not None
    assert (found.breached, found.closed_at) == (True, DUE + 3 * DAY)


@pytest.mark.rule("G33-mlps")
def test_one_handed_in_in_time_closes_the_clock_and_one_withdrawn_is_missing_later() -> None:
    at = LAUNCH_DAY + 100 * DAY
    good = evaluation(at)
    there = lived(lived(None, LAUNCH_DAY), at, good)
    found = clock(there)
    assert found is not None
    assert (found.breached, found.closed_at) == (False, at)
    assert late(lived(there, DUE + DAY, good)) is None
    gone = decided(good, "withdrawal", at=at)
    assert late(lived(there, DUE - DAY, gone)) is None
    said = late(lived(there, DUE + DAY, gone))
    assert said is not None
    assert said.status == "True"


@pytest.mark.rule("G33-mlps")
def test_one_of_before_the_launch_is_in_time() -> None:
    early = evaluation(LAUNCH_DAY - DAY)
    found = clock(lived(None, LAUNCH_DAY, early))
    assert found is not None
    assert (found.breached, found.closed_at) == (False, LAUNCH_DAY)


@pytest.mark.rule("G33-mlps")
def test_one_that_was_not_passed_or_not_verified_is_not_handed_in() -> None:
    at = LAUNCH_DAY + DAY
    for report in (
        evaluation(at, result="NotPassed"),
        verified("other", at, type="Security"),
    ):
        found = clock(lived(None, at, report))
        assert found is not None
        assert found.closed_at is None


@pytest.mark.rule("G33-mlps")
def test_a_verification_that_nobody_dated_hands_nothing_in() -> None:
    at = LAUNCH_DAY + DAY
    dated = evaluation(at)
    made = dated.status.approvals["verification.1"].model_copy(update={"at": None})
    status = dated.status.model_copy(update={"approvals": {"verification.1": made}})
    undated = dated.model_copy(update={"status": status})
    for reports, closed in (([undated], None), ([undated, dated], at)):
        found = clock(lived(None, at, *reports))
        assert found is not None
        assert found.closed_at == closed


@pytest.mark.rule("G33-mlps")
def test_where_the_policy_wants_it_accredited_another_does_not_do() -> None:
    owed = {"type": "MlpsEvaluation", "accredited": True, "due": "AfterLaunch"}
    law = policy(agreement=None, evidence=[{"protectionLevel": "Level2", "reports": [owed]}])
    at = LAUNCH_DAY + DAY
    for cnas, closed in ((None, None), ("CNAS L1", at)):
        who = {"name": "某测评中心"} | ({"cnasNumber": cnas} if cnas else {})
        plan = launched(good(), consented(), evaluation(at, assessor=who), law=law, now=at)
        found = clock(plan)
        assert found is not None
        assert found.closed_at == closed


@pytest.mark.rule("G33-mlps")
def test_nothing_is_due_before_the_launch_or_where_nothing_is_owed() -> None:
    assert clock(launched(good())) is None
    assert clock(launched(good(), consented(), law=policy())) is None
    nothing = policy(agreement=None, evidence=[])
    assert clock(launched(good(), consented(), law=nothing)) is None
    unlimited = policy(agreement=None, timeLimits=[])
    plan = launched(good(), consented(), law=unlimited, now=DUE + DAY)
    assert (clock(plan), late(plan)) == (None, None)


@pytest.mark.rule("G33-mlps")
def test_what_was_graded_at_the_launch_decides_what_is_owed() -> None:
    changes = {"protectionLevel": "NotGraded"}
    here = case(good(), app=system(changes=changes))
    graded = decided(launch(gradedLevel="Level2"), "launch", found=here)
    plan = launched(good(), graded, app=application(changes))
    assert clock(plan) is not None
