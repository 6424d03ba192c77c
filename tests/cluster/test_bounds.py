"""What was granted stays as granted: quota, network, access, namespace, law and identity."""

from collections.abc import Iterator

import pytest

from hack.site import SOON, Answer, Site, eventually
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
_RBAC = "rbac.authorization.k8s.io/v1"


@pytest.fixture(scope="module")
def granted(site: Site) -> Office:
    """One application with its namespace, that every attack here leaves as it is."""
    office = Office.open(site, "bounds")
    office.approve()
    return office


@pytest.fixture(autouse=True)
def untouched(granted: Office) -> Iterator[None]:
    """Whatever was tried, the grant is as it was."""
    before = _grant(granted)
    yield
    assert _grant(granted) == before


def _paths(office: Office) -> dict[str, str]:
    within = f"namespaces/{office.name}--bus-portal"
    return {
        "namespace": f"/api/v1/{within}",
        "quotas": f"/api/v1/{within}/resourcequotas",
        "limits": f"/api/v1/{within}/limitranges",
        "services": f"/api/v1/{within}/services",
        "pods": f"/api/v1/{within}/pods",
        "policies": f"/apis/networking.k8s.io/v1/{within}/networkpolicies",
        "ingresses": f"/apis/networking.k8s.io/v1/{within}/ingresses",
        "bindings": f"/apis/{_RBAC}/{within}/rolebindings",
    }


def _grant(office: Office) -> list[object]:
    """Spec and marks of everything granted."""
    root, paths = office.site.bootstrap, _paths(office)
    space = root.call("GET", paths["namespace"]).body["metadata"]
    seen: list[object] = [space["labels"], space["annotations"]]
    for name in ("quotas", "limits", "policies", "bindings"):
        for item in root.call("GET", paths[name]).body["items"]:
            seen.append([item["metadata"]["name"], item.get("spec"), item.get("subjects")])
    return seen


def _try(office: Office, method: str, where: str, body: object = None) -> Answer:
    """As the member of system:masters, whom RBAC refuses nothing."""
    first, _, rest = where.partition("/")
    path = _paths(office)[first] + (f"/{rest}" if rest else "")
    content = MERGE if method == "PATCH" else "application/json"
    return office.site.bootstrap.call(method, path, body, content)


def _network_policy(name: str) -> dict[str, object]:
    return {
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": {"podSelector": {}, "ingress": [{}], "egress": [{}]},
    }  # fmt: skip


def _quota(name: str) -> dict[str, object]:
    spec = {"hard": {"requests.cpu": "1000"}}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": spec}


_MORE = {"spec": {"hard": {"requests.cpu": "1000"}}}
_FAKE_USE = {"status": {"used": {"requests.cpu": "0"}}}


@pytest.mark.rule("A16-change", "A23-ports", "X-closed")
@pytest.mark.parametrize(
    ("method", "where", "body"),
    [
        ("PATCH", "quotas/mandate", _MORE),
        ("DELETE", "quotas/mandate", None),
        ("DELETE", "quotas", None),
        ("PATCH", "quotas/mandate/status", _FAKE_USE),
        ("POST", "quotas", _quota("second")),
        ("PATCH", "limits/mandate", {"spec": {"limits": []}}),
        ("DELETE", "limits/mandate", None),
        ("POST", "policies", _network_policy("open-all")),
        ("PATCH", "policies/mandate-approved", {"spec": {"egress": [{}]}}),
        ("DELETE", "policies/mandate-default-deny", None),
    ],
    ids=str,
)
def test_bounds_are_set_by_an_approval(
    granted: Office, method: str, where: str, body: object
) -> None:
    answer = _try(granted, method, where, body)
    assert answer.code == 403, answer.body
    assert "is set by an approved application (A16-change" in answer.message


def _binding(kind: str, name: str, namespace: str | None = None) -> dict[str, object]:
    subject = {"kind": kind, "name": name}
    if namespace:
        subject["namespace"] = namespace
    else:
        subject["apiGroup"] = "rbac.authorization.k8s.io"
    return {
        "apiVersion": _RBAC, "kind": "RoleBinding", "metadata": {"name": "friend"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [subject],
    }  # fmt: skip


@pytest.mark.rule("A26-access", "G310-sublet")
@pytest.mark.parametrize(
    ("kind", "name", "namespace"),
    [
        ("User", "mallory", None),
        ("Group", "system:authenticated", None),
        ("User", "system:serviceaccount:default:robot", None),
        ("ServiceAccount", "robot", "default"),
        ("User", 'x","User/mallory', None),
    ],
    ids=["outsider", "everybody", "named-like-a-robot", "other-namespace", "quotes"],
)
def test_nobody_outside_the_agency_is_let_in(
    granted: Office, kind: str, name: str, namespace: str | None
) -> None:
    answer = _try(granted, "POST", "bindings", _binding(kind, name, namespace))
    assert answer.code == 403, answer.body
    assert "only the agency itself is given access" in answer.message


@pytest.mark.rule("A26-access")
def test_the_agency_binds_its_own(granted: Office) -> None:
    here = f"{granted.name}--bus-portal"
    for subject in (("User", granted.member.user, None), ("ServiceAccount", "robot", here)):
        answer = _try(granted, "POST", "bindings", _binding(*subject))
        assert answer.code == 201, answer.message
        assert _try(granted, "DELETE", "bindings/friend").code == 200


@pytest.mark.rule("A26-access")
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_the_operators_binding_is_its_own(granted: Office, method: str) -> None:
    answer = _try(granted, method, "bindings/mandate-members", {"subjects": []})
    assert answer.code == 403
    assert "change the members of the Agency" in answer.message


@pytest.mark.rule("G310-sublet", "A16-change", "X-closed")
@pytest.mark.parametrize(
    ("where", "labels"),
    [
        ("namespace", {"mandate.dev/internet": "open"}),
        ("namespace", {"mandate.dev/managed": None}),
        ("namespace", {"pod-security.kubernetes.io/enforce": "privileged"}),
        ("namespace/status", {"mandate.dev/managed": None}),
        ("namespace/status", {"mandate.dev/internet": "open"}),
    ],
    ids=str,
)
def test_a_granted_namespace_keeps_its_marks(
    granted: Office, where: str, labels: dict[str, str | None]
) -> None:
    answer = _try(granted, "PATCH", where, {"metadata": {"labels": labels}})
    assert answer.code == 403, answer.body
    assert "is granted by an approved application" in answer.message


@pytest.mark.rule("G310-sublet")
def test_a_granted_namespace_keeps_its_marks_through_finalize(granted: Office) -> None:
    space = granted.site.bootstrap.call("GET", _paths(granted)["namespace"]).body
    space["metadata"]["labels"].pop("mandate.dev/managed")
    answer = _try(granted, "PUT", "namespace/finalize", space)
    assert answer.code == 403


@pytest.mark.rule("G310-sublet")
@pytest.mark.parametrize(
    "metadata",
    [
        {"name": "t0--shadow"},
        {"generateName": "t0--"},
        {"name": "plain"},
        {"name": "plain", "labels": {"mandate.dev/managed": "granted"}},
    ],
    ids=str,
)
def test_no_namespace_is_made_that_nobody_approved(site: Site, metadata: dict[str, object]) -> None:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    answer = site.bootstrap.call("POST", "/api/v1/namespaces", body)
    assert answer.code == 403
    assert "is granted by no approved application (G310-sublet" in answer.message


@pytest.mark.rule("G310-sublet")
def test_the_platform_makes_its_own_namespaces_but_no_agencys(site: Site) -> None:
    ours = {"labels": {"mandate.dev/agency": "mine", "mandate.dev/policy": "luan"}}
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"} | ours}
    answer = site.bootstrap.call("POST", "/api/v1/namespaces", body)
    assert answer.code == 403
    assert "labels and annotations of a namespace are the operator's" in answer.message
    body["metadata"] = {"name": "argocd"}
    assert site.bootstrap.call("POST", "/api/v1/namespaces", body).code == 201


@pytest.mark.rule("G32-filing")
@pytest.mark.parametrize(
    ("where", "spec"),
    [
        ("services", {"type": "LoadBalancer", "ports": [{"port": 80}]}),
        ("services", {"type": "NodePort", "ports": [{"port": 80}]}),
        ("services", {"type": "ExternalName", "externalName": "x.example"}),
        ("services", {"ports": [{"port": 80}], "externalIPs": ["203.0.113.7"]}),
        ("ingresses", {"defaultBackend": {"service": {"name": "x", "port": {"number": 80}}}}),
    ],
    ids=["loadbalancer", "nodeport", "externalname", "externalips", "ingress"],
)
def test_nothing_opens_to_the_internet_before_its_filing(
    granted: Office, where: str, spec: dict[str, object]
) -> None:
    kind = {"services": ("v1", "Service"), "ingresses": ("networking.k8s.io/v1", "Ingress")}[where]
    body = {"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": "web"}, "spec": spec}
    # what is being deleted is let go; what is made is not, whatever date it brings along
    going = {"deletionTimestamp": "2000-01-01T00:00:00Z", "finalizers": ["example.org/held"]}
    for metadata in ({}, going):
        made = body | {"metadata": {"name": "web"} | metadata}
        answer = _try(granted, "POST", where, made)
        assert answer.code == 403, answer.body
        assert "to the internet (G32-filing" in answer.message


@pytest.mark.rule("A14-provision")
def test_work_goes_on_within_the_bounds(granted: Office) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "inner"}}
    body = service | {"spec": {"ports": [{"port": 80}]}}
    assert granted.member.call("POST", _paths(granted)["services"], body).code == 201
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "web", "image": "registry.example/web:1"}]},
    }  # fmt: skip
    root, quota = granted.site.bootstrap, f"{_paths(granted)['quotas']}/mandate"
    made = granted.member.call("POST", _paths(granted)["pods"], pod)
    assert made.code == 201, made.message
    used = eventually(
        lambda: root.call("GET", quota).body["status"]["used"].get("requests.cpu"),
        SOON,
        "use",
    )
    assert used == "500m"  # what the limit range gives a container that asks for nothing


def _pod(**spec: object) -> dict[str, object]:
    container = {"name": "c", "image": "c", "resources": spec.pop("resources", {})}
    return {"metadata": {"name": "asking"}, "spec": {"containers": [container]} | spec}


_GPU = {"resources": {"limits": {"nvidia.com/gpu": "1"}}}
_HUGE = {"limits": {"hugepages-2Mi": "2Mi", "cpu": "100m", "memory": "8Mi"}}


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize(
    "pod",
    [
        _pod(**_GPU),
        _pod(initContainers=[{"name": "first", "image": "c"} | _GPU]),
        _pod(resources={"requests": {"x.example/y": "1"}, "limits": {"x.example/y": "1"}}),
        _pod(resources=_HUGE),
        _pod(resourceClaims=[{"name": "gpu", "resourceClaimName": "gpu"}]),
    ],
    ids=["gpu", "gpu-at-first", "any-device", "huge-pages", "claim"],
)
def test_a_pod_asks_for_nothing_that_its_quota_does_not_count(
    granted: Office, pod: dict[str, object]
) -> None:
    answer = granted.member.call("POST", f"{_paths(granted)['pods']}?dryRun=All", pod)
    assert answer.code == 403, answer.body
    assert "asks for what its quota does not count (A14-sizing" in answer.message


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize("key", ["ephemeral-storage", "devices.kubevirt.io/kvm"])
def test_a_pod_asks_for_what_a_machine_has(granted: Office, key: str) -> None:
    pod = _pod(resources={"limits": {key: "1"}})
    answer = granted.member.call("POST", f"{_paths(granted)['pods']}?dryRun=All", pod)
    assert answer.code == 201, answer.body


@pytest.mark.rule("X-duty")
def test_the_operator_files_nothing(granted: Office) -> None:
    site = granted.site
    operator = site.actor("system:serviceaccount:mandate-system:mandate-operator", "system:masters")
    answer = operator.call("POST", granted.forms, granted.form("made-up"))
    assert answer.code == 403
    assert "the operator files and withdraws nothing" in answer.message
