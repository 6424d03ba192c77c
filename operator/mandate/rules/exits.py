"""The end of a system: closed, held, reclaimed (articles 7, 17, 23; A17-exit)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mandate.rules.case import Case
from mandate.rules.suspension import Suspended


@dataclass(frozen=True, slots=True)
class Exit:
    """How far the end of a system is."""

    stage: Literal["closed", "held", "reclaimed", "completed"] | None = None
    """None: no exit is carried out."""
    due: tuple[datetime, ...] = ()


def exit_of(case: Case, kept: Suspended, now: datetime) -> Exit:
    """How far the exit is; a legal hold stops it before anything is deleted."""
    return Exit()
