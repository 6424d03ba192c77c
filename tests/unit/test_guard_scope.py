"""What each guard is asked about, and that it is: bound, closed on failure, and left a trace of."""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from hack.mutants.guards import weakened
from hack.site import INSTALLATION
from mandate.api.meta import Json
from mandate.guards import Installation, policies


def _installed(installation: Installation) -> list[Json]:
    """The guards; when `hack.mutants` asks, with the one thing switched off that it tries."""
    found, mutant = policies(installation), os.environ.get("MANDATE_MUTANT")
    return weakened(found, mutant) if mutant else found


DOCUMENTS = _installed(INSTALLATION)


def guards(documents: list[Json]) -> list[Json]:
    return [d for d in documents if d["kind"].endswith("Policy")]


@pytest.mark.rule("X-closed")
@pytest.mark.parametrize("namespaces", ["Claimed", "Exclusive"])
def test_every_guard_is_closed_on_failure_and_bound_once(namespaces: str) -> None:
    documents = _installed(Installation(namespaces=namespaces))  # type: ignore[arg-type]
    found = guards(documents)
    assert {g["spec"]["failurePolicy"] for g in found} == {"Fail"}
    assert {g["apiVersion"] for g in found} == {"admissionregistration.k8s.io/v1"}
    names = Counter((g["kind"], g["metadata"]["name"]) for g in found)
    bindings = [d for d in documents if d not in found]
    bound = Counter((b["kind"].removesuffix("Binding"), b["spec"]["policyName"]) for b in bindings)
    assert bound == names
    assert set(names.values()) == {1}


@pytest.mark.rule("X-closed")
def test_a_binding_refuses_everywhere_and_leaves_a_line_in_the_audit_log() -> None:
    for binding in (d for d in DOCUMENTS if d["kind"].endswith("Binding")):
        validating = binding["kind"].startswith("Validating")
        actions = {"validationActions": ["Deny", "Audit"]} if validating else {}
        assert binding["spec"] == {"policyName": binding["metadata"]["name"]} | actions


ALL = ("CREATE", "UPDATE", "DELETE")
WRITES = ("CREATE", "UPDATE")
FORM, LAW = "cloudapplications.mandate.dev", "governancepolicies.mandate.dev"
CRD = "customresourcedefinitions"

ASKED: dict[str, tuple[tuple[str, ...], list[tuple[tuple[str, ...], str]]]] = {
    "access": (
        ("A26-access", "G310-sublet"),
        [(ALL, "rolebindings.rbac.authorization.k8s.io")],
    ),
    "bounds": (
        ("A16-change", "A14-sizing"),
        [
            (("CREATE",), "pods"),
            (ALL, "resourcequotas resourcequotas/status limitranges"),
            (ALL, "networkpolicies.networking.k8s.io ciliumnetworkpolicies.cilium.io"),
            (ALL, "egressfirewalls.k8s.ovn.org sidecars.networking.istio.io"),
            (ALL, "authorizationpolicies.security.istio.io"),
        ],
    ),
    "decisions": (("X-order", "X-identity"), [(("UPDATE",), f"{FORM}/status")]),
    "dossiers": (
        ("X-dossier",),
        [(ALL, "dossiers.mandate.dev dossiers.mandate.dev/status")],
    ),
    "identity": (
        ("X-identity",),
        [
            (("CREATE",), "serviceaccounts/token"),
            (("CONNECT",), "pods/exec pods/attach"),
            (("UPDATE",), "pods/ephemeralcontainers"),
            (WRITES, "secrets"),
        ],
    ),
    "internet": (
        ("G32-filing",),
        [
            (WRITES, "services services/status ingresses.networking.k8s.io"),
            (WRITES, "httproutes.gateway.networking.k8s.io tcproutes.gateway.networking.k8s.io"),
            (WRITES, "listenersets.gateway.networking.x-k8s.io gateways.networking.istio.io"),
            (WRITES, "httpproxies.projectcontour.io routes.route.openshift.io"),
            (WRITES, "ingressroutes.traefik.io"),
        ],
    ),
    "law": (
        ("X-law", "A17-delete"),
        [
            (ALL, f"{LAW} {LAW}/status agencies.mandate.dev agencies.mandate.dev/status"),
            (("UPDATE", "DELETE"), f"{CRD}.apiextensions.k8s.io"),
            (("UPDATE", "DELETE"), f"{CRD}.apiextensions.k8s.io/status"),
            (ALL, "apiservices.apiregistration.k8s.io apiservices.apiregistration.k8s.io/status"),
        ],
    ),
    "namespaces": (
        ("A16-change", "A17-delete", "G310-sublet"),
        [(ALL, "namespaces namespaces/status namespaces/finalize")],
    ),
    "operator": (
        ("X-law", "A17-delete", "A26-access", "X-zone"),
        [
            (ALL, "namespaces namespaces/status namespaces/finalize resourcequotas limitranges"),
            (ALL, "networkpolicies.networking.k8s.io rolebindings.rbac.authorization.k8s.io"),
            (ALL, "configmaps poddisruptionbudgets.policy"),
        ],
    ),
    "requests": (("A13-accept", "X-duty", "A16-change", "A17-delete"), [(ALL, FORM)]),
    "stamp-approver": (("X-identity",), [(("UPDATE",), f"{FORM}/status")]),
    "stamp-requester": (("X-duty",), [(WRITES, FORM)]),
    "zones": (
        ("X-zone",),
        [(ALL, "configmaps poddisruptionbudgets.policy poddisruptionbudgets.policy/status")],
    ),
}
"""What a guard is asked about, by hand: the rules it keeps and the writes that could break them."""


def _cases() -> Iterator[object]:
    for name, (rules, rows) in ASKED.items():
        for operations, resources in rows:
            for resource in resources.split():
                for operation in operations:
                    marks, case = pytest.mark.rule(*rules), f"{name}-{operation}-{resource}"
                    yield pytest.param(name, operation, resource, marks=marks, id=case)


def _matches(rule: Json, operation: str, resource: str) -> bool:
    """Whether the API server asks by this rule, whatever the version."""
    named, _, subresource = resource.partition("/")
    plural, _, group = named.partition(".")
    within = f"/{subresource}" if subresource else ""
    patterns = {f"{plural}{within}", f"*{within}", f"{plural}/*" if within else plural}
    return (
        operation in rule["operations"]
        and bool({group, "*"} & set(rule["apiGroups"]))
        and bool(patterns & set(rule["resources"]))
    )


@pytest.mark.parametrize(("name", "operation", "resource"), list(_cases()))
def test_a_guard_is_asked_about(name: str, operation: str, resource: str) -> None:
    (guard,) = (g for g in guards(DOCUMENTS) if g["metadata"]["name"] == f"{name}.mandate.dev")
    rules = guard["spec"]["matchConstraints"]["resourceRules"]
    assert any(_matches(rule, operation, resource) for rule in rules)


def test_every_guard_is_in_the_table() -> None:
    assert {f"{name}.mandate.dev" for name in ASKED} == {
        g["metadata"]["name"] for g in guards(DOCUMENTS)
    }


@pytest.mark.rule("X-closed")
def test_no_guard_is_asked_about_one_version_of_ours_alone() -> None:
    for guard in guards(DOCUMENTS):
        for rule in guard["spec"]["matchConstraints"]["resourceRules"]:
            if "mandate.dev" in rule["apiGroups"]:
                assert rule["apiVersions"] == ["*"]


MANAGED = {"mandate.dev/managed": "granted"}


@pytest.mark.rule("X-closed")
@pytest.mark.parametrize(
    ("name", "labels", "asked"),
    [
        ("access", MANAGED, True),
        ("access", {"mandate.dev/managed": "requests"}, True),
        ("access", {"team": "x"}, False),
        ("bounds", MANAGED, True),
        ("bounds", {"mandate.dev/managed": ""}, True),
        ("bounds", {}, False),
        ("identity", {"kubernetes.io/metadata.name": "mandate-system"}, True),
        ("identity", {"kubernetes.io/metadata.name": "default"}, False),
        ("internet", MANAGED, True),
        ("internet", MANAGED | {"mandate.dev/internet": "closed"}, True),
        ("internet", MANAGED | {"mandate.dev/internet": "open"}, False),
        ("internet", {}, False),
        ("zones", MANAGED, True),
        ("zones", {}, False),
    ],
)
def test_where_a_guard_is_asked(name: str, labels: dict[str, str], asked: bool) -> None:
    (guard,) = (g for g in guards(DOCUMENTS) if g["metadata"]["name"] == f"{name}.mandate.dev")
    terms = guard["spec"]["matchConstraints"]["namespaceSelector"]["matchExpressions"]
    meets = {
        "Exists": lambda t: t["key"] in labels,
        "In": lambda t: labels.get(t["key"]) in t["values"],
        "NotIn": lambda t: labels.get(t["key"]) not in t["values"],
    }
    assert all(meets[term["operator"]](term) for term in terms) == asked


@pytest.mark.rule("X-closed")
def test_only_these_guards_look_at_some_namespaces_or_objects_alone() -> None:
    selecting = {
        g["metadata"]["name"]
        for g in guards(DOCUMENTS)
        if {"namespaceSelector", "objectSelector"} & set(g["spec"]["matchConstraints"])
    }
    names = ("access", "bounds", "identity", "internet", "zones")
    assert selecting == {f"{name}.mandate.dev" for name in names}
