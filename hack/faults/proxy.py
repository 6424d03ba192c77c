"""A reverse proxy on loopback: the operator asks it over http, it asks the API server over TLS."""

import asyncio
import json
import queue
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import yaml
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from hack.faults.requests import verb_of
from hack.faults.weather import IN_STREAMS, Fault, Weather

When = Literal["before", "after"]
HUNG_SECONDS = 60.0
RETRY_AFTER = "1"
"""In seconds, of the answers 429."""
_START_SECONDS = 10.0
_GOODBYE_SECONDS = 0.1
_UNLUCKY_STREAM_SECONDS = 2.0
_LARGEST = 64 * 1024 * 1024
_OWN_HEADERS = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the operator."""

    verb: str
    uri: str
    body: bytes
    at: float
    """When it came, in seconds of `time.monotonic`."""
    fault: Fault | None = None

    @property
    def key(self) -> str:
        """Verb and path, without the query."""
        return f"{self.verb} {self.uri.partition('?')[0]}"

    def mentions(self, text: str) -> bool:
        """Whether it is about what has this in its name."""
        return text in self.uri or text.encode() in self.body


@dataclass(eq=False, slots=True)
class Breakpoint:
    """Where a request is held, for the operator to be killed at that moment."""

    matches: Callable[[Request], bool]
    when: When
    """`before` the API server has the request, or `after` it has answered."""
    name: str = ""


@dataclass(eq=False)
class FaultProxy:
    """The proxy; it runs in a thread of its own while its context is open.

    Attributes:
        upstream: address of the API server.
        authority: file with the certificate that vouches for it.
        identity: file of the operator's client certificate, with its key beside it as .key.
        weather: what goes wrong; can be changed while it runs.
        requests: all that came, in order.
        reached: the breakpoints at which requests are held, each once.
    """

    upstream: str
    authority: Path
    identity: Path
    weather: Weather = field(default_factory=Weather)
    requests: list[Request] = field(default_factory=list)
    reached: "queue.SimpleQueue[Breakpoint]" = field(default_factory=queue.SimpleQueue)
    url: str = ""
    _breakpoints: list[Breakpoint] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _in_a_row: Counter[str] = field(default_factory=Counter)
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _session: ClientSession | None = None

    def __enter__(self) -> Self:
        """Starts it and returns when it answers.

        Raises:
            TimeoutError: it did not start.
        """
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)))
        self._thread.start()
        if not started.wait(_START_SECONDS):
            raise TimeoutError("the fault proxy did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends it; whoever is held is cut off."""
        if self._loop and self._thread:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def kubeconfig(self, path: Path) -> Path:
        """Writes the kubeconfig that leads here; it carries no credentials."""
        path.write_text(
            yaml.safe_dump(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "faults", "cluster": {"server": self.url}}],
                    "users": [{"name": "operator", "user": {}}],
                    "contexts": [
                        {"name": "faults", "context": {"cluster": "faults", "user": "operator"}}
                    ],
                    "current-context": "faults",
                }
            )
        )
        return path

    def hold(self, point: Breakpoint) -> None:
        """Arms a breakpoint: the next request that matches is held, and it is disarmed.

        After the answer only what was done is held, not what was refused.
        """
        self._breakpoints.append(point)

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        context = ssl.create_default_context(cafile=str(self.authority))
        context.load_cert_chain(self.identity, self.identity.with_suffix(".key"))
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        # when the operator is gone, so is what it asked for
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession(
            connector=TCPConnector(ssl=context, limit=0),
            timeout=ClientTimeout(total=None, sock_connect=HUNG_SECONDS),
            auto_decompress=False,
        ) as self._session:
            started.set()
            await self._stop.wait()
            await runner.cleanup()
        # TLS says goodbye after the session has ended
        await asyncio.sleep(_GOODBYE_SECONDS)

    async def _handle(self, raw: web.Request) -> web.StreamResponse:
        request = await self._seen(raw)
        await asyncio.sleep(self.weather.latency_seconds)
        point = next((p for p in self._breakpoints if p.matches(request)), None)
        if point is not None:
            self._breakpoints.remove(point)
            if point.when == "before":
                return await self._held(raw, point)
        if request.fault in ("429", "500"):
            return _refusal(request.fault)
        if request.fault == "reset":
            return _reset(raw)
        if request.fault == "hung":
            return await _hang(raw)
        forwarding = self._forward(raw, request, point)
        try:
            # what is held afterwards gets there, even if its operator is killed meanwhile: that
            # is a kill after the write was committed and before the answer, too
            return await (asyncio.shield(forwarding) if point else forwarding)
        except (ClientError, ConnectionError):
            return _reset(raw)

    async def _seen(self, raw: web.Request) -> Request:
        """Notes a request and what is to happen to it."""
        verb = verb_of(raw.method, raw.raw_path)
        request = Request(verb, raw.raw_path, await raw.read(), time.monotonic())
        key = request.key
        fault = self.weather.fate(key, self._counts[key], self._in_a_row[key])
        self._counts[key] += 1
        self._in_a_row[key] = self._in_a_row[key] + 1 if fault else 0
        request = replace(request, fault=fault)
        self.requests.append(request)
        return request

    async def _held(self, raw: web.Request, point: Breakpoint) -> web.StreamResponse:
        self.reached.put(point)
        return await _hang(raw)

    async def _forward(
        self, raw: web.Request, request: Request, point: Breakpoint | None
    ) -> web.StreamResponse:
        if self._session is None:
            raise RuntimeError("the proxy is not running")
        # as it came: the client escaped it already
        url = URL(f"{self.upstream}{request.uri}", encoded=True)
        async with self._session.request(
            raw.method, url, headers=_kept(raw.headers), data=request.body or None
        ) as answer:
            if request.verb == "watch" and answer.status == HTTPStatus.OK:
                return await _stream(raw, answer, request.fault)
            content = await answer.read()
        if point is not None and answer.ok:
            return await self._held(raw, point)
        if point is not None:
            # what was refused is no effect: the next one is held
            self.hold(point)
        if request.fault == "lost":
            return _reset(raw)
        if request.fault == "hung-after":
            return await _hang(raw)
        return web.Response(status=answer.status, headers=_kept(answer.headers), body=content)


async def _stream(
    raw: web.Request, answer: ClientResponse, fault: Fault | None
) -> web.StreamResponse:
    """Passes on what comes when it comes; an unlucky stream ends, or falls silent, in between."""
    response = web.StreamResponse(status=answer.status, headers=_kept(answer.headers))
    await response.prepare(raw)
    unlucky = fault in ("lost", "hung-after", *IN_STREAMS)
    seconds = _UNLUCKY_STREAM_SECONDS if unlucky else None
    try:
        async with asyncio.timeout(seconds):
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
    except TimeoutError:
        if fault in IN_STREAMS:
            await response.write(_error(410 if fault == "expired" else 500))
            return response
        return _reset(raw) if fault == "lost" else await _hang(raw)
    return response


def _error(code: int) -> bytes:
    """An error inside a watch, in the API server's own words."""
    reason = "Expired" if code == HTTPStatus.GONE else "InternalError"
    status = {"apiVersion": "v1", "kind": "Status", "status": "Failure"}
    event = {"type": "ERROR", "object": status | {"reason": reason, "code": code}}
    return json.dumps(event).encode() + b"\n"


def _refusal(fault: Fault) -> web.Response:
    """The API server's own words, when it has too much to do or has failed."""
    reason = "TooManyRequests" if fault == "429" else "InternalError"
    status = {
        "apiVersion": "v1",
        "kind": "Status",
        "status": "Failure",
        "reason": reason,
        "code": int(fault),
        "message": "made by the fault proxy",
    }
    headers = {"Retry-After": RETRY_AFTER} if fault == "429" else {}
    return web.json_response(status, status=int(fault), headers=headers)


def _reset(raw: web.Request) -> web.StreamResponse:
    """Cuts the connection off, by an RST and no goodbye."""
    if raw.transport is not None:
        connection = raw.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.transport.abort()
    # nobody is there to read it
    return web.Response()


async def _hang(raw: web.Request) -> web.StreamResponse:
    """Says nothing until the client has gone; its going cancels this."""
    await asyncio.sleep(HUNG_SECONDS)
    return _reset(raw)


def _kept(headers: "CIMultiDictProxy[str]") -> "CIMultiDict[str]":
    """The headers but those of one connection."""
    return CIMultiDict((k, v) for k, v in headers.items() if k.lower() not in _OWN_HEADERS)
