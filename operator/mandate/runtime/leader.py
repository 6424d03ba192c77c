"""One writer at a time, by a Lease; a standby takes over when the leader goes or falls silent.

The official client's `LeaseLock` is not used: it cannot give a lease up (it insists on a
holder), reads no time without microseconds, and would be a second HTTP client beside ours.
A Lease is one object, read and replaced at the version that was read.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp

from mandate.api.meta import Json
from mandate.guards.roles import LEASE
from mandate.kube.client import KubeClient, Ref
from mandate.kube.errors import ApiError
from mandate.observability.metrics import LEADER, LEASE_LOSSES
from mandate.runtime.cache import WentBackError, version_of
from mandate.runtime.failures import described
from mandate.settings import Settings

_API_VERSION = "coordination.k8s.io/v1"
_FAILURES = (ApiError, aiohttp.ClientError, TimeoutError, ConnectionError)
_NEVER = float("-inf")

_log = logging.getLogger("mandate.leader")


class Leader:
    """One candidate for the lease.

    All times are the event loop's monotonic clock; those in the lease are for people. Whoever
    waits counts from when it saw the lease change, so clocks need not agree. A leader stops
    writing `lease_renew_seconds` after it began its last renewal; nobody takes over before
    `lease_seconds` have passed since that renewal was seen.
    """

    def __init__(self, settings: Settings, kube: KubeClient, identity: str) -> None:
        """Takes part in nothing yet.

        Args:
            settings: the times, and the namespace of the lease.
            kube: a client of its own, not fenced, whose deadline is far below the times.
            identity: this process, and no other.
        """
        self._settings = settings
        self._kube = kube
        self._identity = identity
        self._ref = Ref(_API_VERSION, "Lease", settings.namespace, LEASE)
        self._until = _NEVER
        self._seen: Json | None = None
        self._free_at = _NEVER
        self._version = 0

    def leads(self) -> bool:
        """Whether this process may write now."""
        return _now() < self._until

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Works while it leads, and stands by otherwise; gives the lease up when cancelled.

        It stands by again instead of ending the process: the cache stays warm, and the API
        server's restart is no crash loop, in which everybody waits longer than for the lease.
        Nothing it remembers can do harm, for every reconcile starts from what is.

        Args:
            work: what a leader does, without end; cancelled at once when the lease is lost.

        Raises:
            Exception: what `work` raised.
            WentBackError: the lease is an earlier one than was seen. Of all objects it is the one
                that is written every few seconds, so this is where a restored etcd shows first.
        """
        try:
            while True:
                await self._acquire()
                await self._lead(work)
        finally:
            await self._release()

    async def _acquire(self) -> None:
        while not await self._attempt():
            rest = self._free_at - _now()
            retry = self._settings.lease_retry_seconds
            await asyncio.sleep(min(retry, rest) if rest > 0 else retry)

    async def _lead(self, work: Callable[[], Awaitable[None]]) -> None:
        _log.info("leading", extra={"identity": self._identity})
        LEADER.set(1)
        working, keeping = asyncio.ensure_future(work()), asyncio.ensure_future(self._keep())
        try:
            done, _ = await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            LEASE_LOSSES.inc()
            _log.warning("lost the lease; standing by", extra={"identity": self._identity})
        finally:
            # in-flight writes are cut off; those that left already carry a version
            working.cancel()
            keeping.cancel()
            await asyncio.gather(working, keeping, return_exceptions=True)
            LEADER.set(0)

    async def _keep(self) -> None:
        """Renews; returns when the lease is somebody else's or was not renewed in time."""
        retry = wait = self._settings.lease_retry_seconds
        while self.leads():
            await asyncio.sleep(min(wait, self._until - _now()))
            try:
                async with asyncio.timeout_at(self._until):
                    renewed = await self._attempt()
            except TimeoutError:
                return
            # what is left of the time is for more tries
            wait = retry if renewed else retry / 4

    async def _attempt(self) -> bool:
        """Takes or renews the lease; whether that went well."""
        began = _now()
        try:
            if not await self._write():
                self._until = _NEVER
                return False
        except _FAILURES as error:
            _log.warning("the lease is out of reach", extra=described(error))
            return False
        self._until = began + self._settings.lease_renew_seconds
        return True

    async def _write(self) -> bool:
        lease = await self._kube.get(self._ref)
        if lease is None:
            claim = self._claimed({"metadata": _metadata(self._ref)})
            self._note(await self._kube.create(claim))
            return True
        self._note(lease)
        if not self._is_free(lease.get("spec", {})):
            return False
        self._note(await self._kube.replace(self._claimed(lease)))
        return True

    def _note(self, lease: Json) -> None:
        version = version_of(lease)
        if version < self._version:
            raise WentBackError("the lease", self._version, version)
        self._version = version

    def _is_free(self, spec: Json) -> bool:
        if spec != self._seen:
            self._seen = spec
            # its holder's own promise: it may have been started with other settings
            lasts = spec.get("leaseDurationSeconds") or self._settings.lease_seconds
            self._free_at = _now() + lasts
        holder = spec.get("holderIdentity")
        return holder in (None, "", self._identity) or _now() >= self._free_at

    def _claimed(self, lease: Json) -> Json:
        """The lease as ours; it keeps its version, so that of two claims one fails."""
        spec = lease.get("spec", {})
        now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        ours: dict[str, Any] = {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": self._settings.lease_seconds,
            "renewTime": now,
        }
        if spec.get("holderIdentity") != self._identity:
            ours["acquireTime"] = now
            ours["leaseTransitions"] = (spec.get("leaseTransitions") or 0) + 1
        return lease | {"apiVersion": _API_VERSION, "kind": "Lease", "spec": spec | ours}

    async def _release(self) -> None:
        """Gives the lease up if it is ours, so that a standby need not wait."""
        held, self._until = self.leads(), _NEVER
        if not held:
            return
        try:
            # read again: a renewal that was cut off may have gone through
            lease = await self._kube.get(self._ref)
            if lease is not None and lease["spec"].get("holderIdentity") == self._identity:
                await self._kube.replace(lease | {"spec": lease["spec"] | {"holderIdentity": ""}})
                _log.info("gave the lease up", extra={"identity": self._identity})
        except _FAILURES as error:
            _log.warning("the lease was not given up", extra=described(error))


def _metadata(ref: Ref) -> Json:
    return {"name": ref.name, "namespace": ref.namespace}


def _now() -> float:
    return asyncio.get_running_loop().time()
