"""What happened, as it goes on record: once in the dossier, and where people look, as an Event."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from mandate.api.meta import Json

_PRIVATE = ("phone", "officePhone", "mobilePhone", "email")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to one subject (X-dossier).

    Derived from what is stored and not from a moment, so that whoever looks again, after a kill
    too, finds the same fact under the same key and records it once.
    """

    key: str
    """What tells it from the subject's other facts, such as `decided.acceptance.1`."""
    kind: str
    """What happened, as one word: `Filed`, `Decided`, `Granted`."""
    text: str
    """What happened, for people."""
    by: str = ""
    """Who did it, as the API server knows them; nobody where the rules themselves did."""
    at: datetime | None = None
    """When it happened (UTC); None: when it was recorded."""
    data: Json = field(default_factory=dict)
    """What the fact rests on: the form, the decision, the checks."""
    event: Literal["Normal", "Warning"] | None = None
    """Whether an Event says it too, and of which type."""


def without_contacts(value: object) -> object:
    """A form as it is kept: numbers and addresses of persons are left out, names stay."""
    if isinstance(value, dict):
        return {k: without_contacts(v) for k, v in value.items() if k not in _PRIVATE}
    if isinstance(value, list):
        return [without_contacts(item) for item in value]
    return value
