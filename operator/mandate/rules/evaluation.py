"""The protection evaluation that follows a launch in time (annex 1, 3.3; G33-mlps)."""

from datetime import datetime

from mandate.api.assessmentreport import AssessmentReport
from mandate.api.clocks import Clock
from mandate.api.launchrequest import LaunchRequest
from mandate.api.policylife import RequiredReport
from mandate.api.timelimits import MLPS_REPORT
from mandate.rules.case import Case, approval
from mandate.rules.clocks import Term
from mandate.rules.evidence import counts_at_all, required
from mandate.rules.launch import continued, launch_of
from mandate.rules.launching import level_of


def evaluation_term(case: Case, over: datetime | None) -> tuple[Term, ...]:
    """From the launch until every report owed after it is verified, or it is gone (G33-mlps)."""
    launch, owed = launch_of(case), _owed(case)
    launched = launch.launched_at
    if launched is None or not owed:
        return ()
    handed_in = [_handed_in(case, wanted) for wanted in owed]
    known = [at for at in handed_in if at is not None]
    ended = max((launched, *known)) if len(known) == len(owed) else over
    return (Term(MLPS_REPORT, launched, ended),)


def evaluation_overdue(case: Case, clocks: tuple[Clock, ...], now: datetime) -> bool:
    """Whether its time is over and a report owed after the launch is not there (G33-mlps).

    One that was verified in time and withdrawn later is not there either.

    Args:
        case: the system and its reports.
        clocks: as they are now.
        now: the time (UTC).
    """
    due = evaluation_due(clocks)
    if due is None or now < due:
        return False
    return any(_handed_in(case, wanted) is None for wanted in _owed(case))


def evaluation_due(clocks: tuple[Clock, ...]) -> datetime | None:
    """When the time for it is over (UTC): until then what was verified may be withdrawn."""
    return next((clock.due_at for clock in clocks if clock.stage == MLPS_REPORT), None)


def _owed(case: Case) -> tuple[RequiredReport, ...]:
    """What the system owes after its launch, by its protection level, here or there."""
    before = continued(case)
    if before is not None:
        applied = case.application.spec.protection_level
        level = before.graded_level if applied == "NotGraded" else applied
        return required(case.policy.spec, level, "AfterLaunch")
    for request in case.of(LaunchRequest):
        if approval(request, "launch") is not None:
            return required(case.policy.spec, level_of(case, request.spec), "AfterLaunch")
    return ()


def _handed_in(case: Case, wanted: RequiredReport) -> datetime | None:
    """When a report that counts was first verified (UTC); valid then is valid here (G33-mlps).

    What was handed in before a restore is on record in the dossier that is continued.
    """
    verified = [
        approval(report, "verification")
        for report in case.of(AssessmentReport)
        if report.spec.type == wanted.type
        and counts_at_all(report)
        and (report.spec.assessor.cnas_number or not wanted.accredited)
    ]
    before = continued(case)
    known = [
        report.at
        for report in (before.reports if before else ())
        if report.type == wanted.type and (report.accredited or not wanted.accredited)
    ]
    known += [made.at for made in verified if made is not None and made.at]
    return min(known, default=None)
