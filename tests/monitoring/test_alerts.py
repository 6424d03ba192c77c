"""Each alert fires when it should and not before, asks for what is there, and has its page."""

from pathlib import Path

import pytest
import yaml

from mandate.api.meta import Json
from tests.monitoring.exposed import faults, series
from tests.monitoring.promtool import Promtool

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "charts" / "mandate" / "files" / "alerts.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks"
CASES = sorted((ROOT / "tests" / "monitoring").glob("*.test.yaml"))
ALERTS: list[Json] = [
    rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]
]
NAMES = [alert["alert"] for alert in ALERTS]
each_alert = pytest.mark.parametrize("alert", ALERTS, ids=NAMES)


def test_prometheus_reads_the_rules_without_a_complaint(promtool: Promtool) -> None:
    promtool.run("check", "rules", "--lint=all", "--lint-fatal", str(RULES))


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_the_alerts_fire_when_they_should(cases: Path, promtool: Promtool) -> None:
    promtool.run("test", "rules", str(cases))


def test_each_alert_is_shown_to_fire_and_to_be_silent() -> None:
    asked: dict[str, set[bool]] = {name: set() for name in NAMES}
    for path in CASES:
        for case in yaml.safe_load(path.read_text("utf-8"))["tests"]:
            for look in case["alert_rule_test"]:
                asked[look["alertname"]].add(bool(look.get("exp_alerts")))
    assert asked == {name: {True, False} for name in NAMES}


def test_no_two_alerts_have_one_name() -> None:
    assert len(NAMES) == len(set(NAMES)) > 10


@each_alert
def test_an_alert_asks_for_what_is_exposed(alert: Json) -> None:
    assert faults(alert["expr"], series()) == []


@each_alert
def test_an_alert_says_how_grave_it_is_what_is_wrong_and_where_to_read_on(alert: Json) -> None:
    assert alert["labels"].keys() == {"severity"}
    assert alert["labels"]["severity"] in ("critical", "warning", "info")
    assert alert["annotations"].keys() == {"summary", "description", "runbook_url"}
    assert alert["annotations"]["runbook_url"] == f"docs/runbooks/{alert['alert']}.md"


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    assert sorted(path.stem for path in RUNBOOKS.glob("*.md")) == sorted(NAMES)


@each_alert
def test_a_page_says_what_it_means_how_to_look_and_what_to_do(alert: Json) -> None:
    page = (RUNBOOKS / f"{alert['alert']}.md").read_text("utf-8")
    headings = [line for line in page.splitlines() if line.startswith("#")]
    name, severity = alert["alert"], alert["labels"]["severity"]
    assert headings == [f"# {name}", "## What it means", "## How to look", "## What to do"]
    assert f"Severity: {severity}." in page


def test_the_operations_page_leads_to_each() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert [name for name in NAMES if f"runbooks/{name}.md" not in page] == []


@pytest.mark.parametrize(
    ("expr", "fault"),
    [
        ("mandate_leaders > 0", "no series mandate_leaders"),
        ("mandate_reconciles > 0", "no series mandate_reconciles"),
        ('mandate_clocks{stat="near"} > 0', "mandate_clocks has no label stat"),
        ('mandate_clocks{state="over"} > 0', "state is never over"),
        ("sum by (name) (mandate_clocks) > 0", "no label name"),
        ("up > 0", "no series of the operator's"),
    ],
)
def test_what_is_not_exposed_would_be_found(expr: str, fault: str) -> None:
    assert faults(expr, series()) == [fault]
