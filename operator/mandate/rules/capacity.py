"""What the platform has, what is taken of it, and what is left for a form (A14-sizing)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from mandate.api import quantity
from mandate.api.cloudapplication import CloudApplication, CloudApplicationSpec
from mandate.api.hosts import Host, Machine
from mandate.api.policysizing import Capacity
from mandate.api.requests import decision_key
from mandate.rules.receipt import received

Demand = Mapping[tuple[str, str], Decimal]
"""By host type and resource: cores, or bytes of memory or of a disk type."""

Place = tuple[datetime, str, str]
"""Where a form stands in the order of receipt; namespace and name where that is the same."""

CHECK = "Capacity"
"""The check that finds what is not there."""

NEVER = datetime.max.replace(tzinfo=UTC)
"""When what was not received yet was."""

_CORES, _MEMORY = "CPU cores", "memory"


@dataclass(frozen=True, slots=True)
class Standing:
    """What one application, or a change of one, takes of the platform."""

    claim: Literal["Granted", "Reserved"] | None
    """Reserved while it waits and nothing but decisions is in its way; None: it takes nothing."""
    place: Place
    demand: Demand
    lacks_room: bool = False
    """Whether it waits for what is taken by others."""


def standing(application: CloudApplication) -> Standing:
    """What an application takes of the platform, by its stored form and decisions.

    A form that could only be refused reserves nothing: it would keep out all that came after it.
    """
    metadata, status = application.metadata, application.status
    place = (received(metadata, status.approvals, NEVER), metadata.namespace, metadata.name)
    if status.phase == "Exited":
        return Standing(None, place, {})
    if status.allocation is not None:
        return Standing("Granted", place, demand(status.allocation.machines))
    if _ended(application):
        return Standing(None, place, {})
    judged = status.observed_generation == metadata.generation
    failing = [c.type for c in status.checks if c.blocking and not c.passed] if judged else []
    if failing:
        return Standing(None, place, {}, CHECK in failing)
    last = decision_key(status.stages[-1], metadata.generation) if status.stages else ""
    claim: Literal["Granted", "Reserved"] = "Granted" if last in status.approvals else "Reserved"
    return Standing(claim, place, demand(application.spec.hosts))


def _ended(application: CloudApplication) -> bool:
    """Whether this generation of the form was refused, or approved without effect."""
    status, generation = application.status, application.metadata.generation
    for stage in status.stages:
        key = decision_key(stage, generation)
        made, effect = status.approvals.get(key), status.effects.get(key)
        if (made and made.decision == "Refused") or (effect and not effect.effective):
            return True
    return False


def demand(rows: Iterable[Host | Machine]) -> Demand:
    """What rows of hosts, or machines, come to."""
    total: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        count = row.quantity if isinstance(row, Host) else 1
        total[row.host_type, _CORES] += row.cpu_cores * count
        total[row.host_type, _MEMORY] += quantity.parse(row.memory) * count
        for kind, size in row.disks():
            total[row.host_type, kind] += size * count
    return dict(total)


def over_capacity(
    spec: CloudApplicationSpec, taken: Demand, capacity: Capacity, elsewhere: frozenset[str]
) -> Iterator[str]:
    """What the form asks for beyond what is left, with the numbers.

    Args:
        spec: the form.
        taken: what other applications were granted, and what those received earlier ask for.
        capacity: what the platform has.
        elsewhere: host types that do not run on it: the provider hands them over.
    """
    held = _by_resource(taken, elsewhere)
    there = {_CORES: Decimal(capacity.cpu_cores), _MEMORY: quantity.parse(capacity.memory)}
    there |= {disk.type: quantity.parse(disk.size) for disk in capacity.storage}
    for resource, asked in sorted(_by_resource(demand(spec.hosts), elsewhere).items()):
        has, gone = there.get(resource, Decimal(0)), held.get(resource, Decimal(0))
        if asked > has - gone:
            write = quantity.cores if resource == _CORES else quantity.size
            left = write(max(has - gone, Decimal(0)))
            yield (
                f"{resource}: {write(asked)} asked for, {left} left "
                f"({write(has)} there, {write(gone)} granted or reserved)"
            )


def _by_resource(amounts: Demand, elsewhere: frozenset[str]) -> dict[str, Decimal]:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for (host_type, resource), amount in amounts.items():
        if host_type not in elsewhere:
            total[resource] += amount
    return dict(total)
