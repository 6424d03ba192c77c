"""The client: what is sent and what is not; on a server of this process."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientError, web
from aiohttp.test_utils import TestServer
from kubernetes import client

from mandate.api.meta import Json
from mandate.kube.client import KubeClient, Ref
from mandate.kube.errors import FencedError
from mandate.kube.login import Login

QUOTA: Json = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "mandate", "namespace": "a--b", "uid": "u", "resourceVersion": "7"},
}


class Server:
    """Answers everything and remembers what reached it whole."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.pages: list[Json] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.body = await request.read()
        self.requests.append((request.method, request.headers["User-Agent"]))
        self.accept = request.headers.get("Accept", "")
        self.query = dict(request.query)
        return web.json_response(self.pages.pop(0) if self.pages else QUOTA)


@asynccontextmanager
async def connected(server: Server, **options: Any) -> AsyncIterator[KubeClient]:  # noqa: ANN401
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with TestServer(app) as there:
        configuration = client.Configuration(host=str(there.make_url("")).rstrip("/"))
        async with KubeClient(Login(configuration), 5, "op_1", **options) as kube:
            yield kube


def may_write_times(times: int) -> Callable[[], bool]:
    """Says yes so many times."""
    left = [times]

    def ask() -> bool:
        left[0] -= 1
        return left[0] >= 0

    return ask


WRITES: list[Callable[[KubeClient], Any]] = [
    lambda kube: kube.create(QUOTA),
    lambda kube: kube.apply(QUOTA),
    lambda kube: kube.replace(QUOTA),
    lambda kube: kube.patch(Ref.of(QUOTA), []),
    lambda kube: kube.delete(QUOTA),
]
NAMES = ["create", "apply", "replace", "patch", "delete"]


@pytest.mark.rule("X-level")
@pytest.mark.parametrize("write", WRITES, ids=NAMES)
def test_who_may_not_write_sends_no_write_and_reads_on(
    write: Callable[[KubeClient], Any],
) -> None:
    server = Server()

    async def main() -> None:
        async with connected(server, may_write=lambda: False) as kube:
            with pytest.raises(FencedError):
                await write(kube)
            await kube.list_metadata("v1", "Namespace", "x")

    server.pages = [{"items": [], "metadata": {"resourceVersion": "1"}}]
    asyncio.run(main())
    assert [method for method, _ in server.requests] == ["GET"]


@pytest.mark.rule("X-level")
@pytest.mark.parametrize("write", WRITES, ids=NAMES)
def test_who_loses_the_lease_while_connecting_sends_nothing_whole(
    write: Callable[[KubeClient], Any],
) -> None:
    # yes when the call begins, no when the connection is there
    server = Server()

    async def main() -> None:
        async with connected(server, may_write=may_write_times(1)) as kube:
            with pytest.raises(ClientError):
                await write(kube)

    asyncio.run(main())
    assert server.requests == []


def test_who_may_write_does_and_says_who_it_is() -> None:
    server = Server()

    async def main() -> None:
        async with connected(server, may_write=may_write_times(2)) as kube:
            assert await kube.apply(QUOTA) == QUOTA

    asyncio.run(main())
    assert server.requests == [("PATCH", "mandate-operator (op_1)")]


@pytest.mark.rule("X-level")
def test_only_what_was_read_is_deleted() -> None:
    server = Server()

    async def main() -> None:
        async with connected(server) as kube:
            await kube.delete(QUOTA)

    asyncio.run(main())
    assert json.loads(server.body)["preconditions"] == {"uid": "u", "resourceVersion": "7"}


def test_metadata_is_listed_page_by_page() -> None:
    server = Server()
    server.pages = [
        {"items": [{"metadata": {"name": "a"}}], "metadata": {"continue": "c"}},
        {"items": None, "metadata": {"continue": "d"}},
        {"items": [{"metadata": {"name": "b"}}], "metadata": {"resourceVersion": "9"}},
    ]

    async def main() -> list[Json]:
        async with connected(server) as kube:
            return await kube.list_metadata("v1", "Namespace", "mandate.dev/managed=granted")

    assert asyncio.run(main()) == [{"name": "a"}, {"name": "b"}]
    assert "as=PartialObjectMetadataList" in server.accept
    assert server.query["continue"] == "d"
    assert server.query["labelSelector"] == "mandate.dev/managed=granted"
