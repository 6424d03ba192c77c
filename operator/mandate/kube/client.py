"""A thin client for the few calls the operator makes.

The official dynamic client costs 2.4 times the CPU of a bare request; this is the bare
request: one method a verb, JSON in and out, a deadline on every call.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from mandate.api import wire
from mandate.api.kinds import KINDS
from mandate.api.meta import API_VERSION, Json
from mandate.api.zonemanifests import ZONE_KINDS
from mandate.kube.answers import object_in, pause_after, seconds_asked
from mandate.kube.errors import ApiError, FencedError
from mandate.kube.login import Login
from mandate.observability.metrics import API_REQUESTS

FIELD_MANAGER = "mandate"
_PAGE = 500
_Objects = list[Json]

# the kinds that the operator reads or writes: its roles name no others
_PLURALS = {
    ("v1", "Namespace"): "namespaces",
    ("v1", "ResourceQuota"): "resourcequotas",
    ("v1", "LimitRange"): "limitranges",
    ("networking.k8s.io/v1", "NetworkPolicy"): "networkpolicies",
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): "rolebindings",
    ("events.k8s.io/v1", "Event"): "events",
    ("coordination.k8s.io/v1", "Lease"): "leases",
}
_PLURALS |= {(API_VERSION, kind.name): kind.plural for kind in KINDS}
_PLURALS |= {(kind.api_version, name): kind.plural for name, kind in ZONE_KINDS.items()}


@dataclass(frozen=True, slots=True)
class Ref:
    """Which object."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, manifest: Json) -> "Ref":
        """The reference of an object."""
        metadata = manifest["metadata"]
        return cls(
            manifest["apiVersion"],
            manifest["kind"],
            metadata.get("namespace", ""),
            metadata["name"],
        )

    def collection(self) -> str:
        """The path of the collection it is in."""
        group = f"/apis/{self.api_version}" if "/" in self.api_version else "/api/v1"
        within = f"/namespaces/{self.namespace}" if self.namespace else ""
        return f"{group}{within}/{_PLURALS[self.api_version, self.kind]}"

    def path(self) -> str:
        """Its own path."""
        return f"{self.collection()}/{self.name}"


def _anybody() -> bool:
    return True


class _Fenced(aiohttp.BytesPayload):
    """A body that is sent only if it may be written at that moment."""

    def __init__(self, value: bytes, may_write: Callable[[], bool]) -> None:
        super().__init__(value)
        self._may_write = may_write

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        # nothing waits between here and the socket: a connection may have taken seconds to open
        if not self._may_write():
            raise FencedError
        await super().write_with_length(writer, content_length)


class KubeClient:
    """The calls, under the field manager `mandate`."""

    def __init__(
        self,
        login: Login,
        timeout_seconds: float,
        identity: str,
        may_write: Callable[[], bool] = _anybody,
        tries: int = 1,
    ) -> None:
        """Opens nothing yet.

        Args:
            login: the server, and who asks it.
            timeout_seconds: after which a call counts as failed.
            identity: which process this is; the audit log has it in the User-Agent.
            may_write: asked right before anything is sent that writes.
            tries: how often a request is made at most, where that can do no harm.
        """
        self._login = login
        self._timeout_seconds = timeout_seconds
        self._identity = identity
        self._may_write = may_write
        self._tries = tries
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Opens the connections."""
        connector = aiohttp.TCPConnector(ssl=self._login.ssl_context())
        self._session = aiohttp.ClientSession(
            connector=connector, headers={"User-Agent": f"mandate-operator ({self._identity})"}
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def get(self, ref: Ref) -> Json | None:
        """The object, or None if there is none."""
        try:
            return await self._call("get", ref, ref.path())
        except ApiError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return None
            raise

    async def list(
        self, api_version: str, kind: str, *, fields: str = "", labels: str = ""
    ) -> tuple[list[Json], int]:
        """All objects of a kind in all namespaces, page by page.

        Args:
            api_version: of the kind.
            kind: the kind.
            fields: a field selector; none takes all.
            labels: a label selector; none takes all.

        Returns:
            The objects, and the resource version that the list is of.
        """
        ref = Ref(api_version, kind, "", "")
        chosen = {"fieldSelector": fields, "labelSelector": labels}
        query = {name: wanted for name, wanted in chosen.items() if wanted}
        items, version = await self._pages("list", ref, query)
        return [{"apiVersion": api_version, "kind": kind, **item} for item in items], version

    async def list_metadata(self, api_version: str, kind: str, label: str) -> _Objects:
        """The metadata of all objects of a kind that carry a label, page by page."""
        ref = Ref(api_version, kind, "", "")
        items, _ = await self._pages("list-metadata", ref, {"labelSelector": label})
        return [item["metadata"] for item in items]

    async def discover(self) -> _Objects:
        """The groups of the API with their resources; who is logged in may read that."""
        found = await self._call("discover", Ref("", "APIGroupDiscoveryList", "", ""), "/apis")
        groups: _Objects = found["items"]
        return groups

    async def _pages(self, verb: str, ref: Ref, query: dict[str, str]) -> tuple[_Objects, int]:
        items: _Objects = []
        query = query | {"limit": str(_PAGE)}
        while True:
            page = await self._call(verb, ref, ref.collection(), query=query)
            items += page["items"] or []  # a list of metadata says null for none
            if not page["metadata"].get("continue"):
                return items, int(page["metadata"]["resourceVersion"])
            query["continue"] = page["metadata"]["continue"]

    async def create(self, manifest: Json) -> Json:
        """Makes the object; fails if there is one of that name."""
        ref = Ref.of(manifest)
        query = {"fieldManager": FIELD_MANAGER}
        return await self._call("create", ref, ref.collection(), query=query, body=manifest)

    async def apply(self, manifest: Json, subresource: str = "") -> Json:
        """Server-side apply: our fields become as given, others' stay.

        A resourceVersion in the manifest makes it fail if the object has changed since.
        """
        ref = Ref.of(manifest)
        path = ref.path() + (f"/{subresource}" if subresource else "")
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        return await self._call("apply", ref, path, query=query, body=manifest)

    async def patch(self, ref: Ref, operations: Sequence[Json]) -> Json:
        """A JSON patch (RFC 6902); one that replaces the resourceVersion fails on a newer one."""
        query = {"fieldManager": FIELD_MANAGER}
        return await self._call("patch", ref, ref.path(), query=query, body=operations)

    async def replace(self, manifest: Json) -> Json:
        """Makes the whole object as given; fails if it has changed since it was read."""
        ref = Ref.of(manifest)
        query = {"fieldManager": FIELD_MANAGER}
        return await self._call("update", ref, ref.path(), query=query, body=manifest)

    async def delete(self, live: Json) -> None:
        """Deletes the object as it was read; fails if it has changed since, or is another."""
        preconditions = {key: live["metadata"][key] for key in ("uid", "resourceVersion")}
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions}
        ref = Ref.of(live)
        await self._call("delete", ref, ref.path(), body=options)

    async def _call(
        self,
        verb: str,
        ref: Ref,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: object = None,
    ) -> Json:
        """One request, made again at once where that can do no harm and may help.

        A reconcile reads up to ten objects: begun anew for each answer that is lost, it would
        hardly ever end while every fifth is. What writes is not sent twice, unless the API server
        said that it did not begin: whether it was done is seen by whoever reads it again.

        Raises:
            ApiError: the server refused or failed.
            FencedError: it would write, and this process may not.
            TimeoutError: no answer in time.
            aiohttp.ClientError: no connection.
        """
        for _ in range(self._tries - 1):
            try:
                return await self._once(verb, ref, path, query, body)
            except (ApiError, aiohttp.ClientError, TimeoutError) as error:
                pause = pause_after(error, writes=body is not None)
                if pause is None:
                    raise
            await asyncio.sleep(pause)
        return await self._once(verb, ref, path, query, body)

    async def _once(
        self, verb: str, ref: Ref, path: str, query: dict[str, str] | None, body: object
    ) -> Json:
        if self._session is None:
            raise RuntimeError("the client is not open")
        if body is not None and not self._may_write():
            raise FencedError
        method, content = _HTTP[verb]
        headers = self._login.headers() | content
        data = _Fenced(wire.dumps(body).encode(), self._may_write) if body is not None else None
        url = self._login.server + path
        code = 0
        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                self._session.request(
                    method, url, params=query, data=data, headers=headers
                ) as answer,
            ):
                code = answer.status
                wait = seconds_asked(answer.headers.get("Retry-After", ""))
                return object_in(code, await answer.read(), f"{verb} {ref.kind}", wait)
        finally:
            API_REQUESTS.labels(verb, ref.kind, str(code)).inc()


_JSON = {"Content-Type": "application/json"}
_METADATA = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}
_GROUPS = {"Accept": "application/json;as=APIGroupDiscoveryList;g=apidiscovery.k8s.io;v=v2"}
_HTTP: dict[str, tuple[str, dict[str, str]]] = {
    "get": ("GET", {}),
    "list": ("GET", {}),
    "list-metadata": ("GET", _METADATA),
    "discover": ("GET", _GROUPS),
    "create": ("POST", _JSON),
    "update": ("PUT", _JSON),
    "apply": ("PATCH", {"Content-Type": "application/apply-patch+yaml"}),
    "patch": ("PATCH", {"Content-Type": "application/json-patch+json"}),
    "delete": ("DELETE", _JSON),
}
