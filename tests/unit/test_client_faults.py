"""What the client makes of a network and an API server that do not do what was asked."""

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from kubernetes import client

from mandate.api.meta import Json
from mandate.kube.client import KubeClient, Ref
from mandate.kube.errors import ApiError
from mandate.kube.login import Login

QUOTA = Ref("v1", "ResourceQuota", "a", "mandate")
MANIFEST: Json = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "mandate", "namespace": "a"},
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _asked(
    handler: Handler,
    ask: Callable[[KubeClient], Awaitable[object]],
    seconds: float = 10,
    tries: int = 1,
) -> object:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    login = Login(client.Configuration(host=f"http://127.0.0.1:{runner.addresses[0][1]}"))
    try:
        async with KubeClient(login, seconds, "op_1", tries=tries) as kube:
            return await ask(kube)
    finally:
        await runner.cleanup()


def apply(handler: Handler, seconds: float = 10) -> object:
    return asyncio.run(_asked(handler, lambda kube: kube.apply(MANIFEST), seconds))


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [("7", 7.0), (None, 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), ("-1", 0.0)],
)
def test_a_refusal_says_how_long_to_wait(wait: str | None, seconds: float) -> None:
    async def busy(_: web.Request) -> web.Response:
        headers = {"Retry-After": wait} if wait else {}
        status = {"kind": "Status", "reason": "TooManyRequests", "message": "too busy"}
        return web.json_response(status, status=429, headers=headers)

    with pytest.raises(ApiError, match="429 TooManyRequests to apply ResourceQuota") as refused:
        apply(busy)
    assert refused.value.message == "too busy"
    assert refused.value.retry_after_seconds == seconds
    assert not refused.value.is_final


@pytest.mark.parametrize("body", ["<html>please log in</html>", "[1]", '"x"', ""])
@pytest.mark.parametrize("code", [200, 503])
def test_what_is_no_object_is_no_answer(body: str, code: int) -> None:
    async def portal(_: web.Request) -> web.Response:
        return web.Response(text=body, status=code)

    with pytest.raises(ApiError, match=f"{code} NoObject") as refused:
        apply(portal)
    assert not refused.value.is_final


def test_a_call_that_hangs_ends_at_its_deadline() -> None:
    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    with pytest.raises(TimeoutError):
        apply(silent, 0.3)


def test_an_answer_that_never_ends_ends_at_its_deadline() -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.05)

    with pytest.raises(TimeoutError):
        apply(slow, 0.3)


@pytest.mark.parametrize("said", [b"", b'{"kind": "Resour'])
def test_a_reset_is_an_error_that_the_loop_knows(said: bytes) -> None:
    async def gone(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "500"})
        if said:
            await response.prepare(request)
            await response.write(said)
        assert request.transport is not None
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
        return response

    with pytest.raises(aiohttp.ClientError):
        apply(gone)


def test_none_is_found_only_where_the_api_server_says_so() -> None:
    async def absent(_: web.Request) -> web.Response:
        return web.json_response({"kind": "Status", "reason": "NotFound"}, status=404)

    assert asyncio.run(_asked(absent, lambda kube: kube.get(QUOTA))) is None


class Moody:
    """Answers so often with a fault, and then well."""

    def __init__(self, times: int, code: int, wait: str = "") -> None:
        self.left, self.code, self.wait = times, code, wait
        self.asked = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if not self.left:
            return web.json_response({"kind": "ResourceQuota", "n": self.asked})
        self.left -= 1
        if not self.code:
            assert request.transport is not None
            request.transport.abort()
        headers = {"Retry-After": self.wait} if self.wait else {}
        return web.json_response({"kind": "Status"}, status=self.code or 500, headers=headers)


def tried(moody: Moody, ask: Callable[[KubeClient], Awaitable[object]]) -> object:
    return asyncio.run(_asked(moody.answer, ask, tries=3))


@pytest.mark.rule("X-level")
@pytest.mark.parametrize("code", [0, 429, 500, 503, 504])
def test_a_read_that_fails_twice_is_no_failure(code: int) -> None:
    assert tried(Moody(2, code), lambda kube: kube.get(QUOTA)) == {"kind": "ResourceQuota", "n": 3}


@pytest.mark.rule("X-level")
def test_a_read_is_made_three_times_and_no_more() -> None:
    moody = Moody(99, 500)
    with pytest.raises(ApiError, match="500"):
        tried(moody, lambda kube: kube.get(QUOTA))
    assert moody.asked == 3


@pytest.mark.rule("X-level")
@pytest.mark.parametrize("code", [0, 409, 500, 504])
def test_a_write_that_may_have_been_done_is_not_sent_again(code: int) -> None:
    moody = Moody(1, code)
    with pytest.raises((ApiError, aiohttp.ClientError)):
        tried(moody, lambda kube: kube.apply(MANIFEST))
    assert moody.asked == 1


@pytest.mark.rule("X-level")
def test_a_write_that_the_api_server_did_not_begin_is_sent_again_when_it_asked_for_it() -> None:
    moody = Moody(1, 429, "1")
    started = time.monotonic()
    tried(moody, lambda kube: kube.apply(MANIFEST))
    assert moody.asked == 2
    assert time.monotonic() - started >= 1


@pytest.mark.rule("X-level")
@pytest.mark.parametrize(("code", "wait"), [(429, "60"), (403, ""), (410, "")])
def test_a_long_wait_is_the_queues_and_a_refusal_stays_one(code: int, wait: str) -> None:
    moody = Moody(1, code, wait)
    with pytest.raises(ApiError, match=str(code)) as refused:
        tried(moody, lambda kube: kube.get(QUOTA))
    assert moody.asked == 1
    assert refused.value.retry_after_seconds == float(wait or 0)
