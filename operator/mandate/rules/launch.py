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
from mandate.rules.case import Case, Predecessor, approval
from mandate.rules.takeover import restored


@dataclass(frozen=True, slots=True)
class Launch:
    """How far a system is on its way from trial to formal running."""

    consented_at: datetime | None = None
    """When the authority gave the consent that stands; a refused agreement takes it along."""
    launched_at: datetime | None = None
    """Since when it runs formally: consented, and the agreement signed by all."""
    billing_from: date | None = None
    continued: Predecessor | None = None
    """Where it was launched in another cluster: what goes on here (X-dossier)."""
    continues_to: datetime | None = None
    """When the agreement of that cluster ends (UTC), unless another was signed here since."""
    records: tuple[Json, ...] = ()
    """What the operator files: the agreement's next term."""
    agreement_over: str = ""
    """The agreement that ended with nothing in force after it; empty: one is, or none was."""

    @property
    def under_way(self) -> bool:
        """Whether the trial does not end in nothing: it was launched, or is about to be."""
        return self.launched_at is not None or self.consented_at is not None

    def over(self, now: datetime) -> str:
        """The agreement that is over at a time (UTC) with nothing in force after it, or empty."""
        if self.agreement_over or self.continues_to is None or now < self.continues_to:
            return self.agreement_over
        agreed = self.continued.agreement if self.continued else None
        return agreed.name if agreed else ""


def launch_of(case: Case) -> Launch:
    """How far the launch is (A15-launch).

    Formal from the last of the three signatures on the first agreement, and billed from that
    day on: the trial is free. A policy without an agreement launches with the consent.
    What was launched in another cluster stays launched, and billed from that day on.
    """
    known, opened, before = case.application.status, chains(case), continued(case)
    ends = _last_moment(case, before)
    consent, fresh = _consent(case, opened, ends)
    if case.policy.spec.agreement is None:
        signed = [consent]
    else:
        signed = [signed_at(chain.first) for chain in opened]
    stood = known.launched_at or (before.launched_at if before else None)
    launched = stood or min((at for at in signed if at is not None), default=None)
    billed = known.billing_from or (before.billing_from if before else None)
    return Launch(
        consented_at=consent,
        launched_at=launched,
        billing_from=billed or (case.day(launched) if launched else None),
        continued=before,
        continues_to=None if any(signed_at(chain.first) for chain in opened) else ends,
        records=tuple(_due(case, opened, fresh=fresh)),
        agreement_over=_over(opened) if known.phase not in ("Exiting", "Exited") else "",
    )


def continued(case: Case) -> Predecessor | None:
    """What goes on of a launch in another cluster; None: it was not launched there."""
    before = restored(case)
    return before if before is not None and before.launched_at is not None else None


def _last_moment(case: Case, before: Predecessor | None) -> datetime | None:
    """When the agreement of another cluster ends (UTC); nobody can object to it here (G91-term)."""
    days = case.workdays
    if before is None or before.agreement is None or days is None:
        return None
    return days.end_of(before.agreement.expires_on)


def _consent(
    case: Case, opened: tuple[Chain, ...], ends: datetime | None
) -> tuple[datetime | None, bool]:
    """The consent that stands, and whether its chain is still to be opened (G91-term).

    What was consented to before the chain before it ended opens none: it was given when
    there was an agreement; nor does what came before the end of another cluster's.
    """
    made = [approval(request, "launch") for request in case.of(LaunchRequest)]
    given = sorted(a.at for a in made if a is not None and a.at is not None)
    consents = [at for at in given if ends is None or at > ends]
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
