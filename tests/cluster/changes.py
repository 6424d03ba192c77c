"""Changes as tests file them, and what they wait for, on the real API."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hack.site import SOON, Site, eventually
from mandate.api.meta import Json
from tests.cluster.filing import Filing
from tests.cluster.office import Office

_LUAN = ZoneInfo("Asia/Shanghai")
_TABLES: dict[str, object] = dict.fromkeys(("addedHosts", "changedHosts", "services"))
SIGNED = ("sign-agency", "sign-provider", "sign-authority")


def change(office: Office, name: str, about: str = "bus-portal", **fields: object) -> Filing:
    """Files a change with these tables alone, planned for today."""
    planned = {"plannedImplementation": today(office.site)}
    filing = Filing(office, "ResourceChange", name)
    answer = filing.file(office.member, planned | _TABLES | fields, about)
    assert answer.code == 201, answer.message
    return filing


def hosts(name: str, quantity: int) -> dict[str, Any]:
    """Added machines: 4 cores and 8Gi each."""
    return {"addedHosts": [HOST | {"id": name, "quantity": quantity}]}


HOST: Json = {
    "hostType": "弹性云服务器", "hostName": "应用服务器", "cpuArchitecture": "ARM", "cpuCores": 4,
    "memory": "8Gi", "systemDisk": {"size": "40Gi", "type": "SATA"}, "operatingSystem": "麒麟",
    "network": "GovernmentExtranet",
}  # fmt: skip


def today(site: Site, days: int = 0) -> str:
    """The day in Lu'an, as the story has it, or so many days later."""
    return str((site.now() + timedelta(days=days)).astimezone(_LUAN).date())


def until_said(filing: Filing, check: str, text: str) -> Json:
    """The request once a check of it fails with these words."""

    def look() -> Json | None:
        found = filing.read()
        checks = found.get("status", {}).get("checks", [])
        said = [c["message"] for c in checks if c["type"] == check and not c["passed"]]
        return found if said and text in said[0] else None

    return eventually(look, SOON, f"{filing.name}: {check} says {text}")


def until_may(filing: Filing, stage: str, *may: str) -> None:
    """Waits until this can be decided at a stage."""

    def look() -> bool:
        turns = filing.read().get("status", {}).get("awaiting", [])
        return [t["may"] for t in turns if t["stage"] == stage] == [list(may)]

    eventually(look, SOON, f"{filing.name}: {stage} may be {may}")


def until_quota(office: Office, **hard: str) -> None:
    """Waits until the quota has these figures; `_` stands for the dot."""
    path = f"/api/v1/namespaces/{office.name}--bus-portal/resourcequotas/mandate"

    def look() -> bool:
        found = office.site.bootstrap.call("GET", path).body["spec"]["hard"]
        return all(found[key.replace("_", ".")] == value for key, value in hard.items())

    eventually(look, SOON, f"the quota is {hard}")


def verified(office: Office, name: str, kind: str, about: str) -> Filing:
    """A report of today that support verified."""
    filing = Filing(office, "AssessmentReport", name)
    fields = {"type": kind, "date": today(office.site), "validUntil": None}
    answer = filing.file(office.member, fields, about)
    assert answer.code == 201, answer.message
    until_may(filing, "verification", "Approved", "Refused")
    filing.decided("verification", office.site.actor("sue", "luan-support"))
    return filing
