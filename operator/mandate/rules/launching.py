"""The launch decision: what must be there before a system runs formally (articles 14 and 15)."""

from collections.abc import Iterator
from datetime import datetime

from mandate.api.assessmentreport import AssessmentReport
from mandate.api.clocks import Period
from mandate.api.launchrequest import LaunchRequest, LaunchRequestSpec, LaunchRequestStatus
from mandate.api.meta import Json
from mandate.api.requests import Check
from mandate.api.rulebook import cite
from mandate.rules.beside import beside, withdrawn
from mandate.rules.case import Case, approval, form_of
from mandate.rules.checks import blocking_check
from mandate.rules.evidence import NO_CALENDAR, Evidence, evidence, required, turning_points
from mandate.rules.internet import filing_faults, needs_filing
from mandate.rules.launch import launch_of
from mandate.rules.request import Course, RequestPlan, judge, simple_phase, verdict

_WITHDRAW = "withdraw-filing"


def judge_launch(case: Case, request: LaunchRequest, spec: Json, now: datetime) -> RequestPlan:
    """A launch: it takes the authority's consent, once nothing it needs is missing (A15-launch).

    The first one launches, and so does one after the agreement was refused or is over (G91-term).
    One that comes while the launch stands brings a filing, and nothing else is asked of it
    (G32-filing). A filing that was verified can be withdrawn.
    """
    form = form_of(request, spec)
    owed = required(case.policy.spec, level_of(case, request.spec), "Launch")
    again = _is_launched(case, request, now)
    found = Evidence((), ()) if again else evidence(case, owed, now)
    checks = _filing_again(case, request.spec) if again else _launchable(case, request, found, now)
    course = Course(groups=(("launch",),), checks=tuple(checks), read=found.read())
    judged = judge(form, course, case.law, now)
    if request.spec.internet_filing is not None:
        judged = beside(form, judged, _WITHDRAW)
    done = ("Consented", "the authority consented")
    if withdrawn(request, _WITHDRAW):
        said = f"the filing was withdrawn; file a new one ({cite('G32-filing')})"
        done = ("FilingWithdrawn", said)
    status = LaunchRequestStatus(
        **judged.status(verdict(judged, form, now, done=done)), phase=simple_phase(judged)
    )
    waits = (judged.due, *(_waits(case) if judged.pending else ()))
    due = min((at for at in waits if at is not None and at > now), default=None)
    return RequestPlan(status, judged.facts, due)


def _is_launched(case: Case, request: LaunchRequest, now: datetime) -> bool:
    """Whether another one launched the system already, and that launch stands (G91-term)."""
    launch = launch_of(case)
    if launch.over(now) or not launch.under_way:
        return False
    if launch.continued is not None and case.application.status.launched_at is not None:
        return True
    others = [r for r in case.of(LaunchRequest) if r.metadata.uid != request.metadata.uid]
    return any(approval(other, "launch") is not None for other in others)


def level_of(case: Case, launch: LaunchRequestSpec) -> str | None:
    """The protection level: the application's, or as it was graded since (G33-mlps).

    Returns:
        Such as `Level3`; None: not graded yet.
    """
    applied = case.application.spec.protection_level
    return launch.graded_level if applied == "NotGraded" else applied


def _launchable(
    case: Case, request: LaunchRequest, found: Evidence, now: datetime
) -> Iterator[Check]:
    """What a launch needs, each by its own rule.

    A15-launch, A14-trial, A14-tests, G33-mlps, A14-level3, G32-filing, G36-attest.
    """
    spec = request.spec
    yield blocking_check("OnTrial", _not_on_trial(case, now), cite("A15-launch"))
    yield blocking_check("TriedLongEnough", _too_early(case, now), cite("A14-trial"))
    yield blocking_check("TestsPassed", _not_passed(spec), cite("A14-tests"))
    yield blocking_check("Graded", _not_graded(case, spec), cite("G33-mlps"))
    yield blocking_check("Evidence", found.missing, cite("A14-level3"))
    unfiled = filing_faults(case.application.spec, spec.internet_filing)
    online = needs_filing(case.application.spec)
    yield blocking_check("Filed", unfiled if online else (), cite("G32-filing"))
    yield blocking_check("AccessLogs", _logs_too_short(case, spec), cite("G36-attest"))


def _filing_again(case: Case, spec: LaunchRequestSpec) -> Iterator[Check]:
    """What a filing needs that comes after the launch (G32-filing)."""
    yield blocking_check("Running", _ending(case), cite("A15-launch"))
    unfiled = filing_faults(case.application.spec, spec.internet_filing)
    yield blocking_check("Filed", unfiled, cite("G32-filing"))
    yield blocking_check("AccessLogs", _logs_too_short(case, spec), cite("G36-attest"))


def _not_on_trial(case: Case, now: datetime) -> Iterator[str]:
    """A trial that has expired can still end in a launch (A15-launch).

    So can what ran under an agreement that is over (G91-term).
    """
    phase = case.application.status.phase
    if phase != "Trial" and not (phase == "Running" and launch_of(case).over(now)):
        yield f"the application is {phase or 'not judged yet'}, not on trial"


def _ending(case: Case) -> Iterator[str]:
    """Whether the system is leaving (A15-launch)."""
    phase = case.application.status.phase
    if phase in ("Exiting", "Exited"):
        yield f"the application is {phase}: it opens to nobody any more"


def _earliest(case: Case) -> datetime | None:
    """When the least days of the trial are over (UTC); None: nothing is to be waited for."""
    terms, trial, days = case.policy.spec.trial, case.application.status.trial, case.workdays
    if terms is None or terms.early_launch or trial is None or days is None:
        return None
    return days.due(trial.started_at, Period(amount=terms.minimum_days, unit="days")).at


def _too_early(case: Case, now: datetime) -> Iterator[str]:
    """Where the policy lets no tested system launch early (A14-trial)."""
    terms, earliest = case.policy.spec.trial, _earliest(case)
    if terms is not None and not terms.early_launch and case.workdays is None:
        yield NO_CALENDAR
    if terms is not None and earliest is not None and now < earliest:
        least = f"{terms.minimum_days} days"
        yield f"the trial lasts at least {least}: launch from {earliest.isoformat()} on"


def _not_passed(spec: LaunchRequestSpec) -> Iterator[str]:
    """Which of the three tests was not passed (A14-tests)."""
    tests = spec.tests
    for name, test in (
        ("function", tests.function),
        ("performance", tests.performance),
        ("security", tests.security),
    ):
        if test.result != "Passed":
            yield f"tests.{name} says {test.result}: put it right and test again"


def _not_graded(case: Case, spec: LaunchRequestSpec) -> Iterator[str]:
    """Whether the system is graded: one that is not may apply, and is not launched (G33-mlps)."""
    applied, since = case.application.spec.protection_level, spec.graded_level
    if applied == "NotGraded" and since is None:
        yield "the application says NotGraded: have it graded and name gradedLevel"
    if applied != "NotGraded" and since not in (None, applied):
        yield f"gradedLevel is {since}, the application says {applied}: leave it out"


def _logs_too_short(case: Case, spec: LaunchRequestSpec) -> Iterator[str]:
    """Whether a site keeps its access logs as long as the policy wants (G36-attest)."""
    least, kept = case.policy.spec.access_log_days, spec.attestations.access_log_days
    if spec.internet_filing is not None and least is not None and (kept or 0) < least:
        yield f"attestations.accessLogDays is {kept or 'not there'}: keep them {least} days"


def _waits(case: Case) -> Iterator[datetime | None]:
    """When time alone changes what is missing."""
    yield _earliest(case)
    for report in case.of(AssessmentReport):
        yield from turning_points(case, report)
