"""Requests that end in a paper: a report to the cyber-security authority, or a sheet to be signed.

A paper is drawn up from what is stored and kept, as HTML with its sha256, in the dossier.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mandate.api.exitrequest import ExitRequest, ExitSheet
from mandate.api.meta import Json
from mandate.api.resourcechange import ChangeSheet, ResourceChange
from mandate.api.suspension import Suspension
from mandate.controllers.request import RequestController, dossier_of
from mandate.render import documents
from mandate.rules.case import Case, Unit, approval
from mandate.rules.record import Fact
from mandate.runtime.apply import write_status
from mandate.runtime.cache import Key

REPORTED = ("ExitRequest", "ResourceChange", "Suspension")
"""The kinds that end in a paper."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper that is due, and how its HTML is made of the dossier's head."""

    name: str
    text: str
    draw: Callable[[str], str]
    sha256: str | None = None
    """What it must be, where that is already signed or to be signed."""


class ReportedController(RequestController):
    """Judges as every request is judged, then draws up the papers that are due."""

    async def reconcile(self, key: Key) -> float | None:
        """See `Controller`."""
        again = await super().reconcile(key)
        raw = self._cache.get(key)
        case = self.case_of(raw) if raw else None
        if raw is not None and case is not None:
            for paper in self._papers(raw, case):
                await self._keep(raw, case, paper)
            await self._draw_sheet(raw, case)
        return again

    async def _keep(self, raw: Json, case: Case | Unit, paper: Paper) -> None:
        """Puts a paper on record once, as it is first drawn up."""
        subject, key = dossier_of(case), _key(raw, paper.name)
        if key in await self._dossiers.keys(subject):
            return
        html = paper.draw(await self._dossiers.record(subject, raw, []))
        data = {"sha256": documents.digest(html), "html": html}
        if paper.sha256 not in (None, data["sha256"]):
            return
        text = f"{raw['kind']} {raw['metadata']['name']}: {paper.text}"
        fact = Fact(key=key, kind="DrawnUp", text=text, data=data, event="Normal")
        await self._dossiers.record(subject, raw, [fact])

    async def _draw_sheet(self, raw: Json, case: Case | Unit) -> None:
        """Draws up the sheet that is signed.

        The exit's once the provider confirmed, the change's before anything is changed.
        """
        request = self._cases.request(raw)
        if isinstance(request, ResourceChange):
            await self._draw_change_sheet(raw, case, request)
        if not isinstance(request, ExitRequest) or request.status.sheet is not None:
            return
        if request.status.reclaimed_at is None or not approval(request, "confirm-provider"):
            return
        head = await self._dossiers.record(dossier_of(case), raw, [])
        html = documents.sheet_of(case, request, head)
        sheet = ExitSheet(sha256=documents.digest(html), dossier_head=head)
        status = raw["status"] | {"sheet": sheet.wire()}
        self._cache.put(await write_status(self._kube, raw, status))

    async def _draw_change_sheet(
        self, raw: Json, case: Case | Unit, request: ResourceChange
    ) -> None:
        """On record first, then in the status: by that it is carried out (G71-confirm).

        Killed in between, it is the one on record that is signed.
        """
        if request.status.sheet is not None or request.status.phase != "Approved":
            return
        subject, key = dossier_of(case), _key(raw, "sheet")
        told = await self._dossiers.told(subject, key)
        if told is None:
            head = await self._dossiers.record(subject, raw, [])
            html = documents.change_sheet_of(case, request, head)
            told = {"sha256": documents.digest(html), "dossierHead": head, "html": html}
            text = f"ResourceChange {request.metadata.name}: its change sheet is drawn up"
            fact = Fact(key=key, kind="DrawnUp", text=text, data=told, event="Normal")
            await self._dossiers.record(subject, raw, [fact])
        sheet = ChangeSheet(sha256=told["sha256"], dossier_head=told["dossierHead"])
        status = raw["status"] | {"sheet": sheet.wire()}
        self._cache.put(await write_status(self._kube, raw, status))

    def _papers(self, raw: Json, case: Case | Unit) -> Iterator[Paper]:
        request = self._cases.request(raw)
        if isinstance(request, Suspension) and request.spec.report_to:
            yield from _suspension_reports(case, request)
        if isinstance(request, ExitRequest):
            yield from _exit_papers(case, request)


def _key(raw: Json, name: str) -> str:
    """Under which key a paper of this generation of a request is on record."""
    meta = raw["metadata"]
    return f"{raw['kind']}/{meta['name']}/{meta['uid'][:8]}.{name}.{meta['generation']}"


def _suspension_reports(case: Case | Unit, request: Suspension) -> Iterator[Paper]:
    """The report when it is in force, and again when it is lifted (A23-suspend)."""

    def draw(head: str) -> str:
        about = documents.case_of(case, request, head)
        return documents.suspension_report(request.spec, request.status, about, case.policy.spec)

    to = f"reported to {request.spec.report_to}"
    if approval(request, "suspension"):
        yield Paper("report-suspended", f"{to}: it is suspended", draw)
    if request.status.phase == "Lifted":
        yield Paper("report-lifted", f"{to}: the suspension is lifted", draw)


def _exit_papers(case: Case | Unit, request: ExitRequest) -> Iterator[Paper]:
    """The report of a termination (A23-suspend), and the sheet as it is signed (G72-confirm)."""
    sheet = request.status.sheet
    if request.spec.report_to and approval(request, "exit"):

        def report(head: str) -> str:
            about = documents.case_of(case, request, head)
            return documents.termination_report(
                request.spec, request.status, about, case.policy.spec
            )

        yield Paper("report-terminated", f"reported to {request.spec.report_to}", report)
    if sheet is not None:
        head = sheet.dossier_head
        text = f"the exit sheet is {sheet.sha256}"
        yield Paper("sheet", text, lambda _: documents.sheet_of(case, request, head), sheet.sha256)
