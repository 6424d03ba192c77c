"""The work queue: each key once, never twice at a time, the earliest time, growing waits."""

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from mandate.runtime.cache import Key
from mandate.runtime.queue import WorkQueue
from tests.unit.virtual_time import run

A, B, C = (Key("CloudApplication", "agency-a", name) for name in "abc")


def queue_of(*keys: Key) -> WorkQueue:
    queue = WorkQueue(base_seconds=0.5, limit_seconds=60)
    for key in keys:
        queue.add(key)
    return queue


async def nothing(queue: WorkQueue, within: float = 3600) -> bool:
    """Whether no key comes within the (virtual) seconds."""
    try:
        async with asyncio.timeout(within):
            await queue.get()
    except TimeoutError:
        return True
    return False


def now() -> float:
    return asyncio.get_running_loop().time()


def test_keys_come_in_the_order_they_were_added() -> None:
    async def main() -> list[Key]:
        queue = queue_of(B, A, C)
        return [await queue.get() for _ in range(3)]

    assert run(main()) == [B, A, C]


def test_a_key_that_waits_is_there_once() -> None:
    async def main() -> None:
        queue = queue_of(A, B, A, A)
        assert [await queue.get(), await queue.get()] == [A, B]
        assert await nothing(queue)

    run(main())


@pytest.mark.rule("X-level")
def test_a_key_that_changes_while_it_is_worked_on_comes_again_and_not_before() -> None:
    async def main() -> None:
        queue = queue_of(A)
        assert await queue.get() == A
        queue.add(A)
        queue.add(A)
        assert await nothing(queue)
        queue.done(A)
        assert await queue.get() == A
        queue.done(A)
        assert await nothing(queue)

    run(main())


def test_another_key_is_not_held_up_by_one_that_is_worked_on() -> None:
    async def main() -> None:
        queue = queue_of(A)
        assert await queue.get() == A
        queue.add(A)
        queue.add(B)
        assert await queue.get() == B

    run(main())


def test_a_key_that_is_done_and_did_not_change_does_not_come_again() -> None:
    async def main() -> None:
        queue = queue_of(A)
        queue.done(await queue.get())
        assert await nothing(queue)

    run(main())


def test_a_waiting_worker_wakes_when_a_key_is_added() -> None:
    async def main() -> None:
        queue = queue_of()
        worker = asyncio.create_task(queue.get())
        await asyncio.sleep(7)
        assert not worker.done()
        queue.add(A)
        assert await worker == A
        assert now() == pytest.approx(7)

    run(main())


@pytest.mark.parametrize(
    ("waits", "comes"),
    [([5], 5), ([5, 3], 3), ([3, 5], 3), ([5, 3, 4], 3), ([0], 0)],
    ids=str,
)
def test_of_two_times_the_earlier_counts_and_counts_once(waits: list[float], comes: float) -> None:
    async def main() -> None:
        queue = queue_of()
        for wait in waits:
            queue.add_after(A, wait)
        assert await queue.get() == A
        assert now() == pytest.approx(comes)
        queue.done(A)
        assert await nothing(queue)

    run(main())


def test_a_worker_that_waits_for_a_later_key_takes_an_earlier_one() -> None:
    async def main() -> None:
        queue = queue_of()
        queue.add_after(A, 10)
        worker = asyncio.create_task(queue.get())
        await asyncio.sleep(1)
        queue.add_after(B, 2)
        assert await worker == B
        assert now() == pytest.approx(3)
        assert await queue.get() == A
        assert now() == pytest.approx(10)

    run(main())


def test_a_key_that_falls_due_while_it_is_worked_on_comes_after() -> None:
    async def main() -> None:
        queue = queue_of(A)
        await queue.get()
        queue.add_after(A, 5)
        assert await nothing(queue, within=20)
        queue.done(A)
        assert await queue.get() == A

    run(main())


@pytest.mark.rule("X-level")
@given(
    st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=30),
    st.integers(min_value=1, max_value=4),
)
def test_no_key_is_worked_on_twice_at_a_time_and_no_change_is_missed(
    changes: list[Key], workers: int
) -> None:
    version, worked_on = dict.fromkeys([A, B, C], 0), dict.fromkeys([A, B, C], 0)
    busy: set[Key] = set()

    async def work(queue: WorkQueue) -> None:
        while True:
            key = await queue.get()
            assert key not in busy
            busy.add(key)
            read = version[key]
            await asyncio.sleep(1)
            worked_on[key] = read
            busy.remove(key)
            queue.done(key)

    async def main() -> None:
        queue = queue_of()
        tasks = [asyncio.create_task(work(queue)) for _ in range(workers)]
        for number, key in enumerate(changes, start=1):
            version[key] = number
            queue.add(key)
            await asyncio.sleep(0.3)
        await asyncio.sleep(len(changes) + 5)
        assert not any(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    run(main())
    assert worked_on == version


def waits_of(queue: WorkQueue, times: int, key: Key = A) -> list[float]:
    async def main() -> list[float]:
        return [queue.retry(key) for _ in range(times)]

    return run(main())


@pytest.mark.parametrize(
    ("chance", "waits"),
    [
        (0.0, [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]),
        (0.5, [0.375, 0.75, 1.5, 3, 6, 12, 24, 45, 45]),
        (1.0, [0.5, 1, 2, 4, 8, 16, 32, 60, 60]),
    ],
    ids=["shortest", "middle", "longest"],
)
def test_waits_double_up_to_the_limit_and_half_of_each_is_chance(
    chance: float, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "random", lambda: chance)
    assert waits_of(queue_of(), 9) == pytest.approx(waits)


def test_a_thousand_failures_still_wait_no_longer_than_the_limit() -> None:
    assert all(30 <= wait <= 60 for wait in waits_of(queue_of(), 1000)[7:])


def test_waits_differ_so_that_keys_do_not_come_back_together() -> None:
    queue = queue_of()
    assert len({waits_of(queue, 1, Key("Agency", "", str(n)))[0] for n in range(20)}) > 1


def test_a_success_makes_the_next_failure_the_first_and_no_other_keys() -> None:
    queue = queue_of()
    waits_of(queue, 5, A)
    waits_of(queue, 5, B)
    queue.forget(A)
    assert waits_of(queue, 1, A)[0] <= 0.5
    assert waits_of(queue, 1, B)[0] >= 8


def test_a_failed_key_comes_again_after_its_wait() -> None:
    async def main() -> None:
        queue = queue_of(A)
        await queue.get()
        wait = queue.retry(A)
        queue.done(A)
        assert await queue.get() == A
        assert now() == pytest.approx(wait)

    run(main())


def forms(agency: str, count: int) -> list[Key]:
    return [Key("CloudApplication", f"agency-{agency}", str(n)) for n in range(count)]


@pytest.mark.rule("X-input")
def test_a_form_waits_for_one_turn_of_each_agency_however_many_forms_another_files() -> None:
    async def main() -> None:
        queue = queue_of(*forms("flood", 10_000))
        assert (await queue.get()).namespace == "agency-flood"
        (other,), (third,) = forms("calm", 1), forms("third", 1)
        queue.add(other)
        queue.add(third)
        assert [await queue.get() for _ in range(4)][1:3] == [other, third]

    run(main())


@pytest.mark.rule("X-input")
def test_an_agency_delays_another_by_no_more_than_its_share() -> None:
    finished: dict[Key, float] = {}

    async def work(queue: WorkQueue) -> None:
        while True:
            key = await queue.get()
            await asyncio.sleep(1)
            finished[key] = now()
            queue.done(key)

    async def main() -> None:
        queue = queue_of(*forms("flood", 10_000), *forms("calm", 100))
        workers = [asyncio.create_task(work(queue)) for _ in range(4)]
        await asyncio.sleep(60.5)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    run(main())
    # 4 workers, a second a form, two agencies in turn: 2 forms of each a second
    assert max(finished[key] for key in forms("calm", 100)) == pytest.approx(50)
    assert sum(key.namespace == "agency-flood" for key in finished) == 140


def test_an_agencys_own_forms_come_in_the_order_they_were_added() -> None:
    async def main() -> list[Key]:
        queue = queue_of(*forms("a", 3), *forms("b", 2))
        return [await queue.get() for _ in range(5)]

    a, b = forms("a", 3), forms("b", 2)
    assert run(main()) == [a[0], b[0], a[1], b[1], a[2]]


def test_objects_of_the_cluster_take_turns_by_themselves() -> None:
    async def main() -> list[Key]:
        agencies = [Key("Agency", "", name) for name in ("x", "y")]
        return [await queue.get() for queue in [queue_of(*forms("a", 3), *agencies)] for _ in "123"]

    assert [key.name for key in run(main())] == ["0", "x", "y"]


def test_a_deadline_that_an_earlier_look_replaces_again_and_again_takes_no_room() -> None:
    async def main() -> int:
        queue = queue_of()
        for _ in range(5_000):
            queue.add_after(A, 365 * 24 * 3600)
            queue.add_after(A, 600)
            assert await queue.get() == A
            queue.done(A)
        return len(queue._later)

    assert run(main()) < 2000


def test_the_wait_from_add_to_get_is_measured() -> None:
    async def main() -> None:
        queue = queue_of(A)
        await asyncio.sleep(3)
        queue.add(A)
        await asyncio.sleep(4)
        await queue.get()

    def seen() -> tuple[float, float]:
        names = ("mandate_queue_latency_seconds_sum", "mandate_queue_latency_seconds_count")
        first, second = (REGISTRY.get_sample_value(name) or 0 for name in names)
        return first, second

    before = seen()
    run(main())
    after = seen()
    assert after[0] - before[0] == pytest.approx(7)
    assert after[1] - before[1] == 1


@pytest.mark.parametrize(
    ("asked", "least", "most"), [(0.0, 0.25, 0.5), (7.0, 7.0, 7.0), (3600.0, 60.0, 60.0)]
)
def test_a_wait_that_was_asked_for_is_granted_up_to_the_limit(
    asked: float, least: float, most: float
) -> None:
    async def main() -> tuple[float, float]:
        queue = queue_of()
        wait = queue.retry(A, asked)
        await queue.get()
        return wait, now()

    wait, came = run(main())
    assert least <= wait <= most
    assert came == pytest.approx(wait)
