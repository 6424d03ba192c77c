"""When everything that was approved is there (article 14; A14-provision).

What Kubernetes provides is granted at once. What it cannot, physical machines, hosting and what
else the catalogue says, the provider hands over and confirms, at a stage beside the authority's.
"""

from dataclasses import dataclass
from datetime import datetime

from mandate.api.hosts import Allocation
from mandate.api.meta import Condition, find_condition
from mandate.api.rulebook import cite
from mandate.rules.beside import beside
from mandate.rules.case import Case, approval
from mandate.rules.catalogue import handed_over
from mandate.rules.request import Form, Judged

CONFIRMATION = "confirm-provider"


def awaited_of_provider(case: Case, granted: Allocation) -> tuple[str, ...]:
    """What of an allocation the provider hands over, in words."""
    hosting = case.application.spec.onboarding_type == "Colocation"
    items = handed_over(granted, case.policy.spec, case.catalog)
    return ("机房托管", *items) if hosting else items


@dataclass(frozen=True, slots=True)
class Handover:
    """What the provider is to hand over, in words, and when it confirmed that it did (UTC)."""

    items: tuple[str, ...]
    confirmed_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether something is to be handed over still."""
        return bool(self.items) and self.confirmed_at is None


def handover(case: Case, granted: Allocation) -> Handover:
    """How far the provider's part is, by what is on record."""
    made = approval(case.application, CONFIRMATION)
    return Handover(awaited_of_provider(case, granted), made.at if made else None)


def with_confirmation(case: Case, judged: Judged, found: Handover) -> Judged:
    """What was judged, with the confirmation that is awaited; it names what the provider read."""
    if not found.items:
        return judged
    app = case.application
    form = Form(app.metadata, case.form, app.status)
    return beside(form, judged, CONFIRMATION, {"handover": list(found.items)})


def provisioned_at(case: Case) -> datetime | None:
    """Since when everything granted was there, as it is on record (UTC)."""
    known = find_condition(case.application.status.conditions, "Provisioned")
    return known.last_transition_time if known is not None and known.status == "True" else None


def begun_at(case: Case, found: Handover, now: datetime) -> datetime | None:
    """When all was there, now that the grant stands: that, or the later confirmation (UTC)."""
    if found.waits:
        return None
    status, generation = case.application.status, case.application.metadata.generation
    ready = find_condition(status.conditions, "Ready")
    stood = ready is not None and ready.status == "True"
    if ready is None or not stood or ready.observed_generation != generation:
        return now
    return max(ready.last_transition_time, found.confirmed_at or ready.last_transition_time)


def provisioned(
    generation: int, begun: datetime | None, found: Handover, now: datetime
) -> tuple[Condition, ...]:
    """Whether everything granted is there; once it was, it does not cease to have been."""
    if begun is None and not found.waits:
        return ()
    said = f"{CONFIRMATION} is awaited ({cite('A14-provision')}): {'; '.join(found.items)}"
    return (
        Condition(
            type="Provisioned",
            status="True" if begun else "False",
            observed_generation=generation,
            last_transition_time=begun or now,
            reason="InPlace" if begun else "AwaitingProvider",
            message="everything that was approved is there" if begun else said[:4000],
        ),
    )
