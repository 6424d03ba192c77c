"""The trial: how long it is, and what its end means (article 14; A14-trial)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mandate.api.clocks import Period
from mandate.api.meta import Json
from mandate.api.requests import Check
from mandate.api.rulebook import cite
from mandate.api.systemlife import TrialPeriod
from mandate.api.trialextension import TrialExtension, TrialExtensionStatus
from mandate.rules.case import Case, approval, form_of
from mandate.rules.checks import blocking_check
from mandate.rules.request import Course, RequestPlan, judge, simple_phase, verdict

_ON_TRIAL = ("Trial", "Launching")


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as it runs."""

    period: TrialPeriod
    expired: bool
    """Whether it ended without a launch: the system is frozen, and nothing of it deleted (ours)."""
    due: tuple[datetime, ...]
    """When time alone changes something, or did: each warning, and the end."""


def trial_of(case: Case, begun: datetime, now: datetime) -> Trial | None:
    """The trial of a system whose grant is all in place; None where the policy has none.

    Args:
        case: the system and its requests.
        begun: when everything granted was there (UTC).
        now: the time (UTC).
    """
    terms, workdays = case.policy.spec.trial, case.workdays
    if terms is None:
        return None
    if workdays is None:
        # without its calendar no trial begins anew, and one that runs ends as it was counted
        known = case.application.status.trial
        return Trial(known, now >= known.ends_at, (known.ends_at,)) if known else None
    days = case.application.spec.trial_days or terms.default_days
    days += sum(e.spec.days for e in _extensions(case))
    ends = workdays.due(begun, Period(amount=days, unit="days"))
    before = [Period(amount=n, unit="days") for n in terms.warn_before_days]
    warnings = [workdays.before(ends.day, period) for period in before]
    period = TrialPeriod(started_at=begun, days=days, ends_at=ends.at)
    return Trial(period, now >= ends.at, (*warnings, ends.at))


def _extensions(case: Case) -> Iterator[TrialExtension]:
    for extension in case.of(TrialExtension):
        if approval(extension, "extension") is not None:
            yield extension


def judge_extension(case: Case, request: TrialExtension, spec: Json, now: datetime) -> RequestPlan:
    """A longer trial: it takes the authority's consent, while the trial is not over for good.

    A trial that has expired is frozen and can still be extended, as can one whose launch waits for
    the agreement's signatures (A14-trial).
    """
    form = form_of(request, spec)
    course = Course(groups=(("extension",),), checks=tuple(_extendable(case)))
    judged = judge(form, course, case.law, now)
    done = ("Extended", f"the trial is {request.spec.days} days longer")
    status = TrialExtensionStatus(
        **judged.status(verdict(judged, form, now, done=done)), phase=simple_phase(judged)
    )
    return RequestPlan(status, judged.facts, judged.due)


def _extendable(case: Case) -> Iterator[Check]:
    phase = case.application.status.phase
    said = f"the application is {phase or 'not judged yet'}, not on trial"
    yield blocking_check("OnTrial", [] if phase in _ON_TRIAL else [said], cite("A14-trial"))
