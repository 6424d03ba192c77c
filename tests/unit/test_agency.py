"""An agency's office, and whether its members can file."""

import pytest

from mandate.api.agency import Member
from mandate.api.cloudapplication import Phase
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.meta import Condition, Json, find_condition
from mandate.api.prices import DailyCost
from mandate.rules.agency import AgencyPlan, Obstacle, Office, decide_agency
from mandate.rules.cloud_use import Applied
from tests.unit.builders import LATER, NOW, REQUESTS, agency, policy


def ready(plan: AgencyPlan) -> Condition:
    found = find_condition(plan.status.conditions, "Ready")
    assert found is not None
    return found


def test_an_agency_gets_its_namespace_of_requests() -> None:
    found = decide_agency(agency(generation=3), policy(), NOW)
    assert found.office == Office(
        namespace="agency-transport",
        uid="agency-uid",
        agency="transport",
        policy="luan",
        separation_of_duties="agency",
        members=(Member(kind="User", name="alice"), Member(kind="User", name="aiguo")),
        quota={
            "pods": "0",
            "services": "0",
            "persistentvolumeclaims": "0",
            **{f"count/{plural}.mandate.dev": "200" for plural in REQUESTS},
        },
    )
    assert found.status.namespace == "agency-transport"
    assert found.status.observed_generation == 3
    assert ready(found) == Condition(
        type="Ready",
        status="True",
        observed_generation=3,
        last_transition_time=NOW,
        reason="CanFile",
        message="its members can file requests",
    )


def test_the_office_follows_the_policy() -> None:
    law = policy(separationOfDuties="requester", maximumOpenRequests=7)
    office = decide_agency(agency(), law, NOW).office
    assert office is not None
    assert office.separation_of_duties == "requester"
    assert office.quota["count/cloudapplications.mandate.dev"] == "7"


def test_without_its_policy_an_agency_gets_nothing_and_says_what_is_missing() -> None:
    found = decide_agency(agency(policy="hefei"), None, NOW)
    assert found.office is None
    condition = ready(found)
    assert (condition.status, condition.reason) == ("False", "PolicyNotFound")
    assert condition.message == "GovernancePolicy hefei does not exist; apply it"


def test_an_obstacle_is_said_and_the_office_is_still_wanted() -> None:
    found = decide_agency(agency(), policy(), NOW, Obstacle("NamespaceTaken", "is another's"))
    condition = ready(found)
    assert (condition.status, condition.reason) == ("False", "NamespaceTaken")
    assert condition.message == "is another's"
    assert found.office == decide_agency(agency(), policy(), NOW).office


@pytest.mark.rule("X-level")
@pytest.mark.parametrize(
    ("law", "obstacle"),
    [(policy(), None), (None, None), (policy(), Obstacle("QuotaPending", "wait"))],
    ids=["can-file", "no-policy", "obstacle"],
)
def test_judging_what_was_judged_changes_nothing(
    law: GovernancePolicy | None, obstacle: Obstacle | None
) -> None:
    first = decide_agency(agency(), law, NOW, obstacle)
    again = decide_agency(agency(status=first.status.wire()), law, LATER, obstacle)
    assert again == first


def test_a_condition_turns_with_the_time_it_turned() -> None:
    before = decide_agency(agency(), None, NOW).status.wire()
    assert (
        ready(decide_agency(agency(status=before), policy(), LATER)).last_transition_time == LATER
    )


def test_conditions_of_others_are_kept() -> None:
    theirs = {
        "type": "Audited",
        "status": "True",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
        "reason": "Yearly",
    }
    found = decide_agency(agency(status={"conditions": [theirs]}), policy(), NOW)
    assert [c.type for c in found.status.conditions] == ["Audited", "CloudPreference", "Ready"]


@pytest.mark.rule("A31-budget")
def test_it_says_what_a_day_of_the_billed_systems_costs() -> None:
    def costs(phase: Phase, per_day: str, *unpriced: str, currency: str = "CNY") -> Applied:
        cost = DailyCost(per_day=per_day, currency=currency, unpriced=unpriced)
        return Applied(f"app-{per_day[0]}", per_day, phase, cost=cost)

    def shown(*applied: Applied) -> Json | None:
        found = decide_agency(agency(), policy(), NOW, applications=applied).status.cost
        return found.wire() if found else None

    running, leaving = (
        costs("Running", "50.10", "云主机备份"),
        costs("Exiting", "1.95", "云主机备份"),
    )
    on_trial, gone = Applied("trial", "trial", "Trial"), costs("Exited", "7.00")
    assert shown(running, leaving, on_trial, gone) == {
        "perDay": "52.05",
        "currency": "CNY",
        "unpriced": ["云主机备份"],
    }
    assert shown(on_trial, gone) is None
    assert shown(running, costs("Running", "1.00", currency="USD")) is None


@pytest.mark.rule("A17-delete")
@pytest.mark.parametrize(
    ("law", "obstacle", "reason"),
    [
        (policy(), None, "CanFile"),
        (None, None, "PolicyNotFound"),
        (policy(), Obstacle("NamespaceTaken", "is another's"), "NamespaceTaken"),
    ],
)
def test_it_says_how_many_systems_still_stand(
    law: GovernancePolicy | None, obstacle: Obstacle | None, reason: str
) -> None:
    """Whether its members can file or not."""
    phases: list[Phase | None] = [None, "Submitted", "Accepted", "Refused", "Exited"]
    phases += ["Approved", "Trial", "Exiting"]
    applied = [Applied(f"system-{n}", f"uid-{n}", phase) for n, phase in enumerate(phases)]
    found = decide_agency(agency(), law, NOW, obstacle, applications=applied)
    assert found.status.open_systems == 3
    assert ready(found).reason == reason
