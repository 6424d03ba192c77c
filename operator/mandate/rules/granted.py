"""What an application was granted by its own approval, before any change of it."""

from collections.abc import Mapping

from mandate.api.cloudapplication import CloudApplication
from mandate.api.hosts import Allocation
from mandate.api.requests import Approval, Effect
from mandate.rules.allocation import allocation
from mandate.rules.case import Case, effective
from mandate.rules.takeover import restored


def approved_allocation(
    case: Case, stages: tuple[str, ...], effects: Mapping[str, Effect]
) -> Allocation:
    """What was approved; restored, what it was granted before."""
    found = restored(case)
    if found is not None and found.granted is not None:
        return found.granted
    return allocation(case.application.spec, last_approval(case.application, stages, effects))


def last_approval(
    app: CloudApplication, stages: tuple[str, ...], effects: Mapping[str, Effect]
) -> Approval | None:
    """The approval of the last stage, if by these effects it took effect."""
    if not stages:
        return None
    return effective(app.status, effects, stages[-1], app.metadata.generation)
