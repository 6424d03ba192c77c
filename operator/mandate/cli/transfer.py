"""`kubectl mandate export` and `import`: the forms and dossiers, to and from another cluster."""

import json
from http import HTTPStatus
from pathlib import Path

import click
from kubernetes.client.exceptions import ApiException

from mandate.api.kinds import BY_NAME, KINDS, REQUESTS
from mandate.api.meta import Json
from mandate.cli.audit import documents
from mandate.cli.cluster import Cluster, refused
from mandate.runtime.dossiers import IMPORTED

_KEPT_METADATA = ("name", "namespace", "labels", "annotations")
_WRITTEN_BY_OTHERS = (
    "mandate.dev/requested-by",
    "kubectl.kubernetes.io/last-applied-configuration",
)
_REQUEST = "requests"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(options: tuple[str | None, str | None], file: Path) -> None:
    """Writes every policy, agency, form and dossier into FILE (.jsonl), one object a line."""
    if file.suffix != ".jsonl":
        raise click.BadParameter("must end in .jsonl", param_hint="FILE")
    cluster = Cluster(options)
    count = 0
    with file.open("x", encoding="utf-8") as out:
        for kind in KINDS:
            for found in cluster.objects(kind):
                # the list leaves it out of its items
                named = {"apiVersion": found["apiVersion"], "kind": kind.name}
                row = named | {k: v for k, v in found.items() if k not in named}
                out.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
                count += 1
    click.echo(
        f"{count} objects in {file}; verify with: kubectl mandate audit verify --file {file}"
    )


@click.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--only", type=click.Choice(["law", "dossiers", "forms"]), multiple=True,
              help="Only these: each is another's to bring back.")  # fmt: skip
@click.option("--namespace", "-n", help="Only what is in this namespace.")
@click.pass_obj
def import_(
    options: tuple[str | None, str | None],
    file: Path,
    only: tuple[str, ...],
    namespace: str | None,
) -> None:
    """Brings the objects of an export into a new cluster; what is there is left as it is.

    The authority's office imports the law, whoever holds `import` on dossiers the dossiers, and
    the agencies' members their applications. An application waits for its takeover by the
    authority; the requests about it name it by a uid that it has no more, and are left out.
    """
    cluster = Cluster(options)
    made = there = left = 0
    for found in documents(file):
        kind = BY_NAME.get(found.get("kind", ""))
        if kind is None:
            raise click.ClickException(f"{file}: not of Mandate: kind {found.get('kind')!r}")
        group = _group(kind.name)
        if namespace and found["metadata"].get("namespace") != namespace:
            continue
        if group == _REQUEST:
            left += 1
            continue
        if only and group not in only:
            continue
        try:
            cluster.create(kind, _fresh(found))
            made += 1
        except ApiException as error:
            if error.status != HTTPStatus.CONFLICT:
                raise refused(error) from error
            there += 1
    click.echo(f"{made} brought back, {there} were there")
    if left:
        click.echo(f"{left} requests left out: file again what is to hold here")


def _group(kind: str) -> str:
    if kind == "Dossier":
        return "dossiers"
    if kind == "CloudApplication":
        return "forms"
    return _REQUEST if kind in {k.name for k in REQUESTS} else "law"


def _fresh(found: Json) -> Json:
    """The object without what a cluster writes itself, and without its status."""
    old = found["metadata"]
    metadata = {k: old[k] for k in _KEPT_METADATA if k in old}
    notes = metadata.get("annotations", {})
    metadata["annotations"] = {k: v for k, v in notes.items() if k not in _WRITTEN_BY_OTHERS}
    if found["kind"] == "Dossier":
        metadata["labels"] = metadata.get("labels", {}) | {IMPORTED: "true"}
    return {k: found[k] for k in ("apiVersion", "kind", "spec")} | {"metadata": metadata}
