"""Launch: refused while anything is missing, by name; consented; launched without an agreement."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.assessmentreport import AssessmentReport
from mandate.api.cloudapplication import Phase
from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Json, find_condition
from mandate.api.requests import Approval
from mandate.rules.case import Case
from mandate.rules.launch import launch_of
from tests.unit.builders import NOW, application, policy
from tests.unit.launches import (
    LAUNCH_DAY,
    SITE,
    case,
    decided,
    filing,
    good,
    judged,
    launch,
    launched,
    report,
    stored,
    system,
    verified,
)

DAY = timedelta(days=1)


def refused(found: Case, request: LaunchRequest, now: datetime = LAUNCH_DAY) -> dict[str, str]:
    """What is missing, by check; then nobody can approve."""
    status = judged(found, request, now).status
    failing = {c.type: c.message for c in status.checks if not c.passed}
    assert all(c.blocking for c in status.checks)
    assert status.awaiting[0].may == (("Refused",) if failing else ("Approved", "Refused"))
    return failing


@pytest.mark.rule("A15-launch")
def test_a_launch_with_all_it_needs_awaits_the_authoritys_consent() -> None:
    assert refused(case(good()), launch()) == {}
    done = decided(launch(), "launch", found=case(good()))
    assert (done.status.phase, done.status.awaiting) == ("Approved", ())
    # no day changes it any more, though the report ends some day
    assert judged(case(good()), launch()).due is not None
    assert judged(case(good(), done), done).due is None
    ready = find_condition(done.status.conditions, "Ready")
    assert ready is not None
    assert (ready.status, ready.reason) == ("True", "Consented")


@pytest.mark.rule("A15-launch")
@pytest.mark.parametrize("phase", ["Submitted", "Accepted", "Approved", "Running", "Exiting"])
def test_only_what_is_on_trial_is_launched(phase: Phase) -> None:
    found = refused(case(good(), app=system(phase)), launch())
    assert found == {
        "OnTrial": f"the application is {phase}, not on trial (A15-launch, article 15)"
    }


@pytest.mark.rule("A14-tests")
@pytest.mark.parametrize("name", ["function", "performance", "security"])
def test_a_test_that_was_not_passed_stops_the_launch(name: str) -> None:
    tests = launch().spec.tests.wire()
    tests[name]["result"] = "NotPassed"
    assert refused(case(good()), launch(tests=tests)) == {
        "TestsPassed": f"tests.{name} says NotPassed: put it right and test again "
        "(A14-tests, articles 14 and 15)"
    }


@pytest.mark.rule("A14-level3")
def test_every_report_that_is_missing_is_named() -> None:
    three = case(good(), app=system(changes={"protectionLevel": "Level3"}))
    said = refused(three, launch())["Evidence"]
    for kind in ("Performance", "Security", "CommercialCryptography"):
        assert f"no {kind} report by an accredited assessor is filed" in said
    assert "OnboardingSecurityTest" not in said
    assert said.endswith("(A14-level3, article 14)")
    kinds = ("Performance", "Security", "CommercialCryptography")
    all_of_them = [good(), *(verified(kind.lower(), type=kind) for kind in kinds)]
    three = case(*all_of_them, app=system(changes={"protectionLevel": "Level3"}))
    assert refused(three, launch()) == {}


@pytest.mark.rule("G33-mlps", "A14-level3")
def test_what_is_not_graded_may_apply_and_is_not_launched() -> None:
    app = system(changes={"protectionLevel": "NotGraded"})
    said = refused(case(good(), app=app), launch())["Graded"]
    assert "the application says NotGraded: have it graded and name gradedLevel" in said
    assert "(G33-mlps, annex 1, 3.3)" in said
    assert refused(case(good(), app=app), launch(gradedLevel="Level2")) == {}
    # what it was graded since decides what it owes
    assert list(refused(case(good(), app=app), launch(gradedLevel="Level3"))) == ["Evidence"]
    # and a form that says its level is not graded down
    app = system(changes={"protectionLevel": "Level3"})
    found = refused(case(good(), app=app), launch(gradedLevel="Level1"))
    assert list(found) == ["Graded", "Evidence"]
    assert "gradedLevel is Level1, the application says Level3" in found["Graded"]


@pytest.mark.rule("A14-trial")
def test_a_policy_may_want_the_least_days_of_a_trial() -> None:
    trial = policy().spec.trial
    assert trial is not None
    law = policy(trial=trial.wire() | {"earlyLaunch": False})
    # Tuesday 2026-12-15 and 15 days: Wednesday the 30th, until midnight in Lu'an
    app = system(started=datetime(2026, 12, 15, 8, tzinfo=UTC))
    over = datetime(2026, 12, 30, 16, tzinfo=UTC)
    here = case(good(), app=app, law=law)
    said = refused(here, launch(), over - timedelta(seconds=1))
    assert list(said) == ["TriedLongEnough"]
    assert "at least 15 days: launch from 2026-12-30T16:00:00+00:00 on (A14-trial" in next(
        iter(said.values())
    )
    assert judged(here, launch(), over - timedelta(seconds=1)).due == over
    assert refused(here, launch(), over) == {}
    # Lu'an lets a tested system launch early
    assert refused(case(good(), app=app), launch()) == {}


@pytest.mark.rule("A14-trial")
def test_without_a_calendar_the_least_days_are_not_known_to_be_over() -> None:
    trial = policy().spec.trial
    assert trial is not None
    law = policy(trial=trial.wire() | {"earlyLaunch": False}, evidence=[])
    here = case(law=law)
    blind = Case(here.application, here.form, here.agency, law, None)
    assert "no day can be told" in refused(blind, launch())["TriedLongEnough"]


@pytest.mark.rule("G32-filing")
@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({"networks": ["GovernmentExtranet"]}, False),
        ({"networks": ["GovernmentExtranet", "Internet"]}, True),
        ({"website": {"domains": ["bus.luan.cn"]}}, True),
    ],
)
def test_what_goes_online_is_filed_first(changes: dict[str, Any], needed: bool) -> None:
    found = refused(case(good(), app=system(changes=changes)), launch())
    assert list(found) == (["Filed"] if needed else [])
    if needed:
        assert "internetFiling is missing" in found["Filed"]
        assert "(G32-filing, annex 1, 3.2 and 4.2)" in found["Filed"]
    assert refused(case(good(), app=system(changes=changes)), launch(internetFiling=filing())) == {}


@pytest.mark.rule("G32-filing")
def test_a_filing_names_every_domain_of_the_site() -> None:
    site = SITE | {"website": {"domains": ["bus.luan.cn", "公交.luan.cn"]}}
    here = case(good(), app=system(changes=site))
    said = refused(here, launch(internetFiling=filing("bus.luan.cn")))["Filed"]
    assert "internetFiling.domains lacks 公交.luan.cn" in said
    assert "lacks bus.luan.cn" not in said
    more = filing("BUS.luan.cn", "公交.luan.cn", "more.luan.cn")
    assert refused(here, launch(internetFiling=more)) == {}


@pytest.mark.rule("X-bound")
def test_a_launch_is_decided_on_the_evidence_that_was_read() -> None:
    def basis(*reports: AssessmentReport) -> str:
        return judged(case(*reports), launch()).status.awaiting[0].basis

    document = good().spec.document.wire()
    other = verified(document=document | {"sha256": "ab" * 32})
    again = decided(report(), "verification", at=LAUNCH_DAY - DAY)
    assert len({basis(good()), basis(other), basis(again)}) == 3
    assert basis(good()) == basis(good(), report("second"))


@pytest.mark.rule("A14-level3", "A15-launch")
def test_a_consent_takes_no_effect_if_the_evidence_was_withdrawn_by_then() -> None:
    here = case(good())
    before = judged(here, launch()).status
    made = Approval(decision="Approved", basis=before.awaiting[0].basis, by="bob", at=LAUNCH_DAY)
    asked = stored(launch(), before.model_copy(update={"approvals": {"launch.1": made}}))
    after = judged(case(decided(good(), "withdrawal")), asked).status
    assert not after.effects["launch.1"].effective
    assert "Evidence" in after.effects["launch.1"].reason
    # what was launched on it stays launched
    done = decided(launch(), "launch", found=here)
    later = stored(done, judged(case(decided(good(), "withdrawal"), done), done).status).status
    assert (later.phase, later.checks) == ("Approved", done.status.checks)


@pytest.mark.rule("A15-launch")
def test_under_a_policy_without_an_agreement_the_consent_launches() -> None:
    done = decided(launch(), "launch", found=case(good()))
    # 10:00 on the 30th in Lu'an
    plan = launched(good(), done)
    assert (plan.status.phase, plan.status.launched_at) == ("Running", LAUNCH_DAY)
    assert plan.status.billing_from == date(2026, 12, 30)
    assert plan.grant is not None
    assert plan.grant.regime.environment == "formal"
    # Lu'an's has one: consented is not signed
    waiting = launched(good(), done, law=policy())
    assert (waiting.status.phase, waiting.status.launched_at) == ("Launching", None)
    assert launched(good(), launch()).status.phase == "Trial"


@pytest.mark.rule("A15-launch", "A14-trial")
def test_an_expired_trial_can_still_end_in_a_launch() -> None:
    trial = launched(good(), now=NOW)
    # the last of its 30 days is 2026-12-24
    over = launched(good(), app=application(status=trial.status), now=LAUNCH_DAY)
    assert over.status.phase == "Trial"
    assert over.grant is not None
    assert over.grant.regime.frozen
    frozen = application(status=over.status)
    done = decided(launch(), "launch", found=case(good(), app=frozen))
    plan = launched(good(), done, app=frozen)
    assert plan.status.phase == "Running"
    assert plan.grant is not None
    assert not plan.grant.regime.frozen


@pytest.mark.rule("G36-attest")
@pytest.mark.parametrize(
    ("days", "said"),
    [(184, None), (183, "attestations.accessLogDays is 183"), (None, "is not there")],
)
def test_a_site_keeps_its_access_logs_as_long_as_the_policy_wants(
    days: int | None, said: str | None
) -> None:
    attested: Json = {"licensedSoftwareOnly": True, "accessLogsKept": True}
    attested |= {"accessLogDays": days} if days else {}
    site = launch(attestations=attested, internetFiling=filing())
    found = refused(case(good(), app=system(changes=SITE)), site)
    assert list(found) == (["AccessLogs"] if said else [])
    if said:
        assert said in found["AccessLogs"]
        assert "keep them 184 days (G36-attest, annex 1, 3.6 and 3.9)" in found["AccessLogs"]
    # of a system that the public does not reach none are asked, nor by a policy without a figure
    assert refused(case(good()), launch(attestations=attested)) == {}
    free = case(good(), app=system(changes=SITE), law=policy(accessLogDays=None))
    assert refused(free, site) == {}


@pytest.mark.rule("G32-filing", "A15-launch")
def test_after_the_launch_only_a_filing_is_asked_for() -> None:
    first = decided(launch(), "launch", found=case(good()))
    running = system("Running", SITE)
    tests = launch().spec.tests.wire()
    tests["function"]["result"] = "NotPassed"
    here = case(first, app=running)
    again = launch("again", tests=tests, internetFiling=filing())
    status = judged(here, again).status
    assert [c.type for c in status.checks] == ["Running", "Filed", "AccessLogs"]
    assert refused(here, again) == {}
    # nor is it decided on what else is there
    more = judged(case(first, good(), app=running), again).status
    assert more.awaiting[0].basis == status.awaiting[0].basis
    assert "internetFiling is missing" in refused(here, launch("again"))["Filed"]
    assert list(refused(case(first, app=system("Exiting", SITE)), again)) == ["Running"]
    # the first one stays as it was judged
    both = case(first, decided(again, "launch", found=here), app=running)
    assert judged(both, first).status == first.status


@pytest.mark.rule("A15-launch")
def test_the_first_consent_counts() -> None:
    first = decided(launch(), "launch", found=case(good()))
    more = decided(
        launch("again", internetFiling=filing()),
        "launch",
        found=case(first, app=system("Running", SITE)),
        at=LAUNCH_DAY + DAY,
    )
    law = policy(agreement=None)
    assert launch_of(case(first, more, law=law)).launched_at == LAUNCH_DAY
    assert launch_of(case(more, first, law=law)).billing_from == date(2026, 12, 30)


@pytest.mark.rule("X-level")
@given(
    decisions=st.dictionaries(
        st.sampled_from(["launch.1", "withdraw-filing.1", "launch.2"]),
        st.builds(
            Approval,
            decision=st.sampled_from(["Approved", "Refused"]),
            basis=st.just("0" * 64),
            by=st.sampled_from(["bob", None]),
            at=st.sampled_from([LAUNCH_DAY, None]),
        ),
    ),
    evidence=st.booleans(),
    filed=st.sampled_from([None, filing()]),
    day=st.integers(-400, 800),
)
def test_a_second_look_at_a_launch_writes_nothing(
    decisions: dict[str, Approval],
    evidence: bool,
    filed: Json | None,
    day: int,
) -> None:
    one, now = launch(internetFiling=filed), LAUNCH_DAY + day * DAY
    here = case(*([good()] if evidence else []), app=system(changes=SITE))
    start = stored(one, one.status.model_copy(update={"approvals": decisions}))
    once = judged(here, start, now).status
    assert judged(here, stored(one, once), now).status == once
