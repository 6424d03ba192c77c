"""The operator's own bounds, with every right that RBAC can give it."""

import pytest

from hack.site import INSTALLATION, Actor, Answer, Site
from mandate.api.meta import Json
from tests.cluster.office import Office, squat

MERGE = "application/merge-patch+json"
_RBAC = "rbac.authorization.k8s.io"


@pytest.fixture(scope="module")
def granted(site: Site) -> Office:
    """A granted application."""
    office = Office.open(site, "operator-bounds")
    office.approve()
    return office


@pytest.fixture(scope="module")
def operator(site: Site) -> Actor:
    """The operator's name with system:masters' rights: what RBAC holds back is not the point."""
    return site.actor(INSTALLATION.operator, "system:masters")


def _quota() -> Json:
    spec = {"hard": {"pods": "0"}}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": spec}


def _binding(name: str) -> Json:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "more"},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "edit"},
        "subjects": [{"apiGroup": _RBAC, "kind": "User", "name": name}],
    }


@pytest.mark.rule("X-law")
def test_it_touches_no_namespace_that_is_not_its_own(operator: Actor) -> None:
    quota = operator.call("POST", "/api/v1/namespaces/default/resourcequotas?dryRun=All", _quota())
    label = {"metadata": {"labels": {"mandate.dev/managed": "granted"}}}
    adopt = operator.call("PATCH", "/api/v1/namespaces/default?dryRun=All", label, MERGE)
    for answer in (quota, adopt):
        assert answer.code == 403, answer.body
        assert "it is not one of its own" in answer.message


@pytest.mark.rule("X-law")
def test_it_takes_over_only_what_bears_the_name_that_it_marks_it_with(
    site: Site, granted: Office, operator: Actor
) -> None:
    mine = f"{granted.name}--bus-portal"
    squat(site, "x--y")

    def mark(namespace: str, agency: str, application: str, uid: str) -> Answer:
        labels = {"managed": "granted", "agency": agency, "application": application}
        metadata = {
            "labels": {f"mandate.dev/{key}": value for key, value in labels.items()},
            "annotations": {"mandate.dev/uid": uid},
        }
        path = f"/api/v1/namespaces/{namespace}?dryRun=All"
        return operator.call("PATCH", path, {"metadata": metadata}, MERGE)

    assert mark("x--y", "x", "y", "another").code == 200
    assert mark(mine, granted.name, "bus-portal", "another").code == 200
    for refused in (mark("x--y", "x", "z", "u"), mark("default", "default", "", "u")):
        assert refused.code == 403
        assert "it is not one of its own" in refused.message
    for namespace in (mine, f"agency-{granted.name}"):
        given = mark(namespace, "x", "y", "another")
        assert given.code == 403
        assert "it takes over only what bears the name" in given.message
    gone = operator.call("DELETE", "/api/v1/namespaces/x--y?dryRun=All")
    assert gone.code == 403
    assert site.bootstrap.call("DELETE", "/api/v1/namespaces/x--y").code == 200


@pytest.mark.rule("X-law")
def test_it_makes_no_namespace_that_it_does_not_mark(operator: Actor) -> None:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "t0--more"}}
    answer = operator.call("POST", "/api/v1/namespaces?dryRun=All", body)
    assert answer.code == 403
    assert "it makes only those that it marks as granted" in answer.message


@pytest.mark.rule("A17-delete")
def test_it_deletes_no_namespace_that_it_has_not_marked_as_held_before(
    granted: Office, operator: Actor
) -> None:
    for name in (f"{granted.name}--bus-portal", granted.namespace):
        answer = operator.call("DELETE", f"/api/v1/namespaces/{name}?dryRun=All")
        assert answer.code == 403, answer.body
        assert "only one that an exit has left held" in answer.message
    # an agency's namespace of requests: not even marked
    held = {"metadata": {"labels": {"mandate.dev/environment": "held"}}}
    office = f"/api/v1/namespaces/{granted.namespace}"
    assert operator.call("PATCH", office, held, MERGE).code == 200
    assert operator.call("DELETE", f"{office}?dryRun=All").code == 403


@pytest.mark.rule("A26-access")
@pytest.mark.parametrize("name", ["eve", "system:anonymous", 'x","User/eve'])
def test_it_lets_in_only_the_members_written_on_the_namespace(
    granted: Office, operator: Actor, name: str
) -> None:
    here = f"{granted.name}--bus-portal"
    path = f"/apis/{_RBAC}/v1/namespaces/{here}/rolebindings?dryRun=All"
    answer = operator.call("POST", path, _binding(name))
    assert answer.code == 403, answer.body
    assert "it lets in the members written on the namespace" in answer.message
    assert operator.call("POST", path, _binding(granted.member.user)).code == 201


@pytest.mark.rule("X-law")
@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        ("delete", "resourcequotas"),
        ("delete", "cloudapplications.mandate.dev"),
        ("create", "cloudapplications.mandate.dev"),
        ("update", "governancepolicies.mandate.dev"),
        ("get", "secrets"),
        ("create", "serviceaccounts/token"),
        ("escalate", "clusterroles.rbac.authorization.k8s.io"),
        ("bind", "clusterroles.rbac.authorization.k8s.io/cluster-admin"),
        ("impersonate", "users"),
        ("acceptance", "governancepolicies.mandate.dev/luan"),
        ("review", "governancepolicies.mandate.dev/luan"),
        ("represent", "agencies.mandate.dev"),
    ],
    ids=str,
)
def test_rbac_gives_it_no_more_than_it_needs(site: Site, verb: str, resource: str) -> None:
    groups = ("system:serviceaccounts", "system:serviceaccounts:mandate-system")
    itself = site.actor(INSTALLATION.operator, *groups)
    asked = itself.kubectl("auth", "can-i", verb, resource, "-A", check=False)
    assert asked.stdout.strip() == "no"
