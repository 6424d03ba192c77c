"""The internet gate: open by a verified filing of a launched system, and closed again."""

from datetime import datetime, timedelta

import pytest

from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Json, Resource, find_condition
from mandate.render import grant_objects
from mandate.rules.application import Plan
from mandate.rules.grant import NetworkGrant, Regime
from mandate.rules.history import application_facts
from tests.unit.builders import application, host, policy
from tests.unit.launches import (
    LAUNCH_DAY,
    SITE,
    case,
    decided,
    filing,
    good,
    launch,
    launched,
    system,
)

DAY = timedelta(days=1)
FORM = SITE | {"hosts": [host(ports=[8080]), host(id="web", network="Internet", ports=[443])]}
EXTRANET = NetworkGrant(cidrs=("59.192.0.0/10",), ports=(8080,))
INTERNET = NetworkGrant(cidrs=("0.0.0.0/0",), ports=(443,))


def consented(name: str = "launch", at: datetime = LAUNCH_DAY, **changes: object) -> LaunchRequest:
    """A launch of the site that the authority consented to."""
    here = case(good(), app=system(changes=FORM))
    return decided(launch(name, **changes), "launch", found=here, at=at)


def withdrawn(request: LaunchRequest) -> LaunchRequest:
    here = case(good(), app=system("Running", FORM))
    return decided(request, "withdraw-filing", found=here)


def lived(*requests: Resource, form: Json | None = None, now: datetime = LAUNCH_DAY) -> Plan:
    return launched(good(), *requests, app=application(form or FORM), now=now)


def regime(plan: Plan) -> Regime:
    assert plan.grant is not None
    return plan.grant.regime


def entrances(plan: Plan) -> tuple[str, str]:
    assert plan.grant is not None
    return plan.grant.quota["services.loadbalancers"], plan.grant.quota["services.nodeports"]


def platform_comes_in(plan: Plan) -> bool:
    """Whether a network policy lets the platform's namespaces in."""
    assert plan.grant is not None
    found = [o for o in grant_objects(plan.grant) if o["kind"] == "NetworkPolicy"]
    froms = [f for o in found for rule in o["spec"].get("ingress", []) for f in rule["from"]]
    return any("namespaceSelector" in f for f in froms)


@pytest.mark.rule("G32-filing")
def test_the_gate_is_open_once_the_filing_is_verified_and_the_system_runs() -> None:
    before = lived()
    assert not regime(before).internet
    assert before.grant is not None
    assert before.grant.networks == (EXTRANET,)
    assert entrances(before) == ("0", "0")
    done = consented(internetFiling=filing())
    after = lived(done)
    assert regime(after).internet
    assert after.grant is not None
    assert after.grant.networks == (EXTRANET, INTERNET)
    # the policy's figures
    assert entrances(after) == ("2", "4")
    space = grant_objects(after.grant)[0]
    assert space["metadata"]["labels"]["mandate.dev/internet"] == "open"
    assert "mandate.dev/internet" not in grant_objects(before.grant)[0]["metadata"]["labels"]


@pytest.mark.rule("G32-filing")
def test_consent_alone_opens_nothing_before_the_agreement_is_signed() -> None:
    done = consented(internetFiling=filing())
    plan = launched(good(), done, app=application(FORM), law=policy())
    assert plan.status.phase == "Launching"
    assert not regime(plan).internet


@pytest.mark.rule("G32-filing")
def test_a_policy_without_entrances_leaves_only_routes() -> None:
    law = policy(agreement=None, internetEntrances=None)
    plan = launched(good(), consented(internetFiling=filing()), app=application(FORM), law=law)
    assert regime(plan).internet
    assert entrances(plan) == ("0", "0")


@pytest.mark.rule("G32-filing")
def test_what_was_not_approved_for_the_internet_does_not_reach_it() -> None:
    site = {"website": SITE["website"]}
    here = case(good(), app=system(changes=site))
    done = decided(launch(internetFiling=filing()), "launch", found=here)
    plan = lived(done, form=site)
    assert plan.status.phase == "Running"
    assert not regime(plan).internet


@pytest.mark.rule("G32-filing")
def test_a_filing_that_does_not_cover_the_site_opens_nothing() -> None:
    # decided on a form of fewer domains
    done = consented(internetFiling=filing())
    more = FORM | {"website": {"domains": ["bus.luan.cn", "ride.luan.cn"]}}
    assert not regime(lived(done, form=more)).internet


@pytest.mark.rule("G32-filing")
def test_it_is_closed_at_once_when_the_filing_is_withdrawn() -> None:
    done = consented(internetFiling=filing())
    (turn,) = done.status.awaiting
    assert (turn.stage, turn.may) == ("withdraw-filing", ("Approved",))
    gone = withdrawn(done)
    ready = find_condition(gone.status.conditions, "Ready")
    assert ready is not None
    assert ready.reason == "FilingWithdrawn"
    closed = lived(gone)
    assert closed.status.phase == "Running"
    assert closed.grant is not None
    assert closed.grant.networks == (EXTRANET,)
    assert entrances(closed) == ("0", "0")
    # an Ingress of before may still be there: its controller is kept out
    assert platform_comes_in(lived(done))
    assert platform_comes_in(lived())
    assert not platform_comes_in(closed)


@pytest.mark.rule("G32-filing")
def test_a_new_filing_opens_again_and_an_older_one_does_not() -> None:
    first = consented(internetFiling=filing())
    running = case(first, app=system("Running", FORM))
    second = decided(
        launch("again", internetFiling=filing()), "launch", found=running, at=LAUNCH_DAY + DAY
    )
    assert regime(lived(withdrawn(first), second)).internet
    assert regime(lived(second, withdrawn(first))).internet
    # the one verified last stands in place of those before it
    assert regime(lived(first, withdrawn(second))) == Regime("formal", entrances_shut=True)
    assert regime(lived(withdrawn(second), first)).entrances_shut


@pytest.mark.rule("G32-filing")
def test_a_launch_without_a_filing_has_none_to_withdraw() -> None:
    here = case(good())
    done = decided(launch(), "launch", found=here)
    assert done.status.awaiting == ()
    assert not regime(launched(good(), done)).internet


@pytest.mark.rule("G32-filing", "X-dossier")
def test_that_it_opened_and_closed_is_on_record() -> None:
    done = consented(internetFiling=filing())
    opened = lived(done)
    app = application(FORM, status=opened.status)
    later = LAUNCH_DAY + DAY
    closed = launched(good(), withdrawn(done), app=app, now=later)
    events: dict[str, str | None] = {}
    for plan in (opened, closed):
        facts = application_facts(application(FORM, status=plan.status), FORM, policy())
        events |= {f.kind: f.event for f in facts if f.kind.startswith("InternetOpen")}
    assert events == {"InternetOpen": "Normal", "InternetOpenEnded": "Warning"}
