"""What the client makes of a network and an API server that do not do what was asked."""

import asyncio
import socket
import struct
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
    handler: Handler, ask: Callable[[KubeClient], Awaitable[object]], seconds: float = 10
) -> object:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    login = Login(client.Configuration(host=f"http://127.0.0.1:{runner.addresses[0][1]}"))
    try:
        async with KubeClient(login, seconds, "op_1") as kube:
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
