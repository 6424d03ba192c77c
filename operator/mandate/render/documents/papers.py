"""Which documents there are of a request: one table, a row a kind.

Who signs a document signs its bytes; a paper that is to be signed, or is, carries the sha256
that its HTML must have.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo

from mandate.api.cloudapplication import CloudApplication
from mandate.api.exitrequest import ExitRequest
from mandate.api.meta import Resource
from mandate.api.resourcechange import ResourceChange
from mandate.api.serviceagreement import ServiceAgreement
from mandate.render.documents.agreement import agreement_text
from mandate.render.documents.changes import change_form, change_sheet
from mandate.render.documents.forms import application_form, exit_form
from mandate.render.documents.sheets import (
    Case,
    ExitReceipt,
    Reclaimed,
    allocation_list,
    decision_cover,
    exit_sheet,
)
from mandate.rules import case as judged
from mandate.rules.case import approval, form_of
from mandate.rules.exits import covers

About = judged.Case | judged.Unit
"""What a request is about: one system, or a whole unit."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a request."""

    name: str
    """What it is: form, cover, allocation, agreement, sheet."""
    draw: Callable[[], str]
    """Its HTML as it is drawn now."""
    sha256: str | None = None
    """What it must be, where that is signed or to be signed."""


def papers(about: About, request: Resource, head: str | None) -> Iterator[Paper]:
    """The documents that there are of a request so far, its form first.

    Args:
        about: the system, or the unit.
        request: as it is stored; an application is its own.
        head: the last hash of its dossier; None where that was not read.
    """
    yield from _OWN.get(type(request).__name__, _none)(about, request)
    yield Paper("cover", lambda: _cover(about, request, head))


def sheet_of(about: About, request: ExitRequest, head: str) -> str:
    """The exit sheet (资源退出确认单) with what each system gave back, as HTML (G72-confirm)."""
    status, made = request.status, approval(request, "exit")
    mine = [s for s in about.systems if made and made.at and covers(request, s, made.at)]
    systems = tuple(
        Reclaimed(s.spec.system_name, s.status.allocation, s.status.reclaim)
        for s in mine
        if s.status.allocation and s.status.reclaim
    )
    receipt = ExitReceipt(status.closes_at, status.holds_at, status.reclaimed_at, systems)
    return exit_sheet(request.spec, receipt, case_of(about, request, head), about.policy.spec)


def change_sheet_of(about: About, request: ResourceChange, head: str) -> str:
    """The change sheet (资源变更确认单) of an approved change, as HTML (G71-confirm)."""
    case = case_of(about, request, head)
    return change_sheet(request.spec, request.status, case, about.policy.spec)


def case_of(about: About, request: Resource, head: str | None) -> Case:
    """What each sheet says of the request that it is about."""
    days = about.law.workdays
    zone: tzinfo = days.zone if days else UTC
    return Case(
        unit=about.agency.spec.title,
        system="、".join(s.spec.system_name for s in about.systems),
        kind=type(request).__name__,
        request=f"{request.metadata.namespace}/{request.metadata.name}",
        uid=request.metadata.uid,
        dossier_head=head,
        zone=zone,
    )


def _cover(about: About, request: Resource, head: str | None) -> str:
    status = form_of(request, {}).status
    return decision_cover(case_of(about, request, head), status, about.policy.spec)


def _application(about: About, request: Resource) -> Iterator[Paper]:
    if not isinstance(request, CloudApplication):
        return
    yield Paper("form", lambda: application_form(request.spec, about.policy.spec))
    given, unit = request.status.allocation, about.agency.spec.title
    if given is not None:
        yield Paper("allocation", lambda: allocation_list(unit, request.spec.system_name, given))


def _exit(about: About, request: Resource) -> Iterator[Paper]:
    if not isinstance(request, ExitRequest):
        return
    yield Paper("form", lambda: exit_form(request.spec, about.policy.spec))
    sheet = request.status.sheet
    if sheet is not None:
        head = sheet.dossier_head
        yield Paper("sheet", lambda: sheet_of(about, request, head), sheet.sha256)


def _change(about: About, request: Resource) -> Iterator[Paper]:
    if not isinstance(request, ResourceChange):
        return
    yield Paper("form", lambda: change_form(request.spec, about.policy.spec))
    sheet = request.status.sheet
    if sheet is not None:
        head = sheet.dossier_head
        yield Paper("sheet", lambda: change_sheet_of(about, request, head), sheet.sha256)


def _agreement(about: About, request: Resource) -> Iterator[Paper]:
    if isinstance(request, ServiceAgreement) and request.status.text_sha256 is not None:
        text = request.status.text_sha256
        yield Paper("agreement", lambda: agreement_text(request.spec, about.policy.spec), text)


def _none(_: About, __: Resource) -> Iterator[Paper]:
    yield from ()


_OWN: dict[str, Callable[[About, Resource], Iterator[Paper]]] = {
    "CloudApplication": _application,
    "ExitRequest": _exit,
    "ResourceChange": _change,
    "ServiceAgreement": _agreement,
}
"""What a kind has beside the cover of its decisions."""
