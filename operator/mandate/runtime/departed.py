"""Subjects that are gone while their dossier is still open."""

from collections.abc import Iterator

from mandate.api.meta import API_VERSION, Json
from mandate.kube.client import KubeClient
from mandate.observability.metrics import DOSSIER_PARTS
from mandate.runtime.cache import Cache, Key
from mandate.runtime.dossiers import CLOSED, IMPORTED

SUBJECTS = ("CloudApplication", "Agency", "GovernancePolicy")
"""The kinds that have a dossier of their own."""


def key_of(raw: Json) -> Key | None:
    """What is to be looked at when this object was deleted; None if it has no dossier."""
    if raw["kind"] not in SUBJECTS:
        return None
    return Key("Dossier", "", f"{raw['kind'].lower()}-{raw['metadata']['uid']}")


class Departed:
    """Finds them at every resync: nobody may have been watching when they went."""

    def __init__(self, kube: KubeClient, cache: Cache) -> None:
        self._kube = kube
        self._cache = cache

    async def run(self) -> list[Key]:
        """The open dossiers whose subject is not there."""
        labels = f"!{CLOSED},!{IMPORTED}"
        parts = await self._kube.list_metadata(API_VERSION, "Dossier", labels)
        DOSSIER_PARTS.set(len(parts))
        there = set(self._uids())
        # a part is named <kind>-<uid>-<part>
        names = {part["name"].rpartition("-")[0] for part in parts}
        return [Key("Dossier", "", n) for n in sorted(names) if n.partition("-")[2] not in there]

    def _uids(self) -> Iterator[str]:
        for kind in SUBJECTS:
            for raw in self._cache.of_kind(kind):
                yield raw["metadata"]["uid"]
