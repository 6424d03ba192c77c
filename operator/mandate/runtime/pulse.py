"""Whether this process lives: its loop comes round, its tasks run, its work gets done."""

import asyncio
import time
from collections.abc import Callable

from mandate.observability.health import Vitals

_BEAT_SECONDS = 1.0
_WATCHER = "watcher for "


class Pulse:
    """Noted by the event loop, read by the server's thread: each field is one value."""

    def __init__(self, watchers: int, seconds: Callable[[], float] = time.monotonic) -> None:
        """Begins now, well and not filled.

        Args:
            watchers: how many of kopf's watch streams there are to be.
            seconds: a clock that only goes forward.
        """
        self.filled_at: float | None = None
        self._watchers = watchers
        self._seconds = seconds
        self._beat = self._progress = seconds()
        self._tasks: list[asyncio.Task[None]] = []

    def keep(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        """A task that must not end while the process runs."""
        self._tasks.append(task)
        return task

    def begin_anew(self) -> None:
        """Forgets the tasks: those that ended are started again."""
        self._tasks = []

    def filled(self) -> None:
        """Every kind has been listed."""
        self.filled_at = self._seconds()

    def progressed(self) -> None:
        """A reconcile has ended, well or not."""
        self._progress = self._seconds()

    async def beat(self, busy: Callable[[], bool]) -> None:
        """Notes each second that the loop comes round.

        Args:
            busy: whether work waits that is this process's to do.
        """
        while True:
            self._beat = self._seconds()
            if not busy():
                self._progress = self._beat
            self._find_watchers()
            await asyncio.sleep(_BEAT_SECONDS)

    def _find_watchers(self) -> None:
        # kopf restarts a stream that breaks; one that it gives up ends kopf as well, and if it
        # did not, the end of the task would show
        known = [t for t in self._tasks if t.get_name().startswith(_WATCHER)]
        if len(known) < self._watchers:
            there = {t for t in asyncio.all_tasks() if t.get_name().startswith(_WATCHER)}
            self._tasks += there - set(known)

    def vitals(self) -> Vitals:
        """As of now; from any thread."""
        now = self._seconds()
        return Vitals(
            silent=now - self._beat,
            idle=now - self._progress,
            ended=tuple(sorted(t.get_name() for t in self._tasks if t.done())),
            filled=self.filled_at is not None,
        )

    def tasks(self) -> list[str]:
        """The names of the tasks that are kept."""
        return sorted(t.get_name() for t in self._tasks)

    def since_filled(self) -> float | None:
        """How long ago every kind was last listed, in seconds."""
        return None if self.filled_at is None else self._seconds() - self.filled_at
