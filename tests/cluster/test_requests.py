"""A request is a signed form: who files it, when it freezes, and that deleting destroys nothing."""

import pytest

from hack.site import SOON, Site, eventually
from tests.cluster.office import SETTINGS, Office

MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"
_EDIT = {"spec": {"systemName": "另一个系统"}}


@pytest.fixture
def accepted(office: Office) -> Office:
    """An application that awaits review."""
    assert office.file().code == 201
    office.awaits("acceptance")
    assert office.decide("acceptance").code == 200
    office.awaits("review")
    return office


@pytest.mark.rule("A16-change", "X-closed")
@pytest.mark.parametrize("how", ["merge", "json", "put", "apply"])
def test_an_accepted_form_is_frozen(accepted: Office, how: str) -> None:
    path, member = f"{accepted.forms}/bus-portal", accepted.member
    if how == "merge":
        answer = member.call("PATCH", path, _EDIT, MERGE)
    elif how == "json":
        body = [{"op": "replace", "path": "/spec/hosts/0/quantity", "value": 50}]
        answer = member.call("PATCH", path, body, JSON_PATCH)
    elif how == "put":
        answer = member.put(path, lambda found: found["spec"].update(_EDIT["spec"]))
    else:
        form = accepted.form()
        form["spec"]["systemName"] = "另一个系统"
        answer = member.call("PATCH", f"{path}?fieldManager=git&force=true", form, APPLY)
    assert answer.code == 422
    assert "was accepted and is frozen (A16-change" in answer.message


@pytest.mark.rule("A16-change", "X-bound")
def test_a_form_accepted_after_a_refusal_is_frozen(office: Office) -> None:
    # the refusal of an earlier generation opens nothing
    assert office.file().code == 201
    office.awaits("acceptance")
    assert office.decide("acceptance", "Refused", opinion="请补充材料").code == 200
    office.until(phase="Refused")
    path, touched = f"{office.forms}/bus-portal", {"spec": {"projectCode": "second"}}
    assert office.member.call("PATCH", path, touched, MERGE).code == 200
    office.awaits("acceptance")
    assert office.decide("acceptance").code == 200
    answer = office.member.call("PATCH", path, _EDIT, MERGE)
    assert answer.code == 422
    assert "was accepted and is frozen (A16-change" in answer.message


@pytest.mark.rule("X-closed", "X-identity")
@pytest.mark.parametrize("how", ["merge", "put", "apply", "create-by-apply"])
def test_a_status_sent_with_the_form_is_dropped(office: Office, how: str) -> None:
    root = office.site.bootstrap
    entry = {"decision": "Approved", "basis": "0" * 64, "by": "bob", "at": "2026-01-01T00:00:00Z"}
    forged = {"status": {"phase": "Approved", "approvals": {"acceptance.1": entry}}}
    path = f"{office.forms}/bus-portal"
    if how != "create-by-apply":
        assert office.file().code == 201
        office.awaits("acceptance")
    if how == "merge":
        answer = root.call("PATCH", path, forged, MERGE)
    elif how == "put":
        answer = root.put(path, lambda found: found.update(forged))
    else:
        form = office.form() | forged
        answer = root.call("PATCH", f"{path}?fieldManager=git&force=true", form, APPLY)
    assert answer.code in (200, 201), answer.message
    found = office.awaits("acceptance")
    assert "approvals" not in found["status"]
    assert found["status"]["phase"] == "Submitted"


@pytest.mark.rule("A16-change")
def test_an_unchanged_form_can_be_applied_again(accepted: Office) -> None:
    path = f"{accepted.forms}/bus-portal?fieldManager=git&force=true"
    assert accepted.member.call("PATCH", path, accepted.form(), APPLY).code == 200
    note = {"metadata": {"labels": {"team": "buses"}}}
    assert accepted.member.call("PATCH", f"{accepted.forms}/bus-portal", note, MERGE).code == 200
    assert accepted.read()["metadata"]["generation"] == 1


@pytest.mark.rule("A13-accept")
def test_a_form_is_withdrawn_until_it_is_granted(accepted: Office) -> None:
    assert accepted.member.call("DELETE", f"{accepted.forms}/bus-portal").code == 200


@pytest.mark.rule("A17-delete", "X-closed")
def test_a_granted_application_is_not_deleted_by_anybody(office: Office) -> None:
    office.approve()
    path, root = f"{office.forms}/bus-portal", office.site.bootstrap
    agency_namespace = f"/api/v1/namespaces/{office.namespace}"
    for who, target in (
        (office.member, path),
        (root, path),
        (root, office.forms),
        (root, agency_namespace),
        (root, f"/api/v1/namespaces/{office.name}--bus-portal"),
    ):
        answer = who.call("DELETE", target)
        assert answer.code == 403, (who.user, target, answer.body)
        if target in (path, office.forms):
            assert "bus-portal was granted and is not deleted (A17-delete" in answer.message
    assert "deletionTimestamp" not in office.read()["metadata"]


@pytest.mark.rule("A17-delete", "X-closed")
def test_a_decision_binds_before_the_operator_has_seen_it(accepted: Office) -> None:
    accepted.site.stop_operator(9)
    try:
        assert accepted.decide("review").code == 200
        assert accepted.read()["status"]["phase"] == "Accepted"
        answer = accepted.member.call("DELETE", f"{accepted.forms}/bus-portal")
        assert answer.code == 403
        assert "was granted and is not deleted" in answer.message
    finally:
        accepted.site.start_operator(settings=SETTINGS)
    accepted.until(phase="Trial")


@pytest.mark.rule("A17-delete")
def test_a_request_belongs_to_no_other_object(office: Office) -> None:
    form = office.form()
    form["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": "0" * 36}
    ]
    answer = office.file(form)
    assert answer.code == 422
    assert "leave out ownerReferences" in answer.message


@pytest.mark.rule("X-duty")
@pytest.mark.parametrize("name", ["", "mallory", "mallory\nbob"], ids=repr)
def test_who_filed_is_written_by_the_server(office: Office, name: str) -> None:
    form = office.form()
    form["metadata"]["annotations"] = {"mandate.dev/requested-by": name}
    assert office.file(form).code == 201
    path, note = f"{office.forms}/bus-portal", "mandate.dev/requested-by"

    def written() -> str:
        found: str = office.read()["metadata"]["annotations"][note]
        return found

    assert written() == office.member.user
    forged = {"metadata": {"annotations": {note: "mallory"}}}
    assert office.member.call("PATCH", path, forged, MERGE).code == 200
    assert written() == office.member.user
    gone = {"metadata": {"annotations": None}}
    assert office.member.call("PATCH", path, gone, MERGE).code == 200
    assert written() == office.member.user
    # nor by a forced apply, nor past the form through its status
    applied = office.form() | {"metadata": {"name": "bus-portal"} | forged["metadata"]}
    force = f"{path}?fieldManager=mallory&force=true"
    assert office.member.call("PATCH", force, applied, APPLY).code == 200
    assert written() == office.member.user
    only_status = {"apiVersion": applied["apiVersion"], "kind": applied["kind"]} | forged
    for who in (office.approver, office.site.operator_account()):
        answer = who.call("PATCH", f"{path}/status", forged, MERGE)
        assert answer.code == 200, answer.message
        assert written() == office.member.user
    answer = office.approver.call(
        "PATCH", f"{path}/status?fieldManager=mallory&force=true", only_status, APPLY
    )
    assert answer.code in (200, 400, 422), answer.message
    assert written() == office.member.user
    # a PUT that knows nothing of the annotation is nobody's fault
    bare = office.member.put(path, lambda found: found["metadata"].pop("annotations"))
    assert bare.code == 200, bare.message
    assert written() == office.member.user


@pytest.mark.rule("A13-accept")
@pytest.mark.parametrize("namespace", ["default", "kube-system", "mandate-system"])
def test_nothing_is_filed_outside_an_agencys_namespace(site: Site, namespace: str) -> None:
    form = Office(site, "t", site.bootstrap, site.bootstrap, site.bootstrap).form()
    form["metadata"]["namespace"] = namespace
    path = f"/apis/mandate.dev/v1alpha1/namespaces/{namespace}/cloudapplications"
    answer = site.bootstrap.call("POST", path, form)
    assert answer.code == 403
    assert "is no agency namespace" in answer.message


@pytest.mark.rule("X-order", "A13-accept")
def test_an_approval_whose_checks_fail_by_then_opens_the_form_again(accepted: Office) -> None:
    site, policy = accepted.site, "/apis/mandate.dev/v1alpha1/governancepolicies/luan"
    systems = [{"op": "replace", "path": "/spec/operatingSystems", "value": ["欧拉"]}]
    back = [{"op": "replace", "path": "/spec/operatingSystems", "value": ["麒麟"]}]
    site.stop_operator(9)
    try:
        assert accepted.decide("review").code == 200
        assert accepted.clerk.call("PATCH", policy, systems, JSON_PATCH).code == 200
        site.start_operator(settings=SETTINGS)
        found = eventually(
            lambda: accepted.read()["status"]["effects"].get("review.1"),
            SOON,
            "the effect",
        )
        assert found["effective"] is False
        assert "Complete" in found["reason"]
    finally:
        assert accepted.clerk.call("PATCH", policy, back, JSON_PATCH).code == 200
    assert "namespace" not in accepted.read()["status"]
    edited = accepted.member.call("PATCH", f"{accepted.forms}/bus-portal", _EDIT, MERGE)
    assert edited.code == 200, edited.message
    assert accepted.awaits("acceptance")["metadata"]["generation"] == 2
