"""The checks before a decision, approving less, and the provider's part, on the real API."""

import copy
import hashlib

import pytest
import yaml

from hack.site import LUAN, SOON, Actor, Answer, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office

_API = "/apis/mandate.dev/v1alpha1"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_ADDRESS = {
    "category2": "网络服务",
    "category3": "弹性互联网IP地址",
    "specification": "1个",
    "quantity": 1,
}


def office_under(site: Site, name: str, **changes: object) -> Office:
    """An office under Lu'an's policy with these changes, and the approver appointed there."""
    law = f"law-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    spec: Json = copy.deepcopy(yaml.safe_load((LUAN / "policy.yaml").read_text("utf-8"))["spec"])
    clerk, root = site.actor("clerk", "luan-authority"), site.bootstrap
    body: Json = {"metadata": {"name": law}, "spec": spec | changes}
    _made(clerk, f"{_API}/governancepolicies", _typed("GovernancePolicy") | body)
    rule = {
        "apiGroups": ["mandate.dev"],
        "resources": ["governancepolicies"],
        "resourceNames": [law],
        "verbs": ["acceptance", "review"],
    }
    group = "rbac.authorization.k8s.io"
    _made(root, f"{_RBAC}/clusterroles", {"metadata": {"name": law}, "rules": [rule]})
    binding = {
        "metadata": {"name": law},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": law},
        "subjects": [{"apiGroup": group, "kind": "Group", "name": "luan-approvers"}],
    }
    _made(root, f"{_RBAC}/clusterrolebindings", binding)
    return Office.open(site, name, policy=law)


def _typed(kind: str) -> Json:
    return {"apiVersion": "mandate.dev/v1alpha1", "kind": kind}


def _made(who: Actor, path: str, body: Json) -> None:
    answer = who.call("POST", path, body)
    assert answer.code == 201, answer.message


def checks_of(found: Json) -> dict[str, Json]:
    return {check["type"]: check for check in found["status"]["checks"]}


def may(found: Json) -> list[str]:
    awaiting: list[Json] = found["status"].get("awaiting", [])
    return list(awaiting[0]["may"]) if awaiting else []


def file(office: Office, name: str = "bus-portal", **changes: object) -> Json:
    """A form with these changes, once it awaits its acceptance."""
    form = office.form(name)
    form["spec"] |= changes
    answer = office.file(form)
    assert answer.code == 201, answer.message
    return office.awaits("acceptance", name)


def host(office: Office, **changes: object) -> Json:
    """The first row of the example's hosts with these changes."""
    row: Json = office.form()["spec"]["hosts"][0]
    return row | changes


def quota(office: Office) -> Json:
    """What the quota of its application counts."""
    path = f"/api/v1/namespaces/{office.name}--bus-portal/resourcequotas/mandate"
    answer: Answer = office.site.bootstrap.call("GET", path)
    found: Json = answer.body["spec"]["hard"] if answer.code == 200 else {}
    return found


@pytest.mark.rule("A10-catalogue", "A14-sizing", "A23-ports")
def test_the_example_passes_every_check(office: Office) -> None:
    found = file(office)
    passed = {kind: check["passed"] for kind, check in checks_of(found).items()}
    assert passed == dict.fromkeys(
        ("Complete", "InScope", "InCatalogue", "ReasonableSize", "Capacity", "HighRiskPorts"), True
    )
    assert may(found) == ["Approved", "Refused"]


@pytest.mark.rule("A10-catalogue")
def test_what_the_catalogue_has_not_is_only_refused_and_the_nearest_are_named(
    office: Office,
) -> None:
    found = file(office, hosts=[host(office, hostType="弹性云服务器（通用型）", cpuCores=20)])
    check = checks_of(found)["InCatalogue"]
    assert (check["passed"], check["blocking"]) == (False, True)
    assert "弹性云服务器（通用型） [ecs-general] (cpuCores 20 over 16)" in check["message"]
    assert "弹性云服务器 [ecs] (fits)" in check["message"]
    assert may(found) == ["Refused"]
    answer = office.decide("acceptance")
    assert answer.code == 422
    assert "acceptance cannot be Approved now" in answer.message


@pytest.mark.rule("A10-catalogue")
def test_a_catalogue_that_comes_later_opens_approval(
    site: Site, request: pytest.FixtureRequest
) -> None:
    office = office_under(site, request.node.name, catalog="of-its-own")
    found = file(office)
    assert (
        "the catalogue of-its-own that the policy names is not there"
        in (checks_of(found)["InCatalogue"]["message"])
    )
    assert may(found) == ["Refused"]
    body: Json = yaml.safe_load((LUAN / "catalog.yaml").read_text("utf-8"))
    body["metadata"]["name"] = "of-its-own"
    _made(office.clerk, f"{_API}/servicecatalogs", body)
    eventually(lambda: "Approved" in may(office.read()), SOON, "it can be approved")


@pytest.mark.rule("A14-sizing", "A23-ports")
def test_what_is_large_or_risky_takes_an_opinion(office: Office) -> None:
    found = file(office, hosts=[host(office, cpuCores=17, ports=[22, 8080])])
    checks = checks_of(found)
    size, ports = checks["ReasonableSize"], checks["HighRiskPorts"]
    assert "hosts[app] asks for cores 17, reasonable is 16" in size["message"]
    assert "hosts[app] opens 22" in ports["message"]
    assert [c["blocking"] for c in (size, ports)] == [False, False]
    assert found["status"]["awaiting"][0]["opinionRequired"] is True
    answer = office.decide("acceptance", opinion=None)
    assert answer.code == 422
    assert "acceptance needs an opinion" in answer.message
    assert office.decide("acceptance", opinion="测试库需要").code == 200


@pytest.mark.rule("A14-sizing")
def test_what_the_platform_has_not_is_only_refused_with_the_numbers(
    site: Site, request: pytest.FixtureRequest
) -> None:
    # the example asks for 16 cores
    room = {"cpuCores": 20, "memory": "1Ti", "storage": [{"type": "SATA", "size": "1Ti"},
            {"type": "SSD", "size": "2Ti"}]}  # fmt: skip
    office = office_under(site, request.node.name, capacity=room)
    assert may(file(office, "first")) == ["Approved", "Refused"]
    found = file(office, "second")
    assert may(found) == ["Refused"]
    assert (
        "CPU cores: 16 asked for, 4 left (20 there, 16 granted or reserved)"
        in (checks_of(found)["Capacity"]["message"])
    )
    answer = office.decide("acceptance", name="second")
    assert "acceptance cannot be Approved now" in answer.message
    # what was reserved is free again, at once
    assert office.decide("acceptance", "Refused", name="first").code == 200
    eventually(lambda: "Approved" in may(office.read("second")), SOON, "the second finds room")


@pytest.mark.rule("A14-provision", "A14-trial")
def test_what_the_provider_hands_over_is_confirmed_by_it(office: Office) -> None:
    file(office, services=[_ADDRESS])
    for stage in ("acceptance", "review"):
        office.awaits(stage)
        assert office.decide(stage).code == 200
    found = office.awaits("confirm-provider")
    assert found["status"]["phase"] == "Approved"
    assert found["status"]["stages"] == ["acceptance", "review"]
    # the rest is there
    eventually(lambda: quota(office), SOON, "the quota stands")
    waiting = next(c for c in office.read()["status"]["conditions"] if c["type"] == "Provisioned")
    assert (waiting["status"], waiting["reason"]) == ("False", "AwaitingProvider")
    assert "弹性互联网IP地址 1个 × 1" in waiting["message"]

    refused = office.decide("confirm-provider")
    assert refused.code == 403
    assert "bob may not decide confirm-provider under policy luan" in refused.message
    provider = office.site.actor("tao", "luan-provider")
    no = office.decide("confirm-provider", "Refused", who=provider)
    assert "confirm-provider cannot be Refused now" in no.message
    less = office.decide("confirm-provider", who=provider, approvedHosts=[])
    assert "confirm-provider approves all or nothing" in less.message
    assert office.decide("confirm-provider", who=provider).code == 200
    found = office.until(phase="Trial", awaiting=None)
    made = found["status"]["approvals"]["confirm-provider.1"]
    assert made["by"] == "tao"
    assert found["status"]["trial"]["startedAt"] >= made["at"]
    # it is granted all the same: the provider's stage binds nothing and frees nothing
    gone = office.member.call("DELETE", f"{office.forms}/bus-portal")
    assert "was granted and is not deleted" in gone.message


@pytest.mark.rule("A10-catalogue")
def test_a_policy_without_that_stage_has_nothing_procured_by_the_unit(
    site: Site, request: pytest.FixtureRequest
) -> None:
    stages = {"cloudApplication": [{"name": "acceptance"}, {"name": "review"}]}
    office = office_under(site, request.node.name, stages=stages)
    item = {
        "id": "gauge",
        "title": "采集器",
        "specification": "1台",
        "quantity": 1,
        "reason": "无。",
    }
    found = file(office, selfProcured=[item])
    assert "no stage of the policy consents" in checks_of(found)["SelfProcured"]["message"]
    assert may(found) == ["Refused"]
