"""An API server that keeps one lease and can be slow, broken or gone; on virtual time."""

import asyncio
from copy import deepcopy

from mandate.api.meta import Json
from mandate.kube.client import KubeClient, Ref
from mandate.kube.errors import ApiError


class LeaseStore:
    """What the API server keeps."""

    lease: Json | None = None
    version = 0


class LeaseServer(KubeClient):
    """A lease, replaced only at the version that was read, by one way to it."""

    def __init__(self, store: LeaseStore | None = None) -> None:
        self._store = store or LeaseStore()
        self.delay = 0.01
        self.trouble: Exception | None = None
        self.hangs = False

    @property
    def lease(self) -> Json | None:
        """The lease."""
        return self._store.lease

    @lease.setter
    def lease(self, lease: Json | None) -> None:
        self._store.lease = lease

    async def get(self, ref: Ref) -> Json | None:
        assert (ref.namespace, ref.name) == ("mandate-system", "mandate-operator")
        await self._answer()
        return deepcopy(self.lease)

    async def create(self, manifest: Json) -> Json:
        await self._answer()
        if self.lease is not None:
            raise ApiError(409, "AlreadyExists", "there is one")
        return self.keep(manifest)

    async def replace(self, manifest: Json) -> Json:
        await self._answer()
        kept = self.lease
        stored = kept["metadata"]["resourceVersion"] if kept else None
        if manifest["metadata"]["resourceVersion"] != stored:
            raise ApiError(409, "Conflict", "it has changed")
        return self.keep(manifest)

    async def _answer(self) -> None:
        # as the client's own deadline would end it
        await asyncio.sleep(2.5 if self.hangs else self.delay)
        if self.hangs:
            raise TimeoutError
        if self.trouble:
            raise self.trouble

    def keep(self, manifest: Json) -> Json:
        """Stores the lease as its next version."""
        self._store.version += 1
        kept = deepcopy(manifest)
        kept["metadata"]["resourceVersion"] = str(self._store.version)
        self._store.lease = kept
        return deepcopy(kept)

    @property
    def holder(self) -> str:
        """Who holds the lease."""
        return str(self.lease["spec"]["holderIdentity"]) if self.lease else ""
