"""When a process is restarted: its loop stands, a task ended, work waits and none gets done."""

import asyncio
from dataclasses import replace

import pytest

from mandate.observability.health import Limits, Vitals, troubles
from mandate.runtime.pulse import Pulse
from tests.unit.virtual_time import run

LIMITS = Limits(silent=30, idle=300)
WELL = Vitals(silent=0.5, idle=1, ended=(), filled=True)


def test_a_process_that_is_well_has_no_troubles() -> None:
    assert troubles(WELL, LIMITS) == ()
    assert troubles(replace(WELL, silent=30, idle=300), LIMITS) == ()


def test_an_api_server_that_is_away_is_no_reason_to_restart() -> None:
    assert troubles(replace(WELL, filled=False), LIMITS) == ()


@pytest.mark.parametrize(
    ("vitals", "said"),
    [
        (
            replace(WELL, silent=31, idle=999, ended=("resync",)),
            ("the event loop has not come round for 31 s",),
        ),
        (replace(WELL, ended=("resync", "worker-0")), ("resync has ended", "worker-0 has ended")),
        (replace(WELL, idle=301), ("work waits and no reconcile has ended for 301 s",)),
        (
            replace(WELL, ended=("resync",), idle=400),
            ("resync has ended", "work waits and no reconcile has ended for 400 s"),
        ),
    ],
    ids=["loop", "tasks", "idle", "both"],
)
def test_troubles_are_said(vitals: Vitals, said: tuple[str, ...]) -> None:
    assert troubles(vitals, LIMITS) == said


def beating(pulse: Pulse, busy: bool) -> asyncio.Task[None]:
    return asyncio.create_task(pulse.beat(lambda: busy), name="pulse")


def pulse_of(watchers: int = 0) -> Pulse:
    return Pulse(watchers, asyncio.get_running_loop().time)


def test_a_loop_that_comes_round_is_not_silent() -> None:
    async def main() -> None:
        pulse = pulse_of()
        beat = beating(pulse, busy=False)
        await asyncio.sleep(1000.5)
        assert pulse.vitals().silent <= 1
        beat.cancel()
        await asyncio.sleep(1000)
        assert pulse.vitals().silent >= 999

    run(main())


def test_work_that_waits_ages_until_a_reconcile_ends() -> None:
    async def main() -> None:
        pulse = pulse_of()
        beat = beating(pulse, busy=True)
        await asyncio.sleep(400)
        assert pulse.vitals().idle == pytest.approx(400)
        pulse.progressed()
        await asyncio.sleep(5)
        assert pulse.vitals().idle == pytest.approx(5)
        beat.cancel()

    run(main())


def test_without_work_nothing_ages() -> None:
    async def main() -> None:
        pulse = pulse_of()
        beat = beating(pulse, busy=False)
        await asyncio.sleep(400.5)
        assert pulse.vitals().idle <= 1
        beat.cancel()

    run(main())


async def _fails() -> None:
    await asyncio.sleep(10)
    raise RuntimeError("the stream was refused")


def test_a_kept_task_that_ends_is_named() -> None:
    async def main() -> None:
        pulse = pulse_of()
        forever = pulse.keep(asyncio.create_task(asyncio.sleep(9999), name="resync"))
        failing = pulse.keep(asyncio.create_task(_fails(), name="worker-0"))
        await asyncio.sleep(9)
        assert pulse.vitals().ended == ()
        await asyncio.sleep(2)
        assert pulse.vitals().ended == ("worker-0",)
        assert isinstance(failing.exception(), RuntimeError)
        forever.cancel()

    run(main())


def test_kopfs_watch_streams_are_found_and_missed_when_one_is_given_up() -> None:
    async def main() -> None:
        pulse = pulse_of(watchers=2)
        beat = beating(pulse, busy=False)
        await asyncio.sleep(5)  # kopf starts them a little later
        one = asyncio.create_task(asyncio.sleep(9999), name="watcher for agencies@None")
        other = asyncio.create_task(_fails(), name="watcher for cloudapplications@None")
        await asyncio.sleep(5)
        assert pulse.tasks() == ["watcher for agencies@None", "watcher for cloudapplications@None"]
        assert pulse.vitals().ended == ()
        await asyncio.sleep(20)
        assert pulse.vitals().ended == ("watcher for cloudapplications@None",)
        assert isinstance(other.exception(), RuntimeError)
        one.cancel()
        beat.cancel()

    run(main())


def test_it_is_filled_once_everything_was_listed() -> None:
    async def main() -> None:
        pulse = pulse_of()
        assert not pulse.vitals().filled
        assert pulse.since_filled() is None
        pulse.filled()
        await asyncio.sleep(7)
        assert pulse.vitals().filled
        assert pulse.since_filled() == pytest.approx(7)

    run(main())
