"""Claimed, on a cluster that others use too: nothing of theirs is touched or refused."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hack.controlplane.controlplane import ControlPlane
from hack.site import INSTALLATION, LUAN, SOON, Actor, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"
_MESH = "system:serviceaccount:istio-system:istiod"
CLAIMED = replace(INSTALLATION, namespaces="Claimed", platform_controllers=(_MESH,))


def _namespace(name: str, **labels: str) -> Json:
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _things(namespace: str) -> list[tuple[str, Json]]:
    """What an ordinary team's chart brings."""
    core, here = "/api/v1/namespaces", {"namespace": namespace}
    rbac = "rbac.authorization.k8s.io"
    return [
        (f"{core}/{namespace}/resourcequotas", {
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "team"} | here,
            "spec": {"hard": {"pods": "10"}},
        }),
        (f"{core}/{namespace}/services", {
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"} | here,
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
        }),
        (f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies", {
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": "open"} | here, "spec": {"podSelector": {}, "ingress": [{}]},
        }),
        (f"/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses", {
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": "web"} | here,
            "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}},
        }),
        (f"/apis/{rbac}/v1/namespaces/{namespace}/rolebindings", {
            "apiVersion": f"{rbac}/v1", "kind": "RoleBinding",
            "metadata": {"name": "friend"} | here,
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "edit"},
            "subjects": [{"apiGroup": rbac, "kind": "User", "name": "friend"}],
        }),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> Iterator[Site]:
    """A cluster with a team on it, into which Mandate comes later."""
    with ControlPlane.start() as plane:
        site = Site(plane)
        root = site.bootstrap
        assert root.call("POST", "/api/v1/namespaces", _namespace("team-old")).code == 201
        for path, body in _things("team-old"):
            assert root.call("POST", path, body).code == 201
        site.install(CLAIMED, weaken=os.environ.get("MANDATE_MUTANT"))
        site.start_operator(settings={"MANDATE_RESYNC_SECONDS": "2"})
        root.kubectl("apply", "-f", str(LUAN / "access.yaml"))
        files = ("policy.yaml", "calendar.yaml", "catalog.yaml")
        args = [part for name in files for part in ("-f", str(LUAN / name))]
        site.actor("clerk", "luan-authority").kubectl("apply", *args)
        yield site


def _team(site: Site) -> Actor:
    return site.actor("team", "system:masters")


@pytest.mark.rule("X-input")
def test_what_a_team_had_is_as_it_was_and_can_be_changed(shared: Site) -> None:
    team = _team(shared)
    note = {"metadata": {"labels": {"edited": "yes"}}}
    for path, body in [("/api/v1/namespaces", _namespace("team-old")), *_things("team-old")]:
        own = f"{path}/{body['metadata']['name']}"
        assert team.call("PATCH", own, note, MERGE).code == 200
        if body["kind"] != "Namespace":
            assert team.call("DELETE", own).code == 200
            assert team.call("POST", path, body).code == 201


@pytest.mark.rule("X-input")
def test_a_team_makes_and_ends_namespaces_of_its_own(shared: Site) -> None:
    team = _team(shared)
    made = team.call("POST", "/api/v1/namespaces", _namespace("team-new", team="new"))
    assert made.code == 201, made.message
    for path, body in _things("team-new"):
        answer = team.call("POST", path, body)
        assert answer.code == 201, answer.message
    assert team.call("DELETE", "/api/v1/namespaces/team-new").code == 200
    eventually(
        lambda: team.call("GET", "/api/v1/namespaces/team-new").code == 404,
        SOON,
        "it is gone",
    )


@pytest.mark.rule("G310-sublet")
@pytest.mark.parametrize(
    "metadata",
    [
        {"name": "transport--shadow"},
        {"generateName": "transport--"},
        {"name": "team-x", "labels": {"mandate.dev/managed": "granted"}},
        {"name": "team-x", "labels": {"mandate.dev/agency": "transport"}},
        {"name": "team-x", "annotations": {"mandate.dev/subjects": "[]"}},
    ],
    ids=str,
)
def test_names_and_marks_of_ours_are_claimed(shared: Site, metadata: Json) -> None:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    # a mesh may label what is granted, and make no namespace look so
    for who in (_team(shared), shared.actor(_MESH, "system:masters")):
        answer = who.call("POST", "/api/v1/namespaces", body)
        assert answer.code == 403
        assert "(G310-sublet" in answer.message


@pytest.mark.rule("G310-sublet")
def test_a_teams_namespace_does_not_become_ours(shared: Site) -> None:
    for label in ("mandate.dev/managed", "mandate.dev/internet"):
        mark = {"metadata": {"labels": {label: "granted"}}}
        answer = _team(shared).call("PATCH", "/api/v1/namespaces/team-old", mark, MERGE)
        assert answer.code == 403
        assert "are the operator's" in answer.message


@pytest.mark.rule("A16-change", "G310-sublet")
def test_a_grant_is_guarded_as_ever_and_a_mesh_may_label_it(shared: Site) -> None:
    office = Office.open(shared, "claimed")
    office.approve()
    here = f"/api/v1/namespaces/{office.name}--bus-portal"
    injected = {"metadata": {"labels": {"istio-injection": "enabled"}}}
    answer = _team(shared).call("PATCH", here, injected, MERGE)
    assert answer.code == 403
    mesh = shared.actor(_MESH, "system:masters")
    answer = mesh.call("PATCH", here, injected, MERGE)
    assert answer.code == 200, answer.message
    for labels in (
        {"mandate.dev/internet": "open"},
        {"mandate.dev/managed": None},
        {"pod-security.kubernetes.io/enforce": "privileged"},
        {"pod-security.kubernetes.io/enforce": None},
    ):
        answer = mesh.call("PATCH", here, {"metadata": {"labels": labels}}, MERGE)
        assert answer.code == 403, labels
    notes = {"metadata": {"annotations": {"mandate.dev/subjects": None}}}
    assert mesh.call("PATCH", here, notes, MERGE).code == 403
    assert mesh.call("DELETE", here).code == 403
