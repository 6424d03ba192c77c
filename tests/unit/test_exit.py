"""An exit closes, holds and deletes in its time, never before the planned day has passed."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.cloudapplication import CloudApplication
from mandate.api.exitrequest import ExitRequest, ExitRequestStatus
from mandate.api.meta import Json, find_condition
from mandate.rules.application import Outcome, Plan, decide
from mandate.rules.case import Unit
from mandate.rules.exit_request import judge_exit
from mandate.rules.exits import exit_of
from mandate.rules.suspension import Suspended
from tests.unit.builders import NOW
from tests.unit.endings import (
    Decided,
    at,
    case,
    decision,
    exit_request,
    granted,
    stored,
    suspension,
    world,
)

APPROVED = {"exit": decision()}
GONE = Outcome(False, "Reclaimed", "namespace transport--bus-portal is gone", reclaimed=True)
AMOUNTS = {"pods": "2", "requests.storage": "480Gi"}
INVENTORY = AMOUNTS | {
    "count/deployments.apps": "2",
    # as the cluster writes a thousand
    "count/secrets": "1k",
    "count/services": "0",
}
RECLAIMED = {"inventory": AMOUNTS, "reclaimedAt": "2026-12-03T00:00:00Z"}
RECLAIM = {
    "requirement": "接入一体化数据基础平台",
    "dueOn": "2026-10-01",
    "noticeDate": "2026-11-01",
    "notice": {"title": "告知书", "uri": "https://files.luan.example/a.pdf", "sha256": "6b" * 32},
}
OWN = ("systemOwner", "resources", "confirmation", "exitPlan")


def lived(now: datetime, *requests: ExitRequest, app: CloudApplication | None = None) -> Plan:
    return decide(world(*requests, app=app), now)


def judged(
    request: ExitRequest, now: datetime = NOW, app: CloudApplication | None = None
) -> ExitRequestStatus:
    plan = judge_exit(case(request, app=app), request, request.spec.wire(), now)
    assert isinstance(plan.status, ExitRequestStatus)
    return plan.status


def awaited(status: ExitRequestStatus) -> dict[str, tuple[str, ...]]:
    return {turn.stage: turn.may for turn in status.awaiting}


def failing(status: ExitRequestStatus) -> dict[str, str]:
    return {check.type: check.message for check in status.checks if not check.passed}


@pytest.mark.rule("A17-exit")
@pytest.mark.parametrize(
    ("now", "phase", "closed", "frozen", "environment", "deleted"),
    [
        ("2026-11-30 23:59", "Trial", False, False, "trial", False),
        # the planned day begins
        ("2026-12-01 00:00", "Exiting", True, False, "trial", False),
        ("2026-12-01 23:59", "Exiting", True, False, "trial", False),
        # it has passed: held for one day
        ("2026-12-02 00:00", "Exiting", True, True, "held", False),
        ("2026-12-02 23:59", "Exiting", True, True, "held", False),
        ("2026-12-03 00:00", "Exiting", True, True, "held", True),
    ],
)
def test_it_is_closed_on_the_planned_day_then_held_then_deleted(
    now: str, phase: str, closed: bool, frozen: bool, environment: str, deleted: bool
) -> None:
    plan = lived(at(now), exit_request(decided=APPROVED))
    assert plan.status.phase == phase
    assert plan.grant is not None
    regime = plan.grant.regime
    assert (regime.closed, regime.frozen) == (closed, frozen)
    assert (regime.environment, regime.deleted) == (environment, deleted)


@pytest.mark.rule("A17-exit")
def test_approved_after_the_planned_day_it_begins_with_the_approval() -> None:
    late = exit_request(decided={"exit": decision(at("2026-12-04 15:00"))})
    status = judged(late, at("2026-12-04 15:00"))
    assert status.phase == "Closed"
    assert status.closes_at == at("2026-12-04 15:00")
    assert status.holds_at == at("2026-12-05 00:00")
    assert status.deletes_at == at("2026-12-06 00:00")
    clocks = {clock.stage: clock for clock in status.clocks}
    # three working days from Friday the 4th: Wednesday the 9th
    assert clocks["reclaim"].started_at == at("2026-12-04 15:00")
    assert clocks["reclaim"].due_on == date(2026, 12, 9)


@pytest.mark.rule("A17-exit", "X-clock")
def test_it_is_decided_in_five_working_days_and_carried_out_in_three_from_the_planned_day() -> None:
    filed = judged(exit_request())
    # from Tuesday 24 November
    assert [(c.stage, c.due_on) for c in filed.clocks] == [("exit", date(2026, 12, 1))]
    waiting = judged(exit_request(decided=APPROVED), at("2026-11-30 10:00"))
    assert (waiting.phase, [c.stage for c in waiting.clocks]) == ("Approved", ["exit"])
    begun = judged(exit_request(decided=APPROVED), at("2026-12-01 10:00"))
    assert [(c.stage, c.due_on) for c in begun.clocks][1:] == [("reclaim", date(2026, 12, 4))]
    late = judged(exit_request(decided=APPROVED), at("2026-12-05 00:00"))
    assert [c.breached for c in late.clocks if c.stage == "reclaim"] == [True]


_INSTANTS = st.datetimes(
    datetime(2026, 11, 1), datetime(2027, 2, 1), timezones=st.just(ZoneInfo("Asia/Shanghai"))
)


@pytest.mark.rule("A17-exit")
@given(
    approved=_INSTANTS,
    planned=st.dates(date(2026, 10, 1), date(2027, 2, 1)),
    hold=st.none() | st.integers(0, 9),
    now=_INSTANTS,
)
def test_nothing_is_deleted_before_the_planned_day_has_passed(
    approved: datetime, planned: date, hold: int | None, now: datetime
) -> None:
    request = exit_request({"plannedExitDate": str(planned)}, {"exit": decision(approved)})
    terms = {} if hold is None else {"holdDays": hold}
    found = exit_of(case(request, exit=terms), Suspended(), now)
    if found.deleting:
        assert now.date() > planned
        assert now.date() > approved.date() + timedelta(days=(hold or 0))
    if now < approved or now.date() < planned:
        assert found.stage is None


@pytest.mark.rule("A17-exit", "A23-suspend")
@pytest.mark.parametrize("effect", ["Preserve", "Interrupt"])
def test_a_suspension_in_force_stops_it_before_anything_is_deleted(effect: str) -> None:
    changes = {"effect": effect} | ({"reportTo": None} if effect == "Preserve" else {})
    hold = suspension(changes, {"suspension": decision()})
    over = at("2027-01-15 00:00")
    kept = decide(world(exit_request(decided=APPROVED), hold), over)
    assert kept.grant is not None
    assert (kept.grant.regime.deleted, kept.grant.regime.environment) == (False, "held")
    assert kept.status.phase == "Exiting"
    freed = suspension(changes, {"suspension": decision(), "lift": decision(over)})
    gone = decide(world(exit_request(decided=APPROVED), freed), over)
    assert gone.grant is not None
    assert gone.grant.regime.deleted


@pytest.mark.rule("A17-exit")
def test_the_inventory_is_written_before_and_what_is_gone_is_not_granted_again() -> None:
    now, request = at("2026-12-03 08:00"), exit_request(decided=APPROVED)
    taken = Outcome(False, "Reclaiming", "it is being deleted", inventory=INVENTORY)
    going = decide(world(request), now, taken)
    assert going.status.reclaim is not None
    assert going.status.reclaim.inventory == AMOUNTS
    assert going.status.reclaim.objects == {"deployments.apps": 2, "secrets": 1000}
    assert going.status.reclaim.reclaimed_at is None
    app = stored(granted(), **going.status.wire())
    # whatever is filed from now on
    hold = suspension(decided={"suspension": decision()})
    again = decide(world(request, hold, app=app), now)
    assert again.grant is not None
    assert (again.grant.regime.deleted, again.grant.regime.kept) == (True, True)
    gone = decide(world(request, app=app), now, GONE)
    assert gone.status.reclaim is not None
    assert (gone.status.reclaim.reclaimed_at, gone.grant) == (now, None)
    over = stored(granted(), **gone.status.wire())
    later = decide(world(request, app=over), now + timedelta(days=90))
    assert later.grant is None
    assert later.status.reclaim == gone.status.reclaim
    assert later.status.phase == "Exiting"


@pytest.mark.rule("G72-confirm")
def test_the_provider_confirms_then_all_three_sign_the_sheet() -> None:
    now, app = at("2026-12-03 08:00"), stored(granted(), phase="Exiting", reclaim=RECLAIMED)
    decided = dict(APPROVED)
    status = judged(exit_request(decided=decided), now, app)
    assert (status.phase, awaited(status)) == ("Reclaimed", {"confirm-provider": ("Approved",)})
    # the inventory is confirmed, not signed
    assert not status.awaiting[0].seal_required
    decided["confirm-provider"] = decision(now)
    # not before the sheet is drawn up
    assert awaited(judged(exit_request(decided=decided), now, app)) == {}
    request = _with_sheet(exit_request(decided=decided), "a" * 64)
    status = judged(request, now, app)
    signatures = ("sign-agency", "sign-provider", "sign-authority")
    assert awaited(status) == dict.fromkeys(signatures, ("Approved",))
    assert {(t.signs, t.seal_required) for t in status.awaiting} == {("a" * 64, True)}
    # what is signed is this very sheet
    other = judged(_with_sheet(exit_request(decided=decided), "b" * 64), now, app)
    assert {t.basis for t in status.awaiting} & {t.basis for t in other.awaiting} == set()
    for stage in signatures:
        assert judged(request, now, app).phase == "Reclaimed"
        assert lived(now, request, app=app).status.phase == "Exiting"
        decided[stage] = decision(now)
        request = _with_sheet(exit_request(decided=decided), "a" * 64)
    status = judged(request, now, app)
    assert (status.phase, awaited(status)) == ("Completed", {})
    over = request.model_copy(update={"status": status})
    assert lived(now, over, app=app).status.phase == "Exited"


@pytest.mark.rule("G72-confirm", "X-clock")
def test_the_exit_sheet_is_to_be_signed_in_the_time_that_the_policy_gives() -> None:
    limit = {"name": "sign", "amount": 5, "unit": "workingDays"}
    confirmed = at("2026-12-03 08:00")
    app = stored(granted(), phase="Exiting", reclaim=RECLAIMED)
    signatures = ("sign-agency", "sign-provider", "sign-authority")

    def clocks(now: datetime, *stages: str) -> list[tuple[str, date, datetime | None]]:
        decided = APPROVED | {s: decision(confirmed) for s in stages}
        request = _with_sheet(exit_request(decided=decided), "a" * 64)
        about = case(request, app=app, timeLimits=[limit])
        plan = judge_exit(about, request, request.spec.wire(), now)
        return [(c.stage, c.due_on, c.closed_at) for c in plan.status.clocks]

    assert clocks(confirmed) == []
    # from Thursday: 4, 7, 8, 9 and 10 December
    due = date(2026, 12, 10)
    assert clocks(confirmed, "confirm-provider") == [("sign", due, None)]
    assert clocks(confirmed, "confirm-provider", *signatures[:2]) == [("sign", due, None)]
    assert clocks(confirmed, "confirm-provider", *signatures) == [("sign", due, confirmed)]


def _with_sheet(request: ExitRequest, sha256: str) -> ExitRequest:
    raw = request.status.wire() | {"sheet": {"sha256": sha256, "dossierHead": "c" * 64}}
    return request.model_copy(update={"status": ExitRequestStatus.model_validate(raw)})


@pytest.mark.rule("A17-exit")
def test_what_is_given_back_is_what_runs() -> None:
    assert failing(judged(exit_request())) == {}
    lines = [
        {"kind": "VirtualMachine", "description": "应用服务器", "quantity": 1},
        {"kind": "VirtualMachine", "description": "数据库服务器", "quantity": 1},
        {"kind": "VirtualMachine", "description": "云主机安全防护", "quantity": 3},
    ]
    status = judged(exit_request({"resources": lines}))
    assert awaited(status) == {"exit": ("Refused",)}
    said = failing(status)["ResourcesMatch"]
    assert "1 of '应用服务器' (VirtualMachine) are listed, 2 run" in said
    assert "3 of '云主机安全防护' (VirtualMachine) are listed, 0 run" in said
    assert "0 of '云主机安全防护' (another kind) are listed, 3 run" in said
    assert "数据库服务器" not in said
    assert "A17-exit" in said


@pytest.mark.rule("A17-exit")
def test_what_a_unit_gives_back_is_what_all_its_systems_have() -> None:
    here, lines = case(), exit_request().spec.wire()["resources"]
    gone = stored(granted(), phase="Exited", reclaim=RECLAIMED)

    def said(given: list[Json], *systems: CloudApplication) -> str | None:
        request = unit_exit({"resources": given})
        unit = Unit(here.agency, here.policy, here.calendar, systems)
        plan = judge_exit(unit, request, request.spec.wire(), NOW)
        assert isinstance(plan.status, ExitRequestStatus)
        return failing(plan.status).get("ResourcesMatch")

    assert said(lines, granted(), gone) is None
    # a form lists something; with nothing left here there is nothing to compare it with
    assert said(lines, gone) is None
    twice = [line | {"quantity": 2 * line["quantity"]} for line in lines]
    assert said(twice, granted(), granted()) is None
    missing = said(lines, granted(), granted())
    assert missing is not None
    assert "2 of '应用服务器' (VirtualMachine) are listed, 4 run" in missing


@pytest.mark.rule("A17-exit", "A26-access")
@pytest.mark.parametrize(
    ("now", "counted"), [("2026-12-01 12:00", False), ("2026-12-02 00:00", True)]
)
def test_held_nothing_is_added_to_what_is_counted(now: str, counted: bool) -> None:
    plan = lived(at(now), exit_request(decided=APPROVED))
    assert plan.grant is not None
    for name in ("secrets", "persistentvolumeclaims", "deployments.apps", "pods"):
        assert (plan.grant.quota.get(f"count/{name}") == "0") is counted
    # machines are bounded all the time, and held none is added either
    machines = plan.grant.quota["count/virtualmachines.kubevirt.io"]
    assert machines == ("0" if counted else "3")


@pytest.mark.rule("A17-exit")
def test_the_form_names_the_unit_and_the_system_as_they_are() -> None:
    said = failing(
        judged(exit_request({"applicantUnit": "六安市水利局", "systemName": "水情平台"}))
    )
    assert "applicantUnit is '六安市水利局', the agency is '六安市交通运输局'" in said["Complete"]
    assert "systemName is '水情平台', it is '六安公交出行服务平台'" in said["Complete"]


@pytest.mark.rule("A17-exit")
@pytest.mark.parametrize("phase", ["Submitted", "Accepted", "Refused", "Exiting", "Exited"])
def test_only_what_stands_exits(phase: str) -> None:
    status = judged(exit_request(), app=stored(granted(), phase=phase))
    assert f"bus-portal is {phase}" in failing(status)["SystemStands"]


@pytest.mark.rule("A07-reclaim")
def test_what_is_reclaimed_was_announced_the_policys_days_before() -> None:
    def reclaim(planned: str) -> ExitRequest:
        given = {"exitType": "Reclaim", "reclaim": RECLAIM, "plannedExitDate": planned}
        return exit_request(given | dict.fromkeys(OWN))

    # told on 1 November, 30 days: until the end of 1 December
    # what the register asks is judged in test_integration
    early = judged(reclaim("2026-12-01"))
    assert awaited(early) == {"exit": ("Refused",)}
    assert "plannedExitDate is before 2026-12-02" in failing(early)["NoticeGiven"]
    assert "A07-reclaim" in failing(early)["NoticeGiven"]
    assert "NoticeGiven" not in failing(judged(reclaim("2026-12-02")))


def unit_exit(changes: Json | None = None, decided: Decided | None = None) -> ExitRequest:
    gone = dict.fromkeys(("applicationRef", "systemName"))
    return exit_request({"exitType": "Unit"} | gone | (changes or {}), decided, "u")


@pytest.mark.rule("A17-exit")
def test_a_unit_exits_with_all_it_has_and_not_before_the_last_is_gone() -> None:
    request = unit_exit(decided=APPROVED)
    first, pending = granted(), stored(granted(), phase="Accepted")
    here = case(request)

    def look(now: str, *systems: CloudApplication) -> ExitRequestStatus:
        unit = Unit(here.agency, here.policy, here.calendar, systems)
        plan = judge_exit(unit, request, request.spec.wire(), at(now))
        assert isinstance(plan.status, ExitRequestStatus)
        return plan.status

    filed = replace(here, requests=(unit_exit(),))
    unit = Unit(filed.agency, filed.policy, filed.calendar, (first, pending))
    status = judge_exit(unit, unit_exit(), unit_exit().spec.wire(), NOW).status
    assert [t.may for t in status.awaiting] == [("Refused",)]
    assert lived(at("2026-12-01 00:00"), request).status.phase == "Exiting"
    gone = stored(granted(), phase="Exiting", reclaim=RECLAIMED)
    assert look("2026-12-04 00:00", first, gone).phase == "Held"
    assert look("2026-12-04 00:00", gone, gone).phase == "Reclaimed"
    # what it is granted later is not ended by it
    before = unit_exit(decided={"exit": decision(NOW - timedelta(days=1))})
    assert lived(at("2026-12-01 00:00"), before).status.phase == "Trial"


@pytest.mark.rule("X-level")
@given(
    now=_INSTANTS,
    decided=st.sets(st.sampled_from(["exit", "confirm-provider", "sign-agency"])),
    gone=st.booleans(),
    sheet=st.booleans(),
)
def test_a_second_look_changes_nothing(
    now: datetime, decided: set[str], gone: bool, sheet: bool
) -> None:
    request = exit_request(decided={stage: decision() for stage in decided})
    request = _with_sheet(request, "a" * 64) if sheet else request
    app = stored(granted(), phase="Exiting", reclaim=RECLAIMED) if gone else granted()
    first = judged(request, now, app)
    again = request.model_copy(update={"status": ExitRequestStatus.model_validate(first.wire())})
    assert judged(again, now, app).wire() == first.wire()
    lived_once = lived(now, request, app=app).status
    app = stored(app, **lived_once.wire())
    assert lived(now, request, app=app).status.wire() == lived_once.wire()


@pytest.mark.rule("A17-exit", "A14-trial")
def test_what_exits_is_on_trial_no_more() -> None:
    # the trial would end on 24 December
    over = at("2027-01-10 00:00")
    plan = lived(over, exit_request(decided=APPROVED))
    assert find_condition(plan.status.conditions, "TrialExpired") is None
    assert lived(at("2026-12-10 00:00"), exit_request(decided=APPROVED)).due is None
