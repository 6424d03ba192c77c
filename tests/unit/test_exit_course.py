"""How far an exit is at each instant, and what it waits for next."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mandate.api.cloudapplication import CloudApplication
from mandate.api.exitrequest import ExitRequest
from mandate.api.meta import Json
from mandate.rules.application import decide
from mandate.rules.case import Case, Unit
from mandate.rules.exit_request import judge_exit
from mandate.rules.exits import Exit, exit_of
from mandate.rules.request import RequestPlan
from mandate.rules.suspension import Suspended
from tests.unit.builders import NOW
from tests.unit.endings import at, case, decision, exit_request, granted, stored, world
from tests.unit.launches import LAUNCH_DAY, decided, good, launch
from tests.unit.launches import case as launch_case
from tests.unit.test_guests_and_contacts import a_grant

APPROVED = {"exit": decision()}
RECLAIMED = {"inventory": {"pods": "2"}, "reclaimedAt": "2026-12-03T00:00:00Z"}
UNIT: Json = {"exitType": "Unit", "applicationRef": None, "systemName": None}
CLOSES, HOLDS, DELETES = at("2026-12-01 00:00"), at("2026-12-02 00:00"), at("2026-12-03 00:00")


def gone() -> CloudApplication:
    return stored(granted(), phase="Exiting", reclaim=RECLAIMED)


def look(found: Case | Unit, request: ExitRequest, now: datetime = NOW) -> RequestPlan:
    return judge_exit(found, request, request.spec.wire(), now)


def said(plan: RequestPlan) -> dict[str, str]:
    return {check.type: check.message for check in plan.status.checks if not check.passed}


def phase(plan: RequestPlan) -> object:
    return getattr(plan.status, "phase", None)


@pytest.mark.rule("A17-exit")
def test_what_is_not_approved_is_submitted_or_refused_and_waits_for_no_time() -> None:
    request = exit_request()
    plan = look(case(request, timeLimits=[]), request)
    assert (phase(plan), plan.due) == ("Submitted", None)
    refused = exit_request(decided={"exit": decision(made="Refused")})
    assert phase(look(case(refused), refused)) == "Refused"


@pytest.mark.rule("A17-exit")
@pytest.mark.parametrize(
    ("now", "expected", "due"),
    [
        (CLOSES - timedelta(seconds=1), "Approved", CLOSES),
        (CLOSES, "Closed", HOLDS),
        (HOLDS, "Held", None),
    ],
)
def test_its_phase_is_that_of_its_time_and_it_waits_for_the_next(
    now: datetime, expected: str, due: datetime | None
) -> None:
    request = exit_request(decided=APPROVED)
    plan = look(case(request, timeLimits=[]), request, now)
    assert (phase(plan), plan.due) == (expected, due)


@pytest.mark.rule("A17-exit")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (CLOSES - timedelta(seconds=1), Exit(due=(CLOSES, HOLDS, DELETES))),
        (CLOSES, Exit("closed", due=(HOLDS, DELETES))),
        (HOLDS, Exit("held", due=(DELETES,))),
        (DELETES, Exit("held", deleting=True)),
    ],
)
def test_a_system_is_closed_held_and_deleted_in_turn(now: datetime, expected: Exit) -> None:
    assert exit_of(case(exit_request(decided=APPROVED)), Suspended(), now) == expected


@pytest.mark.rule("A17-exit")
def test_what_is_gone_is_reclaimed_until_all_have_signed() -> None:
    request = exit_request(decided=APPROVED)
    assert exit_of(case(request, app=gone()), Suspended(), DELETES) == Exit("reclaimed")
    status = request.status.model_copy(update={"phase": "Completed"})
    over = request.model_copy(update={"status": status})
    assert exit_of(case(over, app=gone()), Suspended(), DELETES) == Exit("completed")


@pytest.mark.rule("A17-exit")
def test_without_a_calendar_nothing_is_closed() -> None:
    request = exit_request(decided=APPROVED)
    blind = replace(case(request), calendar=None)
    assert phase(look(blind, request, DELETES)) == "Approved"
    assert exit_of(blind, Suspended(), DELETES) == Exit()


@pytest.mark.rule("A17-exit")
def test_once_all_is_gone_its_times_stand_as_they_were() -> None:
    request = exit_request(decided=APPROVED)
    status = look(case(request, app=gone()), request, DELETES).status
    request = request.model_copy(update={"status": status})
    later = look(case(request, app=gone(), exit={"holdDays": 9}), request, DELETES).status
    assert getattr(status, "deletes_at", None) == DELETES
    assert getattr(later, "deletes_at", None) == DELETES


@pytest.mark.rule("G72-confirm")
def test_nothing_is_confirmed_before_all_is_gone() -> None:
    request = exit_request(decided=APPROVED)
    assert look(case(request), request, DELETES).status.awaiting == ()
    plan = look(case(request, app=gone()), request, DELETES)
    assert [turn.stage for turn in plan.status.awaiting] == ["confirm-provider"]


@pytest.mark.rule("A17-exit")
def test_a_unit_leaves_with_what_it_had_when_its_exit_was_approved() -> None:
    request, here = exit_request(UNIT, APPROVED), case()
    later, at = granted(), NOW + timedelta(days=1)
    made = {k: a.model_copy(update={"at": at}) for k, a in later.status.approvals.items()}
    later = stored(later, approvals=made)
    unit = Unit(here.agency, here.policy, here.calendar, (gone(), later))
    assert phase(look(unit, request, DELETES)) == "Reclaimed"
    # a system that is not decided yet stands in its way; one that exits already does not
    for status, blocks in (("Accepted", True), ("Exiting", False)):
        systems = (granted(), stored(granted(), phase=status))
        found = said(look(replace(unit, systems=systems), exit_request(UNIT)))
        assert ("is not decided yet" in found.get("SystemStands", "")) is blocks


@pytest.mark.rule("A07-reclaim")
def test_where_the_policy_names_no_days_of_notice_none_are_waited_for() -> None:
    notice = {"title": "告知书", "uri": "https://files.luan.example/a.pdf", "sha256": "6b" * 32}
    told = {"dueOn": "2026-10-01", "noticeDate": "2026-11-30", "notice": notice}
    changes: Json = {"exitType": "Reclaim", "reclaim": told | {"requirement": "接入平台"}}
    own = dict.fromkeys(("systemOwner", "resources", "confirmation", "exitPlan"))
    request = exit_request(changes | own)
    assert "NoticeGiven" in said(look(case(request), request))
    assert "NoticeGiven" not in said(look(case(request, exit=None), request))


@pytest.mark.rule("A17-exit", "A26-access", "A15-launch")
def test_nobody_enters_what_exits_and_no_agreement_is_filed_for_it() -> None:
    guest, consent = a_grant(days=60), decided(launch(), "launch", found=launch_case(good()))
    requests = (guest, good(), consent)
    before = decide(world(*requests, app=granted()), LAUNCH_DAY)
    leaving = exit_request({"plannedExitDate": "2026-12-30"}, APPROVED)
    after = decide(world(*requests, leaving, app=granted()), LAUNCH_DAY)
    assert before.grant is not None
    assert after.grant is not None
    assert [len(room.members) for room in before.grant.regime.guests] == [1]
    assert [len(room.members) for room in after.grant.regime.guests] == [0]
    assert (len(before.records), after.records) == (1, ())
