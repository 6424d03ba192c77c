"""What landing zones made that are there no more."""

from mandate.api.zonemanifests import ZONE_KINDS, ZONE_LABEL
from mandate.kube.client import KubeClient
from mandate.runtime.cache import Cache, Key


class Abandoned:
    """Finds them at every resync: nobody may have been watching when a zone went."""

    def __init__(self, kube: KubeClient, cache: Cache) -> None:
        self._kube = kube
        self._cache = cache

    async def run(self) -> list[Key]:
        """The zones that are gone while something of theirs is there."""
        left = set()
        for name, kind in ZONE_KINDS.items():
            for metadata in await self._kube.list_metadata(kind.api_version, name, ZONE_LABEL):
                left.add(Key("LandingZone", "", metadata["labels"][ZONE_LABEL]))
        return sorted(key for key in left if self._cache.get(key) is None)
