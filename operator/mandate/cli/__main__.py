"""`kubectl mandate`: what people do with Mandate beside kubectl."""

import click

from mandate.cli.audit import audit
from mandate.cli.cloud_use import cloud_use
from mandate.cli.cost import cost
from mandate.cli.render import render
from mandate.cli.transfer import export, import_


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--kubeconfig", type=click.Path(dir_okay=False), help="The file to use.")
@click.option("--context", help="The context in it.")
@click.version_option(package_name="mandate-operator")
@click.pass_context
def main(ctx: click.Context, kubeconfig: str | None, context: str | None) -> None:
    """Governance-as-code for shared clouds: dossiers, documents, reports, and moving away."""
    ctx.obj = (kubeconfig, context)


main.add_command(audit)
main.add_command(cloud_use)
main.add_command(cost)
main.add_command(export)
main.add_command(import_)
main.add_command(render)

if __name__ == "__main__":
    main()
