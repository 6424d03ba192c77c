"""What the server's thread shows of the operator: the pages, and the objects to count."""

import asyncio
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import CancelledError
from http import HTTPStatus
from threading import get_ident
from typing import TypeVar

from mandate.api.kinds import WATCHED
from mandate.api.meta import Json
from mandate.observability.health import Limits, troubles
from mandate.observability.inventory import Holdings
from mandate.observability.server import Page
from mandate.rules.calendar_end import remaining
from mandate.runtime.cache import Cache
from mandate.runtime.clock import Clock
from mandate.runtime.pulse import Pulse
from mandate.runtime.queue import WorkQueue

T = TypeVar("T")
_MOST_KEYS = 20
_ANSWER_SECONDS = 2.0


class Lookout:
    """Looks at the operator from another thread.

    Cache and queue are the event loop's: what is in them is asked of it, and when it does not
    answer, is not told.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        cache: Cache,
        queue: WorkQueue,
        pulse: Pulse,
        limits: Limits,
    ) -> None:
        """To be made on the event loop's thread."""
        self._loop = loop
        self._thread = get_ident()
        self._cache = cache
        self._queue = queue
        self._pulse = pulse
        self._limits = limits

    def pages(self) -> dict[str, Page]:
        """The pages for the prober."""
        return {"/healthz": self.health, "/readyz": self.readiness}

    def health(self) -> tuple[HTTPStatus, Json]:
        """Whether the process should be left running."""
        found = troubles(self._pulse.vitals(), self._limits)
        status = HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK
        return status, {"troubles": list(found)}

    def readiness(self) -> tuple[HTTPStatus, Json]:
        """Whether it has seen everything; a standby has, as well as the leader."""
        filled = self._pulse.vitals().filled
        status = HTTPStatus.OK if filled else HTTPStatus.SERVICE_UNAVAILABLE
        return status, {"filled": filled}

    def state(self) -> tuple[HTTPStatus, Json]:
        """What it is at: keys and counts, no text of any object."""
        vitals = self._pulse.vitals()
        found: Json = {
            "troubles": list(troubles(vitals, self._limits)),
            "loopSilentSeconds": round(vitals.silent, 3),
            "tasks": self._pulse.tasks(),
        }
        try:
            found |= self._ask(self._inside)
        except (TimeoutError, RuntimeError, CancelledError):
            # where it stands: lines of our code, no values
            frame = sys._current_frames().get(self._thread)
            found["loopStands"] = traceback.format_stack(frame) if frame else []
        return HTTPStatus.OK, found

    def holdings(self, clock: Clock) -> Holdings:
        """All cached objects and the time, both as the rules see them.

        Raises:
            TimeoutError: the event loop does not answer.
            RuntimeError: it has ended.
        """
        objects = self._ask(lambda: [o for kind in WATCHED for o in self._cache.of_kind(kind.name)])
        policies, calendars = (
            [o for o in objects if o["kind"] == kind]
            for kind in ("GovernancePolicy", "WorkCalendar")
        )
        now = clock.now()
        left = remaining(policies, calendars, now)
        return Holdings([clock.seen(o) for o in objects], now, left)

    def _inside(self) -> Json:
        kinds = {k.name: sum(1 for _ in self._cache.of_kind(k.name)) for k in WATCHED}
        filled = self._pulse.since_filled()
        return {
            "queue": self._queue.state(_MOST_KEYS),
            "cache": kinds,
            "lastResyncSeconds": None if filled is None else round(filled, 3),
        }

    def _ask(self, look: Callable[[], T]) -> T:
        async def answer() -> T:
            return look()

        question = answer()
        try:
            asked = asyncio.run_coroutine_threadsafe(question, self._loop)
        except RuntimeError:
            question.close()
            raise
        try:
            return asked.result(_ANSWER_SECONDS)
        except TimeoutError:
            asked.cancel()
            raise
