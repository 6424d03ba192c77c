"""Attacks through what others may bring into the cluster: kinds, versions, policies, ballast."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hack.site import SOON, Actor, Answer, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office
from tests.cluster.test_law import second_version

MERGE = "application/merge-patch+json"
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@pytest.fixture(scope="module")
def granted(site: Site) -> Office:
    """A granted application."""
    office = Office.open(site, "attacks")
    office.approve()
    return office


def _served(who: Actor, method: str, path: str, body: Json) -> Answer:
    """The answer, once the API server serves the path: a new kind takes it some seconds."""

    def look() -> Answer | None:
        answer = who.call(method, path, body, MERGE if method == "PATCH" else "application/json")
        return None if answer.code in (404, 503) else answer

    return eventually(look, SOON, f"{path} is served")


def _stand_in(group: str, kind: str, plural: str) -> Json:
    """A CRD of somebody else's kind, as a mesh or a network plugin would install it."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "https://example.org/stand-in"},
        },
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [{"name": "v1", "served": True, "storage": True,
                          "schema": {"openAPIV3Schema": anything}}],
        },
    }  # fmt: skip


@pytest.mark.rule("G32-filing", "A16-change")
@pytest.mark.parametrize(
    ("group", "kind", "plural", "because"),
    [
        ("gateway.networking.k8s.io", "HTTPRoute", "httproutes", "to the internet (G32-filing"),
        ("traefik.io", "IngressRoute", "ingressroutes", "to the internet (G32-filing"),
        ("cilium.io", "CiliumNetworkPolicy", "ciliumnetworkpolicies", "is set by an approved"),
        ("security.istio.io", "AuthorizationPolicy", "authorizationpolicies", "is set by an app"),
    ],
)
def test_routes_and_policies_of_other_makers_are_guarded(
    granted: Office, group: str, kind: str, plural: str, because: str
) -> None:
    root = granted.site.bootstrap
    assert root.call("POST", _CRDS, _stand_in(group, kind, plural)).code == 201
    path = f"/apis/{group}/v1/namespaces/{granted.name}--bus-portal/{plural}"
    body = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "way-out"}}
    answer = _served(root, "POST", path, body)
    assert answer.code == 403, answer.body
    assert because in answer.message


@pytest.fixture
def rogue(site: Site) -> Iterator[Site]:
    """A mutating policy of somebody who may write policies, which rewrites who filed."""
    spec = {
        "failurePolicy": "Fail",
        "reinvocationPolicy": "IfNeeded",
        "matchConstraints": {"resourceRules": [{
            "apiGroups": ["mandate.dev"], "apiVersions": ["*"],
            "operations": ["CREATE", "UPDATE"], "resources": ["cloudapplications"],
        }]},
        "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": (
            'Object{metadata: Object.metadata{annotations: '
            '{"mandate.dev/requested-by": "somebody-else"}}}'
        )}}],
    }  # fmt: skip
    path = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolic"
    name = {"metadata": {"name": "zz-rogue.example"}}
    kind = "MutatingAdmissionPolicy"
    version = {"apiVersion": "admissionregistration.k8s.io/v1"}
    root = site.bootstrap
    made = root.call("POST", f"{path}ies", version | {"kind": kind, "spec": spec} | name)
    assert made.code == 201, made.message
    binding = {"kind": f"{kind}Binding", "spec": {"policyName": "zz-rogue.example"}}
    assert root.call("POST", f"{path}ybindings", version | binding | name).code == 201
    yield site
    root.call("DELETE", f"{path}ybindings/zz-rogue.example")
    root.call("DELETE", f"{path}ies/zz-rogue.example")
    boss = Office.open(site, "after-the-rogue")
    eventually(lambda: boss.file(dry_run=True).code == 201, SOON, "the rogue is gone")


@pytest.mark.rule("X-duty")
def test_a_rogue_policy_does_not_rewrite_who_filed(granted: Office, rogue: Site) -> None:
    del rogue
    # mutating policies run in no order: the stamp comes last and stands, or the check refuses
    for number in range(20):
        answer = granted.file(granted.form(f"rogue-{number}"), dry_run=True)
        if answer.code == 201:
            written = answer.body["metadata"]["annotations"]["mandate.dev/requested-by"]
            assert written == granted.member.user
        else:
            assert "names every writer and is written by the API server" in answer.message
        time.sleep(0.1)


@pytest.mark.rule("X-duty")
def test_nothing_is_filed_unstamped(granted: Office) -> None:
    def refused() -> bool:
        answer = granted.file(granted.form("unstamped"), dry_run=True)
        return "names every writer and is written by the API server" in answer.message

    with granted.site.without_guards("stamp-requester"):
        eventually(refused, SOON, "a form without its writer is refused")
    eventually(
        lambda: granted.file(granted.form("stamped"), dry_run=True).code == 201,
        SOON,
        "back",
    )


@pytest.mark.rule("X-identity")
@pytest.mark.parametrize(
    ("forged", "because"),
    [
        ({"by": "mallory"}, "a decision is made in one's own name"),
        ({"by": "bob", "at": "2000-01-01T00:00:00Z"}, "could not date this decision"),
    ],
    ids=["name", "time"],
)
def test_nothing_is_decided_unstamped(office: Office, forged: dict[str, str], because: str) -> None:
    assert office.file().code == 201
    basis = office.awaits("acceptance")["status"]["awaiting"][0]["basis"]
    entry = {"decision": "Approved", "basis": basis} | forged
    body = {"status": {"approvals": {"acceptance.1": entry}}}
    path = f"{office.forms}/bus-portal/status?dryRun=All"

    def said(text: str) -> bool:
        return text in office.approver.call("PATCH", path, body, MERGE).message

    with office.site.without_guards("stamp-approver"):
        eventually(lambda: said(because), SOON, "what nobody stamped is refused")
    eventually(lambda: not said(because), SOON, "the stamp is back")


@pytest.mark.rule("X-identity")
def test_nobody_writes_by_which_appointment_they_decide(office: Office) -> None:
    assert office.file().code == 201
    basis = office.awaits("acceptance")["status"]["awaiting"][0]["basis"]
    path = f"{office.forms}/bus-portal/status?dryRun=All"

    def refused() -> bool:
        # in one's own name and, as the second happens to be, at the time of the server
        entry = {"decision": "Approved", "basis": basis, "by": office.approver.user}
        entry |= {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "appointment": "by the king"}
        body = {"status": {"approvals": {"acceptance.1": entry}}}
        answer = office.approver.call("PATCH", path, body, MERGE)
        return "leave `appointment` to it" in answer.message

    with office.site.without_guards("stamp-approver"):
        eventually(refused, SOON, "an appointment that nobody stamped is refused")
    eventually(lambda: office.decide("acceptance").code == 200, SOON, "the stamp is back")


@pytest.mark.rule("X-duty")
def test_nothing_is_decided_outside_an_agencys_namespace(granted: Office) -> None:
    site = granted.site
    stray = granted.form("stray")
    stray["metadata"]["namespace"] = "default"
    forms = "/apis/mandate.dev/v1alpha1/namespaces/default/cloudapplications"
    with site.without_guards("requests"):
        eventually(
            lambda: site.bootstrap.call("POST", forms, stray).code == 201,
            SOON,
            "it is filed",
        )
    body = {"status": {"approvals": {"acceptance.1": {"decision": "Approved", "basis": "0" * 64}}}}
    answer = granted.approver.call("PATCH", f"{forms}/stray/status", body, MERGE)
    assert answer.code == 403
    assert "it is no agency namespace of the operator" in answer.message
    assert site.bootstrap.call("DELETE", f"{forms}/stray").code == 200


@pytest.mark.rule("X-order", "X-closed")
def test_another_served_version_is_guarded_too(office: Office) -> None:
    root, path = office.site.bootstrap, f"{_CRDS}/cloudapplications.mandate.dev"
    added = root.put(path, lambda found: found["spec"]["versions"].append(second_version(found)))
    assert added.code == 200, added.message
    try:
        assert office.file().code == 201
        office.awaits("acceptance")
        other = f"{office.forms.replace('v1alpha1', 'v1beta1')}/bus-portal/status"
        entry = {"decision": "Approved", "basis": "0" * 64}
        body = {"status": {"approvals": {"acceptance.1": entry}}}
        answer = _served(office.approver, "PATCH", other, body)
        assert answer.code == 422, answer.body
        assert "the basis differs" in answer.message
        phase = {"status": {"phase": "Approved"}}
        assert office.approver.call("PATCH", other, phase, MERGE).code == 403
    finally:
        assert root.put(path, lambda found: found["spec"]["versions"].pop()).code == 200


@pytest.mark.rule("X-input")
def test_ballast_stops_nobodys_decision(office: Office) -> None:
    form = office.form()
    form["metadata"]["annotations"] = {f"n{i}.example/x": "x" * 150 for i in range(1000)}
    form["metadata"]["labels"] = {f"l{i}.example/x": "x" for i in range(2000)}
    assert office.file(form).code == 201
    office.awaits("acceptance")
    fields: Json = {f"f:{i:05}": {"f:" + "y" * 60: {}} for i in range(4000)}
    entry = {
        "manager": "ballast", "operation": "Update", "apiVersion": "mandate.dev/v1alpha1",
        "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1",
        "fieldsV1": {"f:metadata": {"f:annotations": fields}},
    }  # fmt: skip
    loaded = office.member.put(
        f"{office.forms}/bus-portal", lambda found: found["metadata"]["managedFields"].append(entry)
    )
    assert loaded.code == 200, loaded.message
    assert office.decide("acceptance").code == 200
    office.awaits("review")


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("operation", ["Apply", "Update"])
def test_seven_hundred_field_managers_stop_nobodys_decision(office: Office, operation: str) -> None:
    assert office.file().code == 201
    office.awaits("acceptance")

    def crowd(found: Json) -> None:
        found["metadata"]["managedFields"] += [{
            "manager": f"crowd-{number}", "operation": operation,
            "apiVersion": "mandate.dev/v1alpha1", "time": "2026-01-01T00:00:00Z",
            "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:systemName": {}}},
        } for number in range(700)]  # fmt: skip

    crowded = office.member.put(f"{office.forms}/bus-portal", crowd)
    assert crowded.code == 200, crowded.message
    # the API server folds those that updated; those that applied stay
    assert (len(crowded.body["metadata"]["managedFields"]) > 700) == (operation == "Apply")
    assert office.decide("acceptance").code == 200
    office.awaits("review")


@pytest.mark.rule("X-final", "X-input")
def test_many_rounds_of_refusal_are_kept_and_the_next_is_decided(office: Office) -> None:
    assert office.file().code == 201
    rounds = 12
    for number in range(1, rounds + 1):
        office.awaits("acceptance")
        answer = office.decide("acceptance", "Refused", opinion=f"第{number}次退回：" + "缺" * 1300)
        assert answer.code == 200, answer.message
        office.until(phase="Refused", observedGeneration=number)
        change = {"spec": {"projectCode": f"round-{number}"}}
        edited = office.member.call("PATCH", f"{office.forms}/bus-portal", change, MERGE)
        assert edited.code == 200, edited.message
    office.awaits("acceptance")
    assert office.decide("acceptance").code == 200
    found = office.awaits("review")
    assert len(found["status"]["approvals"]) == rounds + 1


@pytest.mark.rule("X-order", "X-bound")
def test_a_request_in_deletion_is_not_decided(office: Office) -> None:
    form = office.form()
    form["metadata"]["finalizers"] = ["example.org/held"]
    assert office.file(form).code == 201
    office.awaits("acceptance")
    assert office.member.call("DELETE", f"{office.forms}/bus-portal").code == 200
    answer = office.decide("acceptance")
    assert answer.code == 422
    assert "the request is being deleted" in answer.message
    free = {"metadata": {"finalizers": None}}
    assert office.member.call("PATCH", f"{office.forms}/bus-portal", free, MERGE).code == 200
