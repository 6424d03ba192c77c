"""From an applied form to a granted namespace, and back to the applicant with an opinion."""

import time
from functools import partial

import pytest

from hack.site import INSTALLATION, SOON, Actor, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import SETTINGS, Office

_QUOTA = "/api/v1/namespaces/{}/resourcequotas/mandate"


def _get(site: Site, path: str) -> Json:
    return site.bootstrap.call("GET", path).body


@pytest.mark.rule("A09-lifecycle", "A13-accept", "A13-review", "A14-provision")
def test_an_application_is_accepted_approved_and_granted(office: Office) -> None:
    assert office.file().code == 201
    found = office.awaits("acceptance")
    assert found["status"]["phase"] == "Submitted"
    assert {c["passed"] for c in found["status"]["checks"]} == {True}
    assert office.decide("acceptance").code == 200
    assert office.awaits("review")["status"]["phase"] == "Accepted"
    assert office.decide("review").code == 200
    namespace = f"{office.name}--bus-portal"
    granted = office.until(phase="Trial", namespace=namespace)
    assert "awaiting" not in granted["status"]
    assert len(granted["status"]["allocation"]["machines"]) == 3
    eventually(
        lambda: _get(office.site, _QUOTA.format(namespace)).get("spec"),
        SOON,
        "the quota",
    )


@pytest.mark.rule("A14-provision", "G32-filing")
def test_the_quota_is_what_the_form_asks_for(office: Office) -> None:
    office.approve()
    quota = _get(office.site, _QUOTA.format(f"{office.name}--bus-portal"))
    # by hand: 2 × 4 + 8 cores and 3 × 100m; 2 × 8 + 16 Gi and 3 × 256 Mi;
    # SATA 2 × (40 + 200), SSD 40 + 500
    assert quota["spec"]["hard"] == {
        "count/virtualmachines.kubevirt.io": "3",
        "limits.cpu": "16300m",
        "limits.ephemeral-storage": "30Gi",
        "limits.memory": "33536Mi",
        "requests.cpu": "16300m",
        "requests.ephemeral-storage": "30Gi",
        "requests.memory": "33536Mi",
        "requests.storage": "1020Gi",
        "sas.storageclass.storage.k8s.io/requests.storage": "0",
        "sata.storageclass.storage.k8s.io/requests.storage": "480Gi",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
        "ssd.storageclass.storage.k8s.io/requests.storage": "540Gi",
    }


@pytest.mark.rule("A26-access", "A14-provision")
def test_members_work_in_the_granted_namespace_and_nobody_else(office: Office) -> None:
    office.approve()
    path = f"/api/v1/namespaces/{office.name}--bus-portal/configmaps"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}
    assert office.member.call("POST", path, body).code == 201
    outsider = office.site.actor("outsider")
    assert outsider.call("GET", path).code == 403
    assert office.approver.call("GET", path).code == 403


@pytest.mark.rule("A13-accept")
def test_a_refused_form_is_edited_and_judged_anew(office: Office) -> None:
    form = office.form()
    del form["spec"]["materials"]["onboardingPlan"]
    assert office.file(form).code == 201
    found = office.awaits("acceptance")
    assert found["status"]["awaiting"][0]["may"] == ["Refused"]
    assert office.decide("acceptance").code == 422  # a failed check closes Approved
    refused = office.decide("acceptance", "Refused", opinion="缺上云方案，请补充")
    assert refused.code == 200
    found = office.until(phase="Refused")
    assert "awaiting" not in found["status"]

    form = office.form()
    again = office.member.call(
        "PATCH",
        f"{office.forms}/bus-portal",
        {"spec": form["spec"]},
        "application/merge-patch+json",
    )
    assert again.code == 200, again.message
    found = office.awaits("acceptance")
    assert found["metadata"]["generation"] == 2
    assert found["status"]["phase"] == "Submitted"
    assert found["status"]["approvals"]["acceptance.1"]["opinion"] == "缺上云方案，请补充"
    assert office.decide("acceptance").code == 200
    office.awaits("review")


@pytest.mark.rule("A04-scope")
def test_a_classified_system_can_only_be_refused(office: Office) -> None:
    form = office.form()
    form["spec"]["classified"] = True
    assert office.file(form).code == 201
    found = office.awaits("acceptance")
    check = next(c for c in found["status"]["checks"] if c["type"] == "InScope")
    assert not check["passed"]
    assert "classified" in check["message"]
    assert "A04-scope" in check["message"]
    answer = office.decide("acceptance")
    assert answer.code == 422
    assert "acceptance cannot be Approved now" in answer.message


@pytest.mark.rule("X-level")
def test_an_unchanged_application_is_reconciled_and_not_written(office: Office) -> None:
    site = office.site
    office.approve()

    def quiet() -> bool:
        before = len(site.writes_of(INSTALLATION.operator))
        settled = site.metric("mandate_reconciles_total", kind="CloudApplication", result="done")
        eventually(
            lambda: (
                site.metric("mandate_reconciles_total", kind="CloudApplication", result="done")
                >= settled + 4
            ),
            SOON,
            "the reconcile counter rises",
        )
        return len(site.writes_of(INSTALLATION.operator)) == before

    eventually(quiet, SOON, "rounds of reconciling without a write")
    # and after a real edit it writes again
    before = len(site.writes_of(INSTALLATION.operator))
    title = {"spec": {"members": [{"kind": "User", "name": "newcomer"}]}}
    path = f"/apis/mandate.dev/v1alpha1/agencies/{office.name}"
    edited = office.clerk.call("PATCH", path, title, "application/merge-patch+json")
    assert edited.code == 200, edited.message
    eventually(
        lambda: len(site.writes_of(INSTALLATION.operator)) > before,
        SOON,
        "the edit is carried out",
    )
    binding = (
        f"/apis/rbac.authorization.k8s.io/v1/namespaces/{office.name}--bus-portal/rolebindings"
    )
    eventually(
        lambda: (
            _get(site, f"{binding}/mandate-members").get("subjects", [{}])[0].get("name")
            == "newcomer"
        ),
        SOON,
        "access follows the agency's members",
    )


@pytest.mark.rule("X-level")
def test_what_was_decided_while_the_operator_was_down_is_carried_out(office: Office) -> None:
    assert office.file().code == 201
    office.awaits("acceptance")
    office.site.stop_operator(9)
    try:
        assert office.decide("acceptance").code == 200
    finally:
        office.site.start_operator(settings=SETTINGS)
    office.awaits("review")


def test_the_operator_ends_at_once_when_told(site: Site) -> None:
    started = time.monotonic()
    site.stop_operator()
    took = time.monotonic() - started
    site.start_operator(settings=SETTINGS)
    assert took < 3


@pytest.mark.rule("A26-access", "X-level")
def test_drift_made_while_the_guards_were_away_is_mended(office: Office) -> None:
    office.approve()
    root, here = office.site.bootstrap, f"{office.name}--bus-portal"
    quota, space = _QUOTA.format(here), f"/api/v1/namespaces/{here}"
    bindings = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{here}/rolebindings/mandate-members"
    before = [_kept(_get(office.site, path)) for path in (quota, space, bindings)]
    more = {"spec": {"hard": {"requests.cpu": "1000", "requests.nvidia.com/gpu": "8"}}}
    opened = {"metadata": {"labels": {"mandate.dev/internet": "open"}}}
    eve = {"kind": "User", "name": "eve", "apiGroup": "rbac.authorization.k8s.io"}
    members = _get(office.site, bindings)["subjects"]
    with office.site.without_guards("bounds", "namespaces", "access"):
        for path, body in (
            (quota, more),
            (space, opened),
            (bindings, {"subjects": [*members, eve]}),
        ):
            eventually(partial(_passes, root, path, body), SOON, "the guard is away")
    eventually(
        lambda: [_kept(_get(office.site, path)) for path in (quota, space, bindings)] == before,
        SOON,
        "all is as it was",
    )


def _passes(who: Actor, path: str, body: Json) -> bool:
    return who.call("PATCH", path, body, "application/merge-patch+json").code == 200


def _kept(found: Json) -> list[object]:
    return [found["metadata"].get("labels"), found.get("spec"), found.get("subjects")]
