"""`kubectl mandate cost`: what systems cost in a period, by the catalogue's prices (A31-budget).

It reads with the person's own rights, and computes by the operator's own rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import click

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplication
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.kinds import BY_NAME
from mandate.api.meta import Json
from mandate.api.resourcechange import ResourceChange
from mandate.api.rulebook import cite
from mandate.api.servicecatalog import ServiceCatalog
from mandate.api.workcalendar import WorkCalendar
from mandate.cli.audit import plain
from mandate.cli.cluster import Cluster
from mandate.render.documents import AgencyCost, Period, SystemCost, cost_sheet, cost_table
from mandate.rules.case import Case
from mandate.rules.cost import UntoldError, billed, statement
from mandate.rules.workdays import Workdays

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("agencies", nargs=-1)
@click.option("--from", "first", type=_DAY, required=True, help="The first day: YYYY-MM-DD.")
@click.option("--to", "last", type=_DAY, required=True, help="The last day, which is over.")
@click.option("--csv", "table", type=click.Path(dir_okay=False, path_type=Path),
              help="Writes the lines for a spreadsheet into this file.")  # fmt: skip
@click.option("--sheets", type=click.Path(file_okay=False, path_type=Path),
              help="Writes a sheet for each agency into this folder, as HTML.")  # fmt: skip
@click.pass_obj
def cost(
    options: tuple[str | None, str | None],
    agencies: tuple[str, ...],
    first: datetime,
    last: datetime,
    table: Path | None,
    sheets: Path | None,
) -> None:
    """What the systems of the named agencies, or of all, cost from one day to another.

    What ran at the end of each day, at the catalogue's present prices; each line is rounded to the
    cent, half up.
    """
    cluster, period = Cluster(options), Period(first.date(), last.date())
    if period.last < period.first:
        raise click.BadParameter(f"{period.last} is before {period.first}", param_hint="--to")
    found = []
    for agency in _agencies(cluster, agencies):
        books = Books.read(cluster, agency)
        today = books.today(datetime.now(UTC))
        if period.last >= today:
            raise click.BadParameter(
                f"{period.last} is not over ({cite('A31-budget')})", param_hint="--to"
            )
        costs = books.costs(_systems(cluster, agency), period)
        found.append(costs)
        for line in report(costs, books.currency):
            click.echo(plain(line))
        if sheets is not None:
            sheets.mkdir(parents=True, exist_ok=True)
            html = cost_sheet(costs, period, books.catalog.spec.title, books.currency)
            (sheets / f"cost-{costs.name}.html").write_text(html, "utf-8", newline="\n")
    if table is not None:
        # with a mark that has spreadsheets read it as UTF-8
        table.write_text(cost_table(found, period), "utf-8-sig", newline="")


@dataclass(frozen=True, slots=True)
class Books:
    """What an agency's systems are billed by."""

    agency: Agency
    policy: GovernancePolicy
    calendar: WorkCalendar
    catalog: ServiceCatalog

    @classmethod
    def read(cls, cluster: Cluster, agency: Agency) -> "Books":
        """Its law.

        Raises:
            click.ClickException: it is not there, or names no catalogue.
        """
        raw = cluster.get(BY_NAME["GovernancePolicy"], agency.spec.policy)
        policy = GovernancePolicy.model_validate(raw)
        if policy.spec.catalog is None:
            raise click.ClickException(
                f"GovernancePolicy {agency.spec.policy} names no catalogue, and so no prices "
                f"({cite('A31-budget')})"
            )
        calendar = cluster.get(BY_NAME["WorkCalendar"], policy.spec.calendar)
        catalog = cluster.get(BY_NAME["ServiceCatalog"], policy.spec.catalog)
        return cls(
            agency,
            policy,
            WorkCalendar.model_validate(calendar),
            ServiceCatalog.model_validate(catalog),
        )

    @property
    def currency(self) -> str:
        """Of the prices; empty where there are none."""
        return self.catalog.spec.currency or ""

    def today(self, now: datetime) -> date:
        """The jurisdiction's day."""
        return now.astimezone(Workdays.of(self.calendar.spec).zone).date()

    def costs(
        self, systems: tuple[tuple[Json, tuple[Json, ...]], ...], period: Period
    ) -> AgencyCost:
        """What its systems cost.

        Args:
            systems: each application with the changes in its namespace.
            period: the days.
        """
        costs = tuple(
            found for raw, changes in systems if (found := self._cost(raw, changes, period))
        )
        return AgencyCost(self.agency.metadata.name, self.agency.spec.title, costs)

    def _cost(self, raw: Json, changes: tuple[Json, ...], period: Period) -> SystemCost | None:
        app = CloudApplication.model_validate(raw)
        if app.status.billing_from is None:
            return None
        mine = (ResourceChange.model_validate(c) for c in changes
                if c["spec"]["applicationRef"]["uid"] == app.metadata.uid)  # fmt: skip
        case = Case(
            app, raw["spec"], self.agency, self.policy, self.calendar, self.catalog, tuple(mine)
        )
        payer = app.spec.line_authority if app.spec.funding == "Other" else None
        name, system = app.metadata.name, app.spec.system_name
        try:
            found = statement(billed(case), self.catalog, period.first, period.last)
        except UntoldError as error:
            return SystemCost(name, system, payer, None, str(error))
        return SystemCost(name, system, payer, found)


def report(costs: AgencyCost, currency: str) -> Iterator[str]:
    """The lines of one agency."""
    yield f"{costs.name}  {costs.title}"
    for system in costs.systems:
        if system.statement is None:
            yield f"  {system.application:<32}  not told: {system.why}"
            continue
        found = system.statement
        paid = f"  paid by {system.paid_by}" if system.paid_by else ""
        yield f"  {system.application:<32}  {found.days:>4} days  {found.total:>14}{paid}"
        if found.unpriced:
            yield f"    without a price: {', '.join(found.unpriced)}"
    yield f"  {'total':<32}  {'':>9}  {costs.total:>14} {currency}"


def _agencies(cluster: Cluster, names: tuple[str, ...]) -> Iterator[Agency]:
    kind = BY_NAME["Agency"]
    raws = (cluster.get(kind, n) for n in names) if names else cluster.objects(kind)
    for raw in raws:
        yield Agency.model_validate(raw)


def _systems(cluster: Cluster, agency: Agency) -> tuple[tuple[Json, tuple[Json, ...]], ...]:
    """Its applications, each with all changes in its namespace."""
    namespace = f"agency-{agency.metadata.name}"
    changes = tuple(cluster.objects(BY_NAME["ResourceChange"], namespace=namespace))
    every = cluster.objects(BY_NAME["CloudApplication"], namespace=namespace)
    return tuple((raw, changes) for raw in every)
