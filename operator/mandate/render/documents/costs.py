"""The statement of what systems cost, as a sheet and as a table for spreadsheets (A31-budget)."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from mandate.render.documents.environment import page
from mandate.rules.cost import Line, Statement

COLUMNS = (
    "agency", "application", "system", "paid_by", "from", "to", "billed_days", "item", "title",
    "measure", "unit_days", "price_per_day", "currency", "cost", "note",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet takes for a formula."""
_PLACES = Fraction(10_000)


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a statement, both counted."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class SystemCost:
    """What one system cost."""

    application: str
    system: str
    paid_by: str | None
    """Its line authority, where that bears the costs; None: the cloud's budget."""
    statement: Statement | None
    why: str = ""
    """Why there is no statement."""


@dataclass(frozen=True, slots=True)
class AgencyCost:
    """What an agency's systems cost."""

    name: str
    title: str
    systems: tuple[SystemCost, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Those that there are."""
        return tuple(s.statement for s in self.systems if s.statement is not None)

    @property
    def total(self) -> Decimal:
        """The sum of its systems' totals."""
        return sum((s.total for s in self.statements), Decimal("0.00"))


def cost_sheet(agency: AgencyCost, period: Period, catalog: str, currency: str) -> str:
    """The statement of one agency (政务云资源费用清单) as HTML.

    Args:
        agency: with its systems.
        period: its days.
        catalog: the catalogue's title.
        currency: of its prices.
    """
    return page(
        "cost.html.j2",
        title="政务云资源费用清单",
        agency=agency,
        period=period,
        catalog=catalog,
        currency=currency,
        unit_days=unit_days,
    )


def cost_table(agencies: Iterable[AgencyCost], period: Period) -> str:
    """The statements as CSV: a row a line, and one for whatever has no price or no statement.

    What people wrote begins no formula: an apostrophe comes before it (X-input).
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for agency in agencies:
        for system in agency.systems:
            who = (agency.name, system.application, system.system, system.paid_by or "")
            days = (period.first.isoformat(), period.last.isoformat())
            for row in _rows(system):
                writer.writerow([_cell(text) for text in (*who, *days, *row)])
    return out.getvalue()


def unit_days(amount: Fraction) -> str:
    """An amount as it is shown: to four decimals, half up; the cost is of the exact one."""
    shown = Decimal((amount * _PLACES + Fraction(1, 2)) // 1) / Decimal(int(_PLACES))
    return f"{shown.normalize():f}"


def _rows(system: SystemCost) -> Iterator[tuple[str, ...]]:
    found = system.statement
    if found is None:
        yield ("", *[""] * 7, system.why)
        return
    for line in found.lines:
        yield _line(str(found.days), line, found.currency)
    for name in found.unpriced:
        yield (str(found.days), "", name, *[""] * 5, "no price in the catalogue")


def _line(days: str, line: Line, currency: str) -> tuple[str, ...]:
    amount = unit_days(line.amount)
    item, cost = line.item, f"{line.cost:f}"
    return (days, item.id, item.title, line.measure, amount, f"{line.price:f}", currency, cost, "")


def _cell(text: str) -> str:
    clean = "".join(c if c.isprintable() else "�" for c in text)
    return f"'{clean}" if clean.lstrip().startswith(_FORMULA) else clean
