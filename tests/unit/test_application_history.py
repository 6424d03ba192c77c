"""An application judged again: on later checks, under an edited policy, on any history."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplicationStatus
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.requests import Approval
from mandate.rules.application import Outcome, World, decide
from mandate.rules.history import agency_facts, application_facts
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
from tests.unit.lives import GENERATIONS, histories, message, reason, status_with

YES = approval()
RENAMED = agency(title="六安市交通局")
"""Under another title the form's applicant is not the agency: `Complete` fails."""


def decided(before: CloudApplicationStatus, *keys: str) -> CloudApplicationStatus:
    """The status after these approvals, as nobody has judged them yet."""
    return before.model_copy(update={"approvals": before.approvals | dict.fromkeys(keys, YES)})


def filed() -> CloudApplicationStatus:
    return decide(world(application()), NOW).status


@pytest.mark.rule("X-final", "A13-accept")
def test_the_checks_stay_as_they_were_read_once_all_is_decided() -> None:
    app = application(status=decided(filed(), "acceptance.1", "review.1"))
    approved = decide(world(app), NOW).status
    later = decide(world(application(status=approved), RENAMED), LATER)
    assert later.status.checks[:2] == (check("Complete"), check("InScope"))
    assert later.status.phase == "Approved"
    assert later.grant is not None


@pytest.mark.rule("A13-accept")
def test_the_checks_are_made_anew_while_a_stage_is_pending() -> None:
    before = filed()
    now = decide(world(application(status=before), RENAMED), LATER).status
    assert [c.type for c in now.checks if not c.passed] == ["Complete"]
    assert now.awaiting[0].may == ("Refused",)
    assert now.awaiting[0].basis != before.awaiting[0].basis


@pytest.mark.rule("A13-accept", "X-final")
def test_an_approval_that_came_with_a_failing_check_stays_without_effect() -> None:
    app = application(status=decided(filed(), "acceptance.1"))
    late = decide(world(app, RENAMED), NOW).status
    assert (late.phase, reason(late)) == ("Submitted", "Ineffective")
    assert late.effects["acceptance.1"].effective is False
    assert message(late) == ("acceptance: by then it failed: Complete; edit the form")
    healed = decide(world(application(status=late)), LATER).status
    assert (healed.phase, reason(healed)) == ("Submitted", "Ineffective")


@pytest.mark.rule("X-order", "X-final")
@pytest.mark.parametrize(
    ("keys", "phase", "awaiting"),
    [
        ((), "Submitted", ["consent"]),
        (("acceptance.1",), "Accepted", ["review"]),
        (("acceptance.1", "review.1"), "Approved", []),
    ],
    ids=["undecided", "half-decided", "approved"],
)
def test_an_edited_policy_holds_for_what_is_not_decided_yet(
    keys: tuple[str, ...], phase: str, awaiting: list[str]
) -> None:
    app = application(status=decided(filed(), *keys))
    edited = policy(stages=staged("consent", "acceptance", "review", "audit"))
    found = decide(world(app, law=edited), LATER).status
    assert (found.phase, [a.stage for a in found.awaiting]) == (phase, awaiting)


def test_an_agency_under_stages_of_its_own_goes_through_those() -> None:
    law = policy(stages=staged("consent"))
    before = decide(world(application(), law=law), NOW).status
    assert before.stages == ("consent",)
    app = application(status=decided(before, "consent.1"))
    assert decide(world(app, law=law), NOW).status.phase == "Approved"


generations = st.sampled_from(GENERATIONS)
agencies = st.sampled_from([None, agency(), RENAMED])
LAWS = (
    policy(),
    policy(stages=staged("consent", "acceptance")),
    policy(stages=staged("review")),
)
laws = st.sampled_from([None, *LAWS])
outcomes = st.sampled_from(
    [
        None,
        Outcome(granted=True, reason="Granted", message="in place"),
        Outcome(granted=False, reason="NamespaceTaken", message="another's"),
    ]
)


@pytest.mark.rule("X-level")
@given(histories, generations, agencies, laws, outcomes)
def test_judging_what_was_judged_changes_nothing(
    history: dict[str, Approval],
    generation: int,
    office: Agency | None,
    law: GovernancePolicy | None,
    outcome: Outcome | None,
) -> None:
    app = application(generation=generation, status=status_with(history))
    first = decide(World(app, app.spec.wire(), office, law), NOW, outcome)
    app = application(generation=generation, status=first.status)
    again = decide(World(app, app.spec.wire(), office, law), LATER)
    assert again == first


@pytest.mark.rule("A09-lifecycle", "X-order", "X-bound")
@given(histories, generations, st.sampled_from(LAWS))
def test_what_is_granted_was_approved_at_every_stage_of_this_generation(
    history: dict[str, Approval], generation: int, law: GovernancePolicy
) -> None:
    app = application(generation=generation, status=status_with(history))
    found = decide(World(app, app.spec.wire(), agency(), law), NOW)
    # the form procures nothing itself: a stage for those that do is not its
    names = [r.name for r in law.spec.stages.cloud_application if r.when is None]
    made = [history.get(f"{name}.{generation}") for name in names]
    approved = all(m is not None and m.decision == "Approved" and m.by for m in made)
    assert (found.grant is not None) == approved
    assert (found.status.phase == "Approved") == approved


@pytest.mark.rule("X-bound")
@given(histories, generations)
def test_decisions_on_other_generations_change_nothing(
    history: dict[str, Approval], generation: int
) -> None:
    own = {k: a for k, a in history.items() if k.endswith(f".{generation}")}
    found, alone = (
        decide(world(application(generation=generation, status=status_with(h))), NOW)
        for h in (history, own)
    )
    assert found.status.model_copy(update={"approvals": own}) == alone.status
    assert found.grant == alone.grant


@pytest.mark.rule("X-final")
@given(histories, generations, laws, agencies)
def test_no_decision_is_lost_or_altered(
    history: dict[str, Approval],
    generation: int,
    law: GovernancePolicy | None,
    office: Agency | None,
) -> None:
    app = application(generation=generation, status=status_with(history))
    assert decide(World(app, app.spec.wire(), office, law), NOW).status.approvals == history


@pytest.mark.rule("X-dossier")
def test_what_was_not_on_record_before_an_edit_is_put_there_after_it() -> None:
    """An append that was lost is made again, and the object may have been edited meanwhile."""
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "CanFile",
        "message": "its members can file requests",
        "observedGeneration": 1,
        "lastTransitionTime": "2026-11-24T08:00:00Z",
    }
    edited = agency(generation=2, status={"conditions": [ready], "observedGeneration": 1})
    of_agency = {fact.key: fact for fact in agency_facts(edited, edited.spec.wire())}
    assert list(of_agency) == ["registered.2", "office.1"]
    assert of_agency["office.1"].data["generation"] == 1

    app = application(generation=2, status=filed())
    keys = [fact.key for fact in application_facts(app, app.spec.wire(), policy())]
    basis = filed().awaiting[0].basis[:16]
    assert keys[:2] == ["filed.2", f"awaited.acceptance.1.{basis}"]
