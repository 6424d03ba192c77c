"""Whom an agency lets in for a time, and whom one calls from when on."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mandate.api.accessgrant import AccessGrant
from mandate.api.contactchange import ContactChange
from mandate.api.meta import Json, Resource, find_condition
from mandate.api.requests import Decision, decision_key
from mandate.render import grant_objects
from mandate.rules.access import access, judge_access
from mandate.rules.application import Outcome, World, decide
from mandate.rules.case import Case
from mandate.rules.contacts import judge_contacts
from mandate.rules.request import RequestPlan
from tests.unit.builders import (
    NOW,
    agency,
    application,
    approval,
    calendar,
    changed,
    example,
    policy,
)
from tests.unit.lives import status_with

DAY = timedelta(days=1)


def case(*requests: Resource, **law: object) -> Case:
    """The bus portal, approved, with these requests."""
    app = application(status=status_with({"acceptance.1": approval(), "review.1": approval()}))
    return Case(app, app.spec.wire(), agency(), policy(**law), calendar(), None, requests)


def a_grant(
    *,
    begins: datetime = NOW,
    days: int = 2,
    decision: Decision | None = "Approved",
    **changes: object,
) -> AccessGrant:
    """Access for the maintainer for some days."""
    raw = example("life/access-grant.yaml")
    spec = changed(raw["spec"], changes) | {
        "notBefore": begins.isoformat(),
        "until": (begins + days * DAY).isoformat(),
    }
    metadata = {"name": "upgrade", "namespace": "agency-transport", "uid": "g-1", "generation": 1}
    key = decision_key("grant", 1)
    status: Json = {
        "approvals": {key: approval(decision).wire()} if decision else {},
        "effects": {key: {"effective": True}} if decision else {},
    }
    return AccessGrant.model_validate({"metadata": metadata, "spec": spec, "status": status})


def judged(request: AccessGrant, now: datetime, **law: object) -> RequestPlan:
    return judge_access(case(**law), request, request.spec.wire(), now)


def phase(plan: RequestPlan) -> object:
    return getattr(plan.status, "phase", None)


@pytest.mark.rule("A26-access")
@pytest.mark.parametrize(
    ("after", "expected", "inside"),
    [
        (-DAY, "Approved", False),
        (timedelta(), "Active", True),
        (2 * DAY - timedelta(seconds=1), "Active", True),
        (2 * DAY, "Ended", False),
    ],
)
def test_a_guest_is_inside_from_the_first_instant_to_the_last(
    after: timedelta, expected: str, inside: bool
) -> None:
    request, now = a_grant(), NOW + after
    assert phase(judged(request, now)) == expected
    (room,) = access(case(request), now).guests
    assert room.role == "edit"
    assert bool(room.members) is inside


@pytest.mark.rule("A26-access")
def test_each_change_is_due_when_it_comes() -> None:
    request = a_grant(begins=NOW + DAY)
    assert judged(request, NOW).due == NOW + DAY
    assert access(case(request), NOW).due == (NOW + DAY, NOW + 3 * DAY)
    assert access(case(request), NOW + DAY).due == (NOW + 3 * DAY,)
    assert judged(request, NOW + 2 * DAY).due == NOW + 3 * DAY


@pytest.mark.rule("A26-access")
def test_nobody_is_let_in_without_an_approval_or_longer_than_the_policy_allows() -> None:
    assert access(case(a_grant(decision=None)), NOW).guests == ()
    asked = judged(a_grant(decision=None), NOW)
    assert phase(asked) == "Submitted"
    assert asked.status.awaiting[0].may == ("Approved", "Refused")
    for request, law, said in (
        (a_grant(decision=None, days=31), {}, "longer than the 30 days"),
        (a_grant(decision=None), {"accessGrantMaximumDays": None}, "lets nobody in"),
        (a_grant(decision=None, begins=NOW - 9 * DAY), {}, "its time was over"),
    ):
        refused = judged(request, NOW, **law)
        assert refused.status.awaiting[0].may == ("Refused",)
        assert said in refused.status.checks[0].message
    assert judged(a_grant(decision=None, days=30), NOW).status.checks[0].passed
    denied = a_grant(decision="Refused")
    assert phase(judged(denied, NOW)) == "Refused"
    assert access(case(denied), NOW).guests == ()


@pytest.mark.rule("A26-access")
def test_a_guest_gets_a_binding_of_their_own_and_leaves_an_empty_one() -> None:
    granted = Outcome(True, "Granted", "in place")
    for now, names in ((NOW, ["zhou@maintainer.example"]), (NOW + 3 * DAY, [])):
        here = case(a_grant())
        world = World(
            here.application, here.form, agency(), policy(), calendar(), None, here.requests
        )
        plan = decide(world, now, granted)
        assert plan.grant is not None
        space, *_, members, guests = grant_objects(plan.grant)
        assert guests["metadata"]["name"] == "mandate-guests-edit"
        assert guests["roleRef"]["name"] == "edit"
        assert [s["name"] for s in guests["subjects"]] == names
        # others bind only the members: guests stand in a list of their own
        notes = space["metadata"]["annotations"]
        assert notes["mandate.dev/subjects"] == '["User/alice","User/aiguo"]'
        listed = ",".join(f'"edit/User/{name}"' for name in names)
        assert notes["mandate.dev/guests"] == f"[{listed}]"
        assert members["metadata"]["name"] == "mandate-members"


def contacts(effective: date) -> ContactChange:
    raw = example("life/contact-change.yaml")
    metadata = {
        "name": "contacts",
        "namespace": "agency-transport",
        "uid": "c-1",
        "generation": 1,
        "creationTimestamp": NOW.isoformat(),
    }
    spec = raw["spec"] | {"effectiveFrom": effective.isoformat()}
    return ContactChange.model_validate({"metadata": metadata, "spec": spec})


@pytest.mark.rule("G38-contact")
@pytest.mark.parametrize(
    ("effective", "late"), [(date(2026, 11, 27), False), (date(2026, 11, 26), True)]
)
def test_a_change_of_contacts_is_told_three_days_ahead_or_marked_late(
    effective: date, late: bool
) -> None:
    # filed on Tuesday 24 November
    request = contacts(effective)
    plan = judge_contacts(case(), request, request.spec.wire(), NOW)
    said = find_condition(plan.status.conditions, "NoticeLate")
    assert (said is not None) is late
    if said is not None:
        assert "G38-contact" in said.message
    assert plan.status.awaiting == ()


@pytest.mark.rule("G38-contact")
def test_new_contacts_are_called_from_the_beginning_of_their_day() -> None:
    request = contacts(date(2026, 11, 28))
    # 28 November begins in Lu'an
    begins = datetime(2026, 11, 27, 16, tzinfo=UTC)
    before = judge_contacts(case(), request, request.spec.wire(), begins - timedelta(seconds=1))
    assert (phase(before), before.due) == ("Submitted", begins)
    after = judge_contacts(case(), request, request.spec.wire(), begins)
    assert (phase(after), after.due) == ("Effective", None)
    said = [find_condition(plan.status.conditions, "Ready") for plan in (before, after)]
    assert [c.reason for c in said if c is not None] == ["Noted", "Effective"]


@pytest.mark.rule("G38-contact")
@pytest.mark.parametrize(
    "limits", [[], [{"name": "contactNotice", "amount": 3, "unit": "workingDays"}]]
)
def test_without_a_notice_in_days_no_change_of_contacts_is_late(limits: list[Json]) -> None:
    request = contacts(date(2026, 11, 24))
    plan = judge_contacts(case(timeLimits=limits), request, request.spec.wire(), NOW)
    assert find_condition(plan.status.conditions, "NoticeLate") is None
