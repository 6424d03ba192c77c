"""What a stored object says has happened to it: each fact with its key, time, data and Event."""

from datetime import date, datetime
from hashlib import sha256

import pytest
import rfc8785

from mandate.api.cloudapplication import CloudApplication, CloudApplicationStatus, Phase
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.meta import Json
from mandate.api.requests import Approval, Effect
from mandate.rules.case import form_of
from mandate.rules.history import agency_facts, application_facts, policy_facts, request_facts
from mandate.rules.record import Fact
from tests.unit.builders import LATER, NOW, agency, application, approval, check, form, policy
from tests.unit.endings import decision, granted, stored, suspension

LAW = {"name": "luan", "generation": 4}
RECLAIM = {"inventory": {"pods": "2"}}


def law() -> GovernancePolicy:
    found = policy()
    return found.model_copy(
        update={"metadata": found.metadata.model_copy(update={"name": "luan", "generation": 4})}
    )


def facts(app: CloudApplication) -> dict[str, Fact]:
    """The facts of an application, by their keys."""
    return {fact.key: fact for fact in application_facts(app, app.spec.wire(), law())}


def status(**changes: object) -> CloudApplicationStatus:
    return CloudApplicationStatus.model_validate(changes)


def condition(
    kind: str, reason: str, *, holds: bool, message: str = "", generation: int = 1
) -> Json:
    return {
        "type": kind,
        "status": "True" if holds else "False",
        "observedGeneration": generation,
        "lastTransitionTime": "2026-11-30T08:00:00Z",
        "reason": reason,
        "message": message,
    }


AT = datetime.fromisoformat("2026-11-30T08:00:00+00:00")


def text(fact: Fact) -> tuple[str, str, str | None]:
    return fact.kind, fact.text, fact.event


@pytest.mark.rule("X-dossier")
def test_the_form_is_on_record_with_its_digest_before_it_can_be_decided() -> None:
    filed = facts(application())["filed.1"]
    assert text(filed) == ("Filed", "the form was received at generation 1", None)
    assert filed.at == NOW
    digest = sha256(rfc8785.dumps(form())).hexdigest()
    assert (filed.data["generation"], filed.data["formSha256"]) == (1, digest)
    assert "mobilePhone" not in str(filed.data["form"])
    # when a later one came the object does not say
    assert facts(application(generation=2))["filed.2"].at is None


@pytest.mark.rule("X-dossier")
def test_what_is_awaited_is_on_record_with_what_it_is_decided_on() -> None:
    turn = {"stage": "review", "may": ["Approved", "Refused"], "basis": "ab" * 32}
    seen = status(
        observedGeneration=1, awaiting=[turn], checks=[check(passed=False, message="no").wire()]
    )
    found = facts(application(status=seen))
    awaited = found["awaited.review.1." + "ab" * 8]
    assert text(awaited) == ("Awaited", "review can be Approved or Refused", None)
    assert awaited.data["policy"] == LAW
    assert awaited.data["checks"][0]["message"] == "no"
    assert awaited.data["awaiting"]["basis"] == "ab" * 32
    # a form that was edited since is not judged yet: what was awaited was so of the one before
    edited = facts(application(generation=2, status=seen))
    assert [key for key in edited if key.startswith("awaited")] == ["awaited.review.1." + "ab" * 8]


@pytest.mark.rule("X-dossier")
def test_each_decision_is_on_record_and_what_came_of_it() -> None:
    made: dict[str, Approval] = {
        "acceptance.1": decision(LATER),
        "review.1": decision(NOW, "Refused"),
        "consent.1": approval(by=None),
    }
    effects = {
        "acceptance.1": Effect(effective=True),
        "consent.1": Effect(effective=False, reason="nobody dated it"),
    }
    found = facts(application(status=CloudApplicationStatus(approvals=made, effects=effects)))
    decided = [fact for fact in found.values() if fact.kind == "Decided"]
    # in the order of their times, and what has none comes last
    assert [fact.key for fact in decided] == [
        "decided.review.1",
        "decided.acceptance.1",
        "decided.consent.1",
    ]
    assert [text(fact)[1:] for fact in decided] == [
        ("review.1 was Refused by somebody", "Warning"),
        ("acceptance.1 was Approved by somebody", "Normal"),
        ("consent.1 was Approved by nobody named", "Normal"),
    ]
    assert [(fact.by, fact.at) for fact in decided] == [
        ("somebody", NOW),
        ("somebody", LATER),
        ("", None),
    ]
    assert decided[0].data["policy"] == LAW
    assert text(found["effect.acceptance.1"]) == ("Effective", "acceptance.1 took effect", None)
    said = "consent.1 is without effect: nobody dated it"
    assert text(found["effect.consent.1"]) == ("Ineffective", said, "Warning")


@pytest.mark.rule("X-dossier")
def test_a_grant_that_stands_is_on_record_and_what_is_in_its_way() -> None:
    key = "granted.Granted.1"
    there = stored(granted(), conditions=[condition("Ready", "Granted", holds=True, message="ok")])
    found = facts(there)[key]
    assert (text(found), found.at) == (("Granted", "ok", "Normal"), AT)
    assert (found.data["namespace"], found.data["generation"]) == ("transport--bus-portal", 1)
    assert found.data["allocation"] == granted().status.wire()["allocation"]
    taken = [condition("Ready", "NamespaceTaken", holds=False, message="another's")]
    found = facts(stored(granted(), conditions=taken))["obstacle.NamespaceTaken.1"]
    assert text(found) == ("NamespaceTaken", "another's", "Warning")
    assert "allocation" not in found.data
    # of the generation that it was found of: what an edit came before is put there after it
    old = [condition("Ready", "Granted", holds=True, generation=7)]
    assert facts(stored(granted(), conditions=old))["granted.Granted.7"].data["generation"] == 7
    # not while it is being applied, nor before it is approved
    applying = [condition("Ready", "Granting", holds=False)]
    early = [condition("Ready", "AwaitingDecision", holds=False)]
    for app in (
        stored(granted(), conditions=applying),
        stored(granted(), conditions=early, phase="Accepted"),
    ):
        kinds = {fact.kind for fact in facts(app).values()}
        assert not kinds & {"Granting", "Granted", "AwaitingDecision"}


@pytest.mark.rule("X-dossier")
def test_each_phase_of_its_life_is_on_record_once_a_generation() -> None:
    found = facts(granted())["phase.Trial.1"]
    assert text(found) == ("Trial", "the system is Trial", "Normal")
    assert found.data["trial"] == granted().status.wire()["trial"]
    assert (found.data["launchedAt"], found.data["billingFrom"]) == (None, None)
    runs = {"phase": "Running", "launchedAt": "2026-12-30T02:00:00Z", "billingFrom": "2026-12-31"}
    edited = application(status=status(observedGeneration=2, **runs))
    found = facts(edited)["phase.Running.2"]
    assert found.data["trial"] is None
    assert found.data["launchedAt"] == "2026-12-30T02:00:00+00:00"
    assert found.data["billingFrom"] == date(2026, 12, 31).isoformat()


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize("phase", ["Submitted", "Accepted", "Approved", "Refused"])
def test_what_decisions_say_already_is_no_phase_of_a_life(phase: Phase) -> None:
    assert f"phase.{phase}.1" not in facts(application(status=status(phase=phase)))


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize(
    ("kind", "holds", "said"),
    [
        ("TrialExpired", True, ("TrialExpired", "why", "Warning")),
        ("TrialExpired", False, ("TrialExpiredEnded", "why", "Normal")),
        # what is welcome is a warning when it ends
        ("InternetOpen", True, ("InternetOpen", "why", "Normal")),
        ("InternetOpen", False, ("InternetOpenEnded", "why", "Warning")),
    ],
)
def test_each_change_of_a_condition_is_on_record(
    kind: str, holds: bool, said: tuple[str, str, str]
) -> None:
    changed = [condition(kind, "Why", holds=holds, message="why")]
    found = facts(application(status=status(conditions=changed)))
    fact = found[f"condition.{kind}.{holds}.20261130T080000Z"]
    assert (text(fact), fact.at) == (said, AT)


@pytest.mark.rule("X-dossier")
def test_a_condition_that_ends_without_a_word_is_said_to_hold_no_more() -> None:
    ended = [condition("TrialExpired", "Why", holds=False)]
    found = facts(application(status=status(conditions=ended)))
    said = found["condition.TrialExpired.False.20261130T080000Z"].text
    assert said == "TrialExpired does not hold any more"


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize("kind", ["Ready", "Overdue", "Provisioned"])
def test_what_other_facts_say_is_no_change_of_a_condition(kind: str) -> None:
    found = facts(application(status=status(conditions=[condition(kind, "Why", holds=True)])))
    assert not [key for key in found if key.startswith("condition")]


@pytest.mark.rule("A17-exit", "X-dossier")
def test_what_is_in_a_namespace_is_on_record_before_it_is_deleted() -> None:
    assert "inventory" not in facts(granted())
    found = facts(stored(granted(), reclaim=RECLAIM))["inventory"]
    said = "namespace transport--bus-portal is to be deleted with what is in it"
    assert text(found) == ("InventoryTaken", said, "Normal")
    assert found.data["inventory"] == {"pods": "2"}
    assert found.data["allocation"] == granted().status.wire()["allocation"]
    nothing = facts(application(status=status(namespace="a", reclaim=RECLAIM)))["inventory"]
    assert nothing.data["allocation"] is None


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize(
    ("phase", "seen", "there"),
    [
        ("InForce", 1, True),
        ("Lifted", 1, True),
        ("InForce", 2, True),
        ("Submitted", 1, False),
        ("Refused", 1, False),
        (None, 1, False),
    ],
)
def test_how_far_a_request_came_is_on_record(phase: str | None, seen: int, there: bool) -> None:
    request = suspension()
    update = {"phase": phase, "observed_generation": seen}
    request = request.model_copy(update={"status": request.status.model_copy(update=update)})
    found = request_facts("Suspension", form_of(request, request.spec.wire()), law())
    reached = [fact for fact in found if ".phase." in fact.key]
    key = f"Suspension/s/uid-s.phase.{phase}.{seen}"
    said = (key, phase, f"Suspension s: it is {phase}", "Normal")
    assert [(f.key, f.kind, f.text, f.event) for f in reached] == ([said] if there else [])


@pytest.mark.rule("X-dossier")
def test_an_agencys_office_is_on_record_and_what_is_in_its_way() -> None:
    def found(*conditions: Json, generation: int = 1) -> dict[str, Fact]:
        here = agency(generation=generation, status={"conditions": list(conditions)})
        return {fact.key: fact for fact in agency_facts(here, here.spec.wire())}

    assert list(found()) == ["registered.1"]
    opened = found(condition("Ready", "CanFile", holds=True))
    assert list(opened) == ["registered.1", "office.1"]
    said = "its members can file in namespace agency-transport"
    assert text(opened["office.1"]) == ("OfficeOpened", said, "Normal")
    assert opened["office.1"].at == AT
    taken = found(condition("Ready", "NamespaceTaken", holds=False, message="another's"))
    assert list(taken) == ["registered.1", "obstacle.NamespaceTaken.1"]
    obstacle = taken["obstacle.NamespaceTaken.1"]
    assert text(obstacle) == ("NamespaceTaken", "another's", "Warning")
    # what passes by itself is none; and what was said of an older generation is not said of this
    assert list(found(condition("Ready", "QuotaPending", holds=False))) == ["registered.1"]
    old = condition("Ready", "CanFile", holds=True)
    assert list(found(old, generation=2)) == ["registered.2", "office.1"]


@pytest.mark.rule("X-dossier")
def test_the_law_is_on_record_as_it_was_written() -> None:
    (fact,) = policy_facts(law(), {"title": "六安"})
    assert (fact.key, text(fact)) == (
        "enacted.4",
        ("Enacted", "the policy stands as written at generation 4", None),
    )
    assert (fact.at, fact.data) == (None, {"generation": 4, "spec": {"title": "六安"}})
    metadata = law().metadata.model_copy(update={"generation": 1, "creation_timestamp": NOW})
    (fact,) = policy_facts(law().model_copy(update={"metadata": metadata}), {})
    assert fact.at == NOW
