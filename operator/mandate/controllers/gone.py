"""What is gone goes on record as gone, and its dossier is closed (X-dossier)."""

from mandate.rules.record import Fact
from mandate.runtime.cache import Cache, Key
from mandate.runtime.dossiers import Dossiers


class GoneController:
    """Closes the dossier of a subject that was withdrawn or deleted."""

    def __init__(self, cache: Cache, dossiers: Dossiers) -> None:
        self._cache = cache
        self._dossiers = dossiers

    async def reconcile(self, key: Key) -> float | None:
        """See `Controller`; the key's name is `<kind>-<uid>`, as its dossier's parts begin."""
        subject = await self._dossiers.subject(key.name.partition("-")[2])
        if subject is None:
            return None
        there = self._cache.get(Key(subject.kind, subject.namespace or "", subject.name))
        if there is not None and there["metadata"]["uid"] == subject.uid:
            return None
        fact = Fact("gone", "Gone", f"{subject.kind} {subject.name} is not there any more")
        was = {"namespace": subject.namespace or "", "name": subject.name, "uid": subject.uid}
        await self._dossiers.record(subject, {"kind": subject.kind, "metadata": was}, [fact])
        await self._dossiers.close(subject)
        return None
