"""`kubectl mandate audit`: reading and verifying dossiers."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import yaml

from mandate.api.kinds import BY_NAME
from mandate.api.meta import Json
from mandate.cli.cluster import Cluster
from mandate.cli.verify import Verdict, verify

_DOSSIER = BY_NAME["Dossier"]
_HEX = 64


@click.group()
def audit() -> None:
    """Shows what is on record, and proves that nothing of it was altered."""


@audit.command("verify")
@click.option("--file", "files", type=click.Path(exists=True, path_type=Path), multiple=True,
              help="An export or a file of Dossier objects; without it, the cluster.")  # fmt: skip
@click.option("--subject", help="Only subjects with this in their kind, namespace, name or uid.")
@click.option("--head", "heads", multiple=True,
              help="A last hash that was kept elsewhere; it must be found.")  # fmt: skip
@click.pass_obj
def verify_command(
    options: tuple[str | None, str | None],
    files: tuple[Path, ...],
    subject: str | None,
    heads: tuple[str, ...],
) -> None:
    """Verifies dossiers; fails if a byte was altered or a witnessed hash is missing."""
    found = list(_found(options, files))
    verdicts = [v for v in verify(found) if subject is None or subject in v.subject]
    for verdict in verdicts:
        click.echo(_line(verdict))
        for before in verdict.continues:
            click.echo(f"    continues {before}")
        for fault in verdict.faults:
            click.echo(f"    {fault}")
    hashes = {entry["hash"] for d in found for entry in d["spec"]["entries"]}
    missing = [head for head in heads if len(head) != _HEX or head not in hashes]
    for head in missing:
        click.echo(f"no dossier has the witnessed hash {head}")
    broken = sum(bool(v.faults) for v in verdicts)
    click.echo(f"{len(verdicts) - broken} whole, {broken} broken")
    if not verdicts:
        raise click.ClickException("no dossier was found: nothing is proven")
    if broken or missing:
        raise SystemExit(1)


@audit.command("show")
@click.argument("name")
@click.option("--namespace", "-n", help="Of the subject, where it has one.")
@click.option("--file", "files", type=click.Path(exists=True, path_type=Path), multiple=True,
              help="An export; without it, the cluster.")  # fmt: skip
@click.pass_obj
def show(
    options: tuple[str | None, str | None],
    name: str,
    namespace: str | None,
    files: tuple[Path, ...],
) -> None:
    """Shows what happened to the application, agency or policy of this name."""
    specs = [d["spec"] for d in _found(options, files)]
    specs = [s for s in specs if _is(s["subject"], name, namespace)]
    if not specs:
        raise click.ClickException(f"no dossier of {name} was found")
    for spec in sorted(specs, key=lambda s: (s["subject"]["uid"], s["part"])):
        for entry in spec["entries"]:
            by = f" ({entry['by']})" if "by" in entry else ""
            click.echo(f"{entry['at']}  {entry['kind']:<13} {plain(entry['text'])}{plain(by)}")


def _is(subject: Json, name: str, namespace: str | None) -> bool:
    return subject["name"] == name and namespace in (None, subject.get("namespace"))


def plain(text: str) -> str:
    """Text that moves no cursor and changes no colour, whatever somebody wrote into it."""
    return "".join(c if c.isprintable() else "�" for c in text)


def _line(verdict: Verdict) -> str:
    state = "BROKEN" if verdict.faults else "whole "
    return f"{state} {verdict.subject}: {verdict.entries} entries, head {verdict.head}"


def _found(options: tuple[str | None, str | None], files: Iterable[Path]) -> Iterable[Json]:
    """Dossiers from files, or from the cluster."""
    if not files:
        yield from Cluster(options).objects(_DOSSIER)
    for file in files:
        yield from (d for d in documents(file) if d.get("kind") == "Dossier")


def documents(file: Path) -> Iterable[Json]:
    """The objects of a file: JSON lines as `export` writes them, or YAML or JSON of kubectl.

    Raises:
        click.ClickException: it is none of these.
    """
    text = file.read_text("utf-8")
    try:
        if file.suffix == ".jsonl":
            loaded: list[Any] = [json.loads(line) for line in text.split("\n") if line]
        else:
            loaded = [d for d in yaml.safe_load_all(text) if d]
    except (ValueError, yaml.YAMLError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    for document in loaded:
        if not isinstance(document, dict):
            raise click.ClickException(f"{file}: not an object: {str(document)[:80]}")
        yield from document.get("items", [document])
