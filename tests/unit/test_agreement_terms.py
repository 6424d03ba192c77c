"""A term's last day, reminders, objections, renewals, amendments, the end (annex 1, article 9)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandate.api.meta import find_condition
from mandate.api.requests import Decision
from mandate.api.serviceagreement import ServiceAgreementStatus
from mandate.rules.agreement_chain import amendment
from mandate.rules.agreement_history import agreement_facts
from mandate.rules.basis import basis
from mandate.rules.launch import launch_of
from tests.unit.agreements import THREE, Story, terms
from tests.unit.builders import NOW

TERM, SECOND, THIRD = (f"bus-portal-term-{n}" for n in range(3))
SIGNED = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
"""Wednesday 2026-11-25, ten in the morning in Lu'an."""
DAY = timedelta(days=1)
# the ends of Thursday 2027-11-25, of Monday 2028-11-27 (the 25th is a Saturday) and of Monday
# 2029-11-26 (the 25th is a Sunday), in Lu'an
FIRST_END = datetime(2027, 11, 25, 16, tzinfo=UTC)
SECOND_END = datetime(2028, 11, 27, 16, tzinfo=UTC)
THIRD_END = datetime(2029, 11, 26, 16, tzinfo=UTC)


def running(
    signed: datetime = SIGNED, law: dict[str, object] | None = None, days: object = None
) -> Story:
    """A system whose agreement the three have signed."""
    story = Story(min(NOW, signed), law, days)  # type: ignore[arg-type]
    story.consent()
    story.now = signed
    story.sign()
    return story


def span(story: Story, name: str) -> tuple[date | None, date | None]:
    status = story.agreement(name).status
    return status.in_force_from, status.expires_on


def reason(story: Story, name: str) -> str:
    ready = find_condition(story.agreement(name).status.conditions, "Ready")
    assert ready is not None
    return f"{ready.status} {ready.reason}: {ready.message}"


def facts(story: Story, name: str) -> dict[str, str]:
    """The agreement's facts: what happened, by key, without what tells it from others."""
    found = agreement_facts(story.agreement(name))
    return {fact.key.partition(".")[2]: fact.kind for fact in found}


@pytest.mark.rule("G91-term")
def test_it_renews_itself_twice_at_most_and_each_term_counts_from_the_signatures() -> None:
    story = running()
    assert story.dues[TERM] == datetime(2027, 10, 26, 16, tzinfo=UTC)  # 30 days before
    story.look(FIRST_END - timedelta(seconds=1))
    assert story.agreements() == {TERM: "InForce"}
    story.look(FIRST_END)
    assert story.agreements() == {TERM: "Renewed", SECOND: "InForce"}
    assert span(story, SECOND) == (date(2027, 11, 26), date(2028, 11, 27))
    story.look(SECOND_END)
    assert story.agreements() == {TERM: "Renewed", SECOND: "Renewed", THIRD: "InForce"}
    assert span(story, THIRD) == (date(2028, 11, 28), date(2029, 11, 26))
    story.look(THIRD_END - timedelta(seconds=1))
    assert story.condition("AgreementExpired") is None
    story.look(THIRD_END)
    assert story.agreements() == {TERM: "Renewed", SECOND: "Renewed", THIRD: "Expired"}
    assert "renewed as often as it can be" in reason(story, THIRD)
    assert story.look(THIRD_END + 400 * DAY).records == ()


@pytest.mark.rule("G91-term", "G94-copies")
def test_a_renewal_needs_no_signature_and_cites_what_it_goes_on_from() -> None:
    story = running()
    story.look(FIRST_END)
    renewed, before = story.agreement(SECOND), story.agreement(TERM)
    assert (renewed.spec.term, renewed.spec.previous) == (1, TERM)
    assert renewed.spec.annexes == before.spec.annexes
    assert (renewed.status.approvals, renewed.status.checks) == ({}, ())
    assert renewed.status.text_sha256 == before.status.text_sha256
    assert reason(story, SECOND).startswith("True InForce: in force from 2027-11-26 to 2028-11-27")
    assert f"in continuation of {TERM} as nobody objected" in reason(story, SECOND)
    assert facts(story, TERM) == {
        "in-force.2027-11-25": "InForce",
        "over.Renewed": "Renewed",
    }


@pytest.mark.rule("G91-term")
def test_after_its_end_what_runs_is_left() -> None:
    story = running(law={"agreement": terms(renewals=0)})
    plan = story.look(FIRST_END)
    assert story.agreements() == {TERM: "Expired"}
    expired = story.condition("AgreementExpired")
    assert expired is not None
    assert expired.status == "True"
    assert TERM in expired.message
    assert "G91-term" in expired.message
    assert (story.app.status.phase, story.app.status.launched_at) == ("Running", SIGNED)
    assert plan.grant is not None
    assert (plan.grant.regime.closed, plan.grant.regime.frozen) == (False, False)
    assert plan.grant.regime.environment == "formal"
    (over,) = [f for f in agreement_facts(story.agreement()) if f.kind == "Expired"]
    assert over.event == "Warning"


@pytest.mark.rule("G91-term")
@pytest.mark.parametrize("stage", ["objection-agency", "objection-provider", "objection-authority"])
def test_an_objection_by_anyone_lets_it_end_with_its_last_day_and_not_before(stage: str) -> None:
    story = running()
    story.look(SIGNED + 100 * DAY)
    turns = story.agreement().status.awaiting
    assert [t.stage for t in turns] == [
        "objection-agency", "objection-provider", "objection-authority",
    ]  # fmt: skip
    assert all(t.may == ("Approved",) and t.opinion_required for t in turns)
    agreement = story.agreement()
    text = {"textSha256": agreement.status.text_sha256}
    read = basis(agreement.metadata, agreement.wire()["spec"], agreement.status.checks, text)
    assert {t.basis for t in turns} == {read}
    story.decide(TERM, stage)
    assert stage not in story.awaited(TERM)
    assert len(story.awaited(TERM)) == 2
    story.look(FIRST_END - timedelta(seconds=1))
    assert story.agreements() == {TERM: "InForce"}
    assert f"then it ends: {stage}" in reason(story, TERM)
    story.look(FIRST_END)
    assert story.agreements() == {TERM: "Expired"}
    assert story.awaited(TERM) == []
    assert facts(story, TERM)["over.Expired"] == "Expired"


@pytest.mark.rule("G91-term")
def test_an_objection_after_the_last_day_is_without_effect() -> None:
    story = running()
    # with the operator down, what was awaited can still be decided
    story.now = FIRST_END
    story.write(TERM, "objection-provider")
    story.look()
    assert story.agreements() == {TERM: "Renewed", SECOND: "InForce"}
    effect = story.agreement().status.effects["objection-provider.1"]
    assert not effect.effective
    assert "object to the one that goes on" in effect.reason
    assert "objection-provider" in story.awaited(SECOND)


@pytest.mark.rule("G91-term", "X-level")
def test_an_objection_in_time_that_is_seen_late_counts() -> None:
    story = running()
    story.now = FIRST_END - timedelta(seconds=1)
    story.write(TERM, "objection-provider")
    story.look(FIRST_END + 50 * DAY)
    assert story.agreements() == {TERM: "Expired"}


@pytest.mark.rule("G91-term", "X-level")
def test_whoever_looks_again_after_years_finds_the_same() -> None:
    asleep, awake = running(), running()
    for end in (FIRST_END, SECOND_END, THIRD_END):
        awake.look(end)
    asleep.look(THIRD_END)
    assert asleep.agreements() == awake.agreements()
    for name in (TERM, SECOND, THIRD):
        assert span(asleep, name) == span(awake, name)


@pytest.mark.rule("G91-term")
def test_a_policy_that_allows_more_renewals_later_brings_nothing_back() -> None:
    story = running(law={"agreement": terms(renewals=0)})
    story.look(FIRST_END)
    said = reason(story, TERM)
    story.law = story.law.model_copy(
        update={
            "spec": story.law.spec.model_copy(
                update={"agreement": story.law.spec.agreement.model_copy(update={"renewals": 5})}  # type: ignore[union-attr]
            )
        }
    )
    story.look(FIRST_END + DAY)
    assert story.agreements() == {TERM: "Expired"}
    assert reason(story, TERM) == said


@pytest.mark.rule("G91-term")
def test_reminders_are_given_once_each_before_the_end() -> None:
    story = running()
    assert story.agreement().status.reminded_before_days == ()
    assert find_condition(story.agreement().status.conditions, "Expiring") is None
    # 30 days and then 7 days before the end of 2027-11-25
    story.look(datetime(2027, 10, 26, 16, tzinfo=UTC))
    assert story.agreement().status.reminded_before_days == (30,)
    near = find_condition(story.agreement().status.conditions, "Expiring")
    assert near is not None
    assert (near.status, near.reason) == ("True", "TermEnds")
    assert "2027-11-25" in near.message
    assert story.dues[TERM] == datetime(2027, 11, 18, 16, tzinfo=UTC)
    story.look(datetime(2027, 11, 18, 16, tzinfo=UTC))
    assert story.agreement().status.reminded_before_days == (30, 7)
    assert story.dues[TERM] == FIRST_END
    assert {"reminder.30", "reminder.7"} <= set(facts(story, TERM))
    story.look(FIRST_END)
    over = find_condition(story.agreement().status.conditions, "Expiring")
    assert over is not None
    assert (over.status, over.reason) == ("False", "Renewed")
    assert story.dues[TERM] is None


@pytest.mark.rule("G91-term", "A15-launch")
def test_a_new_consent_after_the_end_opens_a_new_agreement() -> None:
    story = running(law={"agreement": terms(renewals=0)})
    story.look(FIRST_END)
    story.now = FIRST_END + 10 * DAY
    story.consent("launch-again")
    again = f"{TERM}-r1"
    assert story.agreements() == {TERM: "Expired", again: "Signing"}
    # until all have signed there is none
    assert story.condition("AgreementExpired").status == "True"  # type: ignore[union-attr]
    story.sign(again)
    assert story.condition("AgreementExpired").status == "False"  # type: ignore[union-attr]
    # it ran all the time, and is billed from the first day on
    assert story.app.status.launched_at == SIGNED
    assert story.app.status.billing_from == date(2026, 11, 25)
    # 2027-12-06 in Lu'an, and a year: a Wednesday
    assert span(story, again) == (date(2027, 12, 6), date(2028, 12, 6))


@pytest.mark.rule("G91-term")
def test_what_left_the_cloud_is_not_renewed() -> None:
    story = running()
    status = story.app.status.model_copy(update={"phase": "Exited"})
    story.app = story.app.model_copy(update={"status": status})
    story.now = FIRST_END
    found = story.judged(TERM).status
    assert isinstance(found, ServiceAgreementStatus)
    assert found.phase == "Expired"
    story.requests[TERM] = story.agreement().model_copy(update={"status": found})
    # and nobody is told to ask for another
    assert launch_of(story.case()).agreement_over == ""


moves = st.lists(
    st.tuples(
        st.sampled_from(["sign", "refuse", "object", "amend", "consent"]),
        st.integers(0, 2),
        st.sampled_from([0, 1, 29, 200, 366, 800]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(moves=moves)
@pytest.mark.rule("X-level", "G91-term", "A15-launch")
def test_whatever_is_decided_it_comes_to_rest_and_is_never_formal_unsigned(
    moves: list[tuple[str, int, int]],
) -> None:
    story = Story(NOW)
    story.consent()
    for number, (move, who, days) in enumerate(moves):
        story.look(story.now + days * DAY)
        _try(story, move, who, number)
        # `look` asserts that a second look at what is stored changes nothing
        story.look()
        phases = list(story.agreements().values())
        assert phases.count("InForce") <= 1
        signed = any(all(f"{s}.1" in a.approvals for s in THREE) for a in _statuses(story))
        assert (story.app.status.launched_at is not None) <= signed


def _statuses(story: Story) -> list[ServiceAgreementStatus]:
    return [story.agreement(name).status for name in story.agreements()]


def _try(story: Story, move: str, who: int, number: int) -> None:
    if move == "consent":
        name = f"launch-{number}"
        story.ask(name)
        if any("Approved" in turn.may for turn in story.status(name).awaiting):
            story.decide(name, "launch")
    elif move == "amend":
        record = amendment(story.case())
        if record is not None:
            story.file(record)
    else:
        kind = "objection-" if move == "object" else "sign-"
        decision: Decision = "Refused" if move == "refuse" else "Approved"
        for name in list(story.agreements()):
            turns = [t for t in story.status(name).awaiting if t.stage.startswith(kind)]
            if who < len(turns) and decision in turns[who].may:
                story.write(name, turns[who].stage, decision)
                return
