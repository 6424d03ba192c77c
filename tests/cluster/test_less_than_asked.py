"""An approval of less than was asked, and items that the unit procures itself, on the real API."""

from typing import Any

import pytest

from hack.site import Site
from mandate.api.meta import Json
from tests.cluster.office import Office
from tests.cluster.test_checks import file, host, quota
from tests.cluster.test_forms import GONE, put

_HOSTS = [{"id": "app", "quantity": 1, "cpuCores": 2, "memory": "4Gi", "dataDisk": "100Gi"}]
_SERVICES = [{"row": 1, "quantity": 0}]
_ITEM = {
    "id": "gauge",
    "title": "客流采集器",
    "specification": "1台",
    "quantity": 4,
    "reason": "目录中没有，也无可适配的服务。",
}


@pytest.fixture(scope="module")
def desk(site: Site) -> Office:
    """An agency with one application that awaits its acceptance."""
    office = Office.open(site, "less-than-asked")
    assert office.file().code == 201
    office.awaits("acceptance")
    return office


@pytest.mark.rule("X-final", "X-input")
def test_less_than_asked_is_part_of_the_decision(office: Office) -> None:
    assert office.file().code == 201
    office.awaits("acceptance")
    assert office.decide("acceptance").code == 200
    office.awaits("review")
    made = office.decide("review", approvedHosts=_HOSTS, approvedServices=_SERVICES)
    assert made.code == 200, made.message
    kept = office.read()["status"]["approvals"]["review.1"]
    assert (kept["approvedHosts"], kept["approvedServices"]) == (_HOSTS, _SERVICES)
    for other in ([], [_HOSTS[0] | {"quantity": 2}]):
        body = {"status": {"approvals": {"review.1": {"approvedHosts": other}}}}
        answer = office.patch_status(body)
        assert answer.code == 422
        assert "neither altered nor withdrawn" in answer.message


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"approvedHosts": [{"quantity": 1}]}, "id"),
        ({"approvedHosts": [*_HOSTS, *_HOSTS]}, "Duplicate value"),
        ({"approvedHosts": [{"id": "app", "cpuCores": 0}]}, "or equal to 1"),
        ({"approvedHosts": [{"id": "app", "quantity": -1}]}, "or equal to 0"),
        ({"approvedHosts": [{"id": "app", "memory": "4"}]}, "written 8Gi"),
        ({"approvedServices": [{"row": 0, "quantity": 0}]}, "or equal to 1"),
        ({"approvedServices": [{"row": 1}]}, "quantity: Required value"),
        ({"decision": "Refused", "approvedHosts": _HOSTS}, "a refusal approves nothing"),
        ({"decision": "Refused", "approvedServices": _SERVICES}, "a refusal approves nothing"),
    ],
)
def test_what_it_cannot_be_is_refused(desk: Office, fields: dict[str, Any], text: str) -> None:
    answer = desk.decide("acceptance", **fields)
    assert answer.code == 422
    assert "status.approvals" in answer.message
    assert text in answer.message


def _form(desk: Office, **item: object) -> Json:
    form = desk.form("gauges")
    form["spec"] |= {"trialDays": 20, "selfProcured": [dict(_ITEM)]}
    for key, value in item.items():
        put(form, f"spec.selfProcured[0].{key}", value)
    return form


@pytest.mark.rule("A10-catalogue")
@pytest.mark.parametrize("field", ["title", "specification", "quantity", "reason"])
def test_an_item_of_its_own_is_described_whole(desk: Office, field: str) -> None:
    answer = desk.file(_form(desk, **{field: GONE}), dry_run=True)
    assert answer.code == 422
    assert f"spec.selfProcured[0].{field}: Required value" in answer.message


@pytest.mark.rule("A10-catalogue", "X-order")
def test_it_has_a_decision_of_its_own(desk: Office) -> None:
    filed = desk.file(_form(desk))
    assert filed.code == 201, filed.message
    assert filed.body["spec"] == _form(desk)["spec"]
    stages = ("acceptance", "self-procurement", "review")
    for place, stage in enumerate(stages):
        desk.awaits(stage, "gauges")
        for early in stages[place + 1 :]:
            assert "cannot be Approved now" in desk.decide(early, name="gauges").message
        assert desk.decide(stage, name="gauges").code == 200
    found = desk.until("gauges", phase="Trial")
    assert found["status"]["stages"] == ["acceptance", "self-procurement", "review"]
    rows = found["status"]["allocation"]
    assert {m["hostId"] for m in rows["machines"]} == {"app", "db"}
    assert [s["category3"] for s in rows["services"]] == ["云主机安全防护"]


def _at_review(office: Office) -> None:
    file(office)
    assert office.decide("acceptance").code == 200
    office.awaits("review")


@pytest.mark.rule("A14-sizing")
def test_less_than_asked_is_granted(office: Office) -> None:
    _at_review(office)
    row = {"id": "app", "quantity": 1, "cpuCores": 2, "memory": "4Gi", "dataDisk": "100Gi"}
    made = office.decide(
        "review", approvedHosts=[row], approvedServices=[{"row": 1, "quantity": 2}]
    )
    assert made.code == 200, made.message
    found = office.until(phase="Trial")
    rows = found["status"]["allocation"]
    machines = [(m["hostId"], m["cpuCores"], m["memory"]) for m in rows["machines"]]
    assert machines == [("app", 2, "4Gi"), ("db", 8, "16Gi")]
    assert [s["quantity"] for s in rows["services"]] == [2]
    # 2 and 8 cores, 100m beside each
    assert quota(office)["requests.cpu"] == "10200m"
    assert quota(office)["sata.storageclass.storage.k8s.io/requests.storage"] == "140Gi"


@pytest.fixture(scope="module")
def reviewed(site: Site) -> Office:
    """An agency with one application that awaits its review."""
    office = Office.open(site, "approving-less")
    _at_review(office)
    return office


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize(
    "fields",
    [
        {"approvedHosts": [{"id": "web", "quantity": 0}]},
        {"approvedHosts": [{"id": "app", "quantity": 3}]},
        {"approvedHosts": [{"id": "app", "cpuCores": 5}]},
        {"approvedHosts": [{"id": "app", "memory": "8193Mi"}]},
        {"approvedHosts": [{"id": "app", "memory": "0"}]},
        {"approvedHosts": [{"id": "app", "systemDisk": "41Gi"}]},
        {"approvedHosts": [{"id": "app", "dataDisk": "1Ti"}]},
        {"approvedHosts": [{"id": "db"}, {"id": "app", "dataDisk": "1Ti"}]},
        {"approvedServices": [{"row": 1, "quantity": 4}]},
        {"approvedServices": [{"row": 2, "quantity": 0}]},
    ],
    ids=[
        "no-row", "machines", "cores", "memory", "no-memory", "system-disk", "data-disk", "second",
        "services", "no-service",
    ],
)  # fmt: skip
def test_more_than_asked_is_refused_at_the_api(reviewed: Office, fields: dict[str, Any]) -> None:
    answer = reviewed.decide("review", **fields)
    assert answer.code == 422
    assert "review approves more than was asked for (A14-sizing, article 14)" in answer.message
    assert "review.1" not in reviewed.read()["status"]["approvals"]


@pytest.mark.rule("A14-sizing")
def test_a_hundred_rows_are_within_what_a_guard_may_spend(office: Office) -> None:
    rows = [host(office, id=f"h{n}", quantity=1) for n in range(100)]
    file(office, hosts=rows)
    assert office.decide("acceptance", opinion="数量属实").code == 200
    office.awaits("review")
    less = [{"id": f"h{n}", "cpuCores": 1, "memory": "1Gi", "systemDisk": "1Gi", "dataDisk": "0"}
            for n in range(100)]  # fmt: skip
    refused = office.decide("review", approvedHosts=[*less[:-1], less[-1] | {"cpuCores": 5}])
    assert "review approves more than was asked for" in refused.message
    made = office.decide("review", approvedHosts=less)
    assert made.code == 200, made.message


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize(
    "fields",
    [
        {"approvedHosts": [{"id": "app", "quantity": 1}]},
        {"approvedServices": [{"row": 1, "quantity": 0}]},
        {"approvedHosts": []},
    ],
    ids=["hosts", "services", "none"],
)
def test_less_is_approved_at_the_last_stage_alone(office: Office, fields: dict[str, Any]) -> None:
    file(office)
    answer = office.decide("acceptance", **fields)
    assert answer.code == 422
    assert "acceptance approves all or nothing (A14-sizing, article 14)" in answer.message
