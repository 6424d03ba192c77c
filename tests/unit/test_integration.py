"""Integration into the data platform: the unit sees what is asked; only the unmet is taken."""

from dataclasses import replace
from datetime import datetime

import pytest

from mandate.api.exitrequest import ExitRequestStatus
from mandate.api.meta import Json, find_condition
from mandate.rules.application import Plan, decide
from mandate.rules.exit_request import judge_exit
from mandate.rules.history import application_facts
from tests.unit.builders import NOW, agency, application, policy
from tests.unit.endings import at, case, decision, exit_request, stored, world

DUTY = {"requirement": "接入一体化数据基础平台", "dueOn": "2026-10-01"}
_EVIDENCE = {"title": "验收单", "uri": "https://files.example/e.pdf", "sha256": "5a" * 32}
MET = DUTY | {"metOn": "2026-09-20", "evidence": _EVIDENCE}


def registered(duty: Json | None, application: str = "bus-portal") -> Json:
    entry = {"id": "portal", "name": "公交", "builtOn": "2026-10-20", "application": application}
    return entry | ({"dataIntegration": duty} if duty else {})


def reclaim(**changes: object) -> Json:
    """A reclaim on 10 December, of which the unit was told on 1 November."""
    given = {
        "exitType": "Reclaim",
        "plannedExitDate": "2026-12-10",
        "reclaim": DUTY | {"noticeDate": "2026-11-01", "notice": _EVIDENCE} | changes,
    }
    own = ("systemOwner", "resources", "confirmation", "exitPlan")
    return given | dict.fromkeys(own)


def judged(
    duty: Json | None, form: Json, application: str = "bus-portal", now: datetime = NOW
) -> ExitRequestStatus:
    request = exit_request(form)
    office = agency(systems=[registered(duty, application)])
    plan = judge_exit(replace(case(request), agency=office), request, request.spec.wire(), now)
    assert isinstance(plan.status, ExitRequestStatus)
    return plan.status


def missing(status: ExitRequestStatus) -> str:
    return next(c.message for c in status.checks if c.type == "RequirementUnmet")


@pytest.mark.rule("A07-reclaim")
def test_what_the_register_has_as_unmet_can_be_reclaimed() -> None:
    status = judged(DUTY, reclaim())
    assert missing(status) == ""
    assert [t.may for t in status.awaiting] == [("Approved", "Refused")]


@pytest.mark.rule("A07-reclaim")
@pytest.mark.parametrize(
    ("duty", "changes", "application", "why"),
    [
        (None, {}, "bus-portal", "the register of transport asks no dataIntegration of bus-portal"),
        (DUTY, {}, "bus-cards", "the register of transport asks no dataIntegration of bus-portal"),
        (MET, {}, "bus-portal", "it was met on 2026-09-20"),
        (
            DUTY | {"dueOn": "2026-11-24"},
            {"dueOn": "2026-11-24"},
            "bus-portal",
            "it is due on 2026-11-24, which is not over",
        ),
        (DUTY, {"requirement": "别的"}, "bus-portal", "reclaim.requirement is not the register's"),
        (
            DUTY,
            {"dueOn": "2026-09-01"},
            "bus-portal",
            "reclaim.dueOn is 2026-09-01, the register has 2026-10-01",
        ),
    ],
    ids=["nothing-asked", "of-another", "met", "not-over", "other-words", "other-day"],
)
def test_nothing_else_is_reclaimed(
    duty: Json | None, changes: Json, application: str, why: str
) -> None:
    status = judged(duty, reclaim(**changes), application)
    assert why in missing(status)
    assert missing(status).endswith("(A07-reclaim, article 7)")
    assert [t.may for t in status.awaiting] == [("Refused",)]


@pytest.mark.rule("A07-reclaim")
def test_the_day_on_which_it_is_due_is_in_time() -> None:
    due, form = DUTY | {"dueOn": "2026-11-24"}, reclaim(dueOn="2026-11-24")
    assert missing(judged(due, form, now=at("2026-11-24 23:59")))
    assert missing(judged(due, form, now=at("2026-11-25 00:00"))) == ""


def lived(duty: Json | None, now: datetime = NOW, plan: Plan | None = None) -> Plan:
    office = agency(systems=[registered(duty)])
    found = (
        world() if plan is None else world(app=stored(world().application, **plan.status.wire()))
    )
    return decide(replace(found, agency=office), now)


@pytest.mark.rule("A07-reclaim")
def test_the_unit_sees_what_is_asked_and_that_it_is_late() -> None:
    duty = DUTY | {"dueOn": "2026-11-30"}
    before = lived(duty)
    assert before.status.data_integration is not None
    assert before.status.data_integration.wire() == duty
    assert find_condition(before.status.conditions, "IntegrationOverdue") is None
    assert before.due == at("2026-12-01 00:00")
    late = lived(duty, at("2026-12-01 00:00"), before)
    condition = find_condition(late.status.conditions, "IntegrationOverdue")
    assert condition is not None
    assert condition.status == "True"
    assert "due on 2026-11-30 and not met; the authority may reclaim" in condition.message
    # and no more once it is met
    done = lived(
        duty | {"metOn": "2026-12-05", "evidence": _EVIDENCE}, at("2026-12-05 09:00"), late
    )
    condition = find_condition(done.status.conditions, "IntegrationOverdue")
    assert condition is not None
    assert condition.status == "False"
    assert lived(None).status.data_integration is None


@pytest.mark.rule("A07-reclaim")
def test_what_is_leaving_is_late_with_nothing() -> None:
    office = agency(systems=[registered(DUTY)])
    leaving = world(exit_request(decided={"exit": decision()}))
    plan = decide(replace(leaving, agency=office), at("2026-12-01 09:00"))
    assert find_condition(plan.status.conditions, "IntegrationOverdue") is None


@pytest.mark.rule("A07-reclaim", "X-dossier")
@pytest.mark.parametrize(
    ("duty", "kind", "text"),
    [
        (DUTY, "IntegrationRequired", "接入一体化数据基础平台: due on 2026-10-01"),
        (MET, "IntegrationMet", "接入一体化数据基础平台: met on 2026-09-20"),
    ],
)
def test_what_is_asked_of_it_is_on_record(duty: Json, kind: str, text: str) -> None:
    app = stored(world().application, **lived(duty).status.wire())
    facts = application_facts(app, app.spec.wire(), policy())
    (fact,) = [f for f in facts if f.key.startswith("integration.")]
    assert (fact.kind, fact.event) == (kind, "Normal")
    assert fact.text == f"{text} (A07-reclaim, article 7)"


@pytest.mark.rule("A07-reclaim")
def test_of_a_system_of_which_nothing_is_asked_nothing_is_recorded() -> None:
    app = application(status=lived(None).status)
    assert not [
        f.kind
        for f in application_facts(app, app.spec.wire(), policy())
        if f.kind.startswith("Integration")
    ]


@pytest.mark.rule("A07-reclaim")
@pytest.mark.parametrize(
    ("form", "due"), [(reclaim(), at("2026-12-02 00:00")), ({}, None)], ids=["reclaim", "exit"]
)
def test_a_reclaim_waits_for_the_day_its_requirement_is_late_and_no_other_exit_does(
    form: Json, due: datetime | None
) -> None:
    request = exit_request(form)
    office = agency(systems=[registered(DUTY | {"dueOn": "2026-12-01"})])
    found = replace(case(request, timeLimits=[]), agency=office)
    assert judge_exit(found, request, request.spec.wire(), NOW).due == due
