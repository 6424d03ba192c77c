"""A watch goes on after whatever the API server says in it; kopf and HTTP are real here."""

import asyncio
import json
from contextlib import suppress
from typing import Any, cast

import pytest
from aiohttp import web
from kubernetes import client

from mandate.api.kinds import WATCHED
from mandate.api.meta import GROUP, VERSION, Json
from mandate.kube.client import KubeClient
from mandate.kube.login import Login
from mandate.runtime import operator as loop
from mandate.runtime.cache import Cache, Key
from mandate.runtime.operator import Operator
from mandate.runtime.watching import kopf_settings
from mandate.settings import Settings
from tests.unit.builders import example

_GROUP_VERSION = f"{GROUP}/{VERSION}"
_DISCOVERY: dict[str, Json] = {
    "/api": {"versions": ["v1"]},
    # kopf begins only where there are namespaces
    "/api/v1": {
        "resources": [
            {
                "name": "namespaces",
                "singularName": "namespace",
                "kind": "Namespace",
                "namespaced": False,
                "verbs": ["list", "watch"],
            }
        ]
    },
    "/apis": {
        "groups": [
            {
                "name": GROUP,
                "versions": [{"groupVersion": _GROUP_VERSION, "version": VERSION}],
                "preferredVersion": {"groupVersion": _GROUP_VERSION, "version": VERSION},
            }
        ]
    },
    f"/apis/{_GROUP_VERSION}": {
        "resources": [
            {
                "name": kind.plural,
                "singularName": kind.name.lower(),
                "kind": kind.name,
                "namespaced": False,
                "verbs": ["list", "watch"],
            }
            for kind in WATCHED
        ]
    },
}


def calendar(name: str, version: int) -> Json:
    raw = example("calendar.yaml")
    raw["metadata"] |= {"name": name, "resourceVersion": str(version)}
    return raw


class Server:
    """Lists calendars, and says one thing in each watch of them before it falls silent."""

    def __init__(self, listed: list[Json], said: list[Json], then: list[Json]) -> None:
        self.listed, self.said, self.then = listed, said, then
        self.since: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path in _DISCOVERY:
            return web.json_response(_DISCOVERY[request.path])
        calendars = request.path.endswith("/workcalendars")
        if "watch" not in request.query:
            items = self.listed if calendars else []
            body = {"items": items, "metadata": {"resourceVersion": "10"}}
            return web.json_response(body | {"kind": "WorkCalendarList"})
        response = web.StreamResponse()
        await response.prepare(request)
        if calendars and self.said:
            self.since.append(request.query["resourceVersion"])
            line = self.said.pop(0)
            if line["type"] == "ERROR":
                self.listed = self.then
            await response.write(json.dumps(line).encode() + b"\n")
        await asyncio.sleep(60)
        return response


class Alone:
    """Leads without a lease."""

    def leads(self) -> bool:
        return True

    async def run(self, work: Any) -> None:  # noqa: ANN401 - as Leader.run
        await work()


class News:
    """Nothing depends on anything; says when there is news of one object."""

    def __init__(self, awaited: Key) -> None:
        self._awaited = awaited
        self.came = asyncio.Event()

    def affected(self, key: Key) -> list[Key]:
        if key == self._awaited:
            self.came.set()
        return []


def _error(code: int) -> Json:
    status = {"kind": "Status", "status": "Failure", "reason": "Trouble", "code": code}
    return {"type": "ERROR", "object": status}


async def _operate(server: Server, awaited: Key) -> Cache:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    login = Login(client.Configuration(host=f"http://127.0.0.1:{runner.addresses[0][1]}"))
    cache, news = Cache(), News(awaited)
    async with KubeClient(login, 5, "op_1") as kube:
        made = Operator(Settings(), kube, cache, {}, news)
        running = asyncio.create_task(made.run(login, cast("Any", Alone()), []))
        try:
            await asyncio.wait_for(news.came.wait(), 30)
            assert made.pulse.vitals().ended == ()
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await runner.cleanup()
    return cache


@pytest.mark.rule("X-level")
@pytest.mark.parametrize("code", [410, 500])
def test_an_error_inside_a_watch_is_followed_by_a_list_and_a_new_watch(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_ANEW_SECONDS", 0.1)
    # no resync is near: only a watch can tell of the third
    server = Server(
        [calendar("first", 5)],
        [_error(code), {"type": "ADDED", "object": calendar("third", 12)}],
        [calendar("first", 5), calendar("second", 9)],
    )
    cache = asyncio.run(_operate(server, Key("WorkCalendar", "", "third")))
    assert server.since == ["10", "10"]
    # it came while nobody watched
    assert cache.get(Key("WorkCalendar", "", "second")) is not None


@pytest.mark.rule("X-level")
def test_what_went_while_no_watch_told_of_it_is_found_when_they_begin_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop, "_ANEW_SECONDS", 0.1)
    third = {"type": "ADDED", "object": calendar("third", 12)}
    server = Server([calendar("first", 5)], [_error(504), third], [])
    cache = asyncio.run(_operate(server, Key("WorkCalendar", "", "third")))
    assert cache.get(Key("WorkCalendar", "", "first")) is None


@pytest.mark.rule("X-level")
def test_kopf_kills_no_process_that_has_begun_anew_since_it_failed() -> None:
    """Kopf sends SIGKILL so many seconds after it ended of a failure; None: never."""
    assert kopf_settings().process.ultimate_exiting_timeout is None
