"""The loop: kopf's watch streams fill the cache and the queue, workers empty it."""

import asyncio
import logging
import random
import zlib
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp

from mandate.api.kinds import WATCHED, Kind
from mandate.api.meta import API_VERSION
from mandate.kube.client import KubeClient
from mandate.kube.errors import ApiError, FencedError
from mandate.kube.login import Login
from mandate.observability.metrics import RECONCILE_SECONDS, RECONCILES
from mandate.runtime.cache import Cache, Key
from mandate.runtime.departed import key_of
from mandate.runtime.failures import FailureLog, described
from mandate.runtime.leader import Leader
from mandate.runtime.pulse import Pulse
from mandate.runtime.queue import WorkQueue
from mandate.runtime.watching import WatchesEndedError, watch
from mandate.settings import Settings

_log = logging.getLogger("mandate")
_SHORTEST = 0.8
"""Of the resync interval: the pause between two lists is between this and the whole."""
_ANEW_SECONDS = 5.0
_TRANSIENT = (ApiError, FencedError, aiohttp.ClientError, TimeoutError, ConnectionError)


class Controller(Protocol):
    """What the loop asks of a kind."""

    async def reconcile(self, key: Key) -> float | None:
        """Brings one object to where it should be; seconds until it must be looked at again."""


class Sweeping(Protocol):
    """What is looked through at every resync."""

    async def run(self) -> list[Key]:
        """The keys to reconcile."""


class Relations(Protocol):
    """Which objects depend on which."""

    def affected(self, key: Key) -> Iterable[Key]:
        """The keys to reconcile when this object has changed, itself among them."""


class Operator:
    """One operator process."""

    def __init__(
        self,
        settings: Settings,
        kube: KubeClient,
        cache: Cache,
        controllers: dict[str, Controller],
        relations: Relations,
    ) -> None:
        self._settings = settings
        self._kube = kube
        self._cache = cache
        self._controllers = controllers
        self._relations = relations
        self._failures = FailureLog()
        self._queue = WorkQueue(settings.backoff_base_seconds, settings.backoff_limit_seconds)
        self.pulse = Pulse(watchers=len(WATCHED))

    @property
    def queue(self) -> WorkQueue:
        """The queue, for whoever looks on."""
        return self._queue

    async def run(self, login: Login, leader: Leader, sweeps: Sequence[Sweeping]) -> None:
        """Runs until a signal comes, and begins anew when its watches end before that.

        Raises:
            Exception: a part of the loop failed; without it the rest is of no use.
        """
        while True:
            try:
                return await self._run_once(login, leader, sweeps)
            except WatchesEndedError as ended:
                cause = described(ended.__cause__ or ended)
                _log.warning("the watches ended and are begun anew", extra=cause)
            self.pulse.begin_anew()
            await asyncio.sleep(_ANEW_SECONDS)

    async def _run_once(self, login: Login, leader: Leader, sweeps: Sequence[Sweeping]) -> None:
        """Nothing is decided on a half-full cache.

        A standby watches and queues as a leader does; its workers wait for the lease.
        """
        beat = self.pulse.beat(lambda: leader.leads() and self._busy())
        parts = [asyncio.create_task(beat, name="pulse")]

        async def end() -> None:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

        try:
            await self._fill_first(sweeps)
            parts += [
                asyncio.create_task(self._resync(sweeps), name="resync"),
                asyncio.create_task(leader.run(self._work_all), name="leader"),
            ]
            stop = asyncio.Event()
            for part in parts:
                self.pulse.keep(part).add_done_callback(lambda _: stop.set())
            await watch(login, self.observe, stop, end)
        finally:
            await end()
        for part in parts:
            if not part.cancelled():
                part.result()

    def observe(self, change: str | None, raw: dict[str, Any]) -> None:
        """Takes one event of a watch stream; what it says again is no news."""
        news = True
        if change == "DELETED":
            self._cache.drop(raw)
            departed = key_of(raw)
            if departed is not None:
                self._queue.add(departed)
        else:
            news = self._cache.observe(raw)
        if news:
            self._enqueue(Key.of(raw))

    def look_again(self) -> None:
        """Reconciles everything: the time was moved."""
        for kind in WATCHED:
            for raw in self._cache.of_kind(kind.name):
                self._queue.add(Key.of(raw))

    def _enqueue(self, key: Key) -> None:
        for affected in self._relations.affected(key):
            self._queue.add(affected)

    async def _fill(self, kinds: Iterable[Kind] = WATCHED) -> list[Kind]:
        """Lists kinds: what a broken watch missed is found, what went is dropped.

        Returns:
            The kinds that could not be listed; none of them holds up another.
        """
        failed = []
        for kind in kinds:
            try:
                items, version = await self._kube.list(API_VERSION, kind.name)
            except _TRANSIENT as error:
                failed.append(kind)
                _log.warning("a list failed and is tried again", extra=described(error))
                continue
            for key in self._cache.replace(kind.name, items, version):
                self._enqueue(key)
        if not failed:
            self.pulse.filled()
        return failed

    async def _fill_first(self, sweeps: Sequence[Sweeping]) -> None:
        """Lists every kind, and all else, however long the API server takes to be there."""
        wait = self._settings.backoff_base_seconds
        left = await self._fill()
        # before anything is judged: what is restored awaits another stage
        while left or not await self._swept(sweeps):
            await asyncio.sleep(wait)
            wait = min(2 * wait, self._settings.backoff_limit_seconds)
            left = await self._fill(left)

    async def _resync(self, sweeps: Sequence[Sweeping]) -> None:
        """Looks at everything once an interval; at what has changed at once."""
        longest = wait = self._settings.resync_seconds
        while True:
            for kind in self._controllers:
                for raw in self._cache.of_kind(kind):
                    key = Key.of(raw)
                    self._queue.add_after(key, longest * _SHORTEST * _phase(key))
            await asyncio.sleep(wait * random.uniform(_SHORTEST, 1))  # noqa: S311 - no secret
            found = await self._found_changes(sweeps)
            wait = longest if found else min(longest, self._settings.backoff_limit_seconds)

    async def _found_changes(self, sweeps: Sequence[Sweeping]) -> bool:
        """Has everything that changed looked at; whether the API server could tell."""
        failed = await self._fill()
        return await self._swept(sweeps) and not failed

    async def _swept(self, sweeps: Sequence[Sweeping]) -> bool:
        """Looks through everything beside the watched kinds; whether the API server could tell."""
        try:
            for sweep in sweeps:
                for key in await sweep.run():
                    self._queue.add(key)
        except _TRANSIENT as error:
            _log.warning("resync failed and is tried again", extra=described(error))
            return False
        except Exception as error:
            _log.exception("resync failed and is tried again", extra=described(error))
            return False
        return True

    async def _work_all(self) -> None:
        async with asyncio.TaskGroup() as workers:
            for number in range(self._settings.workers):
                workers.create_task(self._work(), name=f"worker-{number}")

    async def _work(self) -> None:
        while True:
            key = await self._queue.get()
            try:
                await self._reconcile(key)
            except asyncio.CancelledError:
                # half done: whoever leads next, even this process, begins anew
                self._queue.add(key)
                raise
            finally:
                self._queue.done(key)
                self.pulse.progressed()

    async def _reconcile(self, key: Key) -> None:
        controller = self._controllers.get(key.kind)
        if controller is None:
            return
        result = "cancelled"
        try:
            with RECONCILE_SECONDS.labels(key.kind).time():
                again = await controller.reconcile(key)
            result = "done"
            self._queue.forget(key)
            self._failures.went_well(key, self._cache.get(key))
            if again is not None:
                self._queue.add_after(key, again)
        except _TRANSIENT as error:
            result = "conflict" if _is_conflict(error) else "retry"
            self._failed(key, error)
        except Exception as error:  # one object's trouble is nobody else's
            result = "error"
            self._failed(key, error)
        finally:
            RECONCILES.labels(key.kind, result).inc()

    def _failed(self, key: Key, error: Exception) -> None:
        asked = error.retry_after_seconds if isinstance(error, ApiError) else 0.0
        wait, raw = self._queue.retry(key, asked), self._cache.get(key)
        if _is_conflict(error):
            self._failures.conflicted(key, raw)
        else:
            self._failures.failed(key, raw, error, wait)

    def _busy(self) -> bool:
        # before everything is listed nobody works
        return self._queue.busy and self.pulse.filled_at is not None


def _is_conflict(error: Exception) -> bool:
    return isinstance(error, ApiError) and error.code == HTTPStatus.CONFLICT


def _phase(key: Key) -> float:
    """Where in each interval an object is looked at, in [0, 1): always the same place."""
    return zlib.crc32("/".join(key).encode()) / 2**32
