"""The gauges of what is there: counted by hand, from objects as the API server sends them."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from mandate.api.meta import Json
from mandate.observability.inventory import Holdings, Inventory

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def filed(status: Json | None = None, kind: str = "CloudApplication", filed_at: str = "") -> Json:
    metadata = {"name": "secret-project", "uid": "some-uid", "generation": 2}
    metadata |= {"creationTimestamp": filed_at or "2026-11-24T07:00:00Z"}
    return {"kind": kind, "metadata": metadata} | ({"status": status} if status else {})


def awaiting(*stages: str, **status: object) -> Json:
    return {"phase": "Submitted", "awaiting": [{"stage": s} for s in stages]} | status


def clock(due: str, stage: str = "acceptance", **fields: object) -> Json:
    times = {"startedAt": "2026-11-20T08:00:00Z", "dueAt": due}
    return {"stage": stage, "breached": False, "provisional": False} | times | fields


def exposed(*objects: Json, left: timedelta | None = None) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(Inventory(lambda: Holdings(objects, NOW, left), DAY))
    rows = generate_latest(registry).decode().splitlines()
    samples = [row.rsplit(" ", 1) for row in rows if not row.startswith("#")]
    return {name: float(value) for name, value in samples}


def test_objects_are_counted_by_kind_and_applications_by_phase() -> None:
    found = exposed(
        filed({"phase": "Approved"}),
        filed({"phase": "Approved"}),
        filed({"phase": "Refused"}),
        filed(),
        filed(kind="Agency"),
    )
    assert found['mandate_cache_objects{kind="CloudApplication"}'] == 4
    assert found['mandate_cache_objects{kind="Agency"}'] == 1
    assert found['mandate_applications{phase="Approved"}'] == 2
    assert found['mandate_applications{phase="Refused"}'] == 1
    assert found['mandate_applications{phase="Submitted"}'] == 0  # there, for alerts on it
    assert found['mandate_applications{phase="Unjudged"}'] == 1


@pytest.mark.rule("A03-preference")
def test_registered_systems_are_counted_by_where_they_are() -> None:
    def register(*places: str) -> Json:
        return {"cloudUse": {"systems": [{"id": p.lower(), "place": p} for p in places]}}

    found = exposed(
        filed(register("OnCloud", "OffCloud"), kind="Agency"),
        filed(register("OnCloud"), kind="Agency"),
        filed({}, kind="Agency"),
    )
    systems = {k: v for k, v in found.items() if k.startswith("mandate_registered")}
    assert systems == {
        'mandate_registered_systems{place="OnCloud"}': 2,
        'mandate_registered_systems{place="OffCloud"}': 1,
        'mandate_registered_systems{place="Migrating"}': 0,
        'mandate_registered_systems{place="Excepted"}': 0,
        'mandate_registered_systems{place="NotInUse"}': 0,
    }


def test_pending_decisions_are_counted_by_kind_and_stage() -> None:
    found = exposed(
        filed(awaiting("acceptance")),
        filed(awaiting("acceptance")),
        filed(awaiting("review")),
        filed(awaiting("sign-agency", "sign-provider"), kind="ServiceAgreement"),
    )
    pending = {k: v for k, v in found.items() if k.startswith("mandate_pending_decisions")}
    assert pending == {
        'mandate_pending_decisions{kind="CloudApplication",stage="acceptance"}': 2,
        'mandate_pending_decisions{kind="CloudApplication",stage="review"}': 1,
        'mandate_pending_decisions{kind="ServiceAgreement",stage="sign-agency"}': 1,
        'mandate_pending_decisions{kind="ServiceAgreement",stage="sign-provider"}': 1,
    }


@pytest.mark.parametrize(
    ("status", "seconds"),
    [
        (awaiting("review"), 3600),
        (awaiting("review", approvals={"acceptance.2": {"at": "2026-11-24T07:59:00Z"}}), 60),
        (awaiting("review", approvals={"acceptance.2": {}}), 3600),
        (
            awaiting(
                "review",
                clocks=[clock("2026-11-27T16:00:00Z", "review", startedAt="2026-11-24T07:30:00Z")],
                approvals={"acceptance.2": {"at": "2026-11-24T07:59:00Z"}},
            ),
            1800,
        ),
    ],
    ids=["filed", "decided", "unstamped", "clock"],
)
def test_a_decision_waits_since_its_clock_the_last_decision_or_the_filing(
    status: Json, seconds: float
) -> None:
    name = "mandate_pending_decision_oldest_age_seconds"
    found = exposed(filed(status))
    assert found[f'{name}{{kind="CloudApplication",stage="review"}}'] == seconds


def test_the_oldest_counts_and_no_age_is_negative() -> None:
    found = exposed(
        filed(awaiting("acceptance"), filed_at="2026-11-24T07:59:50Z"),
        filed(awaiting("acceptance"), filed_at="2026-11-24T07:00:00Z"),
        filed(awaiting("acceptance"), filed_at="2026-11-24T08:00:05Z"),
        filed(awaiting("review"), filed_at="2026-11-24T08:00:05Z"),
    )
    name = "mandate_pending_decision_oldest_age_seconds"
    assert found[f'{name}{{kind="CloudApplication",stage="acceptance"}}'] == 3600
    assert found[f'{name}{{kind="CloudApplication",stage="review"}}'] == 0


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("running", "state"),
    [
        (clock("2026-11-25T08:00:01Z"), None),
        (clock("2026-11-25T08:00:00Z"), "near"),
        (clock("2026-11-24T08:00:01Z"), "near"),
        (clock("2026-11-24T08:00:00Z"), "breached"),
        (clock("2026-11-20T16:00:00Z", breached=True), "breached"),
        (clock("2026-11-20T16:00:00Z", breached=True, closedAt="2026-11-23T08:00:00Z"), None),
        (clock("2026-11-25T07:00:00Z", closedAt="2026-11-23T08:00:00Z"), None),
        (clock("2026-11-24T09:00:00Z", stops=[{"since": "2026-11-23T08:00:00Z"}]), None),
        (clock("2026-11-24T07:00:00Z", stops=[{"since": "2026-11-23T08:00:00Z"}]), None),
        (
            clock(
                "2026-11-24T09:00:00Z",
                stops=[{"since": "2026-11-22T08:00:00Z", "until": "2026-11-23T08:00:00Z"}],
            ),
            "near",
        ),
    ],
    ids=[
        "far", "a-day", "a-second", "due", "breached", "decided-late", "decided",
        "stopped", "stopped-past-due", "goes-on",
    ],
)  # fmt: skip
def test_open_clocks_are_near_their_end_or_past_it(running: Json, state: str | None) -> None:
    found = {
        k: v
        for k, v in exposed(filed({"clocks": [running]})).items()
        if k.startswith("mandate_clocks")
    }
    wanted = {f'mandate_clocks{{stage="acceptance",state="{state}"}}': 1.0} if state else {}
    assert found == wanted


@pytest.mark.rule("X-clock")
def test_open_clocks_with_a_provisional_end_are_counted_near_or_not() -> None:
    guessed: Json = {"provisional": True}
    found = exposed(
        filed(
            {"clocks": [clock("2027-01-08T16:00:00Z", **guessed), clock("2026-11-25T16:00:00Z")]}
        ),
        filed({"clocks": [clock("2026-11-24T16:00:00Z", **guessed)]}),
        filed({"clocks": [clock("2027-01-08T16:00:00Z", "review", **guessed)]}),
        filed(
            {"clocks": [clock("2027-01-08T16:00:00Z", closedAt="2026-11-23T08:00:00Z", **guessed)]}
        ),
    )
    assert {k: v for k, v in found.items() if k.startswith("mandate_provisional")} == {
        'mandate_provisional_clocks{stage="acceptance"}': 2,
        'mandate_provisional_clocks{stage="review"}': 1,
    }


@pytest.mark.rule("X-clock")
@pytest.mark.parametrize(
    ("left", "shown"),
    [(timedelta(days=2), 172_800), (timedelta(), 0), (timedelta(days=-1), -86_400), (None, None)],
    ids=["two-days", "ends-now-or-missing", "ended", "no-policy"],
)
def test_what_is_left_of_the_calendar_is_shown(left: timedelta | None, shown: float | None) -> None:
    assert exposed(left=left).get("mandate_calendar_remaining_seconds") == shown


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    "status",
    [
        {"awaiting": [{}]},
        {"awaiting": "review"},
        {"clocks": [{"stage": "review"}]},
        awaiting("review", approvals={"review.2": {"at": "yesterday"}}),
        awaiting("review", approvals=["review.2"]),
        awaiting("review", clocks=[clock("soon")]),
        awaiting("review", clocks=[clock("2026-11-24T08:00:00")]),
    ],
    ids=str,
)
def test_an_object_that_cannot_be_read_hides_no_other(status: Json) -> None:
    found = exposed(filed(status), filed(awaiting("acceptance")))
    assert found['mandate_unreadable_objects{kind="CloudApplication"}'] == 1
    assert found['mandate_cache_objects{kind="CloudApplication"}'] == 2
    assert found['mandate_pending_decisions{kind="CloudApplication",stage="acceptance"}'] == 1
    assert 'mandate_pending_decisions{kind="CloudApplication",stage="review"}' not in found


def test_no_label_carries_a_name_or_a_uid() -> None:
    status = awaiting("review", clocks=[clock("2026-11-24T08:00:00Z")], namespace="a--b")
    names = " ".join(exposed(filed(status), filed({"awaiting": "x"})))
    assert not any(text in names for text in ("secret-project", "some-uid", "a--b"))


@pytest.mark.parametrize("error", [TimeoutError(), RuntimeError("Event loop is closed")], ids=repr)
def test_without_an_answer_there_are_no_gauges_and_the_scrape_succeeds(error: Exception) -> None:
    def look() -> Holdings:
        raise error

    registry = CollectorRegistry()
    registry.register(Inventory(look, DAY))
    assert generate_latest(registry) == b""
