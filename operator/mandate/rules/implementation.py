"""Carrying out approved changes (article 16; A16-change, A16-shrink, G71-confirm).

A change is carried out in one step: its sheet is drawn up, its day has come, and where a quota
becomes smaller no more is in use than it will be. What the provider hands over it confirms
beside that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from mandate.api import quantity
from mandate.api.cloudapplication import CloudApplication
from mandate.api.hosts import Allocation, MachineRecord
from mandate.api.meta import Resource
from mandate.api.requests import Approval
from mandate.api.resourcechange import ResourceChange, ResourceChangeSpec
from mandate.api.rulebook import cite
from mandate.api.systemlife import CarriedChange
from mandate.rules.allocation import after, fold, recorded
from mandate.rules.case import Case, approval
from mandate.rules.grant import Regime, quota
from mandate.rules.provision import CONFIRMATION
from mandate.rules.record import Fact
from mandate.rules.request import Law

CHANGE = "change"
"""The stage at which the authority decides."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What runs, and how far the approved changes are carried out."""

    allocation: Allocation
    changes: tuple[CarriedChange, ...] = ()
    reads_use: bool = False
    """Whether one waits for what is in use to be read."""
    due: tuple[datetime, ...] = ()
    """When the day of one comes (UTC)."""


def begins_at(spec: ResourceChangeSpec, made: Approval, law: Law) -> datetime | None:
    """When a change may be carried out: the later of its approval and its planned day (UTC).

    Returns:
        None without a calendar, or for an approval without a date.
    """
    days = law.workdays
    if days is None or made.at is None:
        return None
    planned = datetime.combine(spec.planned_implementation, time(), days.zone).astimezone(UTC)
    return max(made.at, planned)


def carried_out(case: Case, granted: Allocation, regime: Regime, now: datetime) -> Carried:
    """What runs, by what was approved and the changes of it (A16-change, A16-shrink).

    What is counted once is counted from then on, in that order. Nothing is carried out while the
    system is interrupted or ends.

    Args:
        case: the system, with its changes, its status, and what is in use if that was read.
        granted: what was approved on its application.
        regime: how its namespace is kept.
        now: the time (UTC).
    """
    known = {c.uid: c for c in case.application.status.changes}
    filed = {c.metadata.uid: c for c in case.of(ResourceChange)}
    counted = [c for c in known.values() if c.counted_at is not None]
    runs = fold(granted, (filed[c.uid].spec for c in counted if c.uid in filed))
    law, waiting, due = case.policy.spec, [], []
    for change, begins in _approved(case):
        uid, name = change.metadata.uid, change.metadata.name
        if begins > now:
            due.append(begins)
        if begins > now or regime.closed or any(c.uid == uid for c in counted):
            continue
        entry, then = known.get(uid, CarriedChange(uid=uid, name=name)), after(runs, change.spec)
        is_so, will_be = (quota(a, law, case.catalog, regime) for a in (runs, then))
        in_use = _in_use(is_so, will_be, case.used)
        if in_use == ():
            counted.append(entry.model_copy(update={"in_use": (), "counted_at": now}))
            runs = then
        else:
            # until it is read, what was found last stands
            waiting.append(entry.model_copy(update={"in_use": in_use} if in_use else {}))
    return Carried(recorded(runs, _records(case)), (*counted, *waiting), bool(waiting), tuple(due))


def applied(
    changes: tuple[CarriedChange, ...], application: CloudApplication, now: datetime
) -> tuple[CarriedChange, ...]:
    """The changes, now that the grant stands as the stored status counts them (X-level)."""
    stored = {c.uid for c in application.status.changes if c.counted_at is not None}
    return tuple(
        c.model_copy(update={"applied_at": now}) if c.uid in stored and c.applied_at is None else c
        for c in changes
    )


def carried_facts(application: CloudApplication) -> Iterator[Fact]:
    """That each change was carried out; with the last one, what runs since then (X-dossier)."""
    done = [c for c in application.status.changes if c.applied_at is not None]
    runs = application.status.allocation
    for change in done:
        latest = runs.wire() if runs is not None and change is done[-1] else None
        yield Fact(
            key=f"changed.{change.uid}",
            kind="Changed",
            text=f"ResourceChange {change.name} is carried out",
            at=change.applied_at,
            data={"change": change.name, "uid": change.uid, "allocation": latest},
            event="Normal",
        )


def _approved(case: Case) -> list[tuple[ResourceChange, datetime]]:
    """The approved changes that have their sheet, and from when on, in that order (G71-confirm)."""
    found = []
    for change in case.of(ResourceChange):
        made = approval(change, CHANGE)
        begins = begins_at(change.spec, made, case.law) if made is not None else None
        if begins is not None and change.status.sheet is not None:
            found.append((change, begins))
    return sorted(found, key=lambda row: (row[1], row[0].metadata.name))


def _in_use(
    runs: Mapping[str, str], then: Mapping[str, str], used: Mapping[str, str] | None
) -> tuple[str, ...] | None:
    """What is to be freed before a quota is cut (A16-shrink).

    Returns:
        Empty: nothing; None: something is cut, and what is in use was not read.
    """
    cut = [k for k in sorted(then) if quantity.parse(then[k]) < quantity.parse(runs[k])]
    if cut and used is None:
        return None
    return tuple(line for key in cut for line in _too_much(key, then[key], (used or {}).get(key)))


def _too_much(key: str, left: str, used: str | None) -> Iterator[str]:
    # a counted quota has no figure for a kind that the cluster does not serve: there is none of it
    if used is None:
        return
    over = quantity.parse(used) - quantity.parse(left)
    if over > 0:
        write = quantity.size if _is_size(key) else quantity.cores
        free = f"{used} in use, {left} after the change: free {write(over)}"
        yield f"{key}: {free} ({cite('A16-shrink')})"


def _is_size(key: str) -> bool:
    return key.endswith(("memory", "storage"))


def _records(case: Case) -> Iterator[MachineRecord]:
    """What the provider recorded, in the order of its confirmations (G44-ip)."""
    requests: tuple[Resource, ...] = (case.application, *case.of(ResourceChange))
    made = [approval(request, CONFIRMATION) for request in requests]
    dated = [(a.at, a.machines) for a in made if a is not None and a.at and a.machines]
    for _, machines in sorted(dated, key=lambda row: row[0]):
        yield from machines
