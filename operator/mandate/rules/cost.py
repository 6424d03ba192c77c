"""What a system costs: what ran, by the day, at the catalogue's price (A31-budget; ours).

A day is billed by what runs at its end: what is added on it is billed from that day on, what is
released on it no more. Everything is counted exactly; each line is rounded to the cent once, half
up, and a total is the sum of its lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from mandate.api import quantity
from mandate.api.hosts import Allocation, Machine, Service
from mandate.api.prices import DailyCost
from mandate.api.resourcechange import ResourceChange
from mandate.api.rulebook import cite
from mandate.api.servicecatalog import CatalogItem, ServiceCatalog
from mandate.rules.allocation import after
from mandate.rules.case import Case
from mandate.rules.catalogue import item_of
from mandate.rules.granted import approved_allocation

Measure = Literal["Unit", "Core", "Memory", "SATA", "SAS", "SSD"]
"""What is counted: units (of hosts machines), cores, Gi of memory, Gi of disks by their type."""
MEASURES: tuple[Measure, ...] = ("Unit", "Core", "Memory", "SATA", "SAS", "SSD")
_GIB = 1024**3
_ONE = timedelta(days=1)
_CENT = Decimal("0.01")
_MOST_UNPRICED = 16


class UntoldError(Exception):
    """What ran cannot be told day by day; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which the same was billed."""

    first: date
    until: date | None
    """The first day after them; None: they go on."""
    allocation: Allocation


@dataclass(frozen=True, slots=True)
class Line:
    """One item and measure over a period."""

    item: CatalogItem
    measure: Measure
    amount: Fraction
    """Unit-days: what ran on each day, summed over the days."""
    price: Decimal
    """For one unit and day."""
    cost: Decimal
    """To the cent."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one system cost in a period."""

    days: int
    """How many of its days are billed."""
    currency: str
    lines: tuple[Line, ...]
    """In the catalogue's order."""
    unpriced: tuple[str, ...]
    """What ran on a billed day and has no price."""

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.cost for line in self.lines), Decimal("0.00"))


def billed(case: Case) -> tuple[Span, ...]:
    """What is billed from which day on, in order; nothing before the launch (A31-budget).

    Billed until the day on which everything was reclaimed, held or suspended as it may be.

    Args:
        case: the system with its changes; for one that was restored, with its predecessor.

    Raises:
        UntoldError: there is no calendar to tell days by, or what runs is not the fold of what
            was approved and the changes that are there.
    """
    status = case.application.status
    if status.allocation is None or status.billing_from is None:
        return ()
    points = list(_points(case))
    if _alike(points[-1][1]) != _alike(status.allocation):
        raise UntoldError(
            "what runs is not what was approved and changed here: a change is gone, or it was "
            "granted in another cluster; bill it by the allocations in its dossier "
            f"({cite('A31-budget')})"
        )
    gone = status.reclaim.reclaimed_at if status.reclaim else None
    over = _day(case, gone) if gone else None
    ends = (*(day for day, _ in points[1:]), over)
    spans = (
        Span(max(day, status.billing_from), _sooner(end, over), runs)
        for (day, runs), end in zip(points, ends, strict=True)
    )
    return tuple(span for span in spans if span.until is None or span.first < span.until)


def statement(spans: Iterable[Span], catalog: ServiceCatalog, first: date, last: date) -> Statement:
    """What a system cost from one day to another, both counted (A31-budget).

    Args:
        spans: as `billed`.
        catalog: with the prices, which hold for the whole period.
        first: the first day of the period.
        last: the last one.

    Raises:
        UntoldError: the catalogue has no prices.
    """
    if catalog.spec.currency is None:
        raise UntoldError(
            f"ServiceCatalog {catalog.metadata.name} has no currency, and so no prices: the "
            f"authority applies both ({cite('A31-budget')})"
        )
    amounts: defaultdict[tuple[str, Measure], Fraction] = defaultdict(Fraction)
    unpriced: dict[str, None] = {}
    billed_days = 0
    for span in spans:
        end = last if span.until is None else min(last, span.until - _ONE)
        days = (end - max(span.first, first)).days + 1
        if days <= 0:
            continue
        billed_days += days
        for key, amount in _amounts(span.allocation, catalog).items():
            amounts[key] += amount * days
        unpriced |= dict.fromkeys(_unpriced(span.allocation, catalog))
    return Statement(
        days=billed_days,
        currency=catalog.spec.currency,
        lines=tuple(_lines(amounts, catalog)),
        unpriced=tuple(unpriced),
    )


def daily_cost(runs: Allocation, catalog: ServiceCatalog | None) -> DailyCost | None:
    """What a billed day costs; None without a catalogue that has prices (A31-budget)."""
    if catalog is None or catalog.spec.currency is None:
        return None
    lines = _lines(_amounts(runs, catalog), catalog)
    total = sum((line.cost for line in lines), Decimal("0.00"))
    left = dict.fromkeys(_unpriced(runs, catalog))
    return DailyCost(
        per_day=f"{total:f}",
        currency=catalog.spec.currency,
        unpriced=tuple(left)[:_MOST_UNPRICED],
    )


def together(costs: Iterable[DailyCost]) -> DailyCost | None:
    """What several systems cost a day; None of none, or where they are of several currencies."""
    found = tuple(costs)
    if len({cost.currency for cost in found}) != 1:
        return None
    total = sum((Decimal(cost.per_day) for cost in found), Decimal("0.00"))
    left = dict.fromkeys(name for cost in found for name in cost.unpriced)
    return DailyCost(
        per_day=f"{total:f}",
        currency=found[0].currency,
        unpriced=tuple(left)[:_MOST_UNPRICED],
    )


def _points(case: Case) -> Iterator[tuple[date, Allocation]]:
    """What runs, with the day from which on it does; what was approved, since ever."""
    status = case.application.status
    runs = approved_allocation(case, status.stages, status.effects)
    yield date.min, runs
    filed = {c.metadata.uid: c.spec for c in case.of(ResourceChange)}
    for change in status.changes:
        if change.counted_at is not None and change.uid in filed:
            runs = after(runs, filed[change.uid])
            yield _day(case, change.counted_at), runs


def _day(case: Case, instant: datetime) -> date:
    day = case.day(instant)
    if day is None:
        raise UntoldError(
            f"WorkCalendar {case.policy.spec.calendar} is not there or cannot be used: nothing "
            f"tells on which day something came ({cite('A31-budget')})"
        )
    return day


def _sooner(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _alike(runs: Allocation) -> tuple[object, ...]:
    """What is billed of an allocation; not names and addresses, which the provider records."""
    machines = [(m.ref, m.host_type, m.cpu_cores, m.memory, m.disks()) for m in runs.machines]
    services = [(s.category2, s.category3, s.service_name, s.quantity) for s in runs.services]
    return sorted(machines), services


def _amounts(runs: Allocation, catalog: ServiceCatalog) -> dict[tuple[str, Measure], Fraction]:
    found: defaultdict[tuple[str, Measure], Fraction] = defaultdict(Fraction)
    for row in _rows(runs):
        item = item_of(row, catalog)
        for measure, amount in _measured(row):
            if item is not None and _price(item, measure) is not None:
                found[item.id, measure] += amount
    return found


def _rows(runs: Allocation) -> Iterator[Machine | Service]:
    yield from runs.machines
    yield from runs.services


def _measured(row: Machine | Service) -> Iterator[tuple[Measure, Fraction]]:
    if isinstance(row, Service):
        yield "Unit", Fraction(row.quantity)
        return
    yield "Unit", Fraction(1)
    yield "Core", Fraction(row.cpu_cores)
    yield "Memory", Fraction(quantity.parse(row.memory)) / _GIB
    for kind, size in row.disks():
        if kind is not None:
            yield kind, Fraction(size) / _GIB


def _price(item: CatalogItem, measure: Measure) -> Decimal | None:
    price = item.price
    if price is None:
        return None
    known: dict[str, str | None] = {
        "Unit": price.per_unit,
        "Core": price.per_core,
        "Memory": price.per_gib_memory,
        **{disk.type: disk.per_gib for disk in price.disks or ()},
    }
    text = known.get(measure)
    return None if text is None else Decimal(text)


def _lines(amounts: dict[tuple[str, Measure], Fraction], catalog: ServiceCatalog) -> Iterator[Line]:
    for item in catalog.spec.items:
        for measure in MEASURES:
            amount, price = amounts.get((item.id, measure)), _price(item, measure)
            if amount and price is not None:
                yield Line(item, measure, amount, price, _to_the_cent(amount * Fraction(price)))


def _to_the_cent(exact: Fraction) -> Decimal:
    """Rounded half up; no amount is negative."""
    return Decimal((exact * 100 + Fraction(1, 2)) // 1) * _CENT


def _unpriced(runs: Allocation, catalog: ServiceCatalog) -> Iterator[str]:
    for row in _rows(runs):
        item = item_of(row, catalog)
        if item is None or item.price is None:
            name = row.host_type if isinstance(row, Machine) else row.category3
            yield item.title if item else name
