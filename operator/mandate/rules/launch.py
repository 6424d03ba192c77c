"""Launch: from trial to formal running (articles 14 and 15; A15-launch)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Json
from mandate.rules.agreement_chain import (
    Chain,
    chains,
    ended_at,
    first_term,
    next_term,
    signed_at,
)
from mandate.rules.case import Case, approval


@dataclass(frozen=True, slots=True)
class Launch:
    """How far a system is on its way from trial to formal running."""

    consented_at: datetime | None = None
    """When the authority gave the consent that stands; a refused agreement takes it along."""
    launched_at: datetime | None = None
    """Since when it runs formally: consented, and the agreement signed by all."""
    billing_from: date | None = None
    records: tuple[Json, ...] = ()
    """What the operator files: the agreement's next term."""
    agreement_over: str = ""
    """The agreement that ended with nothing in force after it; empty: one is, or none was."""

    @property
    def under_way(self) -> bool:
        """Whether the trial does not end in nothing: it was launched, or is about to be."""
        return self.launched_at is not None or self.consented_at is not None


def launch_of(case: Case) -> Launch:
    """How far the launch is (A15-launch).

    Formal from the last of the three signatures on the first agreement, and billed from that
    day on: the trial is free. A policy without an agreement launches with the consent.
    """
    known, opened = case.application.status, chains(case)
    consent, fresh = _consent(case, opened)
    if case.policy.spec.agreement is None:
        signed = [consent]
    else:
        signed = [signed_at(chain.first) for chain in opened]
    launched = known.launched_at or min((at for at in signed if at is not None), default=None)
    return Launch(
        consented_at=consent,
        launched_at=launched,
        billing_from=known.billing_from or (case.day(launched) if launched else None),
        records=tuple(_due(case, opened, fresh=fresh)),
        agreement_over=_over(opened) if known.phase not in ("Exiting", "Exited") else "",
    )


def _consent(case: Case, opened: tuple[Chain, ...]) -> tuple[datetime | None, bool]:
    """The consent that stands, and whether its chain is still to be opened (G91-term).

    What was consented to before the chain before it ended opens none: it was given when
    there was an agreement.
    """
    made = [approval(request, "launch") for request in case.of(LaunchRequest)]
    consents = sorted(a.at for a in made if a is not None and a.at is not None)
    for chain in opened:
        ended = ended_at(case, chain)
        if ended is None:
            return (consents[0] if consents else None), False
        consents = [at for at in consents if at > ended]
    return (consents[0], True) if consents else (None, False)


def _due(case: Case, opened: tuple[Chain, ...], *, fresh: bool) -> Iterator[Json]:
    """The term that is to be filed (A15-launch, G91-term)."""
    if case.policy.spec.agreement is not None and fresh:
        yield first_term(case, len(opened))
    for chain in opened[-1:]:
        if chain.latest.status.phase == "Renewed":
            yield next_term(case, chain)


def _over(opened: tuple[Chain, ...]) -> str:
    """The agreement that ended with nothing in force after it (G91-term)."""
    if any(c.latest.status.phase in ("InForce", "Renewed", "Superseded") for c in opened):
        return ""
    ended = [c.latest.metadata.name for c in opened if c.latest.status.phase == "Expired"]
    return ended[-1] if ended else ""
