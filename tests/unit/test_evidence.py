"""Reports: what is seen before one is verified, when it counts, and what a level owes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.assessmentreport import AssessmentReport
from mandate.api.meta import find_condition
from mandate.api.requests import Approval
from mandate.rules.case import Case
from mandate.rules.evidence import evidence, required
from tests.unit.builders import UID, calendar, policy, rules
from tests.unit.launches import (
    LAUNCH_DAY,
    case,
    decided,
    judged,
    report,
    stored,
    system,
    verified,
)

DAY = timedelta(days=1)


def faults(found: Case, one: AssessmentReport, now: datetime = LAUNCH_DAY) -> dict[str, str]:
    return {c.type: c.message for c in judged(found, one, now).status.checks if not c.passed}


def missing(*reports: AssessmentReport, now: datetime = LAUNCH_DAY) -> tuple[str, ...]:
    """What a level 2 system lacks for its launch."""
    return evidence(case(*reports), required(rules(), "Level2", "Launch"), now).missing


@pytest.mark.rule("A14-level3", "X-order")
def test_a_report_is_verified_and_can_be_withdrawn() -> None:
    plain = report()
    first = stored(plain, judged(case(), plain).status).status
    assert (first.phase, [a.stage for a in first.awaiting]) == ("Submitted", ["verification"])
    good = decided(plain, "verification")
    assert good.status.phase == "Verified"
    assert judged(case(), good).due is None
    said = find_condition(good.status.conditions, "Ready")
    assert said is not None
    assert said.reason == "Verified"
    (turn,) = good.status.awaiting
    # what was verified is withdrawn or stays: a refusal would open the form again
    assert (turn.stage, turn.may) == ("withdrawal", ("Approved",))
    gone = decided(good, "withdrawal")
    assert (gone.status.phase, gone.status.awaiting) == ("Withdrawn", ())
    said = find_condition(gone.status.conditions, "Ready")
    assert said is not None
    assert said.reason == "Withdrawn"
    refusal = Approval(decision="Refused", basis="0" * 64, by="sue", at=LAUNCH_DAY)
    status = plain.status.model_copy(update={"approvals": {"verification.1": refusal}})
    after = stored(plain, judged(case(), stored(plain, status)).status).status
    assert (after.phase, after.awaiting) == ("Refused", ())


@pytest.mark.rule("A14-level3")
@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"date": "2026-12-31", "validUntil": None}, "Valid", "date 2026-12-31 is to come"),
        (
            {"date": "2025-12-01", "validUntil": "2026-12-29"},
            "Valid",
            "validUntil 2026-12-29 is over",
        ),
    ],
)
def test_a_report_of_another_day_cannot_be_verified(
    changes: dict[str, Any], kind: str, said: str
) -> None:
    found = faults(case(), report(**changes))
    assert list(found) == [kind]
    assert said in found[kind]
    assert "(A14-level3, article 14)" in found[kind]
    status = judged(case(), report(**changes)).status
    assert status.awaiting[0].may == ("Refused",)


@pytest.mark.rule("A14-level3")
def test_the_days_of_a_report_are_the_jurisdictions() -> None:
    # 2026-12-30 in Lu'an is from 16:00 UTC on the 29th to 16:00 UTC on the 30th
    begins, ends = datetime(2026, 12, 29, 16, tzinfo=UTC), datetime(2026, 12, 30, 16, tzinfo=UTC)
    one = report(date="2026-12-30", validUntil="2026-12-30")
    before = judged(case(), one, begins - timedelta(seconds=1))
    assert not before.status.checks[0].passed
    assert before.due == begins
    within = judged(case(), one, begins)
    assert within.status.checks[0].passed
    assert within.due == ends
    assert not judged(case(), one, ends).status.checks[0].passed


@pytest.mark.rule("A14-level3")
def test_a_level_3_systems_assessor_is_accredited() -> None:
    plain = {"name": "某测评中心"}
    level3 = case(app=system(changes={"protectionLevel": "Level3"}))
    for kind in ("Performance", "Security", "CommercialCryptography"):
        found = faults(level3, report(type=kind, assessor=plain))
        assert "assessor.cnasNumber is missing: Level3 wants" in found["Accredited"]
        assert faults(level3, report(type=kind)) == {}
        # below level 3 nobody asks
        assert faults(case(), report(type=kind, assessor=plain)) == {}
    # nor for what the policy leaves open
    assert faults(level3, report(type="MlpsEvaluation", assessor=plain)) == {}


@pytest.mark.rule("A14-tests")
def test_a_report_that_was_not_passed_is_verified_as_true_and_counts_for_nothing() -> None:
    bad = report(result="NotPassed")
    status = judged(case(), bad).status
    assert status.awaiting[0].may == ("Approved", "Refused")
    assert status.awaiting[0].opinion_required
    assert "(A14-tests, articles 14 and 15)" in status.checks[2].message
    assert judged(case(), report()).status.checks[2].message == ""
    assert missing(decided(bad, "verification")) == (
        "no OnboardingSecurityTest report counts: onboarding says NotPassed",
    )


@pytest.mark.rule("A14-level3")
def test_only_what_is_verified_and_valid_today_counts() -> None:
    assert missing() == ("no OnboardingSecurityTest report is filed",)
    assert missing(report()) == (
        "no OnboardingSecurityTest report counts: onboarding is not verified",
    )
    good = verified()
    assert missing(good) == ()
    assert missing(decided(good, "withdrawal")) == (
        "no OnboardingSecurityTest report counts: onboarding was withdrawn",
    )
    # valid until 2027-12-27, that day included
    last = datetime(2027, 12, 27, 15, 59, 59, tzinfo=UTC)
    assert missing(good, now=last) == ()
    assert "was valid until 2027-12-27" in missing(good, now=last + timedelta(seconds=1))[0]
    assert "is of 2026-12-28, a day to come" in missing(good, now=LAUNCH_DAY - 3 * DAY)[0]
    # one that counts is enough, whatever else was filed
    assert missing(report("first"), good) == ()
    assert missing(verified(type="Performance")) == ("no OnboardingSecurityTest report is filed",)


@pytest.mark.rule("A14-level3")
def test_a_withdrawal_counts_before_its_effect_is_on_record() -> None:
    good = verified()
    made = Approval(decision="Approved", basis="0" * 64, by="eve", at=LAUNCH_DAY)
    status = good.status.model_copy(
        update={"approvals": good.status.approvals | {"withdrawal.1": made}}
    )
    assert "was withdrawn" in missing(stored(good, status))[0]


@pytest.mark.rule("A14-level3")
@pytest.mark.parametrize(
    ("level", "launch", "after"),
    [
        ("Level2", {"OnboardingSecurityTest": False}, {"MlpsEvaluation": False}),
        (
            "Level3",
            {
                "Performance": True,
                "Security": True,
                "CommercialCryptography": True,
                "OnboardingSecurityTest": False,
            },
            {"MlpsEvaluation": False},
        ),
        ("NotGraded", {}, {}),
        (None, {}, {}),
    ],
)
def test_what_a_level_owes_is_the_policys(
    level: str | None, launch: dict[str, bool], after: dict[str, bool]
) -> None:
    law = rules()
    assert {r.type: r.accredited for r in required(law, level, "Launch")} == launch
    assert {r.type: r.accredited for r in required(law, level, "AfterLaunch")} == after


@pytest.mark.rule("A14-level3")
def test_an_accredited_report_is_named_as_such_where_it_is_missing() -> None:
    plain = decided(
        report("p", type="Performance", assessor={"name": "某测评中心"}), "verification"
    )
    owed = required(rules(), "Level3", "Launch")
    found = evidence(case(plain, verified("t")), owed, LAUNCH_DAY)
    assert found.missing == (
        "no Performance report by an accredited assessor counts: p names no CNAS accreditation",
        "no Security report by an accredited assessor is filed",
        "no CommercialCryptography report by an accredited assessor is filed",
    )
    assert [r.metadata.name for r in found.counted] == ["t"]


@pytest.mark.rule("A14-level3")
def test_without_a_calendar_no_report_counts_and_none_is_verified() -> None:
    here = case(verified())
    blind = Case(here.application, here.form, here.agency, policy(), None, requests=here.requests)
    owed = required(rules(), "Level2", "Launch")
    assert "no day can be told" in evidence(blind, owed, LAUNCH_DAY).missing[0]
    assert "no day can be told" in faults(blind, report())["Valid"]
    odd = Case(here.application, here.form, here.agency, policy(), calendar(timeZone="Mars/Luna"))
    assert "no day can be told" in faults(odd, report())["Valid"]


def test_what_was_read_names_each_report_its_digest_and_who_verified_it() -> None:
    owed = required(rules(), "Level2", "Launch")
    (found,) = evidence(case(verified()), owed, LAUNCH_DAY).read()["evidence"]
    assert found["name"] == "onboarding"
    assert found["sha256"] == "8d774c4956230ba26b781b24a4e8405cdc423ed54619e7b01538f0d80dcc38c3"
    assert found["verified"]["by"] == "bob"
    assert UID not in str(found)


@pytest.mark.rule("X-level")
@given(
    decisions=st.dictionaries(
        st.sampled_from(["verification.1", "withdrawal.1", "verification.2"]),
        st.builds(
            Approval,
            decision=st.sampled_from(["Approved", "Refused"]),
            basis=st.just("0" * 64),
            by=st.sampled_from(["eve", None]),
            at=st.sampled_from([LAUNCH_DAY, None]),
        ),
    ),
    result=st.sampled_from(["Passed", "NotPassed"]),
    day=st.integers(-400, 800),
)
def test_a_second_look_at_a_report_writes_nothing(
    decisions: dict[str, Approval], result: str, day: int
) -> None:
    one, now = report(result=result), LAUNCH_DAY + day * DAY
    start = stored(one, one.status.model_copy(update={"approvals": decisions}))
    once = judged(case(), start, now).status
    assert judged(case(), stored(one, once), now).status == once
