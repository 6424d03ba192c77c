"""The life of an application: each phase, what it awaits, and what it waits for."""

from datetime import datetime

import pytest

from mandate.api.cloudapplication import CloudApplicationStatus
from mandate.api.meta import Json, find_condition
from mandate.api.register import LegalException
from mandate.api.requests import Approval, Effect
from mandate.rules import application as rules
from mandate.rules.application import Outcome, Plan, World, decide
from tests.unit.builders import (
    LATER,
    NOW,
    agency,
    application,
    approval,
    check,
    policy,
    staged,
    world,
)
from tests.unit.lives import message, reason, status_with

YES, NO = approval(), approval("Refused")
GRANTED = Outcome(granted=True, reason="Granted", message="namespace is in place")


def plan(
    approvals: dict[str, Approval] | None = None,
    form: Json | None = None,
    *,
    generation: int = 1,
) -> Plan:
    status = status_with(approvals or {})
    app = application(form, generation=generation, status=status)
    return decide(world(app), NOW)


@pytest.mark.rule("A09-lifecycle", "A13-accept", "A13-review")
@pytest.mark.parametrize(
    ("approvals", "phase", "awaiting", "why"),
    [
        ({}, "Submitted", "acceptance", "AwaitingDecision"),
        ({"review.1": YES}, "Submitted", "acceptance", "AwaitingDecision"),
        ({"acceptance.1": YES}, "Accepted", "review", "AwaitingDecision"),
        ({"acceptance.1": NO}, "Refused", None, "Refused"),
        ({"acceptance.1": YES, "review.1": NO}, "Refused", None, "Refused"),
        ({"acceptance.1": YES, "review.1": YES}, "Approved", None, "Granting"),
        ({"acceptance.1": approval(by=None)}, "Submitted", None, "Ineffective"),
    ],
    ids=[
        "filed",
        "out-of-turn",
        "accepted",
        "not-accepted",
        "not-approved",
        "approved",
        "without-effect",
    ],
)
def test_each_decision_leads_to_its_phase(
    approvals: dict[str, Approval], phase: str, awaiting: str | None, why: str
) -> None:
    found = plan(approvals)
    assert found.status.phase == phase
    assert [a.stage for a in found.status.awaiting] == ([awaiting] if awaiting else [])
    assert reason(found.status) == why
    assert (found.grant is not None) == (phase == "Approved")
    assert found.status.approvals == approvals


@pytest.mark.rule("A13-accept", "X-bound")
@pytest.mark.parametrize("ended", ["acceptance.1", "review.1"])
def test_an_edited_form_starts_anew(ended: str) -> None:
    history = {"acceptance.1": YES} | {ended: NO}
    found = plan(history, generation=2)
    assert (found.status.phase, found.status.awaiting[0].stage) == ("Submitted", "acceptance")
    assert found.status.approvals == history
    assert found.status.observed_generation == 2


@pytest.mark.rule("A14-provision", "A13-review")
def test_an_approved_form_is_granted_and_allocated() -> None:
    found = plan({"acceptance.1": YES, "review.1": YES})
    assert found.grant is not None
    assert found.grant.namespace == found.status.namespace == "transport--bus-portal"
    assert found.status.allocation is not None
    ids = [(m.host_id, m.ordinal) for m in found.status.allocation.machines]
    assert ids == [("app", 0), ("app", 1), ("db", 0)]


@pytest.mark.rule("A10-catalogue")
def test_what_the_unit_procures_itself_has_a_decision_of_its_own_and_is_not_granted() -> None:
    item = {"id": "gauge", "title": "客流采集器", "specification": "1台", "quantity": 4}
    form = {"selfProcured": [item | {"reason": "目录中没有，也无可适配的服务"}]}
    assert plan(form=form).status.stages == ("acceptance", "self-procurement", "review")
    assert plan().status.stages == plan(form={"selfProcured": []}).status.stages
    assert plan().status.stages == ("acceptance", "review")
    accepted = plan({"acceptance.1": YES}, form).status
    assert [a.stage for a in accepted.awaiting] == ["self-procurement"]
    decided = dict.fromkeys(("acceptance.1", "self-procurement.1", "review.1"), YES)
    assert plan(decided, form).status.allocation == plan(decided).status.allocation


@pytest.mark.rule("A09-lifecycle")
@pytest.mark.parametrize("approvals", [{}, {"acceptance.1": YES}, {"acceptance.1": NO}])
def test_nothing_is_granted_before_the_last_stage(approvals: dict[str, Approval]) -> None:
    found = plan(approvals)
    assert (found.grant, found.status.namespace, found.status.allocation) == (None, None, None)


@pytest.mark.rule("A13-accept")
def test_a_failing_check_closes_approval_and_says_why() -> None:
    found = plan(form={"classified": True}).status
    assert found.awaiting[0].may == ("Refused",)
    ready = find_condition(found.conditions, "Ready")
    assert ready is not None
    assert (ready.status, ready.reason) == ("False", "ChecksFailed")
    assert ready.message == (
        "acceptance can only refuse: a classified system is never on this cloud "
        "(A04-scope, articles 4 and 32)"
    )
    assert plan().status.awaiting[0].may == ("Approved", "Refused")


@pytest.mark.rule("A11-materials", "A13-review")
def test_an_opinion_is_required_where_the_policy_asks_for_one() -> None:
    assert not plan().status.awaiting[0].opinion_required
    assert plan({"acceptance.1": YES}).status.awaiting[0].opinion_required


@pytest.mark.rule("X-bound")
def test_each_form_awaits_its_decision_on_a_basis_of_its_own() -> None:
    forms = [
        plan(),
        plan(form={"systemName": "公交2"}),
        plan(generation=2),
        plan(form={"classified": True}),
    ]
    bases = [p.status.awaiting[0].basis for p in forms]
    assert len(set(bases)) == 4
    assert all(len(b) == 64 for b in bases)


@pytest.mark.rule("X-input")
def test_failures_of_any_length_fit_the_condition() -> None:
    law = LegalException.model_construct(citation="法" * 8192)
    long = {"applicant_unit": "单" * 8192, "unsuitable_by_law": law}
    app = application()
    app = app.model_copy(update={"spec": app.spec.model_copy(update=long)})
    status = decide(world(app, law=policy(stages=staged("a" * 40))), NOW).status
    assert reason(status) == "ChecksFailed"
    assert 3900 < len(message(status)) <= 4096


def test_an_advisory_failure_asks_for_an_opinion_and_leaves_approval_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    advised = (check("Sizing", passed=False, blocking=False),)
    monkeypatch.setattr(rules, "application_checks", lambda *_: advised)
    (awaiting,) = plan().status.awaiting
    assert awaiting.opinion_required
    assert awaiting.may == ("Approved", "Refused")


@pytest.mark.rule("A13-accept")
@pytest.mark.parametrize(
    ("there", "why"),
    [("agency", "PolicyNotFound"), ("policy", "AgencyNotReady"), ("neither", "AgencyNotReady")],
)
@pytest.mark.parametrize("approvals", [{}, {"acceptance.1": YES}], ids=["filed", "accepted"])
def test_without_its_agency_or_policy_nothing_can_be_decided(
    there: str, why: str, approvals: dict[str, Approval]
) -> None:
    before = plan(approvals).status
    app = application(status=before)
    office = agency() if there == "agency" else None
    law = policy() if there == "policy" else None
    found = decide(World(app, app.spec.wire(), office, law), LATER)
    assert (found.status.awaiting, found.grant) == ((), None)
    assert (found.status.phase, found.status.checks) == (before.phase, before.checks)
    assert found.status.approvals == approvals
    assert reason(found.status) == why


def test_a_form_that_was_never_judged_waits_for_its_agency() -> None:
    app = application()
    found = decide(World(app, app.spec.wire(), None, None), NOW).status
    assert (found.awaiting, reason(found)) == ((), "AgencyNotReady")


def test_what_was_granted_stays_while_its_agency_is_missing() -> None:
    approvals = {"acceptance.1": YES, "review.1": YES}
    app = application(status=plan(approvals).status)
    app = application(status=decide(world(app), NOW, GRANTED).status)
    assert decide(World(app, app.spec.wire(), None, None), LATER) == Plan(app.status)


@pytest.mark.rule("X-level")
@pytest.mark.parametrize(
    ("outcome", "ready"),
    [
        (GRANTED, "True"),
        (Outcome(granted=False, reason="NamespaceTaken", message="is another's"), "False"),
    ],
    ids=["granted", "taken"],
)
def test_an_outcome_stays_until_another_is_known(outcome: Outcome, ready: str) -> None:
    app = application(status=plan({"acceptance.1": YES, "review.1": YES}).status)
    known = decide(world(app), LATER, outcome).status
    condition = find_condition(known.conditions, "Ready")
    assert condition is not None
    assert (condition.status, condition.reason) == (ready, outcome.reason)
    assert condition.message == outcome.message
    again = decide(world(application(status=known)), LATER)
    assert again.status == known
    assert again.grant is not None


@pytest.mark.rule("X-bound")
def test_an_outcome_on_an_earlier_generation_says_nothing() -> None:
    approved = dict.fromkeys(["acceptance.1", "review.1", "acceptance.2", "review.2"], YES)
    app = application(status=plan(approved).status)
    known = decide(world(app), NOW, GRANTED).status
    edited = application(generation=2, status=known)
    assert reason(decide(world(edited), LATER).status) == "Granting"


def test_an_outcome_says_nothing_before_approval() -> None:
    assert reason(decide(world(application()), NOW, GRANTED).status) == "AwaitingDecision"


@pytest.mark.rule("X-level")
def test_a_condition_keeps_its_time_until_it_turns() -> None:
    def turned_at(status: CloudApplicationStatus) -> datetime | None:
        ready = find_condition(status.conditions, "Ready")
        return ready.last_transition_time if ready else None

    filed = application(status=decide(world(application()), NOW).status)
    still = decide(world(filed), LATER).status
    assert turned_at(still) == NOW
    approvals = {"acceptance.1": YES, "review.1": YES}
    approved = application(status=still.model_copy(update={"approvals": approvals}))
    turned = decide(world(approved), LATER, GRANTED).status
    assert turned_at(turned) == LATER


def test_the_reason_of_no_effect_is_that_of_this_generation() -> None:
    # the API server returns the keys of a map in their order: acceptance.10 before acceptance.2
    effects = {
        "acceptance.10": Effect(effective=False, reason="now"),
        "acceptance.2": Effect(effective=False, reason="long ago"),
    }
    status = status_with({"acceptance.2": approval(), "acceptance.10": approval()})
    here = application(generation=10, status=status.model_copy(update={"effects": effects}))
    assert message(decide(world(here), NOW).status) == "acceptance: now"


def test_an_application_without_its_agency_is_submitted() -> None:
    here = application()
    assert decide(World(here, here.spec.wire(), None, None), NOW).status.phase == "Submitted"


def test_a_form_edited_after_a_refusal_is_submitted_while_its_agency_is_away() -> None:
    refused = status_with({}).model_copy(update={"phase": "Refused", "observed_generation": 1})
    here = application(generation=2, status=refused)
    assert decide(World(here, here.spec.wire(), None, None), NOW).status.phase == "Submitted"
