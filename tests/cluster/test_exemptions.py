"""Whom the guards let pass, and how far: controllers by their names, and nobody like them."""

import copy
from collections.abc import Callable, Iterator

import pytest

from hack.site import INSTALLATION, SOON, Actor, Answer, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"
_RBAC = "rbac.authorization.k8s.io"
_ADDON = "system:serviceaccount:kube-system:addon"
_NAMESPACES = "system:serviceaccount:kube-system:namespace-controller"
_QUOTAS = "system:serviceaccount:kube-system:resourcequota-controller"


@pytest.fixture(scope="module")
def granted(site: Site) -> Office:
    """A granted application."""
    office = Office.open(site, "exemptions")
    office.approve()
    return office


def _root(site: Site, user: str) -> Actor:
    """This name with every right: what RBAC holds back is not the point."""
    return site.actor(user, "system:masters")


def _space(office: Office, which: str) -> str:
    name = office.namespace if which == "requests" else f"{office.name}--bus-portal"
    return f"/api/v1/namespaces/{name}"


@pytest.mark.rule("G310-sublet", "A16-change", "A17-delete", "X-duty")
@pytest.mark.parametrize("which", ["requests", "granted"])
@pytest.mark.parametrize("subresource", ["", "/status", "/finalize"])
@pytest.mark.parametrize("user", ["admin", _ADDON, _NAMESPACES])
def test_marks_stay_through_every_subresource(
    granted: Office, which: str, subresource: str, user: str
) -> None:
    path, who = _space(granted, which), _root(granted.site, user)
    found = who.call("GET", path).body
    for key in found["metadata"]["labels"]:
        if key.startswith(("mandate.dev/", "pod-security.kubernetes.io/")):
            changed = copy.deepcopy(found)
            # Pod Security knows its own words only
            changed["metadata"]["labels"][key] = "privileged"
            answer = who.call("PUT", f"{path}{subresource}?dryRun=All", changed)
            assert answer.code == 403, (key, answer.body)
            assert "(A17-delete" in answer.message or "(A16-change" in answer.message
    changed = copy.deepcopy(found)
    changed["metadata"]["annotations"]["mandate.dev/subjects"] = '["User/eve"]'
    answer = who.call("PUT", f"{path}{subresource}?dryRun=All", changed)
    assert answer.code == 403, answer.body


@pytest.mark.rule("A17-delete", "G310-sublet")
@pytest.mark.parametrize(("user", "code"), [(_NAMESPACES, 200), (_ADDON, 403)])
def test_the_namespace_controller_writes_the_status_and_no_other_account_there(
    granted: Office, user: str, code: int
) -> None:
    who, path = _root(granted.site, user), _space(granted, "requests")
    answer = who.call("PUT", f"{path}/status?dryRun=All", who.call("GET", path).body)
    assert answer.code == code, answer.message
    # and nothing but the status
    answer = who.call("PUT", f"{path}?dryRun=All", who.call("GET", path).body)
    assert answer.code == 403, answer.message


@pytest.mark.rule("A16-change")
@pytest.mark.parametrize(
    ("user", "path", "body", "code"),
    [
        (_QUOTAS, "/status", {"status": {"used": {"requests.cpu": "1"}}}, 200),
        (_ADDON, "/status", {"status": {"used": {"requests.cpu": "0"}}}, 403),
        (_QUOTAS, "/status", {"metadata": {"labels": {"a": "b"}}}, 403),
        (_QUOTAS, "", {"metadata": {"annotations": {"a": "b"}}}, 403),
        (_QUOTAS, "", {"spec": {"hard": {"requests.cpu": "1000"}}}, 403),
        (_ADDON, "", {"spec": {"hard": {"requests.cpu": "1000"}}}, 403),
    ],
    ids=["booked", "by-another", "labels", "annotations", "spec", "spec-by-another"],
)
def test_the_quota_controller_books_and_does_nothing_else(
    granted: Office, user: str, path: str, body: Json, code: int
) -> None:
    quota = f"{_space(granted, 'granted')}/resourcequotas/mandate{path}?dryRun=All"
    answer = _root(granted.site, user).call("PATCH", quota, body, MERGE)
    assert answer.code == code, answer.body


@pytest.mark.rule("A16-change", "A14-sizing")
@pytest.mark.parametrize("user", ["system:apiserver", _QUOTAS, "system:kube-controller-manager"])
def test_who_books_changes_no_bound(granted: Office, user: str) -> None:
    path, root = f"{_space(granted, 'granted')}/resourcequotas/mandate", _root(granted.site, user)
    found = root.call("GET", path).body
    more = copy.deepcopy(found)
    more["spec"]["hard"] = {"requests.cpu": "1000"}
    # the guard looks at the labels alone: of the rest the API server takes the status here
    answer = root.call("PUT", f"{path}/status?dryRun=All", more)
    assert answer.code == 200, answer.message
    assert answer.body["spec"] == found["spec"]


@pytest.mark.rule("A16-change", "G32-filing", "A17-delete")
@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("PUT", "/apis/networking.k8s.io/v1/{here}/networkpolicies/mandate/status", 404),
        ("PUT", "/api/v1/{here}/limitranges/mandate/status", 404),
        ("POST", "/apis/extensions/v1beta1/{here}/ingresses", 404),
        ("POST", "/api/v1/{here}/status", 405),
        ("POST", "/api/v1/{here}/finalize", 405),
        ("DELETE", "/api/v1/{here}/status", 405),
        ("DELETE", "/api/v1/{here}/finalize", 405),
    ],
    ids=str,
)
def test_the_api_server_has_no_other_way_in(
    granted: Office, method: str, path: str, code: int
) -> None:
    """Which is why no guard names it: one that comes with a later version must be named then."""
    here = f"namespaces/{granted.name}--bus-portal"
    answer = granted.site.bootstrap.call(method, path.format(here=here), {})
    assert answer.code == code, answer.body


@pytest.mark.rule("X-law")
def test_the_operator_does_not_give_up_a_namespace(granted: Office) -> None:
    operator = _root(granted.site, INSTALLATION.operator)
    unmarked = {"metadata": {"labels": {"mandate.dev/managed": None}}}
    for which in ("requests", "granted"):
        path = f"{_space(granted, which)}?dryRun=All"
        answer = operator.call("PATCH", path, unmarked, MERGE)
        assert answer.code == 403, answer.body
        assert "it keeps its mark until it is deleted" in answer.message


@pytest.fixture
def binding(granted: Office) -> Iterator[str]:
    """A binding that the agency made for a service account of its own."""
    here = f"{granted.name}--bus-portal"
    path = f"/apis/{_RBAC}/v1/namespaces/{here}/rolebindings"
    body = {
        "metadata": {"name": "robot"},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": here}],
    }
    assert granted.site.bootstrap.call("POST", path, body).code == 201
    yield f"{path}/robot"
    assert granted.site.bootstrap.call("DELETE", f"{path}/robot").code == 200


@pytest.mark.rule("A26-access", "G310-sublet")
def test_an_allowed_binding_does_not_come_to_let_in_others(granted: Office, binding: str) -> None:
    root = granted.site.bootstrap
    more = {"subjects": [{"apiGroup": _RBAC, "kind": "User", "name": "eve"}]}
    answer = root.call("PATCH", binding, more, MERGE)
    assert answer.code == 403
    assert "only the agency itself is given access" in answer.message


@pytest.mark.rule("A26-access")
def test_a_deletion_of_all_bindings_is_refused_in_words(granted: Office, binding: str) -> None:
    del binding
    path = f"/apis/{_RBAC}/v1/namespaces/{granted.name}--bus-portal/rolebindings?dryRun=All"
    answer = granted.site.bootstrap.call("DELETE", path)
    assert answer.code == 403
    assert "binding mandate-members is the operator's (A26-access" in answer.message


@pytest.mark.rule("A16-change")
@pytest.mark.parametrize(
    "pod",
    [
        {"hostNetwork": True},
        {"hostPID": True},
        {"containers": [{"name": "c", "image": "c", "ports": [
            {"containerPort": 80, "hostPort": 80},
        ]}]},
    ],
    ids=["network", "processes", "port"],
)  # fmt: skip
def test_no_pod_leaves_its_namespace_by_its_node(granted: Office, pod: Json) -> None:
    spec = {"containers": [{"name": "c", "image": "c"}]} | pod
    path = f"{_space(granted, 'granted')}/pods?dryRun=All"
    body = {"metadata": {"name": "out"}, "spec": spec}
    answer = granted.site.bootstrap.call("POST", path, body)
    assert answer.code == 403
    assert "violates PodSecurity" in answer.message


@pytest.mark.rule("A16-change")
@pytest.mark.parametrize(
    "what",
    [
        "endpoints",
        "endpointslices.discovery.k8s.io",
        "pods --subresource=binding",
        "nodes",
        "roles",
    ],
)
def test_no_member_sends_traffic_or_pods_elsewhere(granted: Office, what: str) -> None:
    asked, there = ("auth", "can-i", "create"), ("-n", f"{granted.name}--bus-portal")
    answer = granted.member.kubectl(*asked, *what.split(), *there, check=False)
    assert answer.stdout.strip() == "no"
    assert granted.member.kubectl(*asked, "deployments.apps", *there).stdout.strip() == "yes"


@pytest.mark.rule("G32-filing")
def test_the_gate_opens_by_the_operators_mark_alone(granted: Office) -> None:
    operator = _root(granted.site, INSTALLATION.operator)
    path = f"/apis/networking.k8s.io/v1/namespaces/{granted.name}--bus-portal/ingresses?dryRun=All"
    service = {"name": "x", "port": {"number": 80}}
    body = {"metadata": {"name": "web"}, "spec": {"defaultBackend": {"service": service}}}

    def answers(code: int) -> Callable[[], bool]:
        return lambda: granted.member.call("POST", path, body).code == code

    def mark(value: str | None) -> Answer:
        labels = {"metadata": {"labels": {"mandate.dev/internet": value}}}
        return operator.call("PATCH", _space(granted, "granted"), labels, MERGE)

    assert answers(403)()
    try:
        assert mark("closed").code == 200
        # the guards learn of a label a moment later
        eventually(answers(403), SOON, "another word is not open")
        assert mark("open").code == 200
        eventually(answers(201), SOON, "the gate is open")
    finally:
        assert mark(None).code == 200
    eventually(answers(403), SOON, "the gate is closed")


@pytest.mark.rule("X-identity")
@pytest.mark.parametrize("how", ["exec?command=sh", "attach"])
def test_nobody_opens_a_shell_beside_the_operator(site: Site, how: str) -> None:
    path = f"/api/v1/namespaces/mandate-system/pods/operator/{how}"
    kubelet = site.actor("system:node:one", "system:nodes", "system:masters")
    for who in (site.bootstrap, kubelet):
        answer = who.call("POST", path)
        assert answer.code == 403, answer.body
        assert "may not act as the operator (X-identity" in answer.message


@pytest.mark.rule("X-identity")
def test_nobody_puts_a_container_beside_the_operator(site: Site) -> None:
    root, pods = site.bootstrap, "/api/v1/namespaces/mandate-system/pods"
    spec = {"containers": [{"name": "c", "image": "c"}], "automountServiceAccountToken": False}
    made = root.call("POST", pods, {"metadata": {"name": "beside"}, "spec": spec})
    assert made.code == 201, made.message
    more = {"spec": {"ephemeralContainers": [{"name": "shell", "image": "shell"}]}}
    strategic = "application/strategic-merge-patch+json"
    answer = root.call("PATCH", f"{pods}/beside/ephemeralcontainers", more, strategic)
    assert root.call("DELETE", f"{pods}/beside?gracePeriodSeconds=0").code == 200
    assert answer.code == 403, answer.body
    assert "may not act as the operator (X-identity" in answer.message


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    "status",
    [
        None, [], {}, {"approvals": None}, {"approvals": []},
        {"approvals": {"acceptance.1": None}}, {"approvals": {"acceptance.1": {}}},
    ],
    ids=repr,
)  # fmt: skip
def test_an_empty_status_stops_nobodys_decision(office: Office, status: object) -> None:
    assert office.file().code == 201
    office.awaits("acceptance")
    operator = _root(office.site, INSTALLATION.operator)
    for who in (office.approver, operator):
        # taken as nothing, or refused; whatever the operator empties it writes again
        answer = office.patch_status({"status": status}, who=who)
        assert answer.code in (200, 403, 422), answer.body
    office.awaits("acceptance")
    answer = office.decide("acceptance")
    assert answer.code == 200, answer.message


@pytest.mark.rule("X-identity")
def test_nobody_becomes_the_operator(site: Site) -> None:
    root, home = site.bootstrap, "/api/v1/namespaces/mandate-system"
    request = {
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
        "spec": {"audiences": []},
    }  # fmt: skip
    token = root.call("POST", f"{home}/serviceaccounts/mandate-operator/token", request)
    secret = {
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
        "metadata": {
            "name": "token",
            "annotations": {"kubernetes.io/service-account.name": "mandate-operator"},
        },
    }  # fmt: skip
    for answer in (token, root.call("POST", f"{home}/secrets", secret)):
        assert answer.code == 403
        assert "may not act as the operator (X-identity" in answer.message
