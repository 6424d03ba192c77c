"""Launch: from trial to formal running (articles 14 and 15; A15-launch)."""

from dataclasses import dataclass
from datetime import date, datetime

from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Json
from mandate.rules.case import Case, approval


@dataclass(frozen=True, slots=True)
class Launch:
    """How far a system is on its way from trial to formal running."""

    consented_at: datetime | None = None
    """When the authority consented."""
    launched_at: datetime | None = None
    """Since when it runs formally: consented, and the agreement signed by all."""
    billing_from: date | None = None
    records: tuple[Json, ...] = ()
    """What the operator files: the agreement's next term."""


def launch_of(case: Case) -> Launch:
    """How far the launch is."""
    made = [approval(request, "launch") for request in case.of(LaunchRequest)]
    consents = [a.at for a in made if a is not None and a.at is not None]
    consented = min(consents, default=None)
    if consented is None or case.policy.spec.agreement is not None:
        return Launch(consented)
    # a policy without an agreement: it runs formally by the consent alone
    return Launch(consented, consented, case.day(consented))
