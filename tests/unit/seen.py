"""How everything stands by what is stored, in the terms of the book."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from mandate.api.meta import Json
from mandate.rules.grant import Grant

_TOLD_OTHERWISE = ("Ready", "Provisioned", "Overdue")
_SECOND = timedelta(seconds=1)


def request_seen(raw: Json, zone: tzinfo) -> Iterator[tuple[str, object]]:
    """How one request stands: its phase, what is awaited, what was decided, its clocks.

    Args:
        raw: as it is stored.
        zone: in which its days are.
    """
    status = raw.get("status", {})
    effects = status.get("effects", {})
    yield "phase", status.get("phase")
    turns = {t["stage"]: "".join(d[0] for d in t["may"]) for t in status.get("awaiting", [])}
    yield "awaits", turns
    # what took no effect is lost
    made = status.get("approvals", {}).items()
    yield "made", {k: a["decision"] for k, a in made if effects.get(k, {}).get("effective")}
    if raw["kind"] == "ServiceAgreement":
        yield "last", status.get("expiresOn")
    for clock in status.get("clocks", []):
        started = _day(clock["startedAt"], zone)
        ended = "closedAt" in clock
        yield f"clock.{clock['stage']}", (started, clock["dueOn"], ended, clock["breached"])


def system_seen(status: Json, zone: tzinfo) -> Iterator[tuple[str, object]]:
    """How the system itself stands by its application's status."""
    holds = [c["type"] for c in status.get("conditions", []) if c["status"] == "True"]
    yield "conditions", sorted(set(holds) - set(_TOLD_OTHERWISE))
    if "namespace" in status and "reclaimedAt" not in status.get("reclaim", {}):
        ends = status.get("trial", {}).get("endsAt")
        yield "trial", _day(ends, zone, _SECOND) if ends else None
        yield "billing", status.get("billingFrom")


def grant_seen(grant: Grant | None) -> Iterator[tuple[str, object]]:
    """How the granted namespace is to be kept."""
    yield "granted", grant is not None
    if grant is not None:
        regime = grant.regime
        yield "closed", regime.closed
        yield "frozen", regime.frozen
        yield "environment", regime.environment
        yield "internet", regime.internet
        yield "shut", regime.entrances_shut
        yield "guests", sorted((g.role, m.name) for g in regime.guests for m in g.members)


def _day(instant: str, zone: tzinfo, before: timedelta = timedelta()) -> str:
    at = datetime.fromisoformat(instant).astimezone(UTC) - before
    return at.astimezone(zone).date().isoformat()
