"""The pages over HTTP: GET on the known paths and nothing else, also while the loop stands."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from threading import Event, Thread

import pytest
import urllib3

from mandate.api.meta import Json
from mandate.observability.health import Limits
from mandate.observability.server import Page, serving, site
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.lookout import Lookout
from mandate.runtime.pulse import Pulse
from mandate.runtime.queue import WorkQueue
from tests.unit.builders import example

LOOPBACK = "127.0.0.1"


@contextmanager
def served(pages: dict[str, Page], *, metrics: bool = True) -> Iterator[str]:
    with serving(LOOPBACK, 0, site(pages, metrics=metrics)) as port:
        yield f"http://{LOOPBACK}:{port}"


def ask(url: str, method: str = "GET") -> tuple[int, bytes]:
    with urllib3.PoolManager() as http:
        answer = http.request(method, url, timeout=5, retries=False)
        return answer.status, answer.data


def fine() -> tuple[HTTPStatus, Json]:
    return HTTPStatus.OK, {"troubles": []}


def ill() -> tuple[HTTPStatus, Json]:
    return HTTPStatus.SERVICE_UNAVAILABLE, {"troubles": ["resync has ended"]}


def test_a_page_answers_with_its_status_and_what_it_says() -> None:
    with served({"/healthz": fine, "/readyz": ill}) as url:
        assert ask(f"{url}/healthz") == (200, b'{"troubles": []}\n')
        assert ask(f"{url}/readyz") == (503, b'{"troubles": ["resync has ended"]}\n')
        status, text = ask(f"{url}/metrics")
        assert status == 200
        assert b"# TYPE mandate_reconciles_total counter" in text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "CONNECT"])
@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/debug/state"])
def test_nothing_but_get_is_answered(method: str, path: str) -> None:
    with served({"/healthz": fine}) as url:
        assert ask(url + path, method)[0] == 404


@pytest.mark.parametrize("path", ["/", "/healthz/", "/healthz/x", "/debug/state", "/favicon.ico"])
def test_nothing_but_the_known_paths_is_answered(path: str) -> None:
    with served({"/healthz": fine}) as url:
        assert ask(url + path)[0] == 404


def test_the_listener_of_the_state_has_no_metrics() -> None:
    with served({"/debug/state": fine}, metrics=False) as url:
        assert ask(f"{url}/debug/state")[0] == 200
        assert ask(f"{url}/metrics")[0] == 404


def test_a_port_that_is_taken_is_an_error() -> None:
    with (
        serving(LOOPBACK, 0, site({}, metrics=False)) as port,
        pytest.raises(OSError, match="in use"),
        serving(LOOPBACK, port, site({}, metrics=False)),
    ):
        pass


def test_it_listens_on_ipv6_too() -> None:
    with serving("::1", 0, site({"/healthz": fine}, metrics=False)) as port:
        assert ask(f"http://[::1]:{port}/healthz")[0] == 200


class Running:
    """An event loop on a thread of its own, with what a lookout looks at."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.released = Event()
        self.cache = Cache()
        self.pulse = Pulse(watchers=0)
        self._made: list[Lookout] = []
        self._thread = Thread(target=self._run)

    def _run(self) -> None:
        self.loop.run_until_complete(self._main())

    async def _main(self) -> None:
        self.stop = asyncio.Event()
        queue = WorkQueue(1, 60)
        for name in ("portal", "archive"):
            key = Key("CloudApplication", "agency-transport", name)
            queue.add(key)
        queue.retry(key)
        self._made.append(
            Lookout(self.loop, self.cache, queue, self.pulse, Limits(silent=2.5, idle=300))
        )
        beat = self.pulse.keep(asyncio.create_task(self.pulse.beat(lambda: False), name="pulse"))
        await self.stop.wait()
        beat.cancel()

    def __enter__(self) -> Lookout:
        self._thread.start()
        while not self._made:
            time.sleep(0.01)
        return self._made[0]

    def block(self) -> None:
        """The loop stands until it is released."""
        self.loop.call_soon_threadsafe(stand_still, self.released)

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.loop.call_soon_threadsafe(self.stop.set)
        self._thread.join()
        self.loop.close()


def stand_still(released: Event) -> None:
    released.wait(60)


def eventually_status(url: str, status: int) -> bytes:
    deadline = time.monotonic() + 10
    while True:
        found, text = ask(url)
        if found == status or time.monotonic() > deadline:
            assert found == status
            return text
        time.sleep(0.05)


def test_health_fails_while_the_loop_stands_and_recovers() -> None:
    running = Running()
    with running as lookout, served(lookout.pages()) as url:
        assert ask(f"{url}/healthz")[0] == 200
        running.block()
        text = eventually_status(f"{url}/healthz", 503)
        assert "the event loop has not come round for" in json.loads(text)["troubles"][0]
        assert ask(f"{url}/metrics")[0] == 200  # who is stuck is still measured
        running.released.set()
        assert json.loads(eventually_status(f"{url}/healthz", 200)) == {"troubles": []}


def test_it_is_ready_once_everything_was_listed() -> None:
    running = Running()
    with running as lookout, served(lookout.pages()) as url:
        assert ask(f"{url}/readyz") == (503, b'{"filled": false}\n')
        assert ask(f"{url}/healthz")[0] == 200
        running.loop.call_soon_threadsafe(running.pulse.filled)
        eventually_status(f"{url}/readyz", 200)


def test_the_state_names_what_waits_and_what_fails_and_no_text() -> None:
    running = Running()
    metadata = {"name": "portal", "namespace": "agency-transport", "resourceVersion": "1"}
    form = {"systemName": "六安公交", "systemOwner": {"mobilePhone": "13800000001"}}
    running.cache.put({"kind": "CloudApplication", "metadata": metadata, "spec": form})
    with running as lookout:
        status, found = lookout.state()
    assert status == 200
    keys = ["CloudApplication/agency-transport/portal", "CloudApplication/agency-transport/archive"]
    assert found["queue"]["depth"] == 2
    assert list(found["queue"]["waiting"]) == keys
    assert found["queue"]["retries"] == {keys[1]: 1}
    assert found["queue"]["later"] == 1
    assert found["cache"]["CloudApplication"] == 1
    assert found["lastResyncSeconds"] is None
    assert found["tasks"] == ["pulse"]
    assert "公交" not in json.dumps(found, ensure_ascii=False)
    assert "13800000001" not in json.dumps(found)


def test_the_state_of_a_loop_that_stands_says_where() -> None:
    running = Running()
    with running as lookout:
        running.block()
        status, found = lookout.state()
    assert status == 200
    assert "queue" not in found
    assert any("in stand_still" in frame for frame in found["loopStands"])


@pytest.mark.rule("X-clock")
def test_what_is_counted_comes_with_what_is_left_of_the_calendar() -> None:
    running = Running()
    for path in ("policy.yaml", "calendar.yaml"):
        raw = example(path)
        running.cache.put(raw | {"metadata": raw["metadata"] | {"resourceVersion": "1"}})
    with running as lookout:
        found = lookout.holdings(Clock(None))
    assert {o["kind"] for o in found.objects} == {"GovernancePolicy", "WorkCalendar"}
    end = datetime(2026, 12, 31, 16, tzinfo=UTC)  # of 2026 in Lu'an
    assert found.calendar_left == end - found.now


def test_after_the_loop_has_ended_there_is_nothing_to_count() -> None:
    with Running() as lookout:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        lookout._ask(lambda: 1)
