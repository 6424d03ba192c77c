"""What Kubernetes cannot provide waits for the provider's word; the rest is granted at once."""

from datetime import timedelta

import pytest

from mandate.api.cloudapplication import CloudApplication, CloudApplicationStatus
from mandate.api.meta import Condition, Json, find_condition
from mandate.rules.application import Outcome, Plan, decide
from tests.unit.builders import LATER, NOW, application, approval, host, policy, world
from tests.unit.lives import status_with

GRANTED = Outcome(granted=True, reason="Granted", message="in place")
APPROVED = {"acceptance.1": approval(), "review.1": approval()}
METAL = host(
    id="metal",
    hostType="物理机",
    quantity=2,
    systemDisk={"size": "40Gi", "type": "SAS"},
    dataDisk=None,
)
ADDRESS = {
    "category2": "网络服务",
    "category3": "弹性互联网IP地址",
    "specification": "1个",
    "quantity": 3,
}
LAW = policy(catalog="luan")


def judged(form: Json, status: CloudApplicationStatus, outcome: Outcome | None = None) -> Plan:
    return decide(world(application(form, status=status), law=LAW), NOW, outcome)


def granted(form: Json) -> CloudApplicationStatus:
    """The status once the grant stands."""
    first = judged(form, status_with(APPROVED)).status
    return judged(form, first, GRANTED).status


def provisioned(status: CloudApplicationStatus) -> Condition | None:
    return find_condition(status.conditions, "Provisioned")


@pytest.mark.rule("A14-provision")
@pytest.mark.parametrize(
    ("form", "items"),
    [
        (
            {"hosts": [host(), METAL]},
            "物理机 应用服务器 metal-0; 物理机 应用服务器 metal-1",
        ),
        ({"services": [ADDRESS, ADDRESS | {"quantity": 0}]}, "弹性互联网IP地址 1个 × 3"),
        ({"onboardingType": "Colocation"}, "机房托管"),
    ],
    ids=["machines", "services", "colocation"],
)
def test_what_the_provider_hands_over_is_awaited_and_the_rest_is_granted(
    form: Json, items: str
) -> None:
    status = granted(form)
    assert status.phase == "Approved"
    assert status.trial is None
    assert [(a.stage, a.may) for a in status.awaiting] == [("confirm-provider", ("Approved",))]
    # the authority's stages stay its own: what binds is its last one
    assert status.stages == ("acceptance", "review")
    found = provisioned(status)
    assert found is not None
    assert (found.status, found.reason) == ("False", "AwaitingProvider")
    assert found.message.endswith(f"(A14-provision, article 14): {items}")
    clock = next(c for c in status.clocks if c.stage == "provision")
    assert clock.closed_at is None
    plan = judged(form, status)
    assert plan.grant is not None
    assert plan.status == status


@pytest.mark.rule("A14-provision", "A14-trial")
def test_the_trial_begins_with_the_confirmation() -> None:
    form: Json = {"services": [ADDRESS]}
    status = granted(form)
    at = NOW + timedelta(days=2)
    made = approval(by="provider").model_copy(update={"at": at})
    confirmed = status.model_copy(
        update={"approvals": status.approvals | {"confirm-provider.1": made}}
    )
    app = application(form, status=confirmed)
    first = decide(world(app, law=LAW), LATER).status
    assert first.awaiting == ()
    assert first.effects["confirm-provider.1"].effective
    app = application(form, status=first)
    done = decide(world(app, law=LAW), LATER, GRANTED).status
    found = provisioned(done)
    assert found is not None
    # when it was said, not when the operator saw it
    assert (found.status, found.last_transition_time) == ("True", at)
    assert done.phase == "Trial"
    assert done.trial is not None
    assert done.trial.started_at == at
    assert next(c for c in done.clocks if c.stage == "provision").closed_at == at
    again = decide(world(application(form, status=done), law=LAW), LATER).status
    assert again == done


@pytest.mark.rule("A14-provision")
def test_a_confirmation_without_the_grant_begins_nothing() -> None:
    form: Json = {"services": [ADDRESS]}
    history = APPROVED | {"confirm-provider.1": approval(by="provider")}
    first = judged(form, status_with(history)).status
    failed = Outcome(granted=False, reason="NamespaceTaken", message="another's")
    assert judged(form, first, failed).status.phase == "Approved"
    assert judged(form, first, GRANTED).status.phase == "Trial"


@pytest.mark.rule("A14-provision")
@pytest.mark.parametrize(
    "form",
    [{}, {"services": [ADDRESS | {"quantity": 0}]}],
    ids=["the-example", "not-wanted"],
)
def test_what_kubernetes_provides_waits_for_nobody(form: Json) -> None:
    before = judged(form, status_with(APPROVED)).status
    assert provisioned(before) is None
    status = judged(form, before, GRANTED).status
    assert status.awaiting == ()
    assert status.phase == "Trial"
    found = provisioned(status)
    assert found is not None
    assert (found.status, found.reason) == ("True", "InPlace")
    assert found.message == "everything that was approved is there"


@pytest.mark.rule("A14-provision")
def test_nothing_is_confirmed_before_the_approval() -> None:
    for history in ({}, {"acceptance.1": approval()}):
        status = judged({"services": [ADDRESS]}, status_with(history)).status
        assert "confirm-provider" not in [a.stage for a in status.awaiting]


@pytest.mark.rule("A14-provision")
def test_a_host_type_of_the_provider_has_no_quota() -> None:
    law = policy(catalog="luan", physicalHostTypes=None)
    app: CloudApplication = application({"hosts": [host(), METAL]}, status=status_with(APPROVED))
    found = decide(world(app, law=law), NOW)
    assert found.grant is not None
    # one machine of 4 cores, with 100m beside it
    assert found.grant.quota["requests.cpu"] == "4100m"
