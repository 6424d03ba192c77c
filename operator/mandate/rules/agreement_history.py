"""What a stored agreement says has happened to it, as facts for its system's dossier."""

from collections.abc import Iterator

from mandate.api.meta import find_condition
from mandate.api.rulebook import cite
from mandate.api.serviceagreement import ServiceAgreement
from mandate.rules.agreement_chain import BEEN_IN_FORCE, OVER, signed_at
from mandate.rules.history import about_request
from mandate.rules.record import Fact

_KIND = "ServiceAgreement"
_KEPT = {"text_sha256", "in_force_from", "expires_on"}


def rendered(agreement: ServiceAgreement, html: str, sha256: str) -> Fact:
    """The text that can be signed, kept whole: no later template brings it back (G94-copies)."""
    fact = Fact(
        key=f"text.{sha256[:16]}",
        kind="Rendered",
        text=f"its text was rendered; sha256 {sha256}",
        data={"sha256": sha256, "html": html},
    )
    (found,) = about_request(_KIND, agreement.metadata, [fact])
    return found


def agreement_facts(agreement: ServiceAgreement) -> Iterator[Fact]:
    """That it came into force, that its end was near, and what became of it (G91-term)."""
    yield from about_request(_KIND, agreement.metadata, _facts(agreement))


def _facts(agreement: ServiceAgreement) -> Iterator[Fact]:
    status = agreement.status
    span = f"from {status.in_force_from} to {status.expires_on}"
    if status.phase in BEEN_IN_FORCE:
        # a calendar that is edited moves a last day that it did not know before
        yield Fact(
            key=f"in-force.{status.expires_on}",
            kind="InForce",
            text=f"in force {span}",
            at=signed_at(agreement),
            data=status.model_dump(mode="json", by_alias=True, include=_KEPT),
            event="Normal",
        )
    for left in status.reminded_before_days:
        text = f"{left} days are left: its last day is {status.expires_on} ({cite('G91-term')})"
        yield Fact(f"reminder.{left}", "Reminded", text, event="Normal")
    ready = find_condition(status.conditions, "Ready")
    if status.phase in OVER and ready is not None:
        yield Fact(
            key=f"over.{status.phase}",
            kind=status.phase or "",
            text=ready.message[:900],
            at=ready.last_transition_time,
            event="Warning" if status.phase == "Expired" else "Normal",
        )
