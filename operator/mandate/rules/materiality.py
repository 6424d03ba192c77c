"""Whether a change is major: it takes a technical plan and tests (article 16; A16-major).

By what it adds: new machines, and what machines become more. Nothing that is given back is set
off against it. More than a threshold, not the threshold itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from mandate.api import quantity
from mandate.api.hosts import Host
from mandate.api.policychange import ChangeThresholds
from mandate.api.resourcechange import ChangedHost, ResourceChangeSpec
from mandate.api.servicecatalog import ServiceCatalog
from mandate.rules.catalogue import stored_by

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Additions:
    """What changes add: cloud hosts and cores, bytes of memory and of storage."""

    hosts: Decimal = _ZERO
    cores: Decimal = _ZERO
    memory: Decimal = _ZERO
    storage: Decimal = _ZERO

    @property
    def any(self) -> bool:
        """Whether it is anything at all."""
        return any((self.hosts, self.cores, self.memory, self.storage))

    def __add__(self, other: "Additions") -> "Additions":
        """Both together."""
        return Additions(
            self.hosts + other.hosts,
            self.cores + other.cores,
            self.memory + other.memory,
            self.storage + other.storage,
        )


@dataclass(frozen=True, slots=True)
class Earlier:
    """What another change of the same system added within the policy's window (A16-split)."""

    name: str
    additions: Additions


def additions(
    change: ResourceChangeSpec, physical: frozenset[str], catalog: ServiceCatalog | None = None
) -> Additions:
    """What a change adds (A16-major).

    Args:
        change: the form.
        physical: host types that are physical machines: they are no cloud hosts; their cores,
            memory and disks count.
        catalog: says what a unit of a storage service stores.
    """
    found = Additions(storage=_stored(change, catalog))
    for host in change.added_hosts or ():
        found += _of_new(host, host.host_type not in physical)
    for row in change.changed_hosts or ():
        found += _of_changed(row)
    return found


def reasons(
    change: Additions, earlier: Iterable[Earlier], most: ChangeThresholds
) -> tuple[str, ...]:
    """Why a change is major, with the figures; empty: it is minor (A16-major, A16-split).

    What it does not add itself makes it none, whatever was added before it.

    Args:
        change: what it adds.
        earlier: what other changes that count together with it added.
        most: what a minor change adds at most.
    """
    before = list(earlier)
    return tuple(
        line for kind in _KINDS for line in _over(kind, change, before, kind.threshold(most))
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the four things that are added."""

    name: str
    field: str

    def of(self, found: Additions) -> Decimal:
        amount: Decimal = getattr(found, self.name)
        return amount

    def threshold(self, most: ChangeThresholds) -> Decimal | None:
        value: int | str | None = getattr(most, self.field)
        return None if value is None else quantity.parse(str(value))

    def said(self, amount: Decimal) -> str:
        """An amount with what it is of, such as `12 hosts` or `96Gi of memory`."""
        if self.name in ("hosts", "cores"):
            return f"{quantity.cores(amount)} {self.name}"
        return f"{quantity.size(amount)} of {self.name}"

    def written(self, amount: Decimal) -> str:
        return self.said(amount).split()[0]


_KINDS = (
    _Kind("hosts", "hosts"),
    _Kind("cores", "cpu_cores"),
    _Kind("memory", "memory"),
    _Kind("storage", "storage"),
)


def _over(
    kind: _Kind, change: Additions, earlier: list[Earlier], most: Decimal | None
) -> Iterator[str]:
    mine = kind.of(change)
    if most is None or not mine:
        return
    if mine > most:
        yield f"adds {kind.said(mine)}, over {kind.written(most)}"
        return
    others = [e for e in earlier if kind.of(e.additions)]
    total = sum((kind.of(e.additions) for e in others), mine)
    if total > most:
        names = ", ".join(e.name for e in others)
        text = f"adds {kind.said(mine)}, {kind.written(total)} with {names}"
        yield f"{text[:440]}, over {kind.written(most)}"


def _of_new(host: Host, cloud: bool) -> Additions:
    count = Decimal(host.quantity)
    return Additions(
        hosts=count if cloud else _ZERO,
        cores=host.cpu_cores * count,
        memory=quantity.parse(host.memory) * count,
        storage=sum((size for _, size in host.disks()), _ZERO) * count,
    )


def _of_changed(row: ChangedHost) -> Additions:
    return Additions(
        cores=Decimal(max(row.cpu_cores.after - row.cpu_cores.before, 0)),
        memory=_more(row.memory.before, row.memory.after),
        storage=_more(row.system_disk.before, row.system_disk.after)
        + _more(row.data_disk.before, row.data_disk.after),
    )


def _more(before: str, after: str) -> Decimal:
    return max(quantity.parse(after) - quantity.parse(before), _ZERO)


def _stored(change: ResourceChangeSpec, catalog: ServiceCatalog | None) -> Decimal:
    rows = (s for s in change.services or () if s.action == "Add")
    return sum((stored_by(row, catalog) for row in rows), _ZERO)
