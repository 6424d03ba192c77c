"""A work queue as client-go's: each key once, never twice at a time, later ones by a heap.

Unlike it, the queue is fair: agencies take turns, so that one which files ten thousand forms
delays another's by no more than its share.
"""

import asyncio
import heapq
import random
from collections import deque

from mandate.api.meta import Json
from mandate.observability.metrics import QUEUE_DEPTH, QUEUE_LATENCY
from mandate.runtime.cache import Key

_STALE_ENTRIES = 1000


def _group(key: Key) -> str:
    """Whose turn a key takes: its agency's, by the namespace; else its own."""
    return key.namespace or f"{key.kind}/{key.name}"


class WorkQueue:
    """Keys to reconcile.

    A key that is added while it waits is there once; one that is added while it is being
    worked on waits until that is done, so that no object is reconciled twice at a time and
    no change is missed. Keys of one agency come in the order they were added.
    """

    def __init__(self, base_seconds: float, limit_seconds: float) -> None:
        self._base_seconds = base_seconds
        self._limit_seconds = limit_seconds
        self._waiting: dict[str, deque[Key]] = {}
        self._turns: deque[str] = deque()
        # keys that are to be worked on, and since when
        self._dirty: dict[Key, float] = {}
        self._working: set[Key] = set()
        self._failures: dict[Key, int] = {}
        self._later: list[tuple[float, Key]] = []
        self._due: dict[Key, float] = {}
        self._wake = asyncio.Event()

    def add(self, key: Key) -> None:
        """Adds a key now."""
        if key in self._dirty:
            return
        self._dirty[key] = _now()
        QUEUE_DEPTH.set(len(self._dirty))
        if key not in self._working:
            self._enqueue(key)

    def add_after(self, key: Key, seconds: float) -> None:
        """Adds a key later; of two times the earlier one counts."""
        due = _now() + seconds
        if due < self._due.get(key, float("inf")):
            self._due[key] = due
            heapq.heappush(self._later, (due, key))
            self._wake.set()
        # a time that an earlier one replaced stays in the heap, for days if it was a deadline
        if len(self._later) > 2 * len(self._due) + _STALE_ENTRIES:
            self._later = [(due, key) for key, due in self._due.items()]
            heapq.heapify(self._later)

    def retry(self, key: Key, asked_seconds: float = 0.0) -> float:
        """Adds a key again after a wait that doubles with each failure, with jitter.

        Args:
            key: what failed.
            asked_seconds: a wait that the API server asked for; up to the limit it is granted.

        Returns:
            The wait in seconds.
        """
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        longest = min(self._limit_seconds, self._base_seconds * 2.0 ** min(failures, 32))
        # half of it at random: keys that failed together do not come back together
        wait = longest * (0.5 + random.random() / 2)  # noqa: S311 - no secret
        wait = max(wait, min(asked_seconds, self._limit_seconds))
        self.add_after(key, wait)
        return wait

    def forget(self, key: Key) -> None:
        """A key went well: its next failure is its first."""
        self._failures.pop(key, None)

    async def get(self) -> Key:
        """The next key; it counts as being worked on until `done`."""
        while True:
            wait = self._promote()
            if self._turns:
                return self._take()
            self._wake.clear()
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def done(self, key: Key) -> None:
        """Ends the work on a key; if it was added meanwhile, it waits again."""
        self._working.discard(key)
        if key in self._dirty:
            self._enqueue(key)

    def _enqueue(self, key: Key) -> None:
        group = _group(key)
        if group not in self._waiting:
            self._waiting[group] = deque()
            self._turns.append(group)
        self._waiting[group].append(key)
        self._wake.set()

    def _take(self) -> Key:
        group = self._turns.popleft()
        key = self._waiting[group].popleft()
        if self._waiting[group]:
            self._turns.append(group)
        else:
            del self._waiting[group]
        QUEUE_LATENCY.observe(_now() - self._dirty.pop(key))
        QUEUE_DEPTH.set(len(self._dirty))
        self._working.add(key)
        return key

    def _promote(self) -> float | None:
        """Adds what is due; how long until the next is, in seconds."""
        now = _now()
        while self._later and self._later[0][0] <= now:
            due, key = heapq.heappop(self._later)
            if self._due.get(key) == due:
                del self._due[key]
                self.add(key)
        return self._later[0][0] - now if self._later else None

    @property
    def busy(self) -> bool:
        """Whether a key waits or is worked on."""
        return bool(self._dirty or self._working)

    def state(self, most: int) -> Json:
        """What waits and for how long in seconds, longest first; what fails, most often first.

        Args:
            most: how many keys of each to name.
        """
        now = _now()
        waiting = heapq.nsmallest(most, self._dirty.items(), key=lambda item: item[1])
        failing = heapq.nlargest(most, self._failures.items(), key=lambda item: item[1])
        return {
            "depth": len(self._dirty),
            "waiting": {str(key): round(now - since, 3) for key, since in waiting},
            "working": sorted(map(str, self._working)),
            "later": len(self._due),
            "retries": {str(key): count for key, count in failing},
        }


def _now() -> float:
    return asyncio.get_running_loop().time()
