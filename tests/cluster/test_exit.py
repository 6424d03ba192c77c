"""The end of a system on the real API: closed, held, reclaimed, signed; and what stops it."""

import json
from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest

from hack.site import SOON, Answer, Site, eventually
from mandate.api.meta import Json
from tests.cluster.custom import gauge
from tests.cluster.filing import MERGE, Filing, dossier, facts
from tests.cluster.office import SETTINGS, Office
from tests.cluster.test_suspension import condition, network

_LUAN = ZoneInfo("Asia/Shanghai")
_OWN = ("systemOwner", "resources", "confirmation", "exitPlan")
_DOCUMENT = {"title": "告知书", "uri": "https://files.luan.example/n.pdf", "sha256": "6b" * 32}


def day(site: Site, ahead: int) -> str:
    """A day from today on, as Lu'an and the story have it."""
    return str((site.now() + timedelta(days=ahead)).astimezone(_LUAN).date())


def namespace(office: Office, name: str = "bus-portal") -> Json:
    """The granted namespace, as the API server has it."""
    path = f"/api/v1/namespaces/{office.name}--{name}"
    return office.site.bootstrap.call("GET", path).body


def put_in(office: Office, plural: str, name: str, query: str = "") -> Answer:
    """An object of a member's own in the granted namespace."""
    path = f"/api/v1/namespaces/{office.name}--bus-portal/{plural}{query}"
    return office.member.call("POST", path, {"metadata": {"name": name}})


def is_full(office: Office) -> bool:
    """Whether no secret would be taken any more."""
    return "exceeded quota" in put_in(office, "secrets", "more", "?dryRun=All").message


def is_gone(office: Office, name: str = "bus-portal") -> bool:
    return bool(namespace(office, name).get("code") == 404)


@pytest.fixture
def granted(office: Office) -> Office:
    office.approve()
    office.until(phase="Trial")
    return office


def leaving(office: Office, ahead: int, name: str = "leaves") -> Filing:
    """An exit that is approved, on a day from today on."""
    exit_ = Filing(office, "ExitRequest", name)
    answer = exit_.file(office.member, {"plannedExitDate": day(office.site, ahead)})
    assert answer.code == 201, answer.message
    exit_.until("Submitted", "exit")
    exit_.decided("exit", office.approver)
    return exit_


def sign(office: Office, exit_: Filing) -> None:
    """The provider confirms, and all three sign."""
    exit_.until("Reclaimed", "confirm-provider")
    exit_.decided("confirm-provider", office.provider)
    exit_.until("Reclaimed", "sign-agency", "sign-provider", "sign-authority")
    bare = exit_.decide("sign-agency", office.member, seal=None)
    assert bare.code == 422
    assert "sign-agency is sealed too" in bare.message
    exit_.decided("sign-agency", office.member)
    exit_.decided("sign-provider", office.provider)
    exit_.until("Reclaimed", "sign-authority")
    exit_.decided("sign-authority", office.approver)
    exit_.until("Completed")


@pytest.mark.rule("A17-exit", "G72-confirm", "A17-delete", "X-dossier")
def test_a_system_exits_and_its_dossier_outlives_it(granted: Office) -> None:
    site, uid = granted.site, granted.read()["metadata"]["uid"]
    agency = f"/apis/mandate.dev/v1alpha1/agencies/{granted.name}"
    note = {"metadata": {"annotations": {"mandate.dev/destroy": granted.name}}}
    assert granted.clerk.call("PATCH", agency, note, MERGE).code == 200
    for name in ("one", "two", "three"):
        assert put_in(granted, "configmaps", name).code == 201
    assert put_in(granted, "secrets", "one").code == 201
    gauge(granted)
    exit_ = leaving(granted, 4)
    found = exit_.until("Approved")
    # the agency sees when it is deleted: planned in 4 days, held for one
    assert found["status"]["deletesAt"] > (site.now() + timedelta(days=4)).isoformat()
    assert granted.read()["status"]["phase"] == "Trial"
    assert "ingress" in network(granted)
    site.advance(days=4)
    exit_.until("Closed")
    granted.until(phase="Exiting")
    eventually(lambda: "ingress" not in network(granted), SOON, "the network is closed")
    assert namespace(granted)["metadata"]["labels"]["mandate.dev/environment"] == "trial"
    site.advance(days=1)
    exit_.until("Held")

    def held() -> bool:
        labels: Json = namespace(granted)["metadata"]["labels"]
        return bool(labels["mandate.dev/environment"] == "held")

    eventually(held, SOON, "it is marked as held")
    eventually(lambda: is_full(granted), SOON, "no more is added")
    refused = granted.member.call("DELETE", f"{granted.forms}/bus-portal")
    assert refused.code == 403
    refused = granted.clerk.call("DELETE", agency)
    assert refused.code == 403
    assert "1 of the systems of" in refused.message
    assert not is_gone(granted)
    site.advance(days=1)
    eventually(lambda: is_gone(granted), SOON, "the namespace is deleted")
    sign(granted, exit_)
    granted.until(phase="Exited")
    told = facts(granted, uid)
    assert json.loads(told["inventory"])["inventory"]["pods"] == "0"
    # with what the cluster itself puts into a namespace: its certificate, a service account
    deleted = {"configmaps": 4, "gauges.luan.example": 1, "secrets": 1, "serviceaccounts": 1}
    assert json.loads(told["inventory"])["objects"] == deleted
    assert len(json.loads(told["inventory"])["allocation"]["machines"]) == 3
    # what was signed is the sheet on record
    sheet = next(json.loads(v) for k, v in told.items() if ".sheet." in k)
    signed = exit_.read()["status"]["sheet"]["sha256"]
    assert sheet["sha256"] == signed == sha256(sheet["html"].encode()).hexdigest()
    assert "资源退出确认单" in sheet["html"]
    assert "<td>密钥</td><td>secrets</td>" in sheet["html"]
    assert granted.member.call("DELETE", f"{granted.forms}/bus-portal").code == 200
    kept = granted.member.call("DELETE", f"{exit_.forms}/leaves")
    assert kept.code == 403

    def closed() -> bool:
        return {"Exited", "Completed", "Gone"} <= {entry["kind"] for entry in dossier(granted, uid)}

    eventually(closed, SOON, "its dossier tells of the end, and is closed")
    assert is_gone(granted)
    eventually(lambda: granted.clerk.call("DELETE", agency).code == 200, SOON, "it may go now")


@pytest.mark.rule("A17-exit", "A23-suspend")
def test_a_legal_hold_stops_it_before_anything_is_deleted(granted: Office) -> None:
    site = granted.site
    hold = Filing(granted, "Suspension", "hold")
    kept = {"effect": "Preserve", "reportTo": None}
    assert hold.file(granted.clerk, kept).code == 201
    hold.until("Submitted", "suspension")
    hold.decided("suspension", granted.approver)
    hold.until("InForce", "lift")
    exit_ = leaving(granted, 0)
    site.advance(days=9)
    exit_.until("Held")
    eventually(lambda: condition(granted, "LegalHold") == "True", SOON, "it is held")
    # a resync, and still there
    site.advance(seconds=60)
    assert granted.until(phase="Exiting")["status"].get("reclaim") is None
    assert "deletionTimestamp" not in namespace(granted)["metadata"]
    hold.decided("lift", granted.approver)
    eventually(lambda: is_gone(granted), SOON, "lifted, it is deleted")
    exit_.until("Reclaimed", "confirm-provider")


@pytest.mark.rule("A17-exit", "X-level")
def test_an_operator_killed_while_it_reclaims_goes_on(granted: Office) -> None:
    site, uid = granted.site, granted.read()["metadata"]["uid"]
    here = f"/api/v1/namespaces/{granted.name}--bus-portal"
    stuck = {"metadata": {"name": "stuck", "finalizers": ["luan.example/backup"]}}
    assert granted.member.call("POST", f"{here}/configmaps", stuck).code == 201
    exit_ = leaving(granted, 0)
    site.advance(days=2)
    going = "deletionTimestamp"
    eventually(lambda: going in namespace(granted)["metadata"], SOON, "it is being deleted")
    site.stop_operator(9)
    site.start_operator(settings=SETTINGS)
    free = {"metadata": {"finalizers": None}}
    answer = site.bootstrap.call("PATCH", f"{here}/configmaps/stuck", free, MERGE)
    assert answer.code == 200, answer.message
    exit_.until("Reclaimed", "confirm-provider")
    assert is_gone(granted)
    told = dossier(granted, uid)
    assert [entry["kind"] for entry in told].count("InventoryTaken") == 1
    reclaimed = [entry["key"] for entry in told if entry["kind"] == "Reclaimed"]
    assert len(reclaimed) == len(set(reclaimed)) > 0


def ask_of(office: Office, requirement: str, due_on: str) -> None:
    """The register asks it of the bus portal, and its unit sees it."""
    duty = {"requirement": requirement, "dueOn": due_on}
    entry = {
        "id": "portal", "name": "六安公交出行服务平台", "builtOn": "2026-10-20",
        "application": "bus-portal", "dataIntegration": duty,
    }  # fmt: skip
    path = f"/apis/mandate.dev/v1alpha1/agencies/{office.name}"
    body = {"spec": {"systems": [entry]}}
    assert office.member.call("PATCH", path, body, MERGE).code == 403
    assert office.clerk.call("PATCH", path, body, MERGE).code == 200

    def seen() -> bool:
        status = office.member.call("GET", f"{office.forms}/bus-portal").body["status"]
        late = [c["status"] for c in status["conditions"] if c["type"] == "IntegrationOverdue"]
        return status.get("dataIntegration") == duty and late == ["True"]

    eventually(seen, SOON, "the agency sees what is asked, and that it is late")


@pytest.mark.rule("A07-reclaim", "A23-suspend", "X-duty")
def test_the_authority_ends_what_it_may_in_its_own_name_and_after_notice(granted: Office) -> None:
    site, uid = granted.site, granted.read()["metadata"]["uid"]
    gone = dict.fromkeys(_OWN)
    unmet = {
        "requirement": "接入一体化数据基础平台",
        "dueOn": day(site, -40),
        "noticeDate": day(site, -10),
        "notice": _DOCUMENT,
    }
    reclaim = {"exitType": "Reclaim", "reclaim": unmet, "plannedExitDate": day(site, 20)} | gone
    filing = Filing(granted, "ExitRequest", "reclaim")
    refused = filing.file(granted.member, reclaim)
    assert refused.code == 403
    assert "does not file or withdraw this ExitRequest" in refused.message
    own = filing.file(granted.clerk, {"plannedExitDate": day(site, 5)})
    assert own.code == 403
    # ten days of thirty are over: in twenty-one it may be
    assert filing.file(granted.clerk, reclaim).code == 201
    found = filing.until("Submitted", "exit")
    assert found["status"]["awaiting"][0]["may"] == ["Refused"]
    said = {c["type"]: c["message"] for c in found["status"]["checks"]}
    assert f"plannedExitDate is before {day(site, 21)}" in said["NoticeGiven"]
    assert "reclaim.requirement is not the register's" in said["RequirementUnmet"]
    assert filing.decide("exit", granted.approver).code == 422
    ask_of(granted, str(unmet["requirement"]), str(unmet["dueOn"]))
    later = {"spec": {"plannedExitDate": day(site, 21)}}
    path = f"{filing.forms}/reclaim"
    assert granted.member.call("PATCH", path, later, MERGE).code == 403
    assert granted.clerk.call("PATCH", path, later, MERGE).code == 200
    eventually(
        lambda: filing.read()["status"]["awaiting"][0]["may"] == ["Approved", "Refused"],
        SOON, "what is unmet, and was announced, can be reclaimed",
    )  # fmt: skip
    # the agency reads it in its own namespace
    assert granted.member.call("GET", path).body["spec"]["plannedExitDate"] == day(site, 21)

    end = {
        "exitType": "Termination", "plannedExitDate": day(site, 0),
        "reportTo": "六安市互联网信息办公室",
    } | gone  # fmt: skip
    termination = Filing(granted, "ExitRequest", "ends")
    assert termination.file(granted.clerk, end).code == 201
    termination.until("Submitted", "exit")
    termination.decided("exit", granted.approver)
    termination.until("Closed")
    granted.until(phase="Exiting")

    def report() -> str | None:
        told = facts(granted, uid)
        return next((v for k, v in told.items() if ".report-terminated." in k), None)

    assert "终止服务" in eventually(report, SOON, "the report is on record")


@pytest.mark.rule("A17-exit")
def test_a_unit_exits_with_all_its_systems(office: Office) -> None:
    site = office.site
    for name in ("bus-portal", "bus-cards"):
        office.approve(name)
    everything: Json = {"exitType": "Unit", "systemName": None, "applicationRef": None}
    unit = Filing(office, "ExitRequest", "unit")
    one = unit.form({})["spec"]["resources"]
    # what both of them have
    everything["resources"] = [line | {"quantity": 2 * line["quantity"]} for line in one]
    filed = unit.file(office.member, everything | {"plannedExitDate": day(site, 0)}, about=None)
    assert filed.code == 201, filed.message
    unit.until("Submitted", "exit")
    unit.decided("exit", office.approver)
    unit.until("Closed")
    for name in ("bus-portal", "bus-cards"):
        office.until(name, phase="Exiting")
    site.advance(days=2)
    sign(office, unit)
    for name in ("bus-portal", "bus-cards"):
        assert is_gone(office, name)
        office.until(name, phase="Exited")
