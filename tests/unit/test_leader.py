"""The leader: one at a time, in time, whatever the API server does."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from mandate.kube.errors import ApiError
from mandate.runtime.cache import WentBackError
from mandate.runtime.leader import Leader
from mandate.settings import Settings
from tests.unit.lease_server import LeaseServer, LeaseStore
from tests.unit.virtual_time import run

SETTINGS = Settings(lease_seconds=15, lease_renew_seconds=10, lease_retry_seconds=2)


def now() -> float:
    return asyncio.get_running_loop().time()


class Process:
    """A candidate and what it does while it leads."""

    def __init__(self, server: LeaseServer, name: str) -> None:
        self.leader = Leader(SETTINGS, server, name)
        self.spans: list[list[float]] = []
        self.task = asyncio.create_task(self.leader.run(self._work))

    async def _work(self) -> None:
        self.spans.append([now()])
        try:
            await asyncio.Event().wait()
        finally:
            self.spans[-1].append(now())

    @property
    def works(self) -> bool:
        """Whether it does what a leader does."""
        return bool(self.spans) and len(self.spans[-1]) == 1

    async def stop(self) -> None:
        """Ends it in order."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


def played(story: Callable[[LeaseServer], Awaitable[None]]) -> None:
    async def main() -> None:
        await story(LeaseServer())
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    run(main())


@pytest.mark.rule("X-level")
def test_the_first_leads_at_once_and_the_second_stands_by() -> None:
    async def story(server: LeaseServer) -> None:
        first = Process(server, "a")
        await asyncio.sleep(1)
        second = Process(server, "b")
        await asyncio.sleep(600)
        assert first.works
        assert first.leader.leads()
        assert server.holder == "a"
        assert not second.spans
        assert not second.leader.leads()
        assert REGISTRY.get_sample_value("mandate_leader") == 1

    played(story)


@pytest.mark.rule("X-level")
def test_of_two_that_claim_at_the_same_moment_one_leads() -> None:
    async def story(server: LeaseServer) -> None:
        both = [Process(server, name) for name in "ab"]
        await asyncio.sleep(30)
        assert [p.works for p in both].count(True) == 1

    played(story)


@pytest.mark.rule("X-level")
@pytest.mark.parametrize("at", [30.0, 30.5, 31.0, 31.5, 31.9], ids=str)
def test_a_standby_takes_over_from_one_that_fell_silent_within_20_seconds(at: float) -> None:
    async def story(server: LeaseServer) -> None:
        first, second = Process(server, "a"), Process(server, "b")
        await asyncio.sleep(at)
        # as kill -9: it says nothing any more, and gives nothing up
        server.lease, lease = None, server.lease
        first.task.cancel()
        await asyncio.gather(first.task, return_exceptions=True)
        server.lease = lease
        await asyncio.sleep(20)
        assert second.works
        # and not before the lease had run out since its last renewal
        assert second.spans[0][0] >= first.spans[0][1] - 2 + 15 - 0.1

    played(story)


@pytest.mark.rule("X-level")
def test_a_standby_takes_over_at_once_from_one_that_ended_in_order() -> None:
    async def story(server: LeaseServer) -> None:
        first, second = Process(server, "a"), Process(server, "b")
        await asyncio.sleep(30)
        before = losses()
        await first.stop()
        assert losses() == before
        assert server.holder == ""
        ended = first.spans[0][1]
        await asyncio.sleep(5)
        assert second.works
        assert ended < second.spans[0][0] < ended + 2.1

    played(story)


def test_a_standby_that_ends_leaves_the_lease_to_its_holder() -> None:
    async def story(server: LeaseServer) -> None:
        first, second = Process(server, "a"), Process(server, "b")
        await asyncio.sleep(30)
        await second.stop()
        assert server.holder == "a"
        assert first.works

    played(story)


def losses() -> float:
    found = REGISTRY.get_sample_value("mandate_lease_losses_total")
    assert found is not None
    return found


TROUBLES = [
    ApiError(500, "InternalError", ""),
    ApiError(429, "TooManyRequests", ""),
    aiohttp.ClientConnectionError("reset"),
    ConnectionResetError(),
    TimeoutError(),
]


@pytest.mark.rule("X-level")
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda error: type(error).__name__)
def test_a_leader_that_cannot_renew_stops_in_time_and_leads_again_later(trouble: Exception) -> None:
    before = losses()

    async def story(server: LeaseServer) -> None:
        leader = Process(server, "a")
        await asyncio.sleep(29)
        server.trouble = trouble
        assert losses() == before
        await asyncio.sleep(30)
        assert losses() == before + 1
        assert not leader.leader.leads()
        # 10 s after it began its last renewal, which was 2 s ago at most
        assert 29 + 8 - 0.1 <= leader.spans[0][1] <= 29 + 10 + 0.1
        server.trouble = None
        await asyncio.sleep(5)
        assert leader.works

    played(story)


@pytest.mark.rule("X-level")
def test_a_call_that_hangs_holds_no_leader_beyond_its_time() -> None:
    async def story(server: LeaseServer) -> None:
        leader = Process(server, "a")
        await asyncio.sleep(29)
        server.hangs = True
        await asyncio.sleep(30)
        assert leader.spans[0][1] <= 29 + 10 + 0.1

    played(story)


def test_a_short_trouble_costs_no_leader_its_lease() -> None:
    async def story(server: LeaseServer) -> None:
        leader = Process(server, "a")
        await asyncio.sleep(29)
        server.trouble = ApiError(500, "InternalError", "")
        await asyncio.sleep(6)
        server.trouble = None
        await asyncio.sleep(30)
        assert len(leader.spans) == 1
        assert leader.works

    played(story)


@pytest.mark.rule("X-level")
def test_a_leader_that_finds_another_in_its_place_stops_at_once() -> None:
    async def story(server: LeaseServer) -> None:
        leader = Process(server, "a")
        await asyncio.sleep(29)
        assert server.lease is not None
        server.lease["spec"]["holderIdentity"] = "b"
        await asyncio.sleep(2.1)
        assert not leader.leader.leads()
        assert not leader.works
        assert server.holder == "b"

    played(story)


@pytest.mark.parametrize("spec", [{}, {"holderIdentity": ""}, {"holderIdentity": None}], ids=str)
def test_a_lease_without_a_holder_is_free(spec: dict[str, str]) -> None:
    async def story(server: LeaseServer) -> None:
        server.keep({"metadata": {}, "spec": spec})
        leader = Process(server, "a")
        await asyncio.sleep(1)
        assert leader.works

    played(story)


def test_a_holders_own_promise_counts_and_not_what_this_process_would_give() -> None:
    async def story(server: LeaseServer) -> None:
        server.keep({"metadata": {}, "spec": {"holderIdentity": "b", "leaseDurationSeconds": 60}})
        leader = Process(server, "a")
        await asyncio.sleep(59)
        assert not leader.works
        await asyncio.sleep(2)
        assert leader.works

    played(story)


def test_work_that_fails_ends_the_leader_and_frees_the_lease() -> None:
    async def fails() -> None:
        raise RuntimeError("a bug")

    async def main() -> None:
        server = LeaseServer()
        with pytest.raises(RuntimeError, match="a bug"):
            await Leader(SETTINGS, server, "a").run(fails)
        assert server.holder == ""

    run(main())


def test_the_lease_says_since_when_and_how_often_it_changed_hands() -> None:
    async def story(server: LeaseServer) -> None:
        first = Process(server, "a")
        await asyncio.sleep(5)
        assert server.lease is not None
        acquired = server.lease["spec"]["acquireTime"]
        await asyncio.sleep(5)
        spec = server.lease["spec"]
        assert spec["acquireTime"] == acquired
        assert (spec["leaseTransitions"], spec["leaseDurationSeconds"]) == (1, 15)
        await first.stop()
        Process(server, "b")
        await asyncio.sleep(1)
        assert server.lease["spec"]["leaseTransitions"] == 2

    played(story)


@pytest.mark.rule("X-level")
def test_both_end_where_the_lease_is_an_earlier_one_than_they_saw() -> None:
    async def story(server: LeaseServer) -> None:
        both = [Process(server, name) for name in "ab"]
        await asyncio.sleep(20)
        snapshot = server.lease
        await asyncio.sleep(20)
        assert sum(p.works for p in both) == 1
        # etcd restored, and others have written so much since that its revision is past theirs
        server.lease = snapshot
        await asyncio.sleep(10)
        assert not any(p.works for p in both)
        for process in both:
            with pytest.raises(WentBackError, match=r"the lease went back .* etcd was restored"):
                process.task.result()

    played(story)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(["breaks", "mends", "hangs", "slows"]),
        st.floats(min_value=0.1, max_value=12),
    ),
    max_size=15,
)


@pytest.mark.rule("X-level")
@given(EVENTS)
def test_two_never_lead_at_a_time(events: list[tuple[str, str, float]]) -> None:
    async def main() -> None:
        store = LeaseStore()
        ways = {name: LeaseServer(store) for name in "ab"}
        candidates = [Process(way, name) for name, way in ways.items()]

        async def watch() -> None:
            while True:
                assert not all(p.leader.leads() for p in candidates)
                await asyncio.sleep(0.1)

        watcher = asyncio.create_task(watch())
        for whose, what, seconds in events:
            _happen(ways[whose], what)
            await asyncio.sleep(seconds)
        for way in ways.values():
            _happen(way, "mends")
        await asyncio.sleep(40)
        assert not watcher.done()
        # and in the end one does
        assert [p.works for p in candidates].count(True) == 1
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    run(main())


def _happen(way: LeaseServer, what: str) -> None:
    way.trouble = ApiError(503, "ServiceUnavailable", "") if what == "breaks" else None
    way.hangs = what == "hangs"
    way.delay = 2.0 if what == "slows" else 0.01
