"""Reads the dossiers again, part by part: whether what was put on record is still so."""

import logging

from mandate.api.meta import API_VERSION
from mandate.kube.client import KubeClient
from mandate.observability.logs import identity
from mandate.observability.metrics import BROKEN_DOSSIERS
from mandate.rules.inspection import Part, broken, examined
from mandate.runtime.cache import Key

_log = logging.getLogger("mandate")
_MOST_READS = 200
"""Parts read in one round: some 900 KB each at most."""


class Inspection:
    """Reads every part once after the start, and again whenever it was written.

    A part that goes is missed: nobody may delete one. Those that were never read come first.
    """

    def __init__(self, kube: KubeClient) -> None:
        self._kube = kube
        self._versions: dict[str, str] = {}
        self._parts: dict[str, Part] = {}
        self._seen: dict[str, str] = {}
        # the hash with which each part ended when it was last whole
        self._told: frozenset[str] = frozenset()

    async def run(self) -> list[Key]:
        """Reads what was written since, up to a number of parts; there is nothing to reconcile.

        Raises:
            ApiError: as `KubeClient.list`; what was read by then is not read again.
        """
        listed = await self._kube.list_metadata(API_VERSION, "Dossier", "")
        versions = {metadata["name"]: metadata["resourceVersion"] for metadata in listed}
        stale = [name for name, version in versions.items() if self._versions.get(name) != version]
        for name in sorted(stale, key=lambda name: name in self._versions)[:_MOST_READS]:
            await self._read(name)
        unread = {_uid(name) for name in versions if name not in self._parts}
        there = {name: part for name, part in self._parts.items() if name in versions}
        moving = {
            (part.subject, part.number)
            for name, part in there.items()
            if self._versions[name] != versions[name]
        }
        gone = {part.subject for name, part in self._parts.items() if name not in versions}
        self._tell((broken(there.values(), moving) - unread) | gone)
        return []

    async def _read(self, name: str) -> None:
        # the operator may list dossiers and not get one
        found, _ = await self._kube.list(API_VERSION, "Dossier", fields=f"metadata.name={name}")
        for raw in found:
            try:
                part = examined(raw["spec"], self._seen.get(name))
            except (KeyError, TypeError, AttributeError, ValueError):
                # past the API server somebody wrote what its schema refuses
                part = Part(_uid(name), 0, "", "", whole=False)
            self._versions[name] = raw["metadata"]["resourceVersion"]
            self._parts[name] = part
            if part.whole:
                self._seen[name] = part.ends

    def _tell(self, uids: frozenset[str]) -> None:
        BROKEN_DOSSIERS.set(len(uids))
        for name, part in self._parts.items():
            if part.subject in uids - self._told:
                _log.warning("a dossier is not whole", extra=identity("Dossier", "", name))
        self._told = uids


def _uid(name: str) -> str:
    # a part is named <kind>-<uid>-<part>
    return name.partition("-")[2].rpartition("-")[0]
