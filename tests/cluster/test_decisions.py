"""Who decides, on what and when: the attacks on `status.approvals`, on the real API."""

import signal
from datetime import UTC, datetime, timedelta

import pytest

from mandate.api.meta import Json
from tests.cluster.office import Office
from tests.cluster.test_forms import FILLERS

MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"


@pytest.fixture
def accepted(filed: Office) -> Office:
    """An application that awaits review."""
    assert filed.decide("acceptance").code == 200
    filed.awaits("review")
    return filed


@pytest.mark.rule("X-identity")
def test_name_and_time_are_the_servers(filed: Office) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    answer = filed.decide("acceptance", by="mallory", at="2000-01-01T00:00:00Z")
    assert answer.code == 200, answer.message
    made = filed.read()["status"]["approvals"]["acceptance.1"]
    assert made["by"] == "bob"
    assert before <= datetime.fromisoformat(made["at"]) <= datetime.now(UTC)


@pytest.mark.rule("X-identity")
@pytest.mark.parametrize("through", [{"subresource": "status"}, {}], ids=["status", "form"])
def test_a_planted_managed_fields_entry_does_not_date_a_decision(
    filed: Office, through: Json
) -> None:
    entry = {
        "manager": "planted", "operation": "Update",
        "apiVersion": "mandate.dev/v1alpha1", "time": "2031-01-01T00:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:status": {"f:approvals": {"f:acceptance.1": {"f:decision": {}}}}},
    } | through  # fmt: skip
    planted = filed.member.put(
        f"{filed.forms}/bus-portal", lambda found: found["metadata"]["managedFields"].append(entry)
    )
    assert planted.code == 200, planted.message
    assert filed.decide("acceptance").code == 200
    made = filed.read()["status"]["approvals"]["acceptance.1"]
    assert datetime.fromisoformat(made["at"]) <= datetime.now(UTC)


@pytest.mark.rule("X-identity")
def test_managed_fields_forged_in_the_decision_itself_do_not_date_it(filed: Office) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)

    def decide(found: Json) -> None:
        basis = found["status"]["awaiting"][0]["basis"]
        entry = {"decision": "Approved", "basis": basis, "at": "2031-01-01T00:00:00Z"}
        found["status"]["approvals"] = {"acceptance.1": entry}
        for forged in ("bob", "python-urllib3"):
            found["metadata"]["managedFields"].append({
                "manager": forged, "operation": "Update", "subresource": "status",
                "apiVersion": "mandate.dev/v1alpha1", "time": "2031-01-01T00:00:00Z",
                "fieldsType": "FieldsV1",
                "fieldsV1": {"f:status": {"f:approvals": {"f:acceptance.1": {"f:decision": {}}}}},
            })  # fmt: skip

    answer = filed.approver.put(f"{filed.forms}/bus-portal/status", decide)
    assert answer.code == 200, answer.message
    made = filed.read()["status"]["approvals"]["acceptance.1"]
    assert before <= datetime.fromisoformat(made["at"]) <= datetime.now(UTC)


@pytest.mark.rule("X-order")
@pytest.mark.parametrize(
    ("stage", "because"),
    [
        ("review", "review cannot be Approved now"),
        ("certification", "may not decide certification"),
        ("Acceptance", "write it as <stage>.<generation>"),
        ("", "write it as <stage>.<generation>"),
        ("acc\nreview", "write it as <stage>.<generation>"),
        ("a" * 6000, "write it as <stage>.<generation>"),
        ("\u0430cceptance", "write it as <stage>.<generation>"),  # a Cyrillic letter
    ],
    ids=lambda value: repr(value)[:20],
)
def test_no_stage_before_its_turn(filed: Office, stage: str, because: str) -> None:
    answer = filed.decide(stage)
    assert answer.code in (403, 422)
    assert because in answer.message


@pytest.mark.rule("X-order")
def test_two_stages_are_not_decided_at_once(filed: Office) -> None:
    basis = filed.read()["status"]["awaiting"][0]["basis"]
    entry = {"decision": "Approved", "basis": basis, "opinion": "同意"}
    answer = filed.patch_status(
        {"status": {"approvals": {"acceptance.1": entry, "review.1": entry}}}
    )
    assert answer.code == 422
    assert "decide one stage at a time" in answer.message


@pytest.mark.rule("X-bound")
@pytest.mark.parametrize("generation", [0, 2, 99])
def test_a_decision_names_the_present_generation(filed: Office, generation: int) -> None:
    basis = filed.read()["status"]["awaiting"][0]["basis"]
    entry = {"decision": "Approved", "basis": basis}
    answer = filed.patch_status({"status": {"approvals": {f"acceptance.{generation}": entry}}})
    assert answer.code == 422
    assert "the request is at generation 1" in answer.message


@pytest.mark.rule("X-bound")
def test_a_form_edited_after_it_was_read_is_not_approved(filed: Office) -> None:
    read = filed.read()["status"]["awaiting"][0]["basis"]
    change = {"spec": {"projectCode": "later"}}
    filed.member.call("PATCH", f"{filed.forms}/bus-portal", change, MERGE)
    answer = filed.decide("acceptance", basis=read)
    assert answer.code == 422
    filed.awaits("acceptance")
    answer = filed.decide("acceptance", basis=read)
    assert answer.code == 422
    assert "the basis differs" in answer.message


@pytest.mark.rule("X-bound")
def test_an_approval_does_not_land_on_another_object_of_the_name(filed: Office) -> None:
    read = filed.read()["status"]["awaiting"][0]["basis"]
    assert filed.member.call("DELETE", f"{filed.forms}/bus-portal").code == 200
    assert filed.file().code == 201
    filed.awaits("acceptance")
    answer = filed.decide("acceptance", basis=read)
    assert answer.code == 422
    assert "the basis differs" in answer.message


@pytest.mark.rule("A13-accept")
@pytest.mark.parametrize("opinion", [None, "", "  \t", "\u3000\u3000", FILLERS], ids=repr)
def test_a_refusal_carries_an_opinion(filed: Office, opinion: str | None) -> None:
    answer = filed.decide("acceptance", "Refused", opinion=opinion)
    assert answer.code == 422


@pytest.mark.rule("A11-materials")
def test_review_carries_the_assessments_opinion(accepted: Office) -> None:
    answer = accepted.decide("review", opinion=None)
    assert answer.code == 422
    assert "review needs an opinion" in answer.message


@pytest.mark.rule("X-final")
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MERGE, {"status": {"approvals": {"acceptance.1": {"decision": "Refused"}}}}),
        (MERGE, {"status": {"approvals": {"acceptance.1": {"opinion": "rewritten"}}}}),
        (MERGE, {"status": {"approvals": {"acceptance.1": None}}}),
        (MERGE, {"status": {"approvals": None}}),
        (MERGE, {"status": None}),
        (JSON_PATCH, [{"op": "remove", "path": "/status/approvals/acceptance.1"}]),
        (JSON_PATCH, [{"op": "replace", "path": "/status/approvals", "value": {}}]),
        (JSON_PATCH, [{"op": "remove", "path": "/status"}]),
    ],
    ids=["flip", "reword", "null", "null-all", "null-status", "remove", "empty", "remove-status"],
)
def test_a_recorded_decision_stays(accepted: Office, content_type: str, body: object) -> None:
    was = accepted.read()["status"]["approvals"]
    path = f"{accepted.forms}/bus-portal/status"
    answer = accepted.approver.call("PATCH", path, body, content_type)
    assert answer.code in (403, 422), answer.body
    assert accepted.read()["status"]["approvals"] == was


@pytest.mark.rule("X-final")
def test_a_forced_apply_rewrites_nothing(accepted: Office) -> None:
    was = accepted.read()["status"]["approvals"]
    body = {
        "apiVersion": "mandate.dev/v1alpha1", "kind": "CloudApplication",
        "metadata": {"name": "bus-portal", "namespace": accepted.namespace},
        "status": {"approvals": {"acceptance.1": {"decision": "Refused", "basis": "0" * 64}}},
    }  # fmt: skip
    path = f"{accepted.forms}/bus-portal/status?fieldManager=other&force=true"
    answer = accepted.approver.call("PATCH", path, body, APPLY)
    assert answer.code == 422
    assert accepted.read()["status"]["approvals"] == was


@pytest.mark.rule("X-identity", "X-closed")
@pytest.mark.parametrize(
    "status",
    [
        {"phase": "Approved"},
        {"awaiting": []},
        {"checks": []},
        {"conditions": []},
        {"observedGeneration": 7},
        {"stages": ["acceptance"]},
        {"effects": {"acceptance.1": {"effective": False}}},
        {"namespace": "kube-system"},
        {"allocation": {"machines": []}},
    ],
    ids=lambda s: next(iter(s)),
)
def test_the_rest_of_the_status_is_the_operators(filed: Office, status: dict[str, object]) -> None:
    answer = filed.patch_status({"status": status})
    assert answer.code == 403
    assert "only the operator writes this part of the status" in answer.message


@pytest.mark.rule("X-identity", "X-closed")
def test_nor_is_it_taken_away(filed: Office) -> None:
    for key in filed.read()["status"]:
        body = [{"op": "remove", "path": f"/status/{key}"}]
        path = f"{filed.forms}/bus-portal/status?dryRun=All"
        answer = filed.approver.call("PATCH", path, body, JSON_PATCH)
        assert answer.code == 403, (key, answer.body)
        assert "only the operator writes this part of the status" in answer.message


@pytest.mark.rule("X-bound", "X-order")
def test_what_the_operator_has_not_read_yet_is_not_decided(filed: Office) -> None:
    filed.site.plane.send("operator", signal.SIGSTOP)
    try:
        basis = filed.read()["status"]["awaiting"][0]["basis"]
        change = {"spec": {"projectCode": "unread"}}
        edited = filed.member.call("PATCH", f"{filed.forms}/bus-portal", change, MERGE)
        assert edited.body["metadata"]["generation"] == 2
        # the basis is still the one in status.awaiting, and the generation the present one
        answer = filed.decide("acceptance", basis=basis)
    finally:
        filed.site.plane.send("operator", signal.SIGCONT)
    assert answer.code == 422, answer.body
    assert "acceptance cannot be Approved now (X-order" in answer.message


@pytest.mark.rule("X-order")
def test_nothing_is_decided_after_a_refusal_until_the_form_is_edited(filed: Office) -> None:
    assert filed.decide("acceptance", "Refused", opinion="请补充材料").code == 200
    filed.until(phase="Refused")
    answer = filed.decide("review")
    assert answer.code == 422
    assert "review cannot be Approved now" in answer.message


@pytest.mark.rule("X-closed")
def test_status_in_a_filed_form_is_dropped(office: Office) -> None:
    form = office.form()
    entry = {"decision": "Approved", "basis": "0" * 64, "by": "bob", "at": "2026-01-01T00:00:00Z"}
    form["status"] = {"phase": "Approved", "approvals": {"acceptance.1": entry, "review.1": entry}}
    assert office.file(form).code == 201
    found = office.awaits("acceptance")
    assert "approvals" not in found["status"]
