"""How a change weighs in its system: major or minor, and what a major one lacks (article 16)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mandate.api.assessmentreport import AssessmentReport, ReportType
from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Json
from mandate.api.policychange import ChangeThresholds
from mandate.api.policylife import RequiredReport
from mandate.api.requests import Approval
from mandate.api.resourcechange import ResourceChange
from mandate.api.stages import DECLARE_MAJOR
from mandate.rules.case import Case, approval
from mandate.rules.change_checks import comes_before, is_open
from mandate.rules.evidence import Evidence, evidence, required, turning_points
from mandate.rules.implementation import CHANGE
from mandate.rules.materiality import Additions, Earlier, additions, reasons

_NONE = Evidence((), ())


@dataclass(frozen=True, slots=True)
class Weight:
    """How a change weighs."""

    added: Additions
    reasons: tuple[str, ...] = ()
    """Why it is major; empty: it is minor."""
    plan_missing: tuple[str, ...] = ()
    reports: Evidence = _NONE
    due: tuple[datetime, ...] = ()
    """When time alone changes it (UTC)."""

    @property
    def major(self) -> bool:
        """Whether it takes a plan and tests."""
        return bool(self.reasons)

    def read(self) -> Json:
        """What a decider reads of it."""
        return {"materiality": list(self.reasons), **self.reports.read()}


def weigh(case: Case, request: ResourceChange, now: datetime) -> Weight:
    """How a change weighs, by its figures, with others, and by declaration (A16-major, A16-split).

    Args:
        case: the system, with all its changes and reports.
        request: the change.
        now: the time (UTC).
    """
    terms = case.policy.spec.change
    added = _added(case, request)
    others = list(_counted(case, request, now))
    most = terms.major_over if terms else ChangeThresholds()
    earlier = [Earlier(c.metadata.name, _added(case, c)) for c, _ in others]
    why = (*reasons(added, earlier, most), *_declared(request))
    ends = tuple(end for _, end in others if end is not None)
    if not why:
        return Weight(added, due=ends)
    owed = tuple(_owed(case, kind) for kind in (terms.major_reports if terms else ()))
    plan = request.spec.technical_plan
    found = evidence(case, owed, now, since=plan.date if plan else None)
    turns = (at for r in case.of(AssessmentReport) for at in turning_points(case, r))
    return Weight(added, why, tuple(_without_plan(case, request)), found, (*ends, *turns))


def declared_major(request: ResourceChange) -> Approval | None:
    """The authority's declaration, of whatever generation of the form: it is not taken back."""
    made = (
        a
        for key, a in sorted(request.status.approvals.items())
        if key.startswith(f"{DECLARE_MAJOR}.") and a.decision == "Approved" and a.by and a.at
    )
    return next(made, None)


def _declared(request: ResourceChange) -> Iterator[str]:
    made = declared_major(request)
    if made is not None:
        said = " ".join((made.opinion or "").split())
        yield f"declared major by {made.by}: {said}"[:512]


def _added(case: Case, request: ResourceChange) -> Additions:
    physical = frozenset(case.policy.spec.physical_host_types)
    return additions(request.spec, physical, case.catalog)


def _counted(
    case: Case, request: ResourceChange, now: datetime
) -> Iterator[tuple[ResourceChange, datetime | None]]:
    """The changes that count together with one, and until when each does (A16-split).

    Those approved, and those filed before it that may still be.
    """
    terms, days = case.policy.spec.change, case.workdays
    if terms is None or terms.summed_over is None:
        return
    for other in case.of(ResourceChange):
        made = approval(other, CHANGE)
        waits = is_open(other) and comes_before(other, request)
        at = made.at if made is not None else other.metadata.creation_timestamp
        if other.metadata.uid == request.metadata.uid or not (made or waits):
            continue
        end = days.due(at, terms.summed_over).at if days is not None and at is not None else None
        if end is None or now < end:
            yield other, end


def _owed(case: Case, kind: ReportType) -> RequiredReport:
    """A report of a major change, by an accredited assessor where the launch takes one."""
    policy, level = case.policy.spec, case.application.spec.protection_level
    if level == "NotGraded":
        launches = (r for r in case.of(LaunchRequest) if approval(r, "launch") is not None)
        level = next((r.spec.graded_level for r in launches if r.spec.graded_level), level)
    owed = (*required(policy, level, "Launch"), *required(policy, level, "AfterLaunch"))
    accredited = any(o.accredited for o in owed if o.type == kind)
    return RequiredReport(type=kind, accredited=accredited, due="Launch")


def _without_plan(case: Case, request: ResourceChange) -> Iterator[str]:
    """What is wrong with the technical plan of a major change (A16-major)."""
    plan, materials = request.spec.technical_plan, case.application.spec.materials
    if plan is None:
        yield "technicalPlan is missing: a major change submits it anew"
        return
    old = (materials.construction_approval, materials.construction_plan, materials.onboarding_plan)
    if plan.sha256 in {document.sha256 for document in old if document is not None}:
        yield "technicalPlan is a document of the application: a major change submits it anew"
