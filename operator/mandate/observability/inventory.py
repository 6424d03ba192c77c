"""Gauges of what is there, counted from the cached objects when somebody asks."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import get_args

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from mandate.api.cloudapplication import Phase
from mandate.api.meta import Json
from mandate.api.register import Place

_UNJUDGED = "Unjudged"
"""The phase of an application that the operator has not looked at yet."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is counted, at one moment."""

    objects: Iterable[Json]
    now: datetime
    calendar_left: timedelta | None = None
    """Until the first calendar that a policy names ends; None: none is named."""


class Inventory(Collector):
    """Counts at each scrape; no counter of its own can drift from what is there."""

    def __init__(self, look: Callable[[], Holdings], near: timedelta) -> None:
        """See `tally` for `near`; `look` may raise TimeoutError or RuntimeError."""
        self._look = look
        self._near = near

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges; none when the event loop does not answer, which /healthz reports."""
        try:
            found = self._look()
        except (TimeoutError, RuntimeError, CancelledError):
            return
        yield from gauges(found, self._near)


@dataclass(slots=True)
class _Tally:
    kinds: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(get_args(Phase), 0)))
    places: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(get_args(Place), 0)))
    pending: Counter[tuple[str, str]] = field(default_factory=Counter)
    oldest: dict[tuple[str, str], float] = field(default_factory=dict)
    clocks: Counter[tuple[str, str]] = field(default_factory=Counter)
    provisional: Counter[str] = field(default_factory=Counter)

    def add(self, raw: Json, now: datetime, near: timedelta) -> None:
        kind = raw["kind"]
        self.kinds[kind] += 1
        try:
            waits = {stage: _seconds(raw, stage, now) for stage in _awaited(raw)}
            states = list(_clocks(raw, now, near))
            provisional = [c["stage"] for c in _open(raw) if c["provisional"]]
            places = [s["place"] for s in _registered(raw)]
        except (ValueError, KeyError, TypeError, AttributeError):
            # one object that cannot be read hides no other
            self.unreadable[kind] += 1
            return
        if kind == "CloudApplication":
            self.phases[raw.get("status", {}).get("phase", _UNJUDGED)] += 1
        for stage, seconds in waits.items():
            self.pending[kind, stage] += 1
            self.oldest[kind, stage] = max(self.oldest.get((kind, stage), 0.0), seconds)
        self.clocks.update(states)
        self.provisional.update(provisional)
        self.places.update(places)


def gauges(found: Holdings, near: timedelta) -> Iterator[GaugeMetricFamily]:
    """What there is, as gauges.

    Args:
        found: the objects, as the API server sent them, and the time (UTC).
        near: a clock that is due within this is near its end.
    """
    tally = _Tally()
    for raw in found.objects:
        tally.add(raw, found.now, near)
    yield _gauge("mandate_cache_objects", "Objects in the cache.", ["kind"], tally.kinds)
    yield _gauge(
        "mandate_unreadable_objects",
        "Objects whose status does not read as its schema says.",
        ["kind"],
        tally.unreadable,
    )
    yield _gauge("mandate_applications", "Applications, by phase.", ["phase"], tally.phases)
    yield _gauge(
        "mandate_registered_systems",
        "Systems in the registers of all agencies, by where they are.",
        ["place"],
        tally.places,
    )
    yield _gauge(
        "mandate_pending_decisions",
        "Stages that await a decision.",
        ["kind", "stage"],
        tally.pending,
    )
    yield _gauge(
        "mandate_pending_decision_oldest_age_seconds",
        "How long the oldest of them has waited.",
        ["kind", "stage"],
        tally.oldest,
    )
    yield _gauge(
        "mandate_clocks",
        "Open clocks that are near their end (near) or past it (breached).",
        ["stage", "state"],
        tally.clocks,
    )
    yield _gauge(
        "mandate_provisional_clocks",
        "Open clocks that end on a day of which their calendar does not speak yet.",
        ["stage"],
        tally.provisional,
    )
    left = found.calendar_left
    yield _gauge(
        "mandate_calendar_remaining_seconds",
        "Until the first calendar that a policy names ends; 0 or less: ended, missing, unusable.",
        [],
        {} if left is None else {(): left.total_seconds()},
    )


def _gauge(
    name: str,
    text: str,
    labels: list[str],
    values: Mapping[str, float] | Mapping[tuple[str, str], float] | Mapping[tuple[()], float],
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric([key] if isinstance(key, str) else list(key), value)
    return family


def _awaited(raw: Json) -> list[str]:
    return [entry["stage"] for entry in raw.get("status", {}).get("awaiting", [])]


def _registered(raw: Json) -> list[Json]:
    found: list[Json] = raw.get("status", {}).get("cloudUse", {}).get("systems", [])
    return found


def _seconds(raw: Json, stage: str, now: datetime) -> float:
    """How long a stage has been awaited: since its clock started, if it has one.

    Without a clock, since the last decision on the object, or since it was filed.
    """
    status = raw["status"]
    started = [c["startedAt"] for c in status.get("clocks", []) if c["stage"] == stage]
    decided = [a["at"] for a in status.get("approvals", {}).values() if a.get("at")]
    since = started or decided or [raw["metadata"]["creationTimestamp"]]
    return max(0.0, (now - max(map(datetime.fromisoformat, since))).total_seconds())


def _open(raw: Json) -> Iterator[Json]:
    return (c for c in raw.get("status", {}).get("clocks", []) if "closedAt" not in c)


def _clocks(raw: Json, now: datetime, near: timedelta) -> Iterator[tuple[str, str]]:
    """The open clocks that are near their end or past it; one that stands still comes no nearer."""
    for clock in _open(raw):
        stops = clock.get("stops", [])
        stands_still = bool(stops) and "until" not in stops[-1]
        left = datetime.fromisoformat(clock["dueAt"]) - now
        if clock["breached"] or (left <= timedelta(0) and not stands_still):
            yield clock["stage"], "breached"
        elif left <= near and not stands_still:
            yield clock["stage"], "near"
