"""What a change takes of the platform until it is carried out (A14-sizing)."""

from decimal import Decimal
from typing import Literal

from mandate.api.cloudapplication import CloudApplication
from mandate.api.hosts import Allocation
from mandate.api.resourcechange import ResourceChange
from mandate.rules.allocation import after
from mandate.rules.capacity import CHECK, NEVER, Demand, Place, Standing, demand
from mandate.rules.case import approval
from mandate.rules.change_checks import is_open
from mandate.rules.implementation import CHANGE
from mandate.rules.receipt import received


def place_of(change: ResourceChange) -> Place:
    """Where a change stands in the order of receipt; no application has a name like this."""
    metadata = change.metadata
    at = received(metadata, change.status.approvals, NEVER)
    return (at, metadata.namespace, f"{metadata.name}/ResourceChange")


def standing_of(change: ResourceChange, application: CloudApplication) -> Standing:
    """What a change takes beyond what its system has, by its stored form and decisions.

    Nothing once its system has it, and nothing while it can only be refused. What it gives back
    is others' once it is carried out.
    """
    place, status = place_of(change), change.status
    carried = {c.uid for c in application.status.changes if c.counted_at is not None}
    if not is_open(change) or change.metadata.uid in carried:
        return Standing(None, place, {})
    judged = status.observed_generation == change.metadata.generation
    failing = [c.type for c in status.checks if c.blocking and not c.passed] if judged else []
    if failing:
        return Standing(None, place, {}, CHECK in failing)
    made = approval(change, CHANGE) is not None
    claim: Literal["Granted", "Reserved"] = "Granted" if made else "Reserved"
    return Standing(claim, place, _more(change, application))


def _more(change: ResourceChange, application: CloudApplication) -> Demand:
    runs = application.status.allocation or Allocation()
    before, then = demand(runs.machines), demand(after(runs, change.spec).machines)
    more = {what: amount - before.get(what, Decimal(0)) for what, amount in then.items()}
    return {what: amount for what, amount in more.items() if amount > 0}
