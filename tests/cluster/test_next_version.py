"""The API's next version, beside the present one: nothing that was filed or decided is lost.

On a control plane of its own: the CRDs change.
"""

import copy
import json
from collections.abc import Iterator
from functools import partial

import pytest

from hack.site import SOON, Site, eventually
from mandate.api.kinds import BY_NAME
from mandate.api.meta import Json
from tests.cluster.filing import MERGE, facts
from tests.cluster.office import Office, luan_site

_CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/cloudapplications.mandate.dev"
_REMARKS: Json = {"type": "string", "maxLength": 100, "description": "What else is to be known."}


def _grown(crd: Json) -> None:
    """A second version that is stored, and a field that both have."""
    (present,) = crd["spec"]["versions"]
    present["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["remarks"] = _REMARKS
    # Kubernetes 1.37 refuses two versions whose selectable fields are the same and schemas differ
    following = copy.deepcopy(present) | {"name": "v1alpha2"}
    following["schema"]["openAPIV3Schema"]["description"] = "The next version."
    following["selectableFields"] = [*present["selectableFields"], {"jsonPath": ".spec.systemName"}]
    crd["spec"]["versions"] = [present | {"storage": False}, following]


@pytest.fixture(scope="module")
def upgraded() -> Iterator[Office]:
    """An agency whose form was filed before the next version came."""
    with luan_site() as site:
        office = Office.open(site, "the next version")
        assert office.file().code == 201
        office.awaits("acceptance")
        before = office.read()
        answer = site.bootstrap.put(_CRD, _grown)
        assert answer.code == 200, answer.message
        for path in (_next(office), office.forms):
            # while a CRD changes, its writes are answered by 503
            eventually(partial(_is_written, office, path), SOON, "it serves")
        after = site.bootstrap.call("GET", f"{_next(office)}/bus-portal").body
        assert after["apiVersion"] == "mandate.dev/v1alpha2"
        assert (after["spec"], after["status"]) == (before["spec"], before["status"])
        assert after["metadata"]["generation"] == before["metadata"]["generation"]
        yield office


def _is_written(office: Office, path: str) -> bool:
    form = office.form() | {"apiVersion": path.removeprefix("/apis/").partition("/namespaces")[0]}
    form["metadata"] = {"name": "probe"}
    return office.member.call("POST", f"{path}?dryRun=All", form).code == 201


def _next(office: Office) -> str:
    return office.forms.replace("v1alpha1", "v1alpha2")


def _decide(site: Site, office: Office, path: str, stage: str) -> Json:
    """Approves a stage through the version of this path, once it is awaited."""

    def awaited() -> Json | None:
        found = site.bootstrap.call("GET", path).body
        turns = found.get("status", {}).get("awaiting", [])
        return found if any(turn["stage"] == stage for turn in turns) else None

    found = eventually(awaited, SOON, f"{stage} is awaited")
    basis = next(t["basis"] for t in found["status"]["awaiting"] if t["stage"] == stage)
    entry = {"decision": "Approved", "basis": basis, "opinion": "同意"}
    key = f"{stage}.{found['metadata']['generation']}"
    body = {"status": {"approvals": {key: entry}}}
    answer = office.approver.call("PATCH", f"{path}/status", body, MERGE)
    assert answer.code == 200, answer.message
    assert answer.body["status"]["approvals"][key]["by"] == office.approver.user
    return found


@pytest.mark.rule("X-bound", "X-dossier", "X-law")
def test_a_form_with_a_new_field_is_decided_and_kept_by_an_operator_that_knows_it_not(
    upgraded: Office,
) -> None:
    site, forms = upgraded.site, _next(upgraded)
    form = upgraded.form()
    form |= {"apiVersion": "mandate.dev/v1alpha2"}
    form["metadata"] = {"name": "newer"}
    form["spec"]["remarks"] = "夜间值守"
    answer = upgraded.member.call("POST", forms, form)
    assert answer.code == 201, answer.message
    # one decision through each version
    _decide(site, upgraded, f"{forms}/newer", "acceptance")
    _decide(site, upgraded, f"{upgraded.forms}/newer", "review")

    def granted() -> Json | None:
        found = site.bootstrap.call("GET", f"{forms}/newer").body
        return found if found["status"].get("phase") == "Trial" else None

    found = eventually(granted, SOON, "it is granted")
    assert found["spec"]["remarks"] == "夜间值守"
    filed = json.loads(facts(upgraded, found["metadata"]["uid"])["filed.1"])
    assert filed["form"]["remarks"] == "夜间值守"
    # frozen through either version, the new field too
    for path in (forms, upgraded.forms):
        edit = {"spec": {"remarks": "改"}}
        answer = upgraded.member.call("PATCH", f"{path}/newer", edit, MERGE)
        assert answer.code == 422
        assert "was accepted and is frozen (A16-change" in answer.message


@pytest.mark.rule("X-order", "X-identity")
def test_the_next_version_is_no_way_around_the_guards(upgraded: Office) -> None:
    site, path = upgraded.site, f"{_next(upgraded)}/bus-portal"
    found = site.bootstrap.call("GET", path).body
    basis = next(t["basis"] for t in found["status"]["awaiting"])
    key = f"acceptance.{found['metadata']['generation']}"
    entry = {"decision": "Approved", "basis": basis, "opinion": "同意"}
    body = {"status": {"approvals": {key: entry}}}
    own = upgraded.member.call("PATCH", f"{path}/status", body, MERGE)
    assert own.code == 403, own.body
    forged = {"status": {"phase": "Running"}}
    for who in (upgraded.approver, site.bootstrap):
        answer = who.call("PATCH", f"{path}/status", forged, MERGE)
        assert answer.code == 403
        assert "only the operator writes this part of the" in answer.message


@pytest.mark.rule("X-law")
def test_every_object_can_be_written_as_it_is_for_the_storage_to_move(upgraded: Office) -> None:
    root = upgraded.site.bootstrap
    upgraded.until(phase="Submitted")
    # a dossier is the operator's alone to write, and its format's version does not change
    for kind in (kind for kind in BY_NAME.values() if kind.name != "Dossier"):
        path = f"/apis/mandate.dev/v1alpha1/{kind.plural}"
        for found in root.call("GET", path).body["items"]:
            metadata = found["metadata"]
            within = f"namespaces/{metadata['namespace']}/" if "namespace" in metadata else ""
            one = f"/apis/mandate.dev/v1alpha1/{within}{kind.plural}/{metadata['name']}"
            answer = root.call("PATCH", f"{one}?dryRun=All", {}, MERGE)
            assert answer.code == 200, f"{one}: {answer.message}"
