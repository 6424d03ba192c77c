"""How long a term of an agreement lasts, and what becomes of it (annex 1, 9.1; G91-term)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mandate.api.clocks import Period
from mandate.api.meta import Condition, find_condition
from mandate.api.requests import decision_key
from mandate.api.rulebook import cite
from mandate.api.serviceagreement import AgreementPhase, ServiceAgreement
from mandate.rules.agreement_chain import OVER, is_superseded, named
from mandate.rules.case import Case
from mandate.rules.request import Judged
from mandate.rules.workdays import Workdays

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Term:
    """What a term in force, or one that was, rests on."""

    case: Case
    agreement: ServiceAgreement
    since: date | None
    last: date | None
    """Its last day; None while there is no calendar to count with."""
    objecting: tuple[str, ...] = ()
    """The objections in time, by their stages."""

    @property
    def days(self) -> Workdays | None:
        """What it is counted with."""
        return self.case.workdays

    @property
    def ends(self) -> datetime | None:
        """The end of its last day (UTC)."""
        return self.days.end_of(self.last) if self.days and self.last else None


def is_renewal(agreement: ServiceAgreement) -> bool:
    """Whether it goes on from a term that was signed, and needs no signature itself."""
    return agreement.spec.term > 0 and agreement.spec.amendment_of is None


def span_of(
    case: Case, agreement: ServiceAgreement, judged: Judged
) -> tuple[date | None, date | None]:
    """The first and the last day of a term (G91-term).

    The day of the last signature is not counted; each term ends that many months after it,
    counted from that day and not from the last renewal, so that a 31st stays one.
    """
    old, spec = agreement.status, agreement.spec
    days = case.workdays
    if old.phase in OVER or days is None:
        return old.in_force_from, old.expires_on
    if is_renewal(agreement):
        before = named(case, spec.previous)
        ended = before.status.expires_on if before else None
        since = ended + _DAY if ended else None
    else:
        since = old.in_force_from or _signed_on(case, agreement, judged)
    if spec.amendment_of is not None:
        amended = named(case, spec.amendment_of)
        return since, amended.status.expires_on if amended else None
    signed = _first_of(case, agreement).status.in_force_from if spec.term else since
    if signed is None:
        return since, None
    whole = Period(amount=spec.validity_months * (spec.term + 1), unit="months")
    return since, days.due_from(signed, whole).day


def _signed_on(case: Case, agreement: ServiceAgreement, judged: Judged) -> date | None:
    generation = agreement.metadata.generation
    made = [agreement.status.approvals[decision_key(s, generation)].at for s in judged.approved]
    last = max((at for at in made if at is not None), default=None)
    return case.day(last) if last else None


def _first_of(case: Case, agreement: ServiceAgreement) -> ServiceAgreement:
    """The term from whose signatures the months are counted."""
    before = named(case, agreement.spec.amendment_of or agreement.spec.previous)
    return agreement if before is None else _first_of(case, before)


def phase_of(term: Term, now: datetime) -> AgreementPhase:
    """What has become of a term that was signed, or needed no signature (G91-term)."""
    known = term.agreement.status.phase
    if known is not None and known in OVER:
        return known
    if is_superseded(term.case, term.agreement):
        return "Superseded"
    if term.ends is None or now < term.ends:
        return "InForce"
    return "Expired" if _why_it_ends(term) else "Renewed"


def _why_it_ends(term: Term) -> str:
    """Why it does not renew itself; empty where it does (G91-term)."""
    rule = term.case.policy.spec.agreement
    if term.objecting:
        return ", ".join(term.objecting)
    if term.case.application.status.phase in ("Exiting", "Exited"):
        return "the system left the cloud"
    if rule is None or term.agreement.spec.term >= rule.renewals:
        return "it was renewed as often as it can be"
    return ""


def said_of(term: Term, phase: str) -> str:
    """What is to be known of it, for people."""
    why, spec = _why_it_ends(term), term.agreement.spec
    span = (
        f"in force from {term.since or 'its signatures'} to {term.last or 'a day not counted yet'}"
    )
    if term.days is not None and term.last is not None and term.last > term.days.valid_through:
        span += " (provisional)"
    ground = f", in continuation of {spec.previous} as nobody objected" if spec.previous else ""
    after = f"then it ends: {why}" if why else "then it renews itself if nobody objects"
    return {
        "InForce": f"{span}{ground}; {after}",
        "Renewed": f"{span}; nobody objected, and it goes on as the next term",
        "Expired": f"{span}, and over: {why}; what runs is left and nothing new is granted; "
        "for another agreement file a LaunchRequest",
        "Superseded": f"{span}; an amendment took its place",
    }[phase]


def reminders_of(term: Term) -> Iterator[tuple[int, datetime]]:
    """When how many days of a term are left: the instants at which to remind."""
    rule = term.case.policy.spec.agreement
    if rule is None or term.days is None or term.last is None:
        return
    for left in rule.remind_before_days:
        yield left, term.days.before(term.last, Period(amount=left, unit="days"))


def expiring_of(term: Term, phase: str, given: set[int], now: datetime) -> Iterator[Condition]:
    """Whether the end is near, once it ever was."""
    known = find_condition(term.agreement.status.conditions, "Expiring")
    near = phase == "InForce" and bool(given)
    if not near and known is None:
        return
    yield Condition(
        type="Expiring",
        status="True" if near else "False",
        observed_generation=term.agreement.metadata.generation,
        last_transition_time=now,
        reason="TermEnds" if near else phase,
        message=f"its last day is {term.last} ({cite('G91-term')})" if near else "",
    )
