"""A system that ran formally, suspended as it was, goes on so in another cluster."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from hack.site import SOON, Site, eventually
from mandate.api.meta import Json
from tests.cluster.filing import Filing
from tests.cluster.office import Office, bare_site, luan_site
from tests.cluster.test_agreement import TERM, Table
from tests.cluster.test_cli import run
from tests.cluster.test_dossier import entries
from tests.cluster.test_takeover import bring_back

_RECORDED = ("phase.Running.1", "InForce.1", "in-force.")
"""What of its life is on record before it is exported, by a part of the entry's key."""


def _suspend(office: Office) -> Filing:
    """The authority's suspension, in force."""
    order = Filing(office, "Suspension", "intrusion")
    assert order.file(office.clerk, {}).code == 201
    order.until("Submitted", "suspension")
    order.decided("suspension", office.approver)
    order.until("InForce", "lift")
    return order


def _live(site: Site) -> Office:
    """A system that was launched, signed for and suspended, all of it on record."""
    table = Table(Office.open(site, "goes-on"))
    table.consent()
    table.sign()
    table.until(phase="InForce")
    table.office.until(phase="Running")
    _suspend(table.office)

    def recorded() -> bool:
        keys = " ".join(entry["key"] for entry in entries(site, table.uid))
        return all(part in keys for part in _RECORDED)

    eventually(recorded, SOON, "its life is on record")
    return table.office


def _last_hash(file: Path, uid: str) -> str:
    """The hash that an export ends a dossier with."""
    found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    mine = [o["spec"] for o in found if o["spec"].get("subject", {}).get("uid") == uid]
    return str(max(mine, key=lambda spec: int(spec["part"]))["entries"][-1]["hash"])


def _condition(office: Office, kind: str) -> Json:
    found = office.read()["status"]["conditions"]
    return next((c for c in found if c["type"] == kind), {})


def _pods(office: Office) -> str | None:
    path = f"/api/v1/namespaces/{office.name}--bus-portal/resourcequotas/mandate"
    hard: Json = office.site.bootstrap.call("GET", path).body["spec"]["hard"]
    return hard.get("pods")


@pytest.mark.rule("X-dossier", "A23-suspend", "A15-launch", "G91-term", "G33-mlps")
def test_it_runs_under_its_agreement_owes_its_evaluation_and_stays_suspended(
    tmp_path: Path,
) -> None:
    file = tmp_path / "export.jsonl"
    with luan_site() as first:
        office = _live(first)
        was = office.read()
        written = run(office.clerk, "export", file)
        assert written.returncode == 0, written.stderr
    head = _last_hash(file, was["metadata"]["uid"])
    with bare_site() as second:
        here = bring_back(second, office, file)
        waits = here.awaits("takeover")["status"]
        assert [turn["may"] for turn in waits["awaiting"]] == [["Refused"]]
        early = here.decide("takeover", cites=head)
        assert early.code == 422
        assert "Suspension intrusion (Interrupt, of origin Authority) was in f" in early.message
        order = _suspend(here)

        def opens() -> bool:
            (turn,) = here.awaits("takeover")["status"]["awaiting"]
            return "Approved" in turn["may"]

        eventually(opens, SOON, "what was suspended stays so: it can be taken over")
        assert here.decide("takeover", cites=head).code == 200
        status = here.until(phase="Running")["status"]
        for kept in ("launchedAt", "billingFrom"):
            assert status[kept] == was["status"][kept]
        eventually(lambda: _pods(here) == "0", SOON, "no pod starts")
        agreed = _condition(here, "AgreementContinued")
        assert f"{TERM} (text sha256 " in agreed["message"]
        owed = next(c for c in status["clocks"] if c["stage"] == "mlpsReport")
        since = datetime.fromisoformat(owed["startedAt"])
        assert since == datetime.fromisoformat(was["status"]["launchedAt"])
        order.decided("lift", here.approver)
        eventually(lambda: _pods(here) != "0", SOON, "pods start again")
