"""`kubectl mandate render`: what there is on paper of a request, for the person at the keyboard.

It reads with that person's own rights and draws with the operator's own templates.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import click

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplication
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.kinds import BY_NAME, REQUESTS, Kind
from mandate.api.meta import Json
from mandate.api.workcalendar import WorkCalendar
from mandate.cli.cluster import Cluster, NotFoundError, RefusedError
from mandate.render.documents import Paper, digest, papers
from mandate.rules.case import Case, Unit
from mandate.rules.dossier import facts_in

_NAMES = {
    name: kind
    for kind in REQUESTS
    for name in (kind.singular, kind.plural, *kind.short_names)
}  # fmt: skip
_REPORT = "report-"


@dataclass(frozen=True, slots=True)
class _Record:
    """What a dossier keeps; empty where the person may not read it."""

    head: str | None = None
    drawn: dict[str, str] = field(default_factory=dict)
    """The HTML that was kept, by its key."""

    def of(self, sha256: str) -> str | None:
        """The HTML of this digest."""
        return next((html for html in self.drawn.values() if digest(html) == sha256), None)


@click.command()
@click.argument("kind")
@click.argument("name")
@click.option("--namespace", "-n", required=True, help="Where the request is: agency-<name>.")
@click.option("--output", "-o", type=click.Path(file_okay=False, path_type=Path), default=".",
              help="The folder to write into; made if it is not there.")  # fmt: skip
@click.option("--pdf", "as_pdf", is_flag=True, help="As PDF too, by the extra `pdf`.")
@click.pass_obj
def render(
    options: tuple[str | None, str | None],
    kind: str,
    name: str,
    namespace: str,
    output: Path,
    as_pdf: bool,
) -> None:
    """Writes what there is on paper of a request: form, decisions, agreement, sheets, reports.

    What was signed is written as it was signed, to the byte, or not at all.
    """
    found = _NAMES.get(kind.lower())
    if found is None:
        known = ", ".join(sorted(k.singular for k in REQUESTS))
        raise click.BadParameter(f"{kind} is no kind of request; there are: {known}")
    cluster = Cluster(options)
    raw = cluster.get(found, name, namespace)
    about = _about(cluster, found, raw, namespace)
    system = about.application if isinstance(about, Case) else about.agency
    record = _record(cluster, system.metadata.uid)
    request = found.model.model_validate(raw)
    wanted = chain(papers(about, request, record.head), _reports(record, found, raw["metadata"]))
    output.mkdir(parents=True, exist_ok=True)
    stem = f"{found.singular}-{raw['metadata']['name']}"
    missing = [paper.name for paper in wanted if not _write(paper, record, output, stem, as_pdf)]
    if missing:
        raise click.ClickException(
            f"not written: {', '.join(missing)}: drawn anew it is not what was signed, and the "
            "dossier, which has it, is not yours to read"
        )


def _about(cluster: Cluster, kind: Kind, raw: Json, namespace: str) -> Case | Unit:
    """What a request is about, with its law."""
    agency, policy, calendar = _law(cluster, namespace.removeprefix("agency-"))
    applications = BY_NAME["CloudApplication"]
    if "applicationRef" not in raw["spec"] and kind is not applications:
        every = cluster.objects(applications, namespace=namespace)
        systems = tuple(CloudApplication.model_validate(each) for each in every)
        return Unit(agency, policy, calendar, systems)
    if kind is not applications:
        reference = raw["spec"]["applicationRef"]
        raw = cluster.get(applications, reference["name"], namespace)
        if raw["metadata"]["uid"] != reference["uid"]:
            raise click.ClickException(
                f"it is about an application {reference['name']} that is not there any more"
            )
    return Case(CloudApplication.model_validate(raw), raw["spec"], agency, policy, calendar)


def _law(cluster: Cluster, name: str) -> tuple[Agency, GovernancePolicy, WorkCalendar | None]:
    """What every paper is drawn with: the agency, its policy and that one's calendar."""
    try:
        agency = Agency.model_validate(cluster.get(BY_NAME["Agency"], name))
        law = cluster.get(BY_NAME["GovernancePolicy"], agency.spec.policy)
        policy = GovernancePolicy.model_validate(law)
        return agency, policy, _calendar(cluster, policy.spec.calendar)
    except RefusedError as error:
        raise RefusedError(
            f"{error.message}\npapers are drawn with the agency {name}, its policy and that one's "
            "calendar: have a role with `get` on these three bound to you (docs/documents.md)"
        ) from error


def _calendar(cluster: Cluster, name: str) -> WorkCalendar | None:
    """The jurisdiction's calendar; without it, times are written in UTC."""
    try:
        return WorkCalendar.model_validate(cluster.get(BY_NAME["WorkCalendar"], name))
    except NotFoundError:
        return None


def _record(cluster: Cluster, uid: str) -> _Record:
    """What the dossier of this uid keeps."""
    try:
        parts = list(cluster.objects(BY_NAME["Dossier"], f"spec.subject.uid={uid}"))
    except RefusedError:
        click.echo("the dossier is not yours to read: its last hash is left out", err=True)
        return _Record()
    parts.sort(key=lambda part: int(part["spec"]["part"]))
    entries = [entry for part in parts for entry in part["spec"]["entries"]]
    return _Record(entries[-1]["hash"] if entries else None, dict(_drawn(entries)))


def _drawn(entries: Iterable[Json]) -> Iterator[tuple[str, str]]:
    for key, data, _ in facts_in(entries):
        told = json.loads(data)
        if "html" in told:
            yield key, told["html"]


def _reports(record: _Record, kind: Kind, metadata: Json) -> Iterator[Paper]:
    """The reports on a request, as they were drawn up."""
    where = f"{kind.name}/{metadata['name']}/{metadata['uid'][:8]}."
    for key, html in record.drawn.items():
        name = key.removeprefix(where).partition(".")[0]
        if key.startswith(where) and name.startswith(_REPORT):
            yield Paper(name, lambda html=html: html)  # type: ignore[misc]


def _write(paper: Paper, record: _Record, folder: Path, stem: str, as_pdf: bool) -> bool:
    """Writes a paper; whether it could be: of what is signed there is no other text."""
    kept = record.of(paper.sha256) if paper.sha256 else None
    html = kept or paper.draw()
    if paper.sha256 not in (None, digest(html)):
        return False
    file = folder / f"{stem}-{paper.name}.html"
    file.write_text(html, "utf-8", newline="\n")
    click.echo(f"{file}  sha256 {digest(html)}")
    if as_pdf:
        file.with_suffix(".pdf").write_bytes(_pdf(html))
        click.echo(f"{file.with_suffix('.pdf')}")
    return True


def _pdf(html: str) -> bytes:
    try:
        from mandate.render.documents.pdf import pdf  # noqa: PLC0415 - by an optional extra

        return pdf(html)
    except (ImportError, ValueError) as error:
        raise click.ClickException(str(error)) from error
