"""`kubectl mandate cloud-use`: where each agency's systems run, as the basis for its funds."""

from collections.abc import Iterator

import click

from mandate.api.agency import Agency
from mandate.api.kinds import BY_NAME
from mandate.api.meta import find_condition
from mandate.api.rulebook import cite
from mandate.cli.audit import plain
from mandate.cli.cluster import Cluster


@click.command("cloud-use")
@click.argument("agencies", nargs=-1)
@click.pass_obj
def cloud_use(options: tuple[str | None, str | None], agencies: tuple[str, ...]) -> None:
    """Reports how far the named agencies, or all, use the cloud (articles 3, 7 and 27)."""
    found = [Agency.model_validate(raw) for raw in Cluster(options).objects(BY_NAME["Agency"])]
    known = {agency.metadata.name: agency for agency in found}
    missing = [name for name in agencies if name not in known]
    if missing:
        raise click.ClickException(f"no agency {', '.join(missing)} was found")
    for name in agencies or sorted(known):
        for line in report(known[name]):
            click.echo(plain(line))
    click.echo(
        "Who plans and funds information systems takes this use as a basis for the funds to build "
        f"and run them ({cite('A03-preference')})."
    )


def report(agency: Agency) -> Iterator[str]:
    """The lines of one agency's report, as its status has it."""
    use = agency.status.cloud_use
    yield f"{agency.metadata.name}  {agency.spec.title}"
    if use is None or agency.status.observed_generation != agency.metadata.generation:
        yield "  not judged yet"
        return
    names = {system.id: system.name for system in agency.spec.systems}
    for system in use.systems:
        asked = f"  integration {system.integration}" if system.integration else ""
        paid = "  self-paid" if system.self_paid else ""
        yield f"  {system.place:<9}  {system.id}  {names.get(system.id, '')}{asked}{paid}"
    yield (
        f"  {use.on_cloud} of {use.in_use} systems in use are on the cloud, {use.migrating} are to "
        f"migrate, {use.excepted} are excepted by law, {use.off_cloud} are off it, "
        f"{use.integration_overdue} not integrated in time; since {use.since:%Y-%m-%dT%H:%M:%SZ}"
    )
    judged = find_condition(agency.status.conditions, "CloudPreference")
    if judged is not None and judged.status != "True":
        yield f"  {judged.reason}: {judged.message}"
