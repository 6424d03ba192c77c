"""The integration of a system into the unified data platform (article 7; A07-reclaim)."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Literal

import rfc8785

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplicationStatus
from mandate.api.exitrequest import UnmetRequirement
from mandate.api.meta import ObjectMeta
from mandate.api.register import DataIntegration
from mandate.api.rulebook import cite
from mandate.rules.record import Fact
from mandate.rules.register import entry_of
from mandate.rules.request import Law


def duty_of(agency: Agency, application: ObjectMeta) -> DataIntegration | None:
    """What the agency's register asks of the system of this application."""
    entry = entry_of(agency, application)
    return entry.data_integration if entry is not None else None


def standing_of(duty: DataIntegration, law: Law, now: datetime) -> Literal["Due", "Overdue", "Met"]:
    """How a requirement stands; without a calendar no day is over."""
    if duty.met_on is not None:
        return "Met"
    return "Overdue" if law.is_over(duty.due_on, now) else "Due"


def overdue_at(duty: DataIntegration | None, law: Law) -> datetime | None:
    """When a requirement is late if it is not met by then (UTC); None: nothing is to be met."""
    if duty is None or duty.met_on is not None:
        return None
    return law.end_of(duty.due_on)


def overdue_text(duty: DataIntegration) -> str:
    """What is late, by when it was due, and what can come of it."""
    return (
        f"{duty.requirement}: due on {duty.due_on} and not met; the authority may reclaim the "
        f"system after telling the unit ({cite('A07-reclaim')})"
    )


def not_unmet(
    unmet: UnmetRequirement, agency: Agency, application: ObjectMeta, law: Law, now: datetime
) -> Iterator[str]:
    """Why a reclaim rests on nothing that the register has as unmet (A07-reclaim).

    Args:
        unmet: what the reclaim says.
        agency: with its register.
        application: the system's.
        law: by whose calendar a day is over.
        now: the time (UTC).
    """
    duty = duty_of(agency, application)
    if duty is None:
        yield (
            f"the register of {agency.metadata.name} asks no dataIntegration of "
            f"{application.name} (uid {application.uid}): "
            "enter what and by when in spec.systems, so that the unit sees it"
        )
        return
    if duty.met_on is not None:
        yield f"it was met on {duty.met_on}: nothing is to be reclaimed"
    elif standing_of(duty, law, now) == "Due":
        yield f"it is due on {duty.due_on}, which is not over"
    if unmet.requirement.strip() != duty.requirement.strip():
        yield f"reclaim.requirement is not the register's: {duty.requirement!r}"
    if unmet.due_on != duty.due_on:
        yield f"reclaim.dueOn is {unmet.due_on}, the register has {duty.due_on}"


def integration_facts(status: CloudApplicationStatus) -> Iterator[Fact]:
    """What is asked of a system, and that it was met: for its unit to see (A07-reclaim)."""
    duty = status.data_integration
    if duty is None:
        return
    data = duty.wire()
    said = f"met on {duty.met_on}" if duty.met_on else f"due on {duty.due_on}"
    yield Fact(
        key=f"integration.{sha256(rfc8785.dumps(data)).hexdigest()[:16]}",
        kind="IntegrationMet" if duty.met_on else "IntegrationRequired",
        text=f"{duty.requirement}: {said} ({cite('A07-reclaim')})",
        data=data,
        event="Normal",
    )
