"""Evidence: reports by assessors, verified by support; which a system owes (article 14)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from mandate.api.assessmentreport import AssessmentReport, AssessmentReportStatus
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.meta import Json
from mandate.api.policylife import RequiredReport
from mandate.api.requests import Check
from mandate.api.rulebook import cite
from mandate.rules.beside import beside, withdrawn
from mandate.rules.case import Case, approval, form_of
from mandate.rules.checks import blocking_check
from mandate.rules.request import Course, Judged, RequestPlan, judge, verdict

_ONE_DAY = timedelta(days=1)
NO_CALENDAR = "no day can be told before the policy's WorkCalendar is there and usable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the reports on a system come to."""

    counted: tuple[AssessmentReport, ...]
    """Those that count, the first of each type that is owed."""
    missing: tuple[str, ...]
    """What is owed and not there, and why what is there does not count."""

    def read(self) -> Json:
        """What a decider on this evidence reads: each report, its digest, its verification."""
        return {"evidence": [_as_read(report) for report in self.counted]}


def required(
    policy: GovernancePolicySpec, level: str | None, due: Literal["Launch", "AfterLaunch"]
) -> tuple[RequiredReport, ...]:
    """The reports that a system of this protection level owes by then; None: not graded."""
    return tuple(
        report
        for rule in policy.evidence
        if rule.protection_level == level
        for report in rule.reports
        if report.due == due
    )


def evidence(
    case: Case, owed: tuple[RequiredReport, ...], now: datetime, *, since: date | None = None
) -> Evidence:
    """Which of the reports that are owed are there and count (A14-level3).

    One that was verified, says Passed, was not withdrawn and is valid today.

    Args:
        case: the system, with the reports filed about it.
        owed: what is required of it.
        now: the time (UTC).
        since: the day of the plan that they test: none of before counts (A16-major).
    """
    today = case.day(now)
    if owed and today is None:
        return Evidence((), (NO_CALENDAR,))
    counted: list[AssessmentReport] = []
    missing: list[str] = []
    for wanted in owed:
        filed = [r for r in case.of(AssessmentReport) if r.spec.type == wanted.type]
        faults = {r.metadata.name: _fault(r, wanted, today or now.date(), since) for r in filed}
        good = next((r for r in filed if faults[r.metadata.name] is None), None)
        if good is not None:
            counted.append(good)
        else:
            missing.append(_said(wanted, faults))
    return Evidence(tuple(counted), tuple(missing))


def counts_at_all(report: AssessmentReport) -> bool:
    """Whether a report is verified, says Passed and was not withdrawn, valid today or not."""
    passed = report.spec.result == "Passed"
    verified = approval(report, "verification") is not None
    return passed and verified and not withdrawn(report, "withdrawal")


def _fault(
    report: AssessmentReport, wanted: RequiredReport, today: date, since: date | None
) -> str | None:
    """Why a report does not count; None: it does."""
    ends = report.spec.valid_until
    found = {
        "was withdrawn": withdrawn(report, "withdrawal"),
        "is not verified": approval(report, "verification") is None,
        "says NotPassed": report.spec.result != "Passed",
        "names no CNAS accreditation": wanted.accredited and not report.spec.assessor.cnas_number,
        f"is of {report.spec.date}, before the plan of {since}": (
            since is not None and report.spec.date < since
        ),
        f"is of {report.spec.date}, a day to come": report.spec.date > today,
        f"was valid until {ends}": ends is not None and ends < today,
    }
    return next((fault for fault, holds in found.items() if holds), None)


def _said(wanted: RequiredReport, faults: dict[str, str | None]) -> str:
    who = " by an accredited assessor" if wanted.accredited else ""
    if not faults:
        return f"no {wanted.type} report{who} is filed"
    tried = ", ".join(f"{name} {fault}" for name, fault in faults.items())
    return f"no {wanted.type} report{who} counts: {tried}"


def _as_read(report: AssessmentReport) -> Json:
    made = approval(report, "verification")
    return {
        "name": report.metadata.name,
        "uid": report.metadata.uid,
        "type": report.spec.type,
        "sha256": report.spec.document.sha256,
        "verified": made.wire() if made else None,
    }


def turning_points(case: Case, report: AssessmentReport) -> Iterator[datetime]:
    """When (UTC) a report begins and ceases to be valid; none without a calendar."""
    days = case.workdays
    if days is None:
        return
    yield days.end_of(report.spec.date - _ONE_DAY)
    if report.spec.valid_until is not None:
        yield days.end_of(report.spec.valid_until)


def judge_report(case: Case, request: AssessmentReport, spec: Json, now: datetime) -> RequestPlan:
    """A report, verified by support; from then on it can be withdrawn (A14-level3).

    One that says NotPassed can be verified as true; it counts for nothing.
    """
    form = form_of(request, spec)
    course = Course(groups=(("verification",),), checks=tuple(_checks(case, request, now)))
    judged = beside(form, judge(form, course, case.law, now), "withdrawal")
    gone = withdrawn(request, "withdrawal")
    done = ("Verified", "the report is verified")
    if gone:
        done = ("Withdrawn", "the report was withdrawn: it counts for nothing any more")
    status = AssessmentReportStatus(
        **judged.status(verdict(judged, form, now, done=done)), phase=_phase(judged, gone)
    )
    waits = (judged.due, *(turning_points(case, request) if judged.pending else ()))
    due = min((at for at in waits if at is not None and at > now), default=None)
    return RequestPlan(status, judged.facts, due)


def _phase(judged: Judged, gone: bool) -> Literal["Submitted", "Verified", "Withdrawn", "Refused"]:
    if judged.complete:
        return "Withdrawn" if gone else "Verified"
    return "Refused" if judged.refused else "Submitted"


def _checks(case: Case, report: AssessmentReport, now: datetime) -> Iterator[Check]:
    """What can be seen of a report without knowing its subject (A14-level3, A14-tests)."""
    yield blocking_check("Valid", _invalid(report, case.day(now)), cite("A14-level3"))
    yield blocking_check("Accredited", _unaccredited(case, report), cite("A14-level3"))
    passed = report.spec.result == "Passed"
    said = f"the report says NotPassed: verified, it counts for nothing ({cite('A14-tests')})"
    yield Check(type="Passed", passed=passed, blocking=False, message="" if passed else said)


def _invalid(report: AssessmentReport, today: date | None) -> Iterator[str]:
    """Why it is not valid today (A14-level3)."""
    ends = report.spec.valid_until
    if today is None:
        yield NO_CALENDAR
        return
    if report.spec.date > today:
        yield f"date {report.spec.date} is to come: correct it, or wait for that day"
    if ends is not None and ends < today:
        yield f"validUntil {ends} is over: file one that is valid"


def _unaccredited(case: Case, report: AssessmentReport) -> Iterator[str]:
    """Where the policy wants an accredited assessor for this level, and none is named (A14-level3).

    What is graded only at its launch is checked there.
    """
    level, policy = case.application.spec.protection_level, case.policy.spec
    owed = (*required(policy, level, "Launch"), *required(policy, level, "AfterLaunch"))
    wanted = any(o.accredited for o in owed if o.type == report.spec.type)
    if wanted and not report.spec.assessor.cnas_number:
        yield f"assessor.cnasNumber is missing: {level} wants {report.spec.type} accredited"
