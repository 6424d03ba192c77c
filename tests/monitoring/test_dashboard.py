"""The dashboard's queries read as PromQL, ask for what is exposed, and leave no metric out."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mandate.api.meta import Json
from tests.monitoring.exposed import faults, series
from tests.monitoring.promtool import Promtool

BOARD: Json = json.loads(
    (Path(__file__).resolve().parents[2] / "charts/mandate/files/dashboard.json").read_text("utf-8")
)
PANELS: list[Json] = BOARD["panels"]


def _queries() -> Iterator[tuple[str, str, str]]:
    """Title, PromQL and legend of each."""
    for panel in PANELS:
        for target in panel.get("targets", []):
            # Grafana's own interval, of four scrapes at least
            expr = target["expr"].replace("$__rate_interval", "2m")
            yield panel["title"], expr, target["legendFormat"]


QUERIES = list(_queries())
each_query = pytest.mark.parametrize(("title", "expr", "legend"), QUERIES)


def test_prometheus_reads_every_query(promtool: Promtool, tmp_path: Path) -> None:
    rules = [{"record": f"query:{n}", "expr": expr} for n, (_, expr, _) in enumerate(QUERIES)]
    path = tmp_path / "queries.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}), "utf-8")
    promtool.run("check", "rules", str(path))


@each_query
def test_a_query_asks_for_what_is_exposed(title: str, expr: str, legend: str) -> None:
    assert faults(expr, series()) == []


@each_query
def test_a_legend_names_labels_that_the_query_leaves(title: str, expr: str, legend: str) -> None:
    grouped = re.findall(r"\bby \(([^)]*)\)", expr)
    left = set(grouped[0].split(", ")) if grouped else {"instance"}
    assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= left


def test_every_metric_is_on_it() -> None:
    asked = set(re.findall(r"\bmandate_\w+", " ".join(expr for _, expr, _ in QUERIES)))
    whole = {re.sub(r"_(bucket|sum|count)$", "", name) for name in series()}
    assert whole - {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked} == set()


def test_its_data_source_is_chosen_by_who_looks() -> None:
    (variable,) = BOARD["templating"]["list"]
    assert (variable["type"], variable["query"]) == ("datasource", "prometheus")
    chosen = {"type": "prometheus", "uid": f"${{{variable['name']}}}"}
    shown = [panel for panel in PANELS if panel["type"] != "row"]
    sources = [source["datasource"] for p in shown for source in (p, *p["targets"])]
    assert sources == [chosen] * len(sources)


def test_no_two_panels_have_one_id_or_one_place() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        across = range(place["x"], place["x"] + place["w"])
        cells = {(x, y) for x in across for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken
        taken |= cells
