"""The pages for whoever runs the operator, on a thread of their own.

Kopf has a liveness endpoint, but it is served by the event loop and proves that the loop runs: a
queue that nobody empties looks well to it, and a loop that stands gives no answer at all. Here a
thread answers, with metrics and with a reason, when the loop does not.
"""

import json
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import make_wsgi_app

Page = Callable[[], tuple[HTTPStatus, object]]
"""A page: its status and what it says, as JSON."""
_POLL_SECONDS = 0.1


def site(pages: Mapping[str, Page], *, metrics: bool) -> WSGIApplication:
    """An application that answers GET on these paths, and nothing else; no body is ever read.

    Args:
        pages: by path.
        metrics: whether `/metrics` is one too.
    """
    exposition = make_wsgi_app()

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path, page = environ["PATH_INFO"], None
        if environ["REQUEST_METHOD"] == "GET":
            if metrics and path == "/metrics":
                served: Iterable[bytes] = exposition(environ, start)
                return served
            page = pages.get(path)
        status, body = page() if page else (HTTPStatus.NOT_FOUND, "not found")
        start(f"{status.value} {status.phrase}", [("Content-Type", "application/json")])
        return [json.dumps(body).encode() + b"\n"]

    return answer


class _Handler(WSGIRequestHandler):
    timeout = 5  # seconds that a client may take to say what it wants

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Probes come every few seconds."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


@contextmanager
def serving(host: str, port: int, application: WSGIApplication) -> Iterator[int]:
    """Serves for as long as the context lasts, and gives the port.

    Args:
        host: the address to listen on.
        port: 0 takes any that is free.
        application: what answers.

    Raises:
        OSError: the port is taken.
    """
    family = _Server6 if ":" in host else _Server
    with make_server(host, port, application, family, _Handler) as server:
        thread = Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
