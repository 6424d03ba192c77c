"""Story time: the server's own in production; moved by a file in tests and the demo (X-clock)."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mandate.api.meta import Json
from mandate.runtime.clock import Clock
from tests.unit.virtual_time import run

REAL = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def move(file: Path, *rows: tuple[datetime, int]) -> None:
    """Replaces the file, as `hack.site` does."""
    text = [json.dumps({"from": at.isoformat(), "offset_seconds": by}) for at, by in rows]
    fresh = file.with_suffix(".new")
    fresh.write_text("\n".join(text) + "\n")
    fresh.replace(file)


def raw() -> Json:
    """An object that was made, edited and decided a minute apart."""
    return {
        "metadata": {
            "name": "a",
            "creationTimestamp": "2026-11-24T08:00:00Z",
            "managedFields": [{"manager": "kubectl", "time": "2026-11-24T08:01:00Z"}, {}],
        },
        "spec": {"signature": {"date": "2026-11-24"}},
        "status": {
            "approvals": {"acceptance.1": {"at": "2026-11-24T08:02:00Z"}, "review.1": {}},
            "clocks": [{"startedAt": "2026-11-24T08:00:00Z"}],
        },
    }


def test_without_a_file_time_is_the_servers() -> None:
    clock = Clock(real_now=lambda: REAL)
    assert clock.now() == REAL
    assert clock.of(REAL - DAY) == REAL - DAY
    seen = raw()
    assert clock.seen(seen) is seen


def test_real_time_is_whole_seconds_in_utc() -> None:
    now = Clock().now()
    assert (now.microsecond, now.utcoffset()) == (0, timedelta())
    assert abs(datetime.now(UTC) - now) < MINUTE


@pytest.mark.rule("X-clock")
def test_an_instant_is_moved_by_what_was_in_force_then(tmp_path: Path) -> None:
    file = tmp_path / "clock.jsonl"
    clock = Clock(file, lambda: REAL + 3 * MINUTE)
    assert clock.now() == REAL + 3 * MINUTE
    move(file, (REAL + 2 * MINUTE, 3 * 86400), (REAL + MINUTE, 86400))
    assert clock.of(REAL) == REAL
    assert clock.of(REAL + MINUTE) == REAL + MINUTE + DAY
    assert clock.now() == REAL + 3 * MINUTE + 3 * DAY
    # a file that is gone moves nothing back
    file.unlink()
    assert clock.now() == REAL + 3 * MINUTE + 3 * DAY


@pytest.mark.rule("X-clock")
def test_only_what_the_server_wrote_is_moved(tmp_path: Path) -> None:
    file = tmp_path / "clock.jsonl"
    move(file, (REAL + MINUTE, 86400), (REAL + 2 * MINUTE, 2 * 86400))
    before = raw()
    seen = Clock(file).seen(before)
    assert before == raw()
    assert seen["metadata"]["creationTimestamp"] == "2026-11-24T08:00:00+00:00"
    assert seen["metadata"]["managedFields"][0]["time"] == "2026-11-25T08:01:00+00:00"
    assert seen["status"]["approvals"]["acceptance.1"]["at"] == "2026-11-26T08:02:00+00:00"
    # the operator's own is story time already, and a form's dates are the form's
    assert seen["status"]["clocks"] == before["status"]["clocks"]
    assert seen["spec"] == before["spec"]


def test_an_object_that_nobody_judged_yet_is_seen_too(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock.jsonl")
    assert clock.seen({"metadata": {"name": "a"}})["metadata"]["name"] == "a"


@pytest.mark.parametrize(("ahead", "seconds"), [(None, None), (90, 90.0), (-5, 0.0)])
def test_how_long_until_an_instant(ahead: int | None, seconds: float | None) -> None:
    clock = Clock(real_now=lambda: REAL)
    instant = None if ahead is None else REAL + timedelta(seconds=ahead)
    assert clock.seconds_until(instant) == seconds


def test_who_follows_is_told_of_each_move(tmp_path: Path) -> None:
    file = tmp_path / "clock.jsonl"
    clock = Clock(file, lambda: REAL)
    told: list[datetime] = []

    async def story() -> None:
        task = asyncio.create_task(clock.follow(lambda: told.append(clock.now())))
        await asyncio.sleep(2)
        assert told == []
        move(file, (REAL, 86400))
        await asyncio.sleep(1)
        assert told == [REAL + DAY]
        await asyncio.sleep(5)
        move(file, (REAL, 86400), (REAL, 2 * 86400))
        await asyncio.sleep(1)
        assert told == [REAL + DAY, REAL + 2 * DAY]
        task.cancel()

    run(story())
    run(Clock().follow(lambda: told.append(REAL)))
    assert len(told) == 2
