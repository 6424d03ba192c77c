"""What happened is on record, once, and nobody alters it: on the real API."""

import copy
import json

import pytest

from hack.site import SOON, Actor, Answer, Site, eventually
from mandate.api.meta import Json
from mandate.cli.verify import verify
from tests.cluster.office import SETTINGS, Office

_DOSSIERS = "/apis/mandate.dev/v1alpha1/dossiers"
_EVENTS = "/api/v1/namespaces/{}/events"
_MERGE, _JSON = "application/merge-patch+json", "application/json-patch+json"


def dossier(site: Site, uid: str) -> Json:
    """The only part of a subject's dossier."""
    path = f"{_DOSSIERS}?fieldSelector=spec.subject.uid%3D{uid}"
    (part,) = site.actor("clerk", "luan-authority").call("GET", path).body["items"]
    found: Json = part
    return found


def entries(site: Site, uid: str) -> list[Json]:
    """The entries of a subject."""
    found: list[Json] = dossier(site, uid)["spec"]["entries"]
    return found


def kinds(site: Site, uid: str) -> list[str]:
    return [e["kind"] for e in entries(site, uid)]


LIFE = [
    "Filed",
    "Awaited",
    "Decided",
    "Effective",
    "Awaited",
    "Decided",
    "Effective",
    "Granted",
    "IntegrationRequired",
    "Trial",
]


@pytest.mark.rule("X-dossier")
def test_the_whole_life_is_on_record_with_who_what_when_and_under_which_appointment(
    office: Office,
) -> None:
    granted = office.approve()
    uid = granted["metadata"]["uid"]
    eventually(lambda: "Granted" in kinds(office.site, uid), SOON, "the grant is on record")
    found = entries(office.site, uid)
    assert sorted(e["kind"] for e in found) == sorted(LIFE)
    filed, decided = found[0], next(e for e in found if e["kind"] == "Decided")
    assert filed["by"] == office.member.user
    form = json.loads(filed["data"])["form"]
    assert form["systemName"] == "六安公交出行服务平台"
    assert form["systemOwner"] == {"name": "王丽"}
    assert "138" not in json.dumps(form["emergencyContacts"])
    data = json.loads(decided["data"])
    assert (decided["by"], data["decision"], data["opinion"]) == ("bob", "Approved", "同意")
    assert decided["at"] == granted["status"]["approvals"]["acceptance.1"]["at"]
    policy = office.clerk.call("GET", "/apis/mandate.dev/v1alpha1/governancepolicies/luan").body
    assert data["policy"] == {"name": "luan", "generation": policy["metadata"]["generation"]}
    assert 'ClusterRoleBinding "luan-application-decisions"' in data["appointment"]
    (verdict,) = verify([dossier(office.site, uid)])
    assert verdict.faults == ()


@pytest.mark.rule("X-dossier")
def test_a_refusal_and_what_was_without_effect_are_on_record_too(office: Office) -> None:
    assert office.file().code == 201
    office.awaits("acceptance")
    assert office.decide("acceptance", "Refused", opinion="材料不全").code == 200
    uid = office.until(phase="Refused")["metadata"]["uid"]
    eventually(lambda: "Effective" in kinds(office.site, uid), SOON, "the refusal is on record")
    refused = next(e for e in entries(office.site, uid) if e["kind"] == "Decided")
    assert "Refused by bob" in refused["text"]
    assert json.loads(refused["data"])["opinion"] == "材料不全"


@pytest.mark.rule("X-dossier")
def test_agency_and_policy_have_dossiers_of_their_own(office: Office) -> None:
    agency = office.clerk.call("GET", f"/apis/mandate.dev/v1alpha1/agencies/{office.name}").body
    uid = agency["metadata"]["uid"]
    eventually(
        lambda: "OfficeOpened" in kinds(office.site, uid),
        SOON,
        "its office is on record",
    )
    registered = json.loads(entries(office.site, uid)[0]["data"])["spec"]
    assert registered["members"] == [{"kind": "User", "name": office.member.user}]
    assert registered["contacts"] == [{"name": "陈爱国"}]
    policy = office.clerk.call("GET", "/apis/mandate.dev/v1alpha1/governancepolicies/luan").body
    enacted = entries(office.site, policy["metadata"]["uid"])[0]
    assert json.loads(enacted["data"])["spec"] == policy["spec"]


@pytest.mark.rule("X-dossier")
def test_events_say_what_happened_once_with_names_that_follow_from_it(office: Office) -> None:
    granted = office.approve()
    uid = granted["metadata"]["uid"]
    path = _EVENTS.format(office.namespace)

    def said() -> list[str]:
        items = office.member.call("GET", path).body
        return sorted(e["reason"] for e in items["items"] if e["involvedObject"].get("uid") == uid)

    expected = ["Decided", "Decided", "Granted", "IntegrationRequired", "Trial"]
    eventually(lambda: said() == expected, SOON, "the Events are there")
    office.site.stop_operator(9)
    office.site.start_operator(settings=SETTINGS)
    reconciles = ("mandate_reconciles_total", "CloudApplication", "done")
    eventually(
        lambda: office.site.metric(reconciles[0], kind=reconciles[1], result=reconciles[2]) > 2,
        SOON,
        "it looked again",
    )
    # killed between an Event and its entry, the next one writes what is missing
    eventually(lambda: len(entries(office.site, uid)) >= len(LIFE), SOON, "its life")
    assert said() == expected
    found = entries(office.site, uid)
    assert len({e["key"] for e in found}) == len(found) == len(LIFE)


@pytest.mark.rule("X-dossier", "X-level")
def test_drift_is_on_record_with_its_mending(office: Office) -> None:
    uid = office.approve()["metadata"]["uid"]
    here = f"/api/v1/namespaces/{office.name}--bus-portal/resourcequotas/mandate"
    root = office.site.bootstrap
    more = {"spec": {"hard": {"requests.cpu": "1000"}}}
    with office.site.without_guards("bounds"):
        eventually(
            lambda: root.call("PATCH", here, more, _MERGE).code == 200,
            SOON,
            "unguarded",
        )
        eventually(lambda: "DriftMended" in kinds(office.site, uid), SOON, "it is mended")
        assert root.call("DELETE", here).code == 200
        eventually(lambda: kinds(office.site, uid).count("DriftMended") == 2, SOON, "and again")
    found = [
        json.loads(e["data"])["found"]
        for e in entries(office.site, uid)
        if e["kind"] == "DriftFound"
    ]
    assert found == ["changed", "deleted"]


@pytest.mark.rule("X-dossier")
def test_a_request_that_was_withdrawn_leaves_its_dossier_closed(office: Office) -> None:
    assert office.file().code == 201
    uid = office.awaits("acceptance")["metadata"]["uid"]
    assert office.member.call("DELETE", f"{office.forms}/bus-portal").code == 200
    eventually(lambda: kinds(office.site, uid)[-1] == "Gone", SOON, "it is on record as gone")
    closed = {"mandate.dev/closed": "true"}
    eventually(
        lambda: dossier(office.site, uid)["metadata"].get("labels") == closed,
        SOON,
        "it is closed",
    )


def _patch(who: Actor, path: str, change: object, how: str = _JSON) -> Answer:
    return who.call("PATCH", f"{path}?dryRun=All", change, how)


@pytest.mark.rule("X-dossier")
def test_nobody_alters_drops_or_adds_an_entry(office: Office) -> None:
    assert office.file().code == 201
    uid = office.awaits("acceptance")["metadata"]["uid"]
    eventually(lambda: len(entries(office.site, uid)) == 2, SOON, "two entries")
    part = dossier(office.site, uid)
    path = f"{_DOSSIERS}/{part['metadata']['name']}"
    first, second = part["spec"]["entries"]
    altered = copy.deepcopy(part)
    altered["spec"]["entries"][0]["text"] = "没有发生"
    dropped = copy.deepcopy(part)
    del dropped["spec"]["entries"][0]
    swapped = copy.deepcopy(part)
    swapped["spec"]["entries"] = [second, first]
    doubled = copy.deepcopy(part)
    doubled["spec"]["entries"].append(second)
    applied = {k: part[k] for k in ("apiVersion", "kind")} | {
        "metadata": {"name": part["metadata"]["name"]},
        "spec": altered["spec"],
    }
    changes: list[tuple[str, object, str]] = [
        ("alter", [{"op": "replace", "path": "/spec/entries/0/text", "value": "x"}], _JSON),
        ("drop", [{"op": "remove", "path": "/spec/entries/0"}], _JSON),
        ("drop last", [{"op": "remove", "path": "/spec/entries/1"}], _JSON),
        ("empty", {"spec": {"entries": []}}, _MERGE),
        ("null", {"spec": {"entries": None}}, _MERGE),
        ("null spec", {"spec": None}, _MERGE),
        ("head", {"spec": {"opens": "f" * 64}}, _MERGE),
        ("subject", {"spec": {"subject": {"name": "other"}}}, _MERGE),
        ("part", {"spec": {"part": 7}}, _MERGE),
    ]
    operator = office.site.operator_account()
    for who in (operator, office.site.bootstrap, office.clerk, office.member):
        for what, change, how in changes:
            answer = _patch(who, path, change, how)
            assert answer.code in (403, 422), f"{who.user} may {what}"
        for body in (altered, dropped, swapped, doubled):
            assert who.call("PUT", f"{path}?dryRun=All", body).code in (403, 422)
        forced = f"{path}?dryRun=All&fieldManager=x&force=true"
        answer = who.call("PATCH", forced, applied, "application/apply-patch+yaml")
        assert answer.code in (403, 422)
        assert who.call("DELETE", f"{path}?dryRun=All").code == 403
    refused = office.site.bootstrap.call("DELETE", path)
    assert "is never deleted (X-dossier, ours)" in refused.message
    everything = office.site.bootstrap.call("DELETE", _DOSSIERS)
    assert everything.code == 403
    assert dossier(office.site, uid)["spec"]["entries"][:2] == [first, second]


@pytest.mark.rule("X-dossier")
def test_only_the_operator_writes_and_only_who_may_import_brings_back(office: Office) -> None:
    assert office.file().code == 201
    uid = office.awaits("acceptance")["metadata"]["uid"]
    eventually(lambda: entries(office.site, uid), SOON, "its dossier")
    part = dossier(office.site, uid)
    root, operator = office.site.bootstrap, office.site.operator_account()
    forged = {k: part[k] for k in ("apiVersion", "kind", "spec")} | {
        "metadata": {"name": "forged", "labels": {}}
    }
    create = f"{_DOSSIERS}?dryRun=All"
    assert "may not write a dossier (X-dossier" in root.call("POST", create, forged).message
    imported = forged | {"metadata": {"name": "old", "labels": {"mandate.dev/imported": "true"}}}
    assert root.call("POST", create, imported).code == 201  # holds every verb
    assert office.clerk.call("POST", create, imported).code == 403
    assert "an imported dossier is closed" in operator.call("POST", create, imported).message
    # to write them is not to bring them back
    role = ("create", "clusterrole", "makes-dossiers", "--verb=create")
    root.kubectl(*role, "--resource=dossiers.mandate.dev", check=False)
    binding = ("create", "clusterrolebinding", "maker", "--clusterrole=makes-dossiers")
    root.kubectl(*binding, "--user=maker", check=False)
    writer = office.site.actor("maker")
    eventually(
        lambda: "may not write a dossier" in writer.call("POST", create, imported).message,
        SOON,
        "refused by the guard, as its role is known",
    )
    # once it is there nobody opens it again, and nobody writes in it
    imported["metadata"]["name"] = f"old-{office.name}"
    # of a subject of another cluster: two of one subject are not whole
    elsewhere = part["spec"]["subject"] | {"uid": f"elsewhere-{office.name}"}
    imported["spec"] = part["spec"] | {"subject": elsewhere}
    assert root.call("POST", _DOSSIERS, imported).code == 201
    old = f"{_DOSSIERS}/old-{office.name}"
    opened = _patch(operator, old, {"metadata": {"labels": {"mandate.dev/imported": None}}}, _MERGE)
    assert "an imported dossier is closed" in opened.message
    assert _patch(root, old, {"metadata": {"labels": {"a": "b"}}}, _MERGE).code == 403
    owned = copy.deepcopy(forged)
    owned["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "u"}
    ]
    assert "belongs to no other object" in operator.call("POST", create, owned).message
    path = f"{_DOSSIERS}/{part['metadata']['name']}"
    assert _patch(root, path, {"metadata": {"labels": {"a": "b"}}}, _MERGE).code == 403
