"""What a system owed in another cluster, or was closed by, holds after its takeover too."""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
import rfc8785

from mandate.api.clocks import Clock
from mandate.api.meta import Json, Resource, find_condition
from mandate.api.suspension import Suspension
from mandate.rules.application import Plan, World, decide
from mandate.rules.case import HandedIn, InForce, Predecessor, form_of
from mandate.rules.history import application_facts, request_facts
from mandate.rules.record import Fact
from mandate.rules.suspension import judge_suspension
from tests.unit.builders import NOW, agency, application, approval, calendar, policy
from tests.unit.endings import decision, suspension
from tests.unit.launches import GRANTED, LAUNCH_DAY, case, decided, good, launch, system, verified
from tests.unit.lives import status_with
from tests.unit.test_takeover import BEFORE, FILED, GRANT, HEAD
from tests.unit.test_takeover_formal import FORMAL, LAUNCHED, RUNNING, told

FIRST = datetime(2026, 6, 1, 2, tzinfo=UTC)
REPORT = HandedIn("evaluation/uid-of-e", "MlpsEvaluation", FIRST, accredited=False)
INTRUSION = InForce("s", "Interrupt", "Authority")
BLOCKED = (
    "Suspension s (Interrupt, of origin Authority) was in force in the other cluster: file it "
    "again by that name, and decide on it; then lift it if it is to end (A23-suspend, article 23)"
)


def recorded(*requests: Resource) -> list[Fact]:
    """What the operator recorded of requests about it, as they are stored."""
    return [
        fact
        for request in requests
        for fact in request_facts(
            type(request).__name__, form_of(request, request.wire()["spec"]), policy()
        )
    ]


def world(
    before: Predecessor, *requests: Resource, made: bool = True, changes: Json | None = None
) -> World:
    """The restored application with what was filed about it here, taken over or not yet."""
    approvals = {"takeover.1": approval().model_copy(update={"cites": HEAD})} if made else {}
    app = application(changes, status=status_with(approvals))
    return World(
        app, app.spec.wire(), agency(), policy(), calendar(), requests=requests, predecessor=before
    )


def taken(before: Predecessor, *requests: Resource, changes: Json | None = None) -> Plan:
    """It, once it is taken over and granted."""
    found = world(before, *requests, changes=changes)
    app = application(changes, status=decide(found, NOW).status)
    return decide(replace(found, application=app), NOW, GRANTED)


def clock(plan: Plan) -> Clock | None:
    return next((c for c in plan.status.clocks if c.stage == "mlpsReport"), None)


def is_late(plan: Plan) -> bool:
    found = find_condition(plan.status.conditions, "MlpsReportOverdue")
    return found is not None and found.status == "True"


@pytest.mark.rule("G33-mlps", "X-dossier")
def test_the_evaluation_is_owed_from_the_launch_in_the_other_cluster() -> None:
    plan = taken(FORMAL)
    found = clock(plan)
    assert found is not None
    # six months after Monday 2026-01-05 is a Sunday: the next working day
    assert (found.started_at, found.due_on) == (LAUNCHED, date(2026, 7, 6))
    assert (found.breached, found.closed_at, is_late(plan)) == (True, None, True)


@pytest.mark.rule("G33-mlps", "X-dossier")
def test_what_was_handed_in_there_is_not_asked_for_again() -> None:
    plan = taken(replace(FORMAL, reports=(REPORT,)))
    found = clock(plan)
    assert found is not None
    assert (found.closed_at, found.breached, is_late(plan)) == (FIRST, False, False)
    other = replace(REPORT, type="Security")
    assert is_late(taken(replace(FORMAL, reports=(other,))))
    # what is handed in here counts as well
    late = verified("evaluation", LAUNCH_DAY, type="MlpsEvaluation")
    found = clock(taken(FORMAL, late))
    assert found is not None
    assert (found.closed_at, found.breached) == (LAUNCH_DAY, True)


@pytest.mark.rule("G33-mlps")
def test_it_is_owed_by_the_level_it_was_graded_at_there() -> None:
    changes = {"protectionLevel": "NotGraded"}
    form = application(changes).spec.wire()
    ungraded = replace(FORMAL, form_sha256=sha256(rfc8785.dumps(form)).hexdigest())
    assert clock(taken(ungraded, changes=changes)) is None
    graded = replace(ungraded, graded_level="Level2")
    assert is_late(taken(graded, changes=changes))


@pytest.mark.rule("X-dossier", "G33-mlps")
def test_grading_and_reports_are_read_as_the_operator_records_them() -> None:
    report = verified("evaluation", LAUNCH_DAY, type="MlpsEvaluation")
    here = case(good(), app=system(changes={"protectionLevel": "NotGraded"}))
    consent = decided(launch(gradedLevel="Level2"), "launch", found=here)
    found = told(FILED, GRANT, RUNNING, *recorded(report, consent))
    assert found.graded_level == "Level2"
    (read,) = found.reports
    assert (read.type, read.at, read.accredited) == ("MlpsEvaluation", LAUNCH_DAY, True)
    withdrawn = decided(report, "withdrawal", found=case(report))
    assert told(FILED, GRANT, RUNNING, *recorded(withdrawn)).reports == ()
    failed = verified("failed", LAUNCH_DAY, type="MlpsEvaluation", result="NotPassed")
    assert told(FILED, GRANT, *recorded(failed)).reports == ()
    # and the dossier that goes on tells the next cluster
    before = replace(FORMAL, graded_level="Level2", reports=found.reports)
    app = application(status=taken(before).status)
    again = told(*application_facts(app, app.spec.wire(), policy(), before))
    assert (again.graded_level, again.reports) == ("Level2", found.reports)


@pytest.mark.rule("X-dossier", "G33-mlps")
def test_what_was_verified_here_before_the_takeover_is_told_with_what_came_before() -> None:
    here = verified("here", LAUNCH_DAY, type="Security")
    before = replace(FORMAL, graded_level="Level2", reports=(REPORT,))
    app = application(status=taken(before).status)
    own = application_facts(app, app.spec.wire(), policy(), before)
    filed, *rest = own
    again = told(filed, *recorded(here), *rest)
    assert [report.type for report in again.reports] == ["MlpsEvaluation", "Security"]
    assert again.graded_level == "Level2"


@pytest.mark.rule("A17-exit", "X-dossier")
def test_an_exit_that_was_under_way_is_not_dropped_without_a_word() -> None:
    leaving = Fact("phase.Exiting.1", "Exiting", "", data=RUNNING.data)
    found = told(FILED, GRANT, RUNNING, leaving)
    assert (found.exiting, told(FILED, GRANT, RUNNING).exiting) == (True, False)
    status = decide(world(replace(FORMAL, exiting=True), made=False), NOW).status
    (turn,) = status.awaiting
    assert (turn.stage, turn.may, turn.opinion_required) == (
        "takeover", ("Approved", "Refused"), True,
    )  # fmt: skip
    (check,) = status.checks
    assert not check.passed
    assert "file the ExitRequest again once it is taken over (A17-exit" in check.message
    assert decide(world(FORMAL, made=False), NOW).status.checks == ()


def suspended(*stages: str, name: str = "s", phase: str = "InForce", **changes: str) -> Suspension:
    """The authority's suspension, or the provider's, as it is stored after these decisions."""
    made = suspension(changes, {stage: decision() for stage in stages}, name)
    status = made.status.model_copy(update={"phase": phase, "observed_generation": 1})
    return made.model_copy(update={"status": status})


@pytest.mark.rule("X-dossier", "A23-suspend")
def test_a_dossier_tells_which_suspensions_were_in_force_in_the_end() -> None:
    stands = recorded(suspended("suspension"))
    assert told(FILED, GRANT, *stands).suspended == (INTRUSION,)
    over = recorded(suspended("suspension", "lift", phase="Lifted"))
    assert told(FILED, GRANT, *stands, *over[-1:]).suspended == ()
    hold = recorded(suspended("suspension", name="hold", effect="Preserve"))
    names = [old.name for old in told(FILED, GRANT, *stands, *hold).suspended]
    assert names == ["s", "hold"]
    refused = recorded(suspended(phase="Refused"))
    assert told(FILED, GRANT, *refused).suspended == ()
    # an interruption may be on record before the form that it is about
    first = recorded(suspended(origin="Provider"))
    assert [old.origin for old in told(*first, FILED, GRANT).suspended] == ["Provider"]
    # what left the cloud is suspended no more
    gone = Fact("gone", "Gone", "gone")
    assert told(FILED, GRANT, *stands, gone).suspended == ()


@pytest.mark.rule("A23-suspend", "X-dossier")
@pytest.mark.parametrize(
    ("requests", "opens"),
    [
        ((), False),
        # filed and not decided on
        ((suspended(phase="Submitted"),), False),
        ((suspended("suspension"),), True),
        # let go here by who may
        ((suspended("suspension", "lift", phase="Lifted"),), True),
        ((suspended("suspension", name="another"),), False),
        ((suspended("suspension", effect="Preserve"),), False),
        # the provider's own does not take the place of the authority's
        ((suspended(origin="Provider"),), False),
    ],
    ids=["none", "filed", "in-force", "lifted", "another", "a-hold", "the-providers"],
)
def test_a_takeover_lets_no_suspended_system_go(
    requests: tuple[Suspension, ...], opens: bool
) -> None:
    before = replace(FORMAL, suspended=(INTRUSION,))
    status = decide(world(before, *requests, made=False), NOW).status
    (turn,) = status.awaiting
    assert (turn.stage, "Approved" in turn.may) == ("takeover", opens)
    (check,) = status.checks
    assert (check.type, check.message) == ("SuspensionsStand", "" if opens else BLOCKED)


@pytest.mark.rule("A23-suspend")
def test_an_edit_of_its_form_is_no_way_around_a_suspension() -> None:
    before = replace(BEFORE, suspended=(INTRUSION,))
    found = world(before, made=False, changes={"systemName": "另一个系统"})
    status = decide(found, NOW).status
    assert [(t.stage, t.may) for t in status.awaiting] == [("acceptance", ("Refused",))]
    assert [c.message for c in status.checks if not c.passed] == [BLOCKED]


@pytest.mark.rule("A23-suspend")
def test_it_is_filed_again_before_anything_is_granted_and_holds_from_then_on() -> None:
    before = replace(FORMAL, suspended=(INTRUSION,))
    here = world(before, made=False).case()
    assert here is not None
    for request, fits in ((suspension(), True), (suspension(name="another"), False)):
        plan = judge_suspension(here, request, request.spec.wire(), NOW)
        assert ("Approved" in plan.status.awaiting[0].may) is fits
    kept = taken(before, suspended("suspension"))
    assert kept.grant is not None
    regime = kept.grant.regime
    assert (kept.status.phase, regime.closed, regime.frozen) == ("Running", True, True)
