"""What the operator exposes, by its registry, and what a PromQL expression asks for."""

import re
from datetime import UTC, datetime, timedelta

from prometheus_client.metrics import MetricWrapperBase

from mandate.observability import metrics
from mandate.observability.inventory import Holdings, gauges

_NAME = re.compile(r"\bmandate_\w+\b")
_MATCHER = re.compile(r"""(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)\"""")
_SELECTOR = re.compile(r"\b(mandate_\w+)\s*\{([^}]*)\}")
_GROUPED = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")
_SCRAPED = {"instance", "le"}
"""The labels of any series: by the scrape, and of a histogram's buckets."""
VALUES = {
    "state": {"near", "breached"},
    "result": {"done", "conflict", "retry", "cancelled", "error"},
}
"""The values of labels that have few."""
_SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_sum", "_count"),
    "gauge": ("",),
}


def series() -> dict[str, set[str]]:
    """The labels of every series there is, by its name."""
    now = datetime(2026, 11, 24, tzinfo=UTC)
    counted = gauges(Holdings([], now), timedelta(days=1))
    there = {family.name: set(family._labelnames) for family in counted}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            for suffix in _SUFFIXES[str(metric._type)]:
                there[metric._name + suffix] = set(metric._labelnames)
    return there


def faults(expr: str, there: dict[str, set[str]]) -> list[str]:
    """What an expression asks for that is not exposed.

    Args:
        expr: PromQL.
        there: as `series`.
    """
    names = set(_NAME.findall(expr))
    found = [f"no series {name}" for name in sorted(names - set(there))]
    if not names:
        found.append("no series of the operator's")
    for name, matchers in _SELECTOR.findall(expr):
        for label, value in _MATCHER.findall(matchers):
            if label not in there.get(name, set()) | _SCRAPED:
                found.append(f"{name} has no label {label}")
            if label in VALUES and not set(value.split("|")) <= VALUES[label]:
                found.append(f"{label} is never {value}")
    known = set().union(*(there.get(name, set()) for name in names)) | _SCRAPED
    for row in _GROUPED.findall(expr):
        found += [f"no label {label}" for label in row.split(", ") if label not in known]
    return found
