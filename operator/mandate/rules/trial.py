"""The trial: how long it is, and what its end means (article 14; A14-trial)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mandate.api.clocks import Period
from mandate.api.cloudapplication import TrialPeriod
from mandate.api.trialextension import TrialExtension
from mandate.rules.case import Case, approval
from mandate.rules.workdays import Workdays


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as it runs."""

    period: TrialPeriod
    expired: bool
    """Whether it ended without a launch: the system is frozen, and nothing of it deleted (ours)."""
    due: tuple[datetime, ...]
    """When time alone changes something: each warning, and the end."""


def trial_of(case: Case, begun: datetime, now: datetime) -> Trial | None:
    """The trial of a system whose grant is all in place; None where the policy has none.

    Args:
        case: the system and its requests.
        begun: when everything granted was there (UTC).
        now: the time (UTC).
    """
    terms = case.policy.spec.trial
    if terms is None or case.calendar is None:
        return None
    days = case.application.spec.trial_days or terms.default_days
    days += sum(e.spec.days for e in _extensions(case))
    workdays = Workdays.of(case.calendar.spec)
    ends = workdays.due(begun, Period(amount=days, unit="days"))
    before = [Period(amount=n, unit="days") for n in terms.warn_before_days]
    warnings = [workdays.before(ends.day, period) for period in before]
    due = tuple(at for at in (*warnings, ends.at) if at > now)
    return Trial(TrialPeriod(started_at=begun, days=days, ends_at=ends.at), now >= ends.at, due)


def _extensions(case: Case) -> Iterator[TrialExtension]:
    for extension in case.of(TrialExtension):
        if approval(extension, "extension") is not None:
            yield extension
