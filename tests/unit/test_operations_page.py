"""The operations page has every metric there is, with its labels."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from mandate.observability import metrics
from mandate.observability.inventory import Holdings, gauges

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


def _table() -> dict[str, set[str]]:
    rows = re.findall(r"^\| `(mandate_\w+)` \| \w+ \|([^|]*)\|", PAGE, flags=re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


def test_every_metric_is_in_the_table_with_its_labels() -> None:
    declared = [m for m in vars(metrics).values() if isinstance(m, MetricWrapperBase)]
    there = {m._name: set(m._labelnames) for m in declared}
    counted = gauges(Holdings([], datetime(2026, 11, 24, tzinfo=UTC)), timedelta(days=1))
    there |= {family.name: set(family._labelnames) for family in counted}
    assert len(there) > 9
    table = {name.removesuffix("_total"): labels for name, labels in _table().items()}
    assert {name: table.get(name) for name in there} == there
