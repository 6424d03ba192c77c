"""The fault proxy does what it is told: else the tests through it would prove nothing."""

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from hack.controlplane.certificates import Authority
from hack.faults.proxy import Breakpoint, FaultProxy, When
from hack.faults.requests import Kind, verb_of
from hack.faults.weather import FAULTS, Fault, Weather

QUOTAS = "/api/v1/namespaces/a/resourcequotas"
Ask = Callable[[aiohttp.ClientSession, str], Coroutine[Any, Any, object]]


class Upstream:
    """What stands in for the API server: it counts, and streams a watch slowly."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.more = asyncio.Event()
        self.refuses = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        certificate = request.get_extra_info("peercert")
        self.asked.append(f"{request.method} {request.raw_path}")
        if self.refuses:
            self.refuses -= 1
            return web.json_response({}, status=409)
        if "watch" not in request.query:
            return web.json_response({"by": str(certificate["subject"]), "n": len(self.asked)})
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first\n")
        await self.more.wait()
        await response.write(b"second\n")
        return response


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    made = Authority.create(folder)
    made.server("api", ["127.0.0.1"]).write(folder, "api")
    made.client("the-operator").write(folder, "operator")
    return folder


@contextmanager
def upstream(folder: Path) -> Iterator[tuple[str, Upstream]]:
    """The stand-in behind TLS with client certificates, in a thread of its own."""
    ready, loop, here = Event(), asyncio.new_event_loop(), Upstream()
    address: list[str] = []

    async def serve() -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=folder / "ca.crt")
        context.load_cert_chain(folder / "api.crt", folder / "api.key")
        context.verify_mode = ssl.CERT_REQUIRED
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", here.answer)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        address.append(f"https://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        await stop.wait()
        await runner.cleanup()

    stop = asyncio.Event()
    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield address[0], here
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def through(folder: Path, ask: Ask, weather: Weather | None = None) -> tuple[Any, Upstream]:
    """What asking the proxy gave, and what arrived upstream."""

    async def run(url: str) -> object:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as session:
            return await ask(session, url)

    with (
        upstream(folder) as (url, here),
        FaultProxy(url, folder / "ca.crt", folder / "operator.crt") as proxy,
    ):
        proxy.weather = weather or Weather()
        return asyncio.run(run(proxy.url)), here


async def patch(session: aiohttp.ClientSession, url: str) -> object:
    async with session.patch(f"{url}{QUOTAS}/q?force=true", data=b"{}") as answer:
        return answer.status, answer.headers.get("Retry-After"), await answer.json()


def test_a_request_arrives_as_it_is_under_the_operators_name(authority: Path) -> None:
    (code, _, body), here = through(authority, patch)
    assert code == 200
    assert "the-operator" in body["by"]
    assert here.asked == [f"PATCH {QUOTAS}/q?force=true"]


@pytest.mark.parametrize(("fault", "code", "wait"), [("429", 429, "1"), ("500", 500, None)])
def test_a_refusal_comes_in_the_servers_place(
    authority: Path, fault: Fault, code: int, wait: str | None
) -> None:
    said, here = through(authority, patch, Weather(1.0, faults=(fault,)))
    assert said[:2] == (code, wait)
    assert said[2]["code"] == code
    assert here.asked == []


@pytest.mark.parametrize(
    ("fault", "error", "arrived"),
    [
        ("reset", aiohttp.ClientConnectionError, 0),
        ("lost", aiohttp.ClientConnectionError, 1),
        ("hung", TimeoutError, 0),
        ("hung-after", TimeoutError, 1),
    ],
)
def test_an_answer_stays_away(
    authority: Path, fault: Fault, error: type[Exception], arrived: int
) -> None:
    async def ask(session: aiohttp.ClientSession, url: str) -> object:
        with pytest.raises(error):
            await patch(session, url)
        return None

    _, here = through(authority, ask, Weather(1.0, faults=(fault,)))
    assert len(here.asked) == arrived


def test_a_watch_is_passed_on_as_it_comes(authority: Path) -> None:
    async def ask(session: aiohttp.ClientSession, url: str) -> bytes:
        async with session.get(f"{url}{QUOTAS}?watch=true") as answer:
            # the second line comes only after this one was read
            return await answer.content.readline()

    assert through(authority, ask)[0] == b"first\n"


@pytest.mark.parametrize(("fault", "code"), [("expired", 410), ("broken", 500)])
def test_a_watch_ends_with_an_error_and_what_is_no_watch_passes(
    authority: Path, fault: Fault, code: int
) -> None:
    async def ask(session: aiohttp.ClientSession, url: str) -> list[bytes]:
        async with session.patch(f"{url}{QUOTAS}/q") as passed:
            assert passed.status == 200
        patience = aiohttp.ClientTimeout(total=10)
        async with session.get(f"{url}{QUOTAS}?watch=true", timeout=patience) as answer:
            return [line async for line in answer.content]

    first, error = through(authority, ask, Weather(1.0, faults=(fault,)))[0]
    assert first == b"first\n"
    told = json.loads(error)
    assert (told["type"], told["object"]["code"]) == ("ERROR", code)


def test_latency_is_added(authority: Path) -> None:
    started = time.monotonic()
    through(authority, patch, Weather(latency_seconds=0.3))
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(("when", "arrived"), [("before", 0), ("after", 1)])
def test_a_breakpoint_holds_the_one_request_it_is_for(
    authority: Path, when: When, arrived: int
) -> None:
    async def ask(url: str) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as session:
            await session.get(f"{url}{QUOTAS}/q")
            with pytest.raises(TimeoutError):
                await patch(session, url)
            here.asked.append("held")
            assert await patch(session, url)

    point = Breakpoint(lambda r: r.verb == "patch", when)
    with (
        upstream(authority) as (url, here),
        FaultProxy(url, authority / "ca.crt", authority / "operator.crt") as proxy,
    ):
        proxy.hold(point)
        asyncio.run(ask(proxy.url))
        assert proxy.reached.get(timeout=1) is point
        assert proxy.reached.empty()
        assert here.asked.index("held") == 1 + arrived
        assert [r.key for r in proxy.requests] == [
            f"get {QUOTAS}/q",
            f"patch {QUOTAS}/q",
            f"patch {QUOTAS}/q",
        ]


def test_what_is_refused_is_not_held_as_done(authority: Path) -> None:
    async def ask(url: str) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as session:
            async with session.patch(f"{url}{QUOTAS}/q") as refused:
                assert refused.status == 409
            with pytest.raises(TimeoutError):
                await patch(session, url)

    with (
        upstream(authority) as (url, here),
        FaultProxy(url, authority / "ca.crt", authority / "operator.crt") as proxy,
    ):
        here.refuses = 1
        proxy.hold(Breakpoint(lambda r: r.verb == "patch", "after"))
        asyncio.run(ask(proxy.url))
        assert not proxy.reached.empty()


def test_the_weather_is_the_same_each_time_and_as_bad_as_asked() -> None:
    weather = Weather(0.2, seed=7)
    keys = [f"patch {QUOTAS}/{n}" for n in range(50)]
    fates = [weather.fate(key, n, 0) for key in keys for n in range(40)]
    assert fates == [weather.fate(key, n, 0) for key in keys for n in range(40)]
    assert set(fates) == {None, *FAULTS}
    bad = sum(fate is not None for fate in fates) / len(fates)
    assert 0.17 < bad < 0.23


def test_the_weather_lets_everybody_through_at_some_time() -> None:
    weather = Weather(1.0, most_in_a_row=3)
    assert weather.fate("get x", 2, 2)
    assert weather.fate("get x", 3, 3) is None


def test_the_weather_can_be_on_one_path_only() -> None:
    weather = Weather(1.0, on="/namespaces/a/")
    assert weather.fate(f"patch {QUOTAS}/q", 0, 0)
    assert weather.fate("patch /api/v1/namespaces/b/resourcequotas/q", 0, 0) is None


@pytest.mark.parametrize(
    ("verb", "uri", "kind"),
    [
        ("create", "/api/v1/namespaces?fieldManager=mandate", "create namespaces"),
        ("patch", "/api/v1/namespaces/a--b", "patch namespaces"),
        ("update", "/api/v1/namespaces/a/finalize", "update namespaces/finalize"),
        ("patch", f"{QUOTAS}/mandate?force=true", "patch resourcequotas"),
        (
            "patch",
            "/apis/mandate.dev/v1alpha1/namespaces/a/cloudapplications/b/status",
            "patch cloudapplications.mandate.dev/status",
        ),
        ("create", "/apis/events.k8s.io/v1/namespaces/a/events", "create events.events.k8s.io"),
    ],
)
def test_the_kind_of_a_request_is_read_from_its_path(verb: str, uri: str, kind: str) -> None:
    assert str(Kind.of(verb, uri)) == kind


@pytest.mark.parametrize(
    ("method", "uri", "verb"),
    [
        ("GET", "/api/v1/namespaces", "list"),
        ("GET", "/api/v1/namespaces/a", "get"),
        ("GET", QUOTAS, "list"),
        ("GET", f"{QUOTAS}/q", "get"),
        ("GET", f"{QUOTAS}?watch=true", "watch"),
        ("GET", "/apis/mandate.dev/v1alpha1/agencies?limit=500", "list"),
        ("GET", "/apis/mandate.dev/v1alpha1", "get"),
        ("POST", QUOTAS, "create"),
        ("PUT", f"{QUOTAS}/q", "update"),
    ],
)
def test_the_verb_of_a_request_is_the_apis(method: str, uri: str, verb: str) -> None:
    assert verb_of(method, uri) == verb
