"""Access by the agency's own authorisation, for a time (article 26; A26-access)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mandate.api.agency import Member
from mandate.rules.case import Case


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody of the provider's or the maintainer's who is let in."""

    member: Member
    role: Literal["view", "edit"]
    until: datetime


def guests(case: Case, now: datetime) -> Iterator[Guest]:
    """Who is let in now."""
    yield from ()
