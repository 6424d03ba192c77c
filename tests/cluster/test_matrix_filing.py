"""What was tried on the form itself, on a request of every kind of the stage table."""

import copy

import pytest

from hack.site import Actor, Answer
from mandate.api.meta import API_VERSION, Json
from mandate.api.stages import RequestKind
from tests.cluster.matrix import DECIDED, EVERY, REFUSALS, bound
from tests.cluster.matrix_states import Request, Scene
from tests.cluster.test_matrix import CELLS

MERGE = "application/merge-patch+json"
PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"
_NOTE = "mandate.dev/requested-by"


def _refused(answer: Answer, code: int, text: str) -> None:
    assert answer.code == code, answer.body
    assert text in answer.message


def _filed(scene: Scene, row: RequestKind) -> tuple[Request, Actor]:
    return scene.request(row.kind, "filed"), scene.filer(row)


@EVERY
@pytest.mark.rule("X-duty")
def test_who_wrote_the_form_is_written_by_the_server(scene: Scene, row: RequestKind) -> None:
    request, filer = _filed(scene, row)
    form, forged = request.form("forged"), {"metadata": {"annotations": {_NOTE: "mallory"}}}
    form["metadata"] |= forged["metadata"]
    answer = filer.call("POST", f"{request.forms}?dryRun=All", form)
    assert answer.code == 201, answer.message
    assert answer.body["metadata"]["annotations"][_NOTE] == filer.user
    written = request.read()["metadata"]["annotations"][_NOTE]
    assert written.splitlines()[0] == filer.user
    bare = request.read()
    del bare["metadata"]["annotations"]
    applied = {"apiVersion": API_VERSION, "kind": row.kind, "spec": request.read()["spec"]} | forged
    path, force = f"{request.path}?dryRun=All", "&fieldManager=mallory&force=true"
    for answer in (
        filer.call("PATCH", path, forged, MERGE),
        filer.call("PATCH", path, {"metadata": {"annotations": None}}, MERGE),
        filer.call("PATCH", path + force, applied, APPLY),
        filer.call("PUT", path, bare),
    ):
        assert answer.code == 200, answer.message
        assert answer.body["metadata"]["annotations"][_NOTE] == written


@EVERY
@pytest.mark.rule("X-closed", "X-bound")
def test_a_form_brings_no_status_and_no_generation_along(scene: Scene, row: RequestKind) -> None:
    request, filer = _filed(scene, row)
    approvals = {"any.1": {"decision": "Approved", "basis": "0" * 64}}
    forged: Json = {"status": {"phase": "Approved", "approvals": approvals}}
    answer = filer.call("POST", f"{request.forms}?dryRun=All", request.form("forged") | forged)
    assert answer.code == 201, answer.message
    assert "status" not in answer.body
    before = request.read()
    forged["metadata"] = {"generation": 99}
    answer = filer.call("PATCH", f"{request.path}?dryRun=All", forged, MERGE)
    assert answer.code == 200, answer.message
    assert answer.body["status"] == before["status"]
    assert answer.body["metadata"]["generation"] == before["metadata"]["generation"]


@EVERY
@pytest.mark.rule("A17-delete")
def test_a_request_belongs_to_no_other_object(scene: Scene, row: RequestKind) -> None:
    request, filer = _filed(scene, row)
    ghost = {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": "0" * 36}
    form = request.form("ghostly")
    form["metadata"]["ownerReferences"] = [ghost]
    owned = {"metadata": {"ownerReferences": [ghost]}}
    for answer in (
        filer.call("POST", f"{request.forms}?dryRun=All", form),
        filer.call("PATCH", f"{request.path}?dryRun=All", owned, MERGE),
    ):
        _refused(answer, 422, "leave out ownerReferences")


@EVERY
@pytest.mark.rule("X-input", "A13-accept")
def test_it_is_a_form_in_an_agencys_namespace(scene: Scene, row: RequestKind) -> None:
    request, filer = _filed(scene, row)
    empty = {k: v for k, v in request.form("empty").items() if k != "spec"}
    answer = filer.call("POST", f"{request.forms}?dryRun=All", empty)
    assert answer.code == 422, answer.body
    answer = filer.call("PATCH", f"{request.path}?dryRun=All", {"spec": None}, MERGE)
    assert answer.code == 422, answer.body
    stray = request.form("stray")
    stray["metadata"]["namespace"] = "default"
    elsewhere = request.forms.replace(request.office.namespace, "default")
    root = scene.people["operator-as-root" if filer.user.startswith("system:") else "cluster-admin"]
    answer = root.call("POST", f"{elsewhere}?dryRun=All", stray)
    _refused(answer, 403, "default is no agency namespace (A13-accept")


@DECIDED
@pytest.mark.rule("A16-change")
@pytest.mark.parametrize("how", ["json", "put", "apply"])
def test_an_accepted_form_is_edited_in_no_way(scene: Scene, row: RequestKind, how: str) -> None:
    state, root = bound(row), scene.people["cluster-admin"]
    request, path = scene.request(row.kind, state), "?dryRun=All"
    found = request.read()
    edited: Json = copy.deepcopy(found)
    edited["spec"] |= request.edit("edited once more")["spec"]
    if how == "json":
        body = [{"op": "replace", "path": "/spec", "value": edited["spec"]}]
        answer = root.call("PATCH", request.path + path, body, PATCH)
    elif how == "put":
        answer = root.call("PUT", request.path + path, edited)
    else:
        applied = {"apiVersion": API_VERSION, "kind": row.kind, "spec": edited["spec"]}
        path += "&fieldManager=mallory&force=true"
        answer = root.call("PATCH", request.path + path, applied, APPLY)
    said = REFUSALS[CELLS[row.kind, state, "cluster-admin", "edit"]]
    assert answer.code == said.code, answer.body
    assert said.said(answer.message)


@DECIDED
@pytest.mark.rule("A17-delete")
def test_a_deletion_of_all_is_refused_in_words(scene: Scene, row: RequestKind) -> None:
    forms = scene.request(row.kind, "granted").forms
    answer = scene.people["cluster-admin"].call("DELETE", f"{forms}?dryRun=All")
    said = REFUSALS[CELLS[row.kind, "granted", "cluster-admin", "delete"]]
    assert answer.code == said.code, answer.body
    assert said.said(answer.message)
