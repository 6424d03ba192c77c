"""What an operator of the operator sees of the real one: metrics, health, state, logs."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from typing import get_args

import pytest

from hack.site import SOON, Answer, Site, eventually
from mandate.api.cloudapplication import Phase
from mandate.api.kinds import WATCHED
from mandate.api.meta import Json
from tests.cluster.office import SETTINGS, Office
from tests.monitoring.exposed import series
from tests.monitoring.promtool import Promtool

_LOG = "operator.log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def debugged(site: Site) -> Iterator[int]:
    """The operator with its state served on a port, and its log as JSON; the port."""
    port = _free_port()
    site.stop_operator()
    wordy = {"MANDATE_LOG_FORMAT": "json", "MANDATE_LOG_LEVEL": "DEBUG"}
    site.start_operator(settings=SETTINGS | wordy | {"MANDATE_DEBUG_PORT": str(port)})
    yield port
    site.stop_operator()
    site.start_operator(settings=SETTINGS)


def test_after_a_life_the_metrics_tell_of_it(office: Office) -> None:
    site = office.site
    before = {phase: site.metric("mandate_applications", phase=phase) for phase in get_args(Phase)}
    phase = office.approve()["status"]["phase"]
    assert office.file(office.form("second")).code == 201
    office.awaits("acceptance", "second")

    eventually(
        lambda: site.metric("mandate_applications", phase=phase) == before[phase] + 1,
        SOON,
        "the granted application is counted",
    )
    waiting = {"kind": "CloudApplication", "stage": "acceptance"}
    eventually(
        lambda: site.metric("mandate_pending_decisions", **waiting) >= 1,
        SOON,
        "the second waits",
    )
    assert 0 <= site.metric("mandate_pending_decision_oldest_age_seconds", **waiting) < 3600
    assert site.metric("mandate_cache_objects", kind="CloudApplication") >= 2
    policies = site.bootstrap.call("GET", "/apis/mandate.dev/v1alpha1/governancepolicies")
    there = len(policies.body["items"])
    assert site.metric("mandate_cache_objects", kind="GovernancePolicy") == there
    assert site.metric("mandate_unreadable_objects") == 0
    assert site.metric("mandate_broken_dossiers") == 0
    assert site.metric("mandate_calendar_remaining_seconds") > 0
    assert site.metric("mandate_reconciles_total", kind="CloudApplication", result="done") >= 2
    assert site.metric("mandate_reconcile_duration_seconds_sum", kind="CloudApplication") > 0
    assert site.metric("mandate_api_requests_total", verb="create", kind="Namespace") >= 1
    assert site.metric("mandate_api_requests_total", verb="list", code="200") >= len(WATCHED)


def test_what_is_exposed_follows_prometheus_and_is_what_alerts_and_dashboard_ask_for(
    office: Office,
) -> None:
    office.approve()
    page = office.site.page("/metrics").message
    own = [row for row in page.splitlines() if re.match(r"(# (HELP|TYPE) )?mandate_", row)]
    Promtool().run("check", "metrics", stdin="\n".join(own) + "\n")
    # a counter of prometheus_client brings the time it was made at along
    names = {re.split(r"[{ ]", row)[0] for row in own if not row.startswith("#")}
    names = {name for name in names if not name.endswith("_created")}
    there = series()
    assert names <= there.keys()
    # of what is counted by label, what is not there now has no row: its family is declared
    families = {row.split()[2] for row in own if row.startswith("# TYPE")}
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in there} <= families


def test_no_metric_carries_a_name_or_a_uid(office: Office) -> None:
    filed = office.approve()
    page = office.site.page("/metrics").message
    rows = "\n".join(row for row in page.splitlines() if row.startswith("mandate_"))
    assert rows
    for text in (office.name, "bus-portal", filed["metadata"]["uid"], office.member.user):
        assert text not in rows


def test_it_is_well_and_ready_and_answers_nothing_else(site: Site) -> None:
    eventually(lambda: site.page("/readyz").code == 200, SOON, "it is ready")
    assert site.page("/healthz") == Answer(200, {"troubles": []})
    for path in ("/", "/debug/state", "/debug", "/readyz/x"):
        assert site.page(path).code == 404
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert site.page("/metrics", method=method).code == 404
        assert site.page("/healthz", method=method).code == 404


def test_it_is_ready_once_the_api_server_has_answered_and_alive_before(site: Site) -> None:
    site.stop_operator()
    site.plane.send("kube-apiserver", signal.SIGSTOP)
    try:
        site.start_operator(settings=SETTINGS)
        assert site.page("/readyz") == Answer(503, {"filled": False})
        assert site.page("/healthz").code == 200
    finally:
        site.plane.send("kube-apiserver", signal.SIGCONT)
    eventually(
        lambda: site.page("/readyz") == Answer(200, {"filled": True}),
        SOON,
        "it is ready",
    )


def test_the_state_is_off_until_a_port_is_set_and_tells_keys_and_counts(
    debugged: int, office: Office
) -> None:
    office.approve()
    site = office.site

    def state() -> Json:
        return site.page("/debug/state", port=debugged).body

    watchers = eventually(
        lambda: [t for t in state()["tasks"] if t.startswith("watcher for ")],
        SOON,
        "kopf watches",
    )
    # how kopf names these tasks is its own affair: were it to change, a stream that it gives up
    # would go unnoticed
    assert len(watchers) == len(WATCHED)
    found = state()
    assert found["troubles"] == []
    assert found["loopSilentSeconds"] < 5
    assert 0 <= found["lastResyncSeconds"] < 30
    assert found["cache"]["CloudApplication"] >= 1
    assert set(found["queue"]) == {"depth", "waiting", "working", "later", "retries"}
    assert site.page("/metrics", port=debugged).code == 404
    assert site.page("/debug/state", port=debugged, method="POST").code == 404
    assert "公交" not in json.dumps(found, ensure_ascii=False)


def test_the_log_tells_what_happened_once_and_holds_nothing_of_the_form(
    debugged: int, office: Office
) -> None:
    filed = office.approve()
    uid = filed["metadata"]["uid"]
    log = office.site.plane.folder / "logs" / _LOG

    def lines() -> list[Json]:
        rows = [r for r in log.read_text("utf-8").splitlines() if r.startswith("{")]
        return [json.loads(row) for row in rows]

    def told() -> list[Json]:
        about = [line for line in lines() if line.get("object", {}).get("uid") == uid]
        return [line for line in about if line["message"] == "recorded"]

    def facts() -> list[str]:
        return [line["fact"] for line in told()]

    eventually(lambda: "Granted" in facts(), SOON, "the grant is told")
    assert [f for f in facts() if f in ("Filed", "Decided", "Effective", "Granted")] == [
        "Filed", "Decided", "Effective", "Decided", "Effective", "Granted",
    ]  # fmt: skip
    assert told()[-1]["object"] == {
        "kind": "CloudApplication",
        "namespace": office.namespace,
        "name": "bus-portal",
        "uid": uid,
        "generation": 1,
    }
    text = log.read_text("utf-8") + json.dumps(lines(), ensure_ascii=False)
    for secret in ("13800000001", "王丽", "六安公交", "同意", "wangli@"):
        assert secret not in text
