"""The terms of a system's agreement in their order, and which one the operator files next.

Each consent to a launch opens one chain. Its first term is signed by all three; renewals go on
from it without signatures; an amendment takes the place of what it amends. A chain ends when its
first term is refused, or with its last day; only a new consent opens another (ours).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mandate.api.meta import API_VERSION, Json
from mandate.api.serviceagreement import ServiceAgreement
from mandate.api.stages import BY_KIND, SIGNATURES
from mandate.rules.case import Case, approval

_STAGES = tuple(stage.name for stage in BY_KIND["ServiceAgreement"].stages)
OBJECTIONS = tuple(name for name in _STAGES if name.startswith("objection-"))
BEEN_IN_FORCE = ("InForce", "Renewed", "Expired", "Superseded")
"""The phases of what was in force at some time."""
OVER = ("Renewed", "Expired", "Superseded")
"""The phases of what was in force and is not any more; they are final."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The terms that one consent opened."""

    number: int
    """Its number among the system's chains, from 0."""
    first: ServiceAgreement
    latest: ServiceAgreement
    """The term, or its amendment, that nothing follows yet."""


def chains(case: Case) -> tuple[Chain, ...]:
    """The chains of a system, in the order in which they were opened (G91-term)."""
    filed = case.of(ServiceAgreement)
    firsts = [a for a in filed if a.spec.term == 0 and a.spec.amendment_of is None]
    return tuple(Chain(n, first, _latest(filed, first)) for n, first in enumerate(firsts))


def _latest(filed: tuple[ServiceAgreement, ...], since: ServiceAgreement) -> ServiceAgreement:
    after = next((a for a in filed if _follows(a, since)), None)
    return since if after is None else _latest(filed, after)


def _follows(agreement: ServiceAgreement, before: ServiceAgreement) -> bool:
    """Whether it goes on from another: as its renewal, or as an amendment in force."""
    if agreement.spec.amendment_of is not None:
        return _supersedes(agreement, before)
    return agreement.spec.previous == before.metadata.name


def _supersedes(agreement: ServiceAgreement, before: ServiceAgreement) -> bool:
    in_force = agreement.status.phase in BEEN_IN_FORCE
    return in_force and agreement.spec.amendment_of == before.metadata.name


def named(case: Case, name: str | None) -> ServiceAgreement | None:
    """The system's agreement of that name."""
    return next((a for a in case.of(ServiceAgreement) if a.metadata.name == name), None)


def is_superseded(case: Case, agreement: ServiceAgreement) -> bool:
    """Whether an amendment took its place (G94-copies)."""
    return any(_supersedes(other, agreement) for other in case.of(ServiceAgreement))


def signed_at(agreement: ServiceAgreement) -> datetime | None:
    """When the last of the three signed (UTC); None: not all have, or none needs to."""
    made = [approval(agreement, stage) for stage in SIGNATURES]
    at = [a.at for a in made if a is not None and a.at is not None]
    return max(at) if len(at) == len(SIGNATURES) else None


def ended_at(case: Case, chain: Chain) -> datetime | None:
    """When a chain ended (UTC): refused, or its last day over; None: it goes on (G91-term)."""
    status = chain.latest.status
    if status.phase == "Refused":
        return max((a.at for a in status.approvals.values() if a.at is not None), default=None)
    days = case.workdays
    if status.phase == "Expired" and status.expires_on is not None and days is not None:
        return days.end_of(status.expires_on)
    return None


def first_term(case: Case, number: int) -> Json:
    """The first term of a chain, as the operator files it (A15-launch).

    Its annexes are documents: who renders them adds them.

    Args:
        case: the system, under a policy with an agreement.
        number: the chain's.
    """
    return _filed(case, _name(case, number, 0), _content(case) | {"term": 0})


def next_term(case: Case, chain: Chain) -> Json:
    """The renewal of a chain's latest term: the same content and annexes (G91-term)."""
    latest = chain.latest
    term = latest.spec.term + 1
    spec = latest.spec.model_copy(
        update={"term": term, "previous": latest.metadata.name, "amendment_of": None}
    )
    return _filed(case, _name(case, chain.number, term), spec.wire())


def amendment(case: Case) -> Json | None:
    """An amendment with the content as it is now, for all three to sign (G94-copies).

    Its annexes are documents: who renders them adds them. What is amended stays in force
    until all have signed, and its last day stays the last day.

    Returns:
        The amendment as the operator files it; None where no agreement is in force, or an
        amendment of it is being signed.
    """
    current = [c for c in chains(case) if c.latest.status.phase == "InForce"]
    if not current:
        return None
    chain, latest = current[-1], current[-1].latest
    earlier = list(_amendments(case, latest.spec.term))
    if any(a.status.phase in (None, "Submitted", "Signing") for a in earlier):
        return None
    changes = {
        "term": latest.spec.term,
        "previous": latest.spec.previous,
        "amendmentOf": latest.metadata.name,
        "validityMonths": latest.spec.validity_months,
    }
    spec = {k: v for k, v in (_content(case) | changes).items() if v is not None}
    name = f"{_name(case, chain.number, latest.spec.term)}-a{len(earlier) + 1}"
    return _filed(case, name, spec)


def _amendments(case: Case, term: int) -> Iterator[ServiceAgreement]:
    for agreement in case.of(ServiceAgreement):
        if agreement.spec.amendment_of is not None and agreement.spec.term == term:
            yield agreement


def _content(case: Case) -> Json:
    """What is agreed on, but for term and annexes."""
    app, law = case.application, case.policy.spec
    content: Json = {
        "applicationRef": {"name": app.metadata.name, "uid": app.metadata.uid},
        "parties": {
            "agency": case.agency.spec.title,
            "provider": law.parties.provider,
            "authority": law.parties.authority,
        },
        "systemName": app.spec.system_name,
        "onboardingType": app.spec.onboarding_type,
    }
    if app.spec.funding == "Other":
        content["selfPaid"] = True
    if law.agreement is not None:
        content["parties"]["providerHotline"] = law.agreement.provider_hotline
        content["validityMonths"] = law.agreement.term_months
    return content


def _name(case: Case, number: int, term: int) -> str:
    """Such as `bus-portal-term-0`; chains after the first are told apart by their number."""
    again = f"-r{number}" if number else ""
    return f"{case.application.metadata.name}-term-{term}{again}"


def _filed(case: Case, name: str, spec: Json) -> Json:
    return {
        "apiVersion": API_VERSION,
        "kind": "ServiceAgreement",
        "metadata": {"name": name, "namespace": case.application.metadata.namespace},
        "spec": spec,
    }
