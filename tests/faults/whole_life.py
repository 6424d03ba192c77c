"""A life beyond its grant: launched, interrupted and restored, ended, reclaimed and signed for."""

import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

from hack.site import Actor, Site, eventually
from mandate.api.meta import Json
from tests.cluster.filing import Filing
from tests.cluster.office import Office
from tests.faults.life import PATIENCE, lead

_LUAN = ZoneInfo("Asia/Shanghai")
_SIGNED = ("sign-agency", "sign-provider", "sign-authority")
_OBJECTED = ("objection-agency", "objection-provider", "objection-authority")


def lead_whole(site: Site, seed: str, a_day_later: Callable[[], object]) -> Office:
    """Leads a life from the agency to the signed exit sheet.

    Args:
        site: where.
        seed: the agency's name is made of it.
        a_day_later: moves the story's time by a day, for all who lead lives at the same time.
    """
    office = lead(site, seed)
    _launched(office)
    _interrupted(office)
    _ended(office, a_day_later)
    return office


def _launched(office: Office) -> None:
    """Evidence, consent and the agreement of all three."""
    report = _filed(office, "AssessmentReport", office.member, date=_today(office), validUntil=None)
    _approved(report, "Submitted", "verification", office.site.actor("sue", "luan-support"))
    _until(report, "Verified", "withdrawal")
    launch = _filed(office, "LaunchRequest", office.member)
    _approved(launch, "Submitted", "launch", office.approver)
    _until(launch, "Approved")
    term = Filing(office, "ServiceAgreement", "bus-portal-term-0")
    _all_sign(term, "Signing")
    _until(term, "InForce", *_OBJECTED)
    office.until(phase="Running")
    _kept(office, "formal")


def _interrupted(office: Office) -> None:
    """A suspension by the authority, which is lifted."""
    order = _filed(office, "Suspension", office.clerk)
    _approved(order, "Submitted", "suspension", office.approver)
    _until(order, "InForce", "lift")
    _kept(office, "formal", pods="0")
    _decided(order, "lift", office.approver)
    _until(order, "Lifted")
    _kept(office, "formal")


def _ended(office: Office, a_day_later: Callable[[], object]) -> None:
    """An exit on the same day: closed, held, reclaimed, confirmed and signed."""
    leaves = _filed(office, "ExitRequest", office.member, plannedExitDate=_today(office))
    _approved(leaves, "Submitted", "exit", office.approver)
    _until(leaves, "Closed")
    office.until(phase="Exiting")
    a_day_later()
    _until(leaves, "Held")
    _kept(office, "held", pods="0")
    a_day_later()
    _until(leaves, "Reclaimed", "confirm-provider")
    _decided(leaves, "confirm-provider", office.provider)
    _all_sign(leaves, "Reclaimed")
    _until(leaves, "Completed")
    office.until(phase="Exited")


def _filed(office: Office, kind: str, who: Actor, **changes: object) -> Filing:
    filing = Filing(office, kind, f"bus-portal-{kind.lower()}")
    answer = filing.file(who, changes)
    assert answer.code == 201, answer.message
    return filing


def _approved(filing: Filing, phase: str, stage: str, who: Actor) -> None:
    _until(filing, phase, stage)
    _decided(filing, stage, who)


def _decided(filing: Filing, stage: str, who: Actor) -> None:
    """Decides in a second of its own: those of the same one are listed by their names."""
    time.sleep(1)
    filing.decided(stage, who)


def _all_sign(filing: Filing, phase: str) -> None:
    """One after another, each when the one before was seen."""
    office = filing.office
    people = (office.member, office.provider, office.approver)
    for number, (stage, who) in enumerate(zip(_SIGNED, people, strict=True)):
        _until(filing, phase, *_SIGNED[number:])
        _decided(filing, stage, who)


def _until(filing: Filing, phase: str, *stages: str) -> None:
    """Waits until it has this phase and awaits these, however often the operator is killed."""

    def there() -> bool:
        found = filing.read()
        # what the operator is to file may not be there yet
        status = found.get("status", {}) if "spec" in found else {}
        awaited = {turn["stage"] for turn in status.get("awaiting", [])}
        return (status.get("phase"), awaited) == (phase, set(stages))

    eventually(there, PATIENCE, f"{filing.office.name}: {filing.name} is {phase}, {stages}")


def _kept(office: Office, environment: str, pods: str | None = None) -> None:
    """Waits until the granted namespace is kept so."""
    path = f"/api/v1/namespaces/{office.name}--bus-portal"

    def there() -> bool:
        root = office.site.bootstrap
        space = root.call("GET", path).body
        quota: Json = root.call("GET", f"{path}/resourcequotas/mandate").body
        found = (
            space.get("metadata", {}).get("labels", {}).get("mandate.dev/environment"),
            quota.get("spec", {}).get("hard", {}).get("pods"),
        )
        return found == (environment, pods)

    eventually(there, PATIENCE, f"{office.name} is kept as {environment}")


def _today(office: Office) -> str:
    """The day in Lu'an, as the story has it."""
    return str(office.site.now().astimezone(_LUAN).date())
