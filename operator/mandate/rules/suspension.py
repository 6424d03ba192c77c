"""Suspension: closed for the sake of the cloud, and restored as it was (articles 23; 4.9)."""

from dataclasses import dataclass
from datetime import datetime

from mandate.rules.case import Case


@dataclass(frozen=True, slots=True)
class Suspended:
    """What suspensions are in force."""

    interrupted_by: tuple[str, ...] = ()
    """Names of those that close the network and refuse new pods; they lift one by one."""
    held_by: tuple[str, ...] = ()
    """Names of legal holds: the system runs on, and nothing of it is deleted."""
    due: tuple[datetime, ...] = ()


def suspended(case: Case, now: datetime) -> Suspended:
    """The suspensions in force (A23-suspend, G49-interrupt)."""
    return Suspended()
