"""Whether a process should be left running, and whether it can be counted on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a process knows of itself at one moment; ages in seconds."""

    silent: float
    """Since the event loop last came round."""
    idle: float
    """Since a reconcile last ended, or nothing waited that was this process's to do."""
    ended: tuple[str, ...]
    """Tasks that should run as long as the process does, and ended."""
    filled: bool
    """Whether every kind was listed since the start."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long is too long, in seconds."""

    silent: float
    idle: float


def troubles(vitals: Vitals, limits: Limits) -> tuple[str, ...]:
    """Why the process should be restarted; empty while it is well.

    An API server that is away is no reason: a restart does not bring it back.
    """
    if vitals.silent > limits.silent:
        # all else is noted by the loop itself, and says nothing while it stands
        return (f"the event loop has not come round for {vitals.silent:.0f} s",)
    found = [f"{name} has ended" for name in vitals.ended]
    if vitals.idle > limits.idle:
        found.append(f"work waits and no reconcile has ended for {vitals.idle:.0f} s")
    return tuple(found)
