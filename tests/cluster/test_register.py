"""An agency's register of systems on the real API: who writes it, what it takes, what it says."""

import pytest

from hack.site import SOON, eventually
from mandate.api.meta import Json
from tests.cluster.filing import MERGE, facts
from tests.cluster.office import Office
from tests.cluster.test_cli import run
from tests.cluster.test_exit import day, namespace

_ROOM = {"id": "room", "name": "水情平台", "builtOn": "2019-05-08", "runsOn": "OwnMachineRoom"}
_DUTY = {"requirement": "接入一体化数据基础平台", "dueOn": "2028-06-30"}
_UID = "00000000-0000-4000-8000-000000000001"
_DOCUMENT = {"title": "验收单", "uri": "https://files.luan.example/e.pdf", "sha256": "6b" * 32}


def _path(office: Office) -> str:
    return f"/apis/mandate.dev/v1alpha1/agencies/{office.name}"


@pytest.mark.rule("X-input", "A03-preference", "A07-reclaim")
def test_an_entry_that_says_nothing_is_refused_by_name(office: Office) -> None:
    nowhere = {k: v for k, v in _ROOM.items() if k != "runsOn"}
    portal = nowhere | {"application": "bus-portal"}
    excepted = {"exception": {"citation": "某法第四条"}}
    refused: list[tuple[list[Json], str]] = [
        ([nowhere], "systems[0].runsOn: Invalid value"),
        ([portal | {"migrateBy": "2027-06-30"}], "systems[0].migrateBy: Invalid value"),
        ([portal | excepted], "systems[0].exception: Invalid value"),
        ([_ROOM | {"builtOn": "gestern"}], "systems[0].builtOn"),
        (
            [_ROOM | {"dataIntegration": _DUTY | {"metOn": "2027-01-01"}}],
            "dataIntegration.evidence",
        ),
        (
            [_ROOM | {"dataIntegration": _DUTY | {"evidence": _DOCUMENT}}],
            "dataIntegration.evidence",
        ),
        ([portal, portal | {"id": "other"}], "an application brings one system onto the cloud"),
        ([_ROOM, _ROOM], "Duplicate value"),
        ([_ROOM | {"applicationUid": _UID}], "systems[0].application: Invalid value"),
        ([portal | {"applicationUid": "mine"}], "systems[0].applicationUid"),
    ]
    for systems, said in refused:
        answer = office.clerk.call(
            "PATCH", f"{_path(office)}?dryRun=All", {"spec": {"systems": systems}}, MERGE
        )
        assert answer.code == 422, systems
        assert said in answer.message
    met = {"dataIntegration": _DUTY | {"metOn": "2027-01-01", "evidence": _DOCUMENT}}
    here = portal | {"id": "portal", "dataIntegration": _DUTY, "applicationUid": _UID}
    whole = {"spec": {"systems": [here, _ROOM | excepted | met]}}
    taken = office.clerk.call("PATCH", f"{_path(office)}?dryRun=All", whole, MERGE)
    assert taken.code == 200, taken.message


@pytest.mark.rule("A03-preference", "X-law")
def test_where_its_systems_run_is_judged_recorded_and_reported(office: Office) -> None:
    portal = {"id": "portal", "name": "公交", "builtOn": "2026-10-20", "application": "bus-portal"}
    later = day(office.site, 30)
    entries = [
        portal | {"dataIntegration": _DUTY | {"dueOn": later}},
        _ROOM | {"id": "moves", "migrateBy": later},
        _ROOM | {"id": "law", "exception": {"citation": "某法第四条"}},
    ]
    body = {"spec": {"systems": entries}}
    assert office.clerk.call("PATCH", _path(office), body, MERGE).code == 200
    office.approve()
    asked = office.until(dataIntegration=_DUTY | {"dueOn": later})
    assert all(c["type"] != "IntegrationOverdue" for c in asked["status"]["conditions"])

    def judged(**wanted: int) -> Json | None:
        found = office.clerk.call("GET", _path(office)).body
        use = found["status"].get("cloudUse", {})
        return found if {k: use.get(k) for k in wanted} == wanted else None

    wanted = {"inUse": 3, "onCloud": 1, "migrating": 1, "excepted": 1, "offCloud": 0}
    found = eventually(lambda: judged(**wanted), SOON, "the portal is on the cloud")
    (standing,) = (s for s in found["status"]["cloudUse"]["systems"] if s["id"] == "portal")
    assert standing["applicationUid"] == asked["metadata"]["uid"]
    # neither the agency nor anybody but the operator says how it stands
    body = {"spec": {"systems": [_ROOM]}}
    assert office.member.call("PATCH", _path(office), body, MERGE).code == 403
    status = {"status": {"cloudUse": found["status"]["cloudUse"] | {"onCloud": 3}}}
    assert office.clerk.call("PATCH", f"{_path(office)}/status", status, MERGE).code == 403
    assert office.clerk.call("PATCH", _path(office), body, MERGE).code == 200
    found = eventually(lambda: judged(inUse=1, offCloud=1), SOON, "the machine room is seen")
    assert found["status"]["cloudUse"]["unregistered"] == ["bus-portal"]

    def recorded() -> bool:
        told = facts(office, found["metadata"]["uid"])
        return any('"offCloud":1' in v for k, v in told.items() if k.startswith("cloudUse."))

    eventually(recorded, SOON, "it is in the agency's dossier")
    shown = run(office.clerk, "cloud-use", office.name)
    assert shown.returncode == 0, shown.stderr
    assert "OffCloud   room  水情平台" in shown.stdout
    assert "0 of 1 systems in use are on the cloud" in shown.stdout
    assert "OffCloud: room runs on OwnMachineRoom: it has no migrateBy" in shown.stdout
    assert "a basis for the funds to build and run them (A03-preference" in shown.stdout
    assert "self-paid" not in shown.stdout
    nobody = run(office.clerk, "cloud-use", "nobody")
    assert (nobody.returncode, "no agency nobody was found" in nobody.stderr) == (1, True)


@pytest.mark.rule("A04-scope", "A03-preference")
def test_what_no_budget_pays_is_let_in_with_an_opinion_and_marked(office: Office) -> None:
    form = office.form()
    form["spec"] |= {"funding": "Other", "lineAuthority": form["spec"]["applicantUnit"]}
    assert office.file(form).code == 201
    office.awaits("acceptance")
    hasty = office.decide("acceptance", opinion=None)
    assert hasty.code == 422
    assert "acceptance needs an opinion" in hasty.message
    for stage in ("acceptance", "review"):
        office.awaits(stage)
        assert office.decide(stage).code == 200
    office.until(phase="Trial")
    assert namespace(office)["metadata"]["labels"]["mandate.dev/costs"] == "self-paid"
    entry = {"id": "portal", "name": "公交", "builtOn": "2026-10-20", "application": "bus-portal"}
    body = {"spec": {"systems": [entry]}}
    assert office.clerk.call("PATCH", _path(office), body, MERGE).code == 200

    def reported() -> bool:
        return "portal  公交  self-paid" in run(office.clerk, "cloud-use", office.name).stdout

    eventually(reported, SOON, "the report says who pays")
