"""The time that the rules see: the server's, but where a test or the demo moves it.

A story of a year then runs in a minute on a real API server. A file says from which real instant
on the time is moved by how much, one JSON object a line:
`{"from": "2026-11-24T08:00:00Z", "offset_seconds": 86400}`. Each instant that the API server
wrote is moved by what was in force when it wrote it, so that the story keeps its order.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mandate.api.meta import Json

_log = logging.getLogger("mandate")
_LOOK_SECONDS = 0.25

Move = tuple[datetime, timedelta]
"""From when on (real time), and by how much."""


def _real_now() -> datetime:
    """The time, in whole seconds as the API server writes it (UTC)."""
    return datetime.now(UTC).replace(microsecond=0)


class Clock:
    """Real time as story time; the same without a file."""

    def __init__(
        self, file: Path | None = None, real_now: Callable[[], datetime] = _real_now
    ) -> None:
        self._file = file
        self._real_now = real_now
        self._read: tuple[int, int] | None = None
        self._moves: tuple[Move, ...] = ()
        if file is not None:
            _log.warning("time is not the server's", extra={"file": str(file)})

    def now(self) -> datetime:
        """The time (UTC)."""
        return self.of(self._real_now())

    def of(self, instant: datetime) -> datetime:
        """An instant of the server as the rules see it (UTC)."""
        self._refresh()
        offset = timedelta()
        for since, by in self._moves:
            if since <= instant:
                offset = by
        return instant + offset

    def seconds_until(self, instant: datetime | None) -> float | None:
        """How long until the time is this, if nobody moves it; None if there is no such time."""
        return None if instant is None else max(0.0, (instant - self.now()).total_seconds())

    def seen(self, raw: Json) -> Json:
        """An object of ours with the instants that the server wrote as the rules see them."""
        if self._file is None:
            return raw
        metadata = dict(raw["metadata"])
        self._move(metadata, "creationTimestamp")
        entries = [dict(entry) for entry in metadata.get("managedFields", [])]
        for entry in entries:
            self._move(entry, "time")
        status = dict(raw.get("status", {}))
        approvals = {key: dict(entry) for key, entry in status.get("approvals", {}).items()}
        for entry in approvals.values():
            self._move(entry, "at")
        metadata["managedFields"], status["approvals"] = entries, approvals
        return raw | {"metadata": metadata, "status": status}

    async def follow(self, moved: Callable[[], None]) -> None:
        """Tells when the time was moved, within a second; ends at once without a file."""
        before = self._refresh()
        while self._file is not None:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._refresh() != before:
                before = self._moves
                moved()

    def _move(self, holder: Json, key: str) -> None:
        if holder.get(key):
            holder[key] = self.of(datetime.fromisoformat(holder[key])).isoformat()

    def _refresh(self) -> tuple[Move, ...]:
        """Reads the file again if it has changed.

        Raises:
            ValueError, KeyError: it is not as described above.
        """
        if self._file is None or not self._file.exists():
            return self._moves
        found = self._file.stat()
        if self._read != (found.st_mtime_ns, found.st_ino):
            self._read = (found.st_mtime_ns, found.st_ino)
            self._moves = tuple(sorted(_moves(self._file.read_text("utf-8"))))
        return self._moves


def _moves(text: str) -> list[Move]:
    rows = [json.loads(row) for row in text.splitlines() if row]
    return [
        (datetime.fromisoformat(row["from"]), timedelta(seconds=row["offset_seconds"]))
        for row in rows
    ]
