"""What is gone goes on record as gone, and its dossier is closed (X-dossier)."""

from collections.abc import Awaitable, Callable, Mapping

from mandate.api.meta import Json
from mandate.rules.record import Fact
from mandate.runtime.cache import Cache, Key
from mandate.runtime.dossiers import Dossiers

Record = Callable[[Json], Awaitable[None]]


class GoneController:
    """Closes the dossier of a subject that was withdrawn or deleted."""

    def __init__(self, cache: Cache, dossiers: Dossiers, record: Mapping[str, Record]) -> None:
        """Keeps what it is given.

        Args:
            cache: with the last state of what went.
            dossiers: to be closed.
            record: by kind, what puts on record what an object says happened to it.
        """
        self._cache = cache
        self._dossiers = dossiers
        self._record = record

    async def reconcile(self, key: Key) -> float | None:
        """See `Controller`; the key's name is `<kind>-<uid>`, as its dossier's parts begin."""
        uid = key.name.partition("-")[2]
        subject = await self._dossiers.subject(uid)
        if subject is None:
            self._cache.forget(uid)
            return None
        there = self._cache.get(Key(subject.kind, subject.namespace or "", subject.name))
        if there is not None and there["metadata"]["uid"] == subject.uid:
            return None
        last = self._cache.last(uid)
        if last is not None:
            # a fact whose entry was lost would be found again; here is the last that can look
            await self._record[subject.kind](last)
        fact = Fact("gone", "Gone", f"{subject.kind} {subject.name} is not there any more")
        was = {"namespace": subject.namespace or "", "name": subject.name, "uid": subject.uid}
        await self._dossiers.record(subject, {"kind": subject.kind, "metadata": was}, [fact])
        await self._dossiers.close(subject)
        self._cache.forget(uid)
        return None
