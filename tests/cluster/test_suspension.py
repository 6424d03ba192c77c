"""Suspensions on the real API: in force at once or decided, and undone to the byte."""

import json
from hashlib import sha256

import pytest

from hack.site import SOON, Actor, eventually
from mandate.api.meta import Json
from tests.cluster.filing import MERGE, Filing, facts
from tests.cluster.office import Office

PROVIDER = {"origin": "Provider", "reportTo": None}
_OBJECTS = (
    "/api/v1/namespaces/{0}",
    "/api/v1/namespaces/{0}/resourcequotas/mandate",
    "/api/v1/namespaces/{0}/limitranges/mandate",
    "/apis/networking.k8s.io/v1/namespaces/{0}/networkpolicies/mandate-default-deny",
    "/apis/networking.k8s.io/v1/namespaces/{0}/networkpolicies/mandate-approved",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/{0}/rolebindings/mandate-members",
)


def snapshot(office: Office) -> bytes:
    """What was granted, without what each write counts on."""
    found = []
    for path in _OBJECTS:
        body = office.site.bootstrap.call("GET", path.format(f"{office.name}--bus-portal")).body
        for counted in ("resourceVersion", "generation", "managedFields"):
            body["metadata"].pop(counted, None)
        body.pop("status", None)
        found.append(body)
    return json.dumps(found, sort_keys=True).encode()


def until_as(office: Office, before: bytes) -> None:
    eventually(lambda: snapshot(office) == before, SOON, "everything is as it was")


def network(office: Office) -> Json:
    path = _OBJECTS[4].format(f"{office.name}--bus-portal")
    spec: Json = office.site.bootstrap.call("GET", path).body["spec"]
    return spec


def until_interrupted(office: Office) -> None:
    def closed() -> bool:
        path = _OBJECTS[1].format(f"{office.name}--bus-portal")
        quota = office.site.bootstrap.call("GET", path).body["spec"]["hard"]
        return quota.get("pods") == "0" and "ingress" not in network(office)

    eventually(closed, SOON, "the network is closed and no pod starts")


def condition(office: Office, kind: str) -> str | None:
    found = office.read()["status"]["conditions"]
    return next((c["status"] for c in found if c["type"] == kind), None)


@pytest.fixture
def granted(office: Office) -> Office:
    office.approve()
    office.until(phase="Trial")
    return office


@pytest.mark.rule("A23-suspend", "X-duty")
def test_the_authority_suspends_and_lifts_and_all_is_as_before(granted: Office) -> None:
    namespace = f"{granted.name}--bus-portal"
    data = {"metadata": {"name": "data"}, "data": {"kept": "yes"}}
    maps = f"/api/v1/namespaces/{namespace}/configmaps"
    assert granted.member.call("POST", maps, data).code == 201
    before = snapshot(granted)
    order = Filing(granted, "Suspension", "intrusion")
    assert order.file(granted.clerk, {}).code == 201
    order.until("Submitted", "suspension")
    assert snapshot(granted) == before
    # the office that filed it does not decide it, not even appointed
    own = granted.site.actor("clerk", "luan-authority", "luan-approvers")
    refused = order.decide("suspension", own)
    assert refused.code == 403
    assert "wrote this request and does not decide on it" in refused.message
    order.decided("suspension", granted.approver)
    order.until("InForce", "lift")
    until_interrupted(granted)
    assert condition(granted, "Suspended") == "True"
    pod = {
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c", "image": "registry.example/c"}]},
    }
    answer = granted.member.call("POST", f"/api/v1/namespaces/{namespace}/pods", pod)
    assert answer.code == 403
    assert "exceeded quota" in answer.message
    assert granted.member.call("GET", f"{maps}/data").body["data"] == {"kept": "yes"}
    order.decided("lift", granted.approver)
    assert order.until("Lifted")["status"]["liftedAt"]
    until_as(granted, before)
    eventually(lambda: condition(granted, "Suspended") == "False", SOON, "it says so")


@pytest.mark.rule("A23-suspend", "X-dossier")
def test_the_report_to_the_cyber_security_authority_is_on_record(granted: Office) -> None:
    uid = granted.read()["metadata"]["uid"]
    order = Filing(granted, "Suspension", "intrusion")
    assert order.file(granted.clerk, {}).code == 201
    order.until("Submitted", "suspension")
    order.decided("suspension", granted.approver)
    order.until("InForce", "lift")
    order.decided("lift", granted.approver)
    order.until("Lifted")

    def reports() -> list[Json] | None:
        found = [json.loads(v) for k, v in facts(granted, uid).items() if ".report-" in k]
        return found if len(found) == 2 else None

    for report in eventually(reports, SOON, "both reports are on record"):
        assert report["sha256"] == sha256(report["html"].encode()).hexdigest()
        assert "六安市互联网信息办公室" in report["html"]
        assert "关闭网络，不得新建实例，数据保留不动" in report["html"]


@pytest.mark.rule("G49-interrupt")
def test_the_providers_interruption_is_at_once_and_ends_when_it_is_restored(
    granted: Office,
) -> None:
    before = snapshot(granted)
    stop = Filing(granted, "Suspension", "ddos")
    assert stop.file(granted.provider, PROVIDER).code == 201
    stop.until("InForce", "ratification", "restored")
    until_interrupted(granted)
    kept = granted.provider.call("DELETE", f"{stop.forms}/ddos")
    assert kept.code == 403
    assert "A17-delete" in kept.message
    stop.decided("ratification", granted.approver)
    stop.until("InForce", "restored", "lift")
    colleague = granted.site.actor("peter", "luan-provider")
    assert stop.decide("restored", granted.approver).code == 403
    stop.decided("restored", colleague)
    stop.until("Lifted")
    until_as(granted, before)


@pytest.mark.rule("G49-interrupt")
def test_what_is_not_ratified_ends(granted: Office) -> None:
    before = snapshot(granted)
    stop = Filing(granted, "Suspension", "ddos")
    assert stop.file(granted.provider, PROVIDER).code == 201
    stop.until("InForce", "ratification", "restored")
    until_interrupted(granted)
    stop.decided("ratification", granted.approver, "Refused")
    stop.until("Lifted")
    until_as(granted, before)


@pytest.mark.rule("A23-suspend")
def test_overlapping_suspensions_lift_one_by_one(granted: Office) -> None:
    before = snapshot(granted)
    first = Filing(granted, "Suspension", "first")
    second = Filing(granted, "Suspension", "second")
    for order in (first, second):
        assert order.file(granted.clerk, {}).code == 201
        order.until("Submitted", "suspension")
        order.decided("suspension", granted.approver)
        order.until("InForce", "lift")
    until_interrupted(granted)
    closed = snapshot(granted)
    first.decided("lift", granted.approver)
    first.until("Lifted")

    def told() -> bool:
        found = granted.read()["status"]["conditions"]
        return any(c["message"] == "interrupted by second" for c in found)

    eventually(told, SOON, "one is left")
    assert snapshot(granted) == closed
    second.decided("lift", granted.approver)
    until_as(granted, before)


@pytest.mark.rule("X-duty", "G49-interrupt", "A23-suspend")
def test_each_party_files_in_its_own_name_alone(granted: Office) -> None:
    order = Filing(granted, "Suspension", "s")

    def tried(who: Actor, changes: Json) -> tuple[int, str]:
        answer = who.call("POST", f"{order.forms}?dryRun=All", order.form(changes))
        return answer.code, answer.message

    assert tried(granted.clerk, {})[0] == 201
    assert tried(granted.provider, PROVIDER)[0] == 201
    for who, changes, party in (
        (granted.clerk, PROVIDER, "provider"),
        (granted.provider, {}, "authority"),
    ):
        code, said = tried(who, changes)
        assert code == 403
        assert f"does not file or withdraw this Suspension (X-duty, ours): the {party} does" in said
    # nor does one withdraw or take over the other's
    assert order.file(granted.provider, PROVIDER).code == 201
    path = f"{order.forms}/s"
    assert granted.clerk.call("DELETE", path).code == 403
    edit = {"spec": {"cause": "没有原因"}}
    assert granted.clerk.call("PATCH", path, edit, MERGE).code == 403
    taken = {"spec": {"origin": "Authority", "reportTo": "网信办"}}
    answer = granted.clerk.call("PATCH", path, taken, MERGE)
    assert answer.code == 422
    assert "origin: Invalid value" in answer.message
