"""The objects of a grant and of an office: their order, what they hold, what stays closed."""

from dataclasses import replace

import pytest

from mandate.api.meta import Json
from mandate.render import grant_objects, office_objects
from mandate.rules.agency import decide_agency
from mandate.rules.grant import Grant, NetworkGrant, Regime
from tests.unit.builders import NOW, REQUESTS, agency, policy

OPEN = Regime()
APPROVED = "mandate-approved"
ALICE = agency().spec.members[:1]


def a_grant(
    networks: tuple[NetworkGrant, ...] = (),
    platform_namespaces: tuple[str, ...] = (),
    regime: Regime = OPEN,
) -> Grant:
    return Grant(
        namespace="transport--bus-portal",
        uid="uid-1",
        agency="transport",
        application="bus-portal",
        policy="luan",
        members=ALICE,
        quota={"limits.cpu": "4"},
        container_defaults={"cpu": "500m", "memory": "512Mi"},
        platform_namespaces=platform_namespaces,
        networks=networks,
        regime=regime,
    )


def office() -> list[Json]:
    wanted = decide_agency(agency(), policy(), NOW).office
    assert wanted is not None
    return office_objects(wanted)


def named(objects: list[Json], name: str) -> Json:
    (found,) = (o for o in objects if o["metadata"]["name"] == name)
    return found


def approved(given: Grant) -> Json:
    spec: Json = named(grant_objects(given), "mandate-approved")["spec"]
    return spec


@pytest.mark.rule("A26-access", "G310-sublet")
def test_access_is_applied_last_and_after_every_bound() -> None:
    assert [o["kind"] for o in grant_objects(a_grant())] == [
        "Namespace",
        "ResourceQuota",
        "LimitRange",
        "NetworkPolicy",
        "NetworkPolicy",
        "RoleBinding",
    ]
    assert [o["kind"] for o in office()] == ["Namespace", "ResourceQuota", "RoleBinding"]


@pytest.mark.parametrize("objects", [grant_objects(a_grant()), office()], ids=["grant", "office"])
def test_every_object_stands_in_the_namespace_and_carries_our_mark(objects: list[Json]) -> None:
    namespace, *others = objects
    mark = namespace["metadata"]["labels"]["mandate.dev/managed"]
    for o in others:
        assert o["metadata"]["namespace"] == namespace["metadata"]["name"]
        assert o["metadata"]["labels"] == {"mandate.dev/managed": mark}


@pytest.mark.rule("A14-provision")
def test_a_grant_is_a_marked_namespace_with_its_bounds_and_its_members() -> None:
    namespace, quota, limits, *_, binding = grant_objects(a_grant())
    assert namespace == {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "transport--bus-portal",
            "labels": {
                "mandate.dev/managed": "granted",
                "mandate.dev/agency": "transport",
                "mandate.dev/application": "bus-portal",
                "mandate.dev/policy": "luan",
                "mandate.dev/environment": "trial",
                "pod-security.kubernetes.io/enforce": "baseline",
            },
            "annotations": {
                "mandate.dev/uid": "uid-1",
                "mandate.dev/subjects": '["User/alice"]',
            },
        },
    }
    assert quota["spec"] == {"hard": {"limits.cpu": "4"}}
    amounts = {"cpu": "500m", "memory": "512Mi"}
    item = {"type": "Container", "default": amounts, "defaultRequest": amounts}
    assert limits["spec"] == {"limits": [item]}
    assert binding["roleRef"]["name"] == "edit"
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}
    ]


@pytest.mark.rule("A04-scope")
def test_whose_costs_no_budget_pays_is_marked() -> None:
    namespace, *_ = grant_objects(replace(a_grant(), self_paid=True))
    assert namespace["metadata"]["labels"]["mandate.dev/costs"] == "self-paid"


def test_an_office_holds_forms_and_nothing_that_runs() -> None:
    namespace, quota, binding = office()
    assert namespace["metadata"] == {
        "name": "agency-transport",
        "labels": {
            "mandate.dev/managed": "requests",
            "mandate.dev/agency": "transport",
            "mandate.dev/policy": "luan",
            "mandate.dev/separation-of-duties": "agency",
            "pod-security.kubernetes.io/enforce": "restricted",
        },
        "annotations": {
            "mandate.dev/uid": "agency-uid",
            "mandate.dev/subjects": '["User/alice","User/aiguo"]',
        },
    }
    assert quota["spec"]["hard"] == {
        "pods": "0",
        "services": "0",
        "persistentvolumeclaims": "0",
        **{f"count/{plural}.mandate.dev": "200" for plural in REQUESTS},
    }
    assert binding["roleRef"]["name"] == "mandate-agency"
    assert [s["name"] for s in binding["subjects"]] == ["alice", "aiguo"]


NETWORKS = (
    NetworkGrant(cidrs=("10.0.0.0/8", "2001:db8::/32"), ports=(80, 443)),
    NetworkGrant(cidrs=("59.192.0.0/10",), ports=()),
)
OWN: Json = {"podSelector": {}}
SELECTOR = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["dns", "ingress"]}
PLATFORM = {"namespaceSelector": {"matchExpressions": [SELECTOR]}}
FIRST = [{"ipBlock": {"cidr": "10.0.0.0/8"}}, {"ipBlock": {"cidr": "2001:db8::/32"}}]
SECOND = [{"ipBlock": {"cidr": "59.192.0.0/10"}}]
PORTS = [{"protocol": "TCP", "port": 80}, {"protocol": "TCP", "port": 443}]


@pytest.mark.rule("G310-sublet", "A23-ports")
@pytest.mark.parametrize(
    ("networks", "platform", "ingress", "egress"),
    [
        ((), (), [{"from": [OWN]}], [{"to": [OWN]}]),
        (
            (),
            ("dns", "ingress"),
            [{"from": [OWN]}, {"from": [PLATFORM]}],
            [{"to": [OWN]}, {"to": [PLATFORM]}],
        ),
        (
            NETWORKS,
            (),
            [{"from": [OWN]}, {"from": FIRST, "ports": PORTS}],
            [{"to": [OWN]}, {"to": FIRST}, {"to": SECOND}],
        ),
        (
            NETWORKS[1:],
            ("dns", "ingress"),
            [{"from": [OWN]}, {"from": [PLATFORM]}],
            [{"to": [OWN]}, {"to": [PLATFORM]}, {"to": SECOND}],
        ),
    ],
    ids=["nothing", "platform", "networks", "no-ports"],
)
def test_only_what_was_approved_comes_in_or_goes_out(
    networks: tuple[NetworkGrant, ...],
    platform: tuple[str, ...],
    ingress: list[Json],
    egress: list[Json],
) -> None:
    spec = approved(a_grant(networks, platform))
    assert spec == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": ingress,
        "egress": egress,
    }


@pytest.mark.rule("G310-sublet")
@pytest.mark.parametrize("networks", [(), NETWORKS], ids=["no-networks", "networks"])
def test_everything_is_denied_before_anything_is_allowed(
    networks: tuple[NetworkGrant, ...],
) -> None:
    deny = named(grant_objects(a_grant(networks)), "mandate-default-deny")
    assert deny["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.rule("A14-trial")
def test_what_is_closed_is_closed_both_ways_and_keeps_its_place() -> None:
    network = NetworkGrant(cidrs=("10.0.0.0/8",), ports=(443,))
    approved = named(
        grant_objects(a_grant((network,), ("ingress",), Regime(closed=True))), APPROVED
    )
    assert approved["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.rule("G32-filing")
@pytest.mark.parametrize("internet", [True, False])
def test_the_internet_is_open_by_a_label_that_is_there_or_not(internet: bool) -> None:
    space = grant_objects(a_grant(regime=Regime(internet=internet)))[0]
    assert space["metadata"]["labels"].get("mandate.dev/internet") == ("open" if internet else None)


def test_a_formal_environment_says_so() -> None:
    space = grant_objects(a_grant(regime=Regime(environment="formal")))[0]
    assert space["metadata"]["labels"]["mandate.dev/environment"] == "formal"
