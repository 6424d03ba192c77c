"""Changes on the real API: decided, carried out as approved, confirmed and signed."""

import json

import pytest

from hack.site import SOON, eventually
from mandate.api.meta import Json
from tests.cluster.changes import SIGNED, change, hosts, until_may, until_quota, until_said
from tests.cluster.filing import MERGE, Filing, facts
from tests.cluster.office import Office


@pytest.fixture
def running(office: Office) -> Office:
    """A system on trial, for one test."""
    office.approve()
    office.until(phase="Trial")
    return office


@pytest.mark.rule("A16-change", "G71-confirm", "G44-ip", "X-dossier", "X-bound")
def test_a_small_change_is_decided_carried_out_and_signed_by_three(running: Office) -> None:
    # 2 × 4 and 8 cores, 3 × 100m beside them; 32Gi and 3 × 256Mi
    until_quota(running, requests_cpu="16300m", requests_memory="33536Mi")
    grow = change(running, "grow", **hosts("cache", 2))
    until_may(grow, "change", "Approved", "Refused")
    found = grow.read()["status"]
    assert found["materiality"] == "Minor"
    (shown,) = found["preview"]
    assert (shown["kind"], shown["name"], shown["operation"]) == (
        "ResourceQuota",
        "mandate",
        "Update",
    )
    will_be = {f["path"]: json.loads(f["after"]) for f in shown["fields"]}
    grow.decided("change", running.approver)
    grow.until("Implemented", *SIGNED)
    # 8 cores and 16Gi more, and 2 × the overhead
    until_quota(running, requests_cpu="24500m", requests_memory="50432Mi")
    # what was shown is what was done
    path = f"/api/v1/namespaces/{running.name}--bus-portal/resourcequotas/mandate"
    hard = running.site.bootstrap.call("GET", path).body["spec"]["hard"]
    there = {f"/spec/hard/{key.replace('/', '~1')}": value for key, value in hard.items()}
    assert will_be.items() <= there.items()
    assert {"/spec/hard/requests.cpu", "/spec/hard/limits.memory"} <= will_be.keys()
    refs = [(m["hostId"], m["ordinal"]) for m in running.read()["status"]["allocation"]["machines"]]
    assert refs[-2:] == [("cache", 0), ("cache", 1)]
    kept = facts(running, running.read()["metadata"]["uid"])
    (sheet,) = [json.loads(data) for key, data in kept.items() if ".sheet." in key]
    assert grow.read()["status"]["sheet"]["sha256"] == sheet["sha256"]
    wrong = grow.decide("sign-provider", running.approver)
    assert wrong.code == 403
    people = (running.member, running.provider, running.approver)
    for stage, who in zip(SIGNED, people, strict=True):
        grow.decided(stage, who)
    grow.until("Completed")
    clocks = {c["stage"]: c for c in grow.read()["status"]["clocks"]}
    assert {"change", "implement"} <= clocks.keys()
    assert not [c for c in clocks.values() if c.get("breached")]


@pytest.mark.rule("A16-split")
def test_what_is_split_is_seen_together(running: Office) -> None:
    first = change(running, "first", **hosts("one", 6))
    until_may(first, "change", "Approved", "Refused")
    first.decided("change", running.approver)
    first.until("Implemented", *SIGNED)
    second = change(running, "second", **hosts("two", 5))
    until_said(second, "Proven", "adds 5 hosts, 11 with first, over 10")
    answer = second.decide("change", running.approver)
    assert answer.code == 422
    assert "adds 5 hosts, 11 with first, over 10" in answer.message


@pytest.mark.rule("A16-change")
def test_two_open_changes_of_one_machine_are_not_both_approved(running: Office) -> None:
    row = Filing(running, "ResourceChange", "x").form({})["spec"]["changedHosts"]
    first = change(running, "first", changedHosts=row)
    until_may(first, "change", "Approved", "Refused")
    second = change(running, "second", changedHosts=row)
    until_said(second, "NoOtherChange", "db-0: ResourceChange first changes it too")
    answer = second.decide("change", running.approver)
    assert answer.code == 422
    assert "db-0: ResourceChange first changes it too; wait until it is" in answer.message
    stale = [row[0] | {"cpuCores": {"before": 9, "after": 16}}]
    third = change(running, "third", changedHosts=stale)
    until_said(third, "MatchesRunning", "changedHosts[db-0].cpuCores.before is 9, 8 runs")


def _claim(size: str) -> Json:
    requests = {"resources": {"requests": {"storage": size}}}
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "sata"} | requests
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": spec,
    }


@pytest.mark.rule("A16-shrink", "A16-change")
def test_a_quota_is_cut_once_what_is_in_use_fits(running: Office) -> None:
    claims = f"/api/v1/namespaces/{running.name}--bus-portal/persistentvolumeclaims"
    # 2 × 240Gi are there, of SATA
    made = eventually(
        lambda: next((a for a in [running.member.call("POST", claims, _claim("300Gi"))]
                      if a.code == 201), None),
        SOON, "the claim is made",
    )  # fmt: skip
    assert made.code == 201
    released = {
        "hostRef": "app-0", "hostName": "应用服务器", "action": "Release",
        "cpuCores": {"before": 4, "after": 0}, "memory": {"before": "8Gi", "after": "0"},
        "systemDisk": {"before": "40Gi", "after": "0"},
        "dataDisk": {"before": "200Gi", "after": "0"},
    }  # fmt: skip
    less = change(running, "less", changedHosts=[released])
    until_may(less, "change", "Approved", "Refused")
    less.decided("change", running.approver)

    def waits() -> bool:
        conditions = less.read()["status"]["conditions"]
        said = [c["message"] for c in conditions if c["type"] == "InUse" and c["status"] == "True"]
        key = "sata.storageclass.storage.k8s.io/requests.storage"
        return bool(said) and f"{key}: 300Gi in use, 240Gi after the change: free 60Gi" in said[0]

    eventually(waits, SOON, "it says what is to be freed")
    until_quota(running, requests_cpu="16300m")
    gone = running.member.call("DELETE", f"{claims}/data")
    assert gone.code == 200
    boss = running.site.bootstrap
    left = boss.call("PATCH", f"{claims}/data", {"metadata": {"finalizers": None}}, MERGE)
    assert left.code in (200, 404), left.message
    less.until("Implemented", *SIGNED)
    until_quota(running, requests_cpu="12200m")
