"""What was tried on decisions, on a request of every kind of the stage table."""

import copy

import pytest

from hack.site import Answer
from mandate.api.meta import API_VERSION, Json
from mandate.api.requests import decision_key
from mandate.api.stages import RequestKind
from tests.cluster.matrix import DECIDED, EVERY, REFUSALS, bound
from tests.cluster.matrix_states import Request, Scene, decided
from tests.cluster.test_matrix import CELLS

MERGE = "application/merge-patch+json"
PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"
_LONG_AGO = "2000-01-01T00:00:00Z"


def _refused(answer: Answer, code: int, text: str) -> None:
    assert answer.code == code, answer.body
    assert text in answer.message


def _flipped(entry: Json) -> Json:
    """The same decision as a refusal, which signs nothing."""
    kept = {key: value for key, value in entry.items() if key != "seal"}
    return kept | {"decision": "Refused", "opinion": "不同意"}


class Turn:
    """A request whose first stage is awaited, and who decides it."""

    def __init__(self, scene: Scene, row: RequestKind, state: str = "filed") -> None:
        self.request = scene.request(row.kind, state)
        self.stage = self.request.way[0]
        self.who = scene.decider(row, self.stage)
        self.found = self.request.read()
        self.key = decision_key(self.stage, self.found["metadata"]["generation"])

    @property
    def entry(self) -> Json:
        """What the decider may write."""
        body = decided(self.found, self.stage, "Approved", "同意")
        entry: Json = body["status"]["approvals"][self.key]
        return entry

    def try_(self, approvals: object) -> Answer:
        """A dry run of a merge patch of the approvals."""
        return self.status({"status": {"approvals": approvals}})

    def status(self, body: object, content_type: str = MERGE, query: str = "") -> Answer:
        """A dry run of a patch of the status."""
        path = f"{self.request.path}/status?dryRun=All{query}"
        return self.who.call("PATCH", path, body, content_type)


@DECIDED
@pytest.mark.rule("X-identity")
@pytest.mark.parametrize("forged", [{"by": "mallory"}, {"at": _LONG_AGO}, {"appointment": "king"}])
def test_name_time_and_appointment_are_the_servers(
    scene: Scene, row: RequestKind, forged: dict[str, str]
) -> None:
    turn = Turn(scene, row)
    answer = turn.try_({turn.key: turn.entry | forged})
    assert answer.code == 200, answer.message
    made = answer.body["status"]["approvals"][turn.key]
    assert made["by"] == turn.who.user
    assert made["at"] >= turn.found["metadata"]["creationTimestamp"]
    assert made["appointment"].startswith("RBAC: allowed by ")


@DECIDED
@pytest.mark.rule("X-identity")
def test_forged_managed_fields_date_no_decision(scene: Scene, row: RequestKind) -> None:
    turn = Turn(scene, row)
    forged = copy.deepcopy(turn.found)
    forged["status"].setdefault("approvals", {})[turn.key] = turn.entry
    fields: Json = {"f:status": {"f:approvals": {f"f:{turn.key}": {"f:decision": {}}}}}
    forged["metadata"]["managedFields"] = [{
        "manager": "mallory", "operation": "Update", "subresource": "status",
        "apiVersion": API_VERSION, "time": _LONG_AGO,
        "fieldsType": "FieldsV1", "fieldsV1": fields,
    }]  # fmt: skip
    answer = turn.who.call("PUT", f"{turn.request.path}/status?dryRun=All", forged)
    assert answer.code == 200, answer.message
    made = answer.body["status"]["approvals"][turn.key]
    assert made["at"] >= turn.found["metadata"]["creationTimestamp"]


@DECIDED
@pytest.mark.rule("X-order")
def test_one_stage_a_write_by_its_name_and_generation(scene: Scene, row: RequestKind) -> None:
    turn = Turn(scene, row)
    both = {turn.key: turn.entry, "another-stage.1": turn.entry}
    _refused(turn.try_(both), 422, "decide one stage at a time")
    for key in (".1", turn.stage, f"{turn.stage}.x", f"{turn.key}.1"):
        _refused(turn.try_({key: turn.entry}), 422, "write it as <stage>.<generation>")


@DECIDED
@pytest.mark.rule("X-bound")
def test_a_decision_holds_for_what_was_read(scene: Scene, row: RequestKind) -> None:
    turn = Turn(scene, row)
    present = turn.found["metadata"]["generation"]
    for generation in (0, present - 1, present + 1, 99):
        key = decision_key(turn.stage, generation)
        _refused(turn.try_({key: turn.entry}), 422, f"the request is at generation {present}")
    # as one of the name that was filed before, and deleted, would have had it
    other = {turn.key: turn.entry | {"basis": "0" * 64}}
    _refused(turn.try_(other), 422, "the basis differs from the one in status.awaiting")


@DECIDED
@pytest.mark.rule("A13-accept")
@pytest.mark.parametrize("opinion", [None, "", " \u3000"], ids=repr)
def test_a_refusal_carries_an_opinion(scene: Scene, row: RequestKind, opinion: str | None) -> None:
    turn = Turn(scene, row)
    answer = turn.try_({turn.key: _flipped(turn.entry) | {"opinion": opinion}})
    assert answer.code == 422, answer.body
    # blank text stops at the schema
    text = "a refusal carries an opinion (A13-accept" if opinion is None else "must not be blank"
    assert text in answer.message


@DECIDED
@pytest.mark.rule("X-final")
@pytest.mark.parametrize("how", ["flip", "null", "all", "status", "remove", "put", "apply"])
def test_a_recorded_decision_stays(scene: Scene, row: RequestKind, how: str) -> None:
    turn = Turn(scene, row, bound(row))
    made, pointer = turn.found["status"]["approvals"], "/status/approvals"
    flipped = {turn.key: _flipped(made[turn.key]) | {"seal": None}}
    another = {turn.key: made[turn.key] | {"opinion": "再议"}}
    if how == "remove":
        answer = turn.status([{"op": "remove", "path": f"{pointer}/{turn.key}"}], PATCH)
    elif how == "put":
        bare = copy.deepcopy(turn.found)
        del bare["status"]["approvals"]
        answer = turn.who.call("PUT", f"{turn.request.path}/status?dryRun=All", bare)
    elif how == "apply":
        body = {"apiVersion": API_VERSION, "kind": row.kind, "status": {"approvals": another}}
        answer = turn.status(body, APPLY, "&fieldManager=mallory&force=true")
    else:
        bodies: dict[str, Json] = {
            "flip": {"status": {"approvals": flipped}},
            "null": {"status": {"approvals": {turn.key: None}}},
            "all": {"status": {"approvals": None}},
            "status": {"status": None},
        }
        answer = turn.status(bodies[how])
    _refused(answer, 422, "a recorded decision is neither altered nor withdrawn (X-final")


@DECIDED
@pytest.mark.rule("X-identity")
def test_no_part_of_the_status_is_written_or_taken_away(scene: Scene, row: RequestKind) -> None:
    turn = Turn(scene, row)
    check = {"type": "Complete", "passed": True, "blocking": True, "message": ""}
    condition = {
        "type": "Ready", "status": "True", "reason": "Forged", "message": "",
        "lastTransitionTime": _LONG_AGO,
    }  # fmt: skip
    forged: list[Json] = [
        *({key: None} for key in turn.found["status"] if key != "approvals"),
        {"checks": [check]},
        {"conditions": [condition]},
        {"observedGeneration": 99},
        {"stages": []},
        {"effects": {turn.key: {"effective": False, "reason": "forged"}}},
    ]
    for status in forged:
        _refused(turn.status({"status": status}), 403, "only the operator writes this part of the")


@EVERY
@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    "status", [None, [], {"approvals": []}, {"approvals": {"a.1": None}}], ids=repr
)
def test_an_empty_status_is_nobodys_decision(
    scene: Scene, row: RequestKind, status: object
) -> None:
    request, operator = scene.request(row.kind, "filed"), scene.people["operator-as-root"]
    path = f"{request.path}/status?dryRun=All"
    answer = operator.call("PATCH", path, {"status": status}, MERGE)
    # taken as nothing, or refused to this one write
    assert answer.code in (200, 403, 422), answer.body
    if answer.code == 200:
        assert not answer.body.get("status", {}).get("approvals")


def _made(scene: Scene, row: RequestKind, name: str, finalizers: list[str]) -> Request:
    """A request of its own, which awaits its first stage."""
    here = scene.request(row.kind, "filed")
    request = Request(row, here.office, f"{row.kind.lower()}-{name}")
    form = here.form(request.name)
    form["metadata"]["finalizers"] = finalizers
    made = scene.filer(row).call("POST", here.forms, form)
    assert made.code == 201, made.message
    scene.write_status(request, request.way[:1], "Submitted")
    return request


def _approve(scene: Scene, request: Request, stage: str) -> Answer:
    body = decided(request.read(), stage, "Approved", "同意")
    who = scene.decider(request.row, stage)
    return who.call("PATCH", f"{request.path}/status", body, MERGE)


@DECIDED
@pytest.mark.rule("X-bound")
def test_a_request_in_deletion_is_not_decided(scene: Scene, row: RequestKind) -> None:
    filer, going = scene.filer(row), _made(scene, row, "going", ["example.org/held"])
    assert filer.call("DELETE", going.path).code == 200
    answer = _approve(scene, going, going.way[0])
    freed = filer.call("PATCH", going.path, {"metadata": {"finalizers": None}}, MERGE)
    _refused(answer, 422, "the request is being deleted (X-bound")
    assert freed.code == 200, freed.message


@DECIDED
@pytest.mark.rule("A17-delete", "X-closed")
def test_what_is_decided_binds_before_the_operator_has_seen_it(
    scene: Scene, row: RequestKind
) -> None:
    request = _made(scene, row, "early", [])
    for stage in request.way if row.binds == "last" else request.way[:1]:
        scene.write_status(request, (stage,), "Submitted")
        answer = _approve(scene, request, stage)
        assert answer.code == 200, answer.message
    assert request.read()["status"]["phase"] == "Submitted"
    gone = scene.people["cluster-admin"].call("DELETE", f"{request.path}?dryRun=All")
    said = REFUSALS[CELLS[row.kind, "granted", "cluster-admin", "delete"]]
    assert gone.code == said.code, gone.body
    assert said.said(gone.message)
