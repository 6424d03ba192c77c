"""A system that ran formally in another cluster goes on so, under the agreement that is cited."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mandate.api.cloudapplication import CloudApplication
from mandate.api.meta import Condition, Json, find_condition
from mandate.rules.agreement_history import agreement_facts
from mandate.rules.application import Plan, World, decide
from mandate.rules.case import Agreed, Predecessor
from mandate.rules.history import application_facts
from mandate.rules.predecessor import predecessors
from mandate.rules.record import Fact
from tests.unit.agreements import Story
from tests.unit.builders import NOW, agency, application, approval, calendar, policy
from tests.unit.launches import filing
from tests.unit.lives import status_with
from tests.unit.test_takeover import BEFORE, DIGEST, FILED, GRANT, GRANTED, HEAD, cited, parts

LAUNCHED = datetime(2026, 1, 5, 2, tzinfo=UTC)
ENDS = datetime(2027, 1, 5, 16, tzinfo=UTC)
"""The end of 2027-01-05 in Lu'an."""
AGREED = Agreed("bus-portal-term-0", "7" * 64, date(2027, 1, 5))
FORMAL = replace(
    BEFORE, launched_at=LAUNCHED, billing_from=date(2026, 1, 5), agreement=AGREED
)  # fmt: skip
RUNNING = Fact(
    "phase.Running.1",
    "Running",
    "the system is Running",
    data={"trial": None, "launchedAt": LAUNCHED.isoformat(), "billingFrom": "2026-01-05"},
)


def in_force(name: str, sha256: str, last: str) -> Fact:
    """That an agreement came into force, as the agreement's controller records it."""
    data = {"textSha256": sha256, "inForceFrom": "2026-01-05", "expiresOn": last}
    return Fact(f"ServiceAgreement/{name}/11111111.in-force.{last}", "InForce", "", data=data)


TERM_0 = in_force("bus-portal-term-0", "7" * 64, "2027-01-05")
TERM_1 = in_force("bus-portal-term-1", "7" * 64, "2028-01-05")


def told(*facts: Fact) -> Predecessor:
    (found,) = predecessors(parts(*facts))
    return found


@pytest.mark.rule("X-dossier", "G91-term")
def test_a_dossier_tells_since_when_it_ran_and_which_agreement_was_in_force_last() -> None:
    found = told(FILED, GRANT, TERM_0, RUNNING)
    assert (found.launched_at, found.billing_from) == (LAUNCHED, date(2026, 1, 5))
    assert found.agreement == AGREED
    # whatever of the two is recorded first
    assert told(FILED, GRANT, RUNNING, TERM_0).agreement == AGREED
    renewed = told(FILED, GRANT, TERM_0, RUNNING, TERM_1).agreement
    assert renewed == Agreed("bus-portal-term-1", "7" * 64, date(2028, 1, 5))
    on_trial = told(FILED, GRANT)
    assert (on_trial.launched_at, on_trial.agreement) == (None, None)
    # a form that was filed anew is another life
    again = replace(FILED, key="filed.2")
    assert told(FILED, GRANT, TERM_0, RUNNING, again).launched_at is None


@pytest.mark.rule("X-dossier")
def test_it_is_read_as_the_operator_records_it() -> None:
    story = Story(NOW)
    story.consent()
    story.sign()
    agreement = story.agreement()
    facts = [
        *application_facts(story.app, story.app.spec.wire(), policy()),
        *agreement_facts(agreement),
    ]
    found = told(*facts)
    assert (found.launched_at, found.billing_from) == (NOW, date(2026, 11, 24))
    assert found.agreement is not None
    assert found.agreement.name == "bus-portal-term-0"
    assert found.agreement.text_sha256 == agreement.status.text_sha256
    # a year from the last signature: Wednesday
    assert found.agreement.expires_on == date(2027, 11, 24)


def taken(now: datetime = NOW, before: Predecessor = FORMAL) -> CloudApplication:
    """The application once it is taken over and granted."""
    return application(status=decided(now, before, application()).status)


def decided(now: datetime, before: Predecessor, app: CloudApplication) -> Plan:
    approvals = {"takeover.1": approval().model_copy(update={"cites": HEAD})}
    if not app.status.approvals:
        app = application(status=status_with(approvals))
    world = World(app, app.spec.wire(), agency(), policy(), calendar(), predecessor=before)
    first = decide(world, now)
    stored = application(status=first.status)
    return decide(replace(world, application=stored), now, GRANTED)


def condition(plan: Plan, kind: str) -> Condition | None:
    return find_condition(plan.status.conditions, kind)


@pytest.mark.rule("X-dossier", "A15-launch", "G91-term")
def test_what_ran_formally_goes_on_so_and_cites_its_agreement() -> None:
    plan = decided(NOW, FORMAL, application())
    status = plan.status
    assert (status.phase, status.trial) == ("Running", None)
    assert (status.launched_at, status.billing_from) == (LAUNCHED, date(2026, 1, 5))
    assert plan.grant is not None
    assert (plan.grant.regime.environment, plan.grant.regime.frozen) == ("formal", False)
    # the agreement was signed there: none is filed here
    assert plan.records == ()
    said = condition(plan, "AgreementContinued")
    assert said is not None
    assert said.status == "True"
    assert f"bus-portal-term-0 (text sha256 {'7' * 64}) is in force to 2027-01-05" in said.message
    assert "on record in cloudapplication-old-0000" in said.message
    assert condition(plan, "AgreementExpired") is None
    # no trial to end; when the agreement does is the next that time alone brings, but for clocks
    later = decided(NOW + timedelta(days=20), FORMAL, taken())
    assert (later.status.phase, later.due) == ("Running", ENDS)
    assert condition(later, "TrialExpired") is None


@pytest.mark.rule("X-level")
def test_before_all_is_granted_it_is_approved_and_a_second_look_changes_nothing() -> None:
    app = application(status=status_with({"takeover.1": cited(HEAD)}))
    world = World(app, app.spec.wire(), agency(), policy(), calendar(), predecessor=FORMAL)
    first = decide(world, NOW)
    assert first.status.phase == "Approved"
    for now in (NOW, ENDS, ENDS + timedelta(days=40)):
        once = decided(now, FORMAL, taken()).status
        assert decided(now, FORMAL, application(status=once)).status == once


@pytest.mark.rule("G91-term", "A15-launch")
def test_it_ends_with_its_last_day_and_only_a_consent_after_that_opens_another() -> None:
    last = decided(ENDS - timedelta(seconds=1), FORMAL, taken())
    assert condition(last, "AgreementExpired") is None
    over = decided(ENDS, FORMAL, taken())
    said = condition(over, "AgreementExpired")
    assert said is not None
    assert said.status == "True"
    assert "bus-portal-term-0 is over" in said.message
    ended = condition(decided(ENDS, FORMAL, application(status=last.status)), "AgreementContinued")
    assert ended is not None
    assert ended.status == "False"
    # what runs is left
    assert over.status.phase == "Running"
    assert over.grant is not None
    assert not over.grant.regime.frozen


def restored(story: Story) -> Story:
    """A story that begins with a takeover."""
    story.predecessor = FORMAL
    story.app = taken()
    return story


@pytest.mark.rule("G32-filing", "G91-term", "A15-launch")
def test_a_filing_opens_the_internet_anew_and_no_second_agreement() -> None:
    story = restored(Story(NOW))
    story.consent("filing", internetFiling=filing())
    assert story.agreements() == {}
    assert story.app.status.launched_at == LAUNCHED
    # once it is over, a consent opens the agreement that all three sign here
    story.look(ENDS + timedelta(days=1))
    assert story.agreements() == {}
    said = story.condition("AgreementExpired")
    assert said is not None
    assert said.status == "True"
    story.consent("again")
    assert story.agreements() == {"bus-portal-term-0": "Signing"}
    story.decide("bus-portal-term-0", "sign-provider", "Refused")
    story.look(ENDS + timedelta(days=2))
    said = story.condition("AgreementExpired")
    assert said is not None
    assert said.status == "True"
    story.consent("once-more")
    assert story.sign("bus-portal-term-0-r1").status.phase == "Running"
    said = story.condition("AgreementExpired")
    assert said is not None
    assert said.status == "False"
    assert story.app.status.launched_at == LAUNCHED


@pytest.mark.rule("X-dossier")
def test_the_dossier_that_goes_on_names_the_agreement_for_the_next_restore() -> None:
    app = taken()
    facts: list[Fact] = [
        f for f in application_facts(app, app.spec.wire(), policy(), FORMAL) if f.data
    ]
    (fact,) = (f for f in facts if f.kind == "TakenOver")
    agreed: Json = {
        "name": "bus-portal-term-0",
        "textSha256": "7" * 64,
        "expiresOn": "2027-01-05",
    }
    assert fact.data["agreement"] == agreed
    found = told(*facts)
    assert (found.agreement, found.launched_at) == (AGREED, LAUNCHED)
    assert found.form_sha256 == DIGEST


@pytest.mark.rule("X-dossier", "G91-term")
def test_a_fact_without_an_agreements_text_and_last_day_tells_of_none() -> None:
    for missing in ("textSha256", "expiresOn"):
        data = {k: v for k, v in (TERM_0.data or {}).items() if k != missing}
        assert told(FILED, GRANT, RUNNING, replace(TERM_0, data=data)).agreement is None
    # what was taken over on trial had none
    bare = Fact("takenover.1", "TakenOver", "", data={"agreement": None})
    assert told(FILED, GRANT, RUNNING, bare).agreement is None
    assert told(FILED, GRANT, RUNNING, TERM_0, bare).agreement == AGREED


@pytest.mark.rule("X-dossier", "A15-launch")
def test_what_was_billed_there_from_another_day_is_billed_from_that_day() -> None:
    earlier = replace(FORMAL, billing_from=date(2026, 1, 1))
    status = decided(NOW, earlier, application()).status
    assert (status.launched_at, status.billing_from) == (LAUNCHED, date(2026, 1, 1))
