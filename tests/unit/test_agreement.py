"""Consent, three signatures, in force: what the agreement does to its system (article 15)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mandate.api.meta import Json, find_condition
from mandate.api.requests import Effect
from mandate.api.trialextension import TrialExtension
from mandate.rules.agreement import needs_text
from mandate.rules.basis import basis
from mandate.rules.clock_record import clock_facts
from tests.unit.agreements import THREE, Story, terms
from tests.unit.builders import NOW, UID, approval, example
from tests.unit.launches import filing

TERM = "bus-portal-term-0"
NIGHT = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
"""Half past midnight of Wednesday 2026-11-25 in Lu'an."""


def launched(law: object = None) -> Story:
    story = Story(NOW, law)  # type: ignore[arg-type]
    story.consent()
    story.now = NIGHT
    story.sign()
    return story


@pytest.mark.rule("A15-launch")
def test_the_consent_opens_one_agreement_with_what_the_policy_and_the_form_say() -> None:
    story = Story(NOW)
    assert story.agreements() == {}
    story.consent()
    assert story.agreements() == {TERM: "Signing"}
    assert story.app.status.phase == "Launching"
    spec = story.agreement().spec
    assert (spec.application_ref.name, spec.application_ref.uid) == ("bus-portal", UID)
    assert (spec.term, spec.previous, spec.amendment_of) == (0, None, None)
    assert spec.parties.agency == "六安市交通运输局"
    assert spec.parties.provider == "政务云服务商"
    assert spec.parties.authority == "六安市数据资源管理局"
    assert spec.parties.provider_hotline == "0564-3370000"
    assert (spec.system_name, spec.onboarding_type) == ("六安公交出行服务平台", "NewBuild")
    assert spec.validity_months == 12
    # looked at again, nothing more is filed
    assert story.look(NOW + timedelta(days=3)).records == ()


@pytest.mark.rule("A04-scope")
def test_the_agreement_says_who_bears_the_costs_of_what_is_out_of_scope() -> None:
    story = Story(NOW)
    other = {"funding": "Other", "line_authority": "六安市交通运输局"}
    form = story.app.spec.model_copy(update=other)
    story.app = story.app.model_copy(update={"spec": form})
    story.consent()
    assert story.agreement().spec.self_paid is True
    fiscal = Story(NOW)
    fiscal.consent()
    assert fiscal.agreement().spec.self_paid is None


@pytest.mark.rule("A15-launch", "X-level")
def test_a_record_that_the_cache_does_not_show_yet_is_asked_for_again_by_the_same_name() -> None:
    story = Story(NOW)
    story.consent()
    del story.requests[TERM]
    (again,) = story.look_once().records
    assert again["metadata"] == {"name": TERM, "namespace": "agency-transport"}


@pytest.mark.rule("G94-copies", "X-bound", "X-order")
def test_three_signatures_are_open_together_and_each_binds_the_texts_digest() -> None:
    story = Story(NOW)
    story.consent()
    assert story.awaited(TERM) == list(THREE)
    agreement = story.agreement()
    text = agreement.status.text_sha256
    assert text is not None
    whole = basis(
        agreement.metadata,
        agreement.wire()["spec"],
        agreement.status.checks,
        {"textSha256": text},
    )
    assert {turn.basis for turn in agreement.status.awaiting} == {whole}
    story.decide(TERM, "sign-authority")
    assert story.awaited(TERM) == ["sign-agency", "sign-provider"]
    assert {turn.basis for turn in story.agreement().status.awaiting} == {whole}
    story.decide(TERM, "sign-agency")
    assert story.app.status.phase == "Launching"
    assert story.app.status.launched_at is None


@pytest.mark.rule("G94-copies")
def test_who_signs_reads_what_is_signed_and_whether_it_is_sealed() -> None:
    story = Story(NOW)
    story.consent()
    agreement = story.agreement().status
    signs = {turn.stage: (turn.signs, turn.seal_required) for turn in agreement.awaiting}
    assert signs == dict.fromkeys(THREE, (agreement.text_sha256, True))
    story.sign()
    # an objection is no signature
    objections = story.agreement().status.awaiting
    assert {(turn.signs, turn.seal_required) for turn in objections} == {(None, False)}
    relaxed = Story(NOW, {"sealedSignatures": None})
    relaxed.consent()
    assert [turn.seal_required for turn in relaxed.agreement().status.awaiting] == [False] * 3


@pytest.mark.rule("G94-copies")
def test_what_has_no_text_is_not_signed() -> None:
    story = Story(NOW)
    story.consent()
    agreement = story.agreement()
    status = agreement.status.model_copy(update={"text_sha256": None})
    story.requests[TERM] = agreement.model_copy(update={"status": status})
    story.law = story.law.model_copy(
        update={"spec": story.law.spec.model_copy(update={"agreement": None})}
    )
    found = story.judged(TERM).status
    assert {turn.may for turn in found.awaiting} == {("Refused",)}


@pytest.mark.rule("G94-copies")
def test_the_text_is_rendered_until_the_first_decision_and_then_stays() -> None:
    story = Story(NOW)
    story.consent()
    assert needs_text(story.case(), story.agreement())
    text = story.agreement().status.text_sha256
    story.decide(TERM, "sign-provider")
    assert not needs_text(story.case(), story.agreement())
    story.decide(TERM, "sign-agency")
    story.decide(TERM, "sign-authority")
    assert not needs_text(story.case(), story.agreement())
    assert story.agreement().status.text_sha256 == text


@pytest.mark.rule("A15-launch", "G91-term")
def test_the_last_signature_launches_and_bills_from_that_day_in_lu_an() -> None:
    story = launched()
    app, agreement = story.app.status, story.agreement().status
    assert (app.phase, app.launched_at) == ("Running", NIGHT)
    # the trial before it is free
    assert app.billing_from == date(2026, 11, 25)
    assert story.plan.grant is not None
    assert story.plan.grant.regime.environment == "formal"
    assert story.plan.grant.namespace == "transport--bus-portal"
    assert agreement.phase == "InForce"
    assert agreement.in_force_from == date(2026, 11, 25)
    # a Thursday
    assert agreement.expires_on == date(2027, 11, 25)


@pytest.mark.rule("A15-launch")
def test_the_trials_end_does_not_freeze_what_was_launched() -> None:
    story = launched()
    plan = story.look(NIGHT + timedelta(days=200))
    assert plan.grant is not None
    assert not plan.grant.regime.closed
    assert story.condition("TrialExpired") is None


@pytest.mark.rule("A15-launch")
def test_a_policy_without_an_agreement_launches_with_the_consent() -> None:
    story = Story(NOW, {"agreement": None})
    story.consent()
    assert story.app.status.phase == "Running"
    assert (story.app.status.launched_at, story.app.status.billing_from) == (
        NOW,
        date(2026, 11, 24),
    )
    assert story.agreements() == {}


@pytest.mark.rule("A15-launch", "G94-copies")
def test_a_refusal_by_anyone_ends_it_and_the_trial_goes_on() -> None:
    story = Story(NOW)
    story.consent()
    story.decide(TERM, "sign-agency")
    story.decide(TERM, "sign-provider", "Refused")
    assert story.agreements() == {TERM: "Refused"}
    assert story.awaited(TERM) == []
    assert story.app.status.phase == "Trial"
    ready = find_condition(story.agreement().status.conditions, "Ready")
    assert ready is not None
    assert ready.message.startswith("refused at sign-provider, and it ends there: read the opinion")
    # nothing is filed of itself: the same text would be refused again
    assert story.look(NOW + timedelta(days=1)).records == ()
    # and what nobody launches ends with its trial
    plan = story.look(NOW + timedelta(days=60))
    assert plan.grant is not None
    assert plan.grant.regime.frozen


@pytest.mark.rule("A15-launch", "G91-term")
def test_after_a_refusal_a_new_consent_opens_another_agreement() -> None:
    story = Story(NOW)
    story.consent()
    story.decide(TERM, "sign-agency", "Refused")
    story.now = NOW + timedelta(days=2)
    story.consent("launch-again")
    assert story.agreements() == {TERM: "Refused", f"{TERM}-r1": "Signing"}
    assert story.app.status.phase == "Launching"
    signed = story.sign(f"{TERM}-r1").status
    assert (signed.phase, signed.launched_at) == ("Running", NOW + timedelta(days=2))


@pytest.mark.rule("G91-term")
def test_a_consent_while_an_agreement_stands_opens_none_later_on() -> None:
    story = Story(NOW)
    story.consent()
    story.now = NOW + timedelta(days=1)
    # it brings a filing
    story.consent("second", internetFiling=filing())
    story.now = NOW + timedelta(days=2)
    story.decide(TERM, "sign-authority", "Refused")
    assert story.agreements() == {TERM: "Refused"}
    assert story.app.status.phase == "Trial"


@pytest.mark.rule("A15-launch")
def test_what_launched_stays_when_the_policy_drops_its_agreement() -> None:
    story = launched({"agreement": terms()})
    story.law = story.law.model_copy(
        update={"spec": story.law.spec.model_copy(update={"agreement": None})}
    )
    story.look(NIGHT + timedelta(days=1))
    assert (story.app.status.phase, story.app.status.launched_at) == ("Running", NIGHT)


@pytest.mark.rule("A15-launch", "G91-term")
def test_a_decision_that_nobody_dated_ends_it_as_well_and_dates_nothing() -> None:
    story = Story(NOW)
    story.consent()
    story.decide(TERM, "sign-agency")
    agreement = story.agreement()
    odd = {"sign-provider.1": approval(by=None)}
    status = agreement.status.model_copy(update={"approvals": agreement.status.approvals | odd})
    story.requests[TERM] = agreement.model_copy(update={"status": status})
    story.look()
    assert story.agreements() == {TERM: "Refused"}
    assert story.app.status.phase == "Trial"
    story.now = NOW + timedelta(days=1)
    story.consent("launch-again")
    assert story.agreements() == {TERM: "Refused", f"{TERM}-r1": "Signing"}


def limits(*names: str) -> Json:
    """A policy in which each of these is to be done in five working days, told the day before."""
    before = {"amount": 1, "unit": "workingDays"}
    limit = {"amount": 5, "unit": "workingDays", "remindBefore": before}
    return {"timeLimits": [limit | {"name": name} for name in names]}


@pytest.mark.rule("X-clock", "G94-copies")
def test_signatures_that_are_open_together_each_count_from_their_own_start() -> None:
    story = Story(NOW, limits(*THREE))
    story.consent()
    # filed on Tuesday 24 November: 25, 26, 27, 30 November, 1 December
    assert [c.stage for c in story.status(TERM).clocks] == list(THREE)
    assert {(c.started_at, c.due_on) for c in story.status(TERM).clocks} == {
        (NOW, date(2026, 12, 1))
    }
    story.now = NOW + timedelta(days=3)
    story.decide(TERM, "sign-provider")
    closed = {c.stage: c.closed_at for c in story.status(TERM).clocks}
    assert closed == {"sign-agency": None, "sign-provider": story.now, "sign-authority": None}
    story.now = NOW + timedelta(days=4)
    story.decide(TERM, "sign-agency", "Refused")
    # and the third is waited for no more
    assert [c.closed_at for c in story.status(TERM).clocks] == [
        story.now,
        NOW + timedelta(days=3),
        story.now,
    ]


@pytest.mark.rule("A15-launch", "X-clock")
def test_who_is_to_sign_has_the_time_that_the_policy_gives_and_none_in_lu_an() -> None:
    assert launched().status(TERM).clocks == ()
    story = Story(NOW, limits("sign"))
    story.consent()
    (clock,) = story.status(TERM).clocks
    assert (clock.stage, clock.started_at, clock.due_on) == ("sign", NOW, date(2026, 12, 1))
    assert story.dues[TERM] == clock.remind_at
    story.decide(TERM, "sign-agency")
    late = datetime(2026, 12, 2, 8, tzinfo=UTC)
    story.look(late)
    (clock,) = story.status(TERM).clocks
    assert [f.key for f in clock_facts(clock, 1)] == ["reminder.sign.1", "breach.sign.1"]
    said = find_condition(story.status(TERM).conditions, "Overdue")
    assert said is not None
    assert (said.status, said.message) == (
        "True",
        "sign was due on 2026-12-01 (X-clock, ours)",
    )
    # late is valid
    story.decide(TERM, "sign-provider")
    story.decide(TERM, "sign-authority")
    (clock,) = story.status(TERM).clocks
    assert (story.app.status.phase, clock.closed_at) == ("Running", late)
    renewed = story.look(late + timedelta(days=400))
    assert renewed.status.phase == "Running"
    assert story.status("bus-portal-term-1").clocks == ()


@pytest.mark.rule("A15-launch", "X-clock")
def test_a_refusal_ends_the_time_to_sign() -> None:
    story = Story(NOW, limits("sign"))
    story.consent()
    story.decide(TERM, "sign-agency")
    story.now = NOW + timedelta(days=1)
    story.decide(TERM, "sign-authority", "Refused")
    assert [c.closed_at for c in story.status(TERM).clocks] == [story.now]


@pytest.mark.rule("A14-trial", "A15-launch")
def test_consent_alone_does_not_keep_a_trial_beyond_its_end() -> None:
    story = Story(NOW)
    story.consent()
    # 30 days: until midnight of 24 December in Lu'an
    ends = datetime(2026, 12, 24, 16, tzinfo=UTC)
    plan = story.look(ends - timedelta(seconds=1))
    assert plan.grant is not None
    assert (plan.grant.regime.frozen, plan.due) == (False, ends)
    plan = story.look(ends)
    assert plan.grant is not None
    assert (plan.status.phase, plan.grant.regime.frozen) == ("Launching", True)
    said = story.condition("TrialExpired")
    assert said is not None
    assert "without a launch; sign its ServiceAgreement or file a TrialExtension" in said.message
    # the signatures are still awaited, and the last one opens it again
    story.now = ends + timedelta(days=5)
    plan = story.sign()
    assert plan.grant is not None
    assert (plan.status.phase, plan.grant.regime.frozen) == ("Running", False)
    said = story.condition("TrialExpired")
    assert said is not None
    assert said.status == "False"


@pytest.mark.rule("A14-trial")
def test_a_trial_whose_launch_waits_for_signatures_can_be_extended() -> None:
    story = Story(NOW)
    story.consent()
    ends = datetime(2026, 12, 24, 16, tzinfo=UTC)
    story.look(ends)
    raw = example("life/trial-extension.yaml")
    reference = {"applicationRef": {"name": "bus-portal", "uid": UID}, "days": 10}
    raw["spec"] |= reference
    raw["metadata"] = story.metadata("longer")
    story.requests["longer"] = TrialExtension.model_validate(raw)
    story.look()
    plan = story.decide("longer", "extension")
    assert plan.grant is not None
    assert (plan.status.phase, plan.grant.regime.frozen) == ("Launching", False)


@pytest.mark.rule("A15-launch", "X-clock")
def test_a_signature_without_effect_ends_the_time_to_sign_whoever_signs_later() -> None:
    story = Story(NOW, limits("sign"))
    story.consent()
    story.now = NOW + timedelta(days=2)
    agreement = story.agreement()
    approvals = {
        f"{stage}.1": approval().model_copy(update={"at": NOW + timedelta(days=days)})
        for stage, days in zip(THREE, (0, 1, 2), strict=True)
    }
    effects = {key: Effect(effective=key != "sign-agency.1") for key in approvals}
    update = {"approvals": approvals, "effects": effects}
    status = agreement.status.model_copy(update=update)
    story.requests[TERM] = agreement.model_copy(update={"status": status})
    story.look()
    assert [c.closed_at for c in story.status(TERM).clocks] == [NOW]
