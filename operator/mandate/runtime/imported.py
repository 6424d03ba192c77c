"""The dossiers that were brought from another cluster: what they tell of applications here."""

import logging
from collections import defaultdict

from mandate.api.meta import API_VERSION, Json
from mandate.kube.client import KubeClient
from mandate.observability.logs import identity
from mandate.rules.case import Predecessor
from mandate.rules.predecessor import predecessors
from mandate.runtime.cache import Key
from mandate.runtime.dossiers import IMPORTED

_log = logging.getLogger("mandate")
_KIND = "CloudApplication"


class Imported:
    """Reads them at the start and at every resync; they never change, and only more come."""

    def __init__(self, kube: KubeClient) -> None:
        self._kube = kube
        self._names: frozenset[str] = frozenset()
        self._known: dict[tuple[str, str], list[Predecessor]] = {}

    def predecessor(self, namespace: str, name: str, cited: str | None) -> Predecessor | None:
        """What is known of an application of this name.

        Args:
            namespace: of the application.
            name: of the application.
            cited: the hash that its takeover cites, once it is decided.

        Returns:
            The one that was cited, or else the last; None if there is none.
        """
        known = self._known.get((namespace, name), [])
        last = known[-1] if known else None
        return next((one for one in known if one.head == cited), last)

    async def run(self) -> list[Key]:
        """Reads what came since; the applications whose names stand in it.

        Raises:
            ApiError: as `KubeClient.list`; what was known stays.
        """
        found = await self._kube.list_metadata(API_VERSION, "Dossier", IMPORTED)
        names = frozenset(metadata["name"] for metadata in found)
        if names == self._names:
            return []
        parts, _ = await self._kube.list(API_VERSION, "Dossier", labels=IMPORTED)
        before, self._known = self._known, _read(parts)
        self._names = names
        changed = [place for place, known in self._known.items() if before.get(place) != known]
        return [Key(_KIND, namespace, name) for namespace, name in changed]


def _read(parts: list[Json]) -> dict[tuple[str, str], list[Predecessor]]:
    """By namespace and name: the dossiers in the order in which they ended, part by part."""
    by_subject: defaultdict[tuple[str, str, str], list[Json]] = defaultdict(list)
    for part in parts:
        subject = part["spec"]["subject"]
        if subject["kind"] == _KIND and part["spec"]["entries"]:
            place = (subject["namespace"], subject["name"], subject["uid"])
            by_subject[place].append(part)
    for each in by_subject.values():
        each.sort(key=lambda part: part["spec"]["part"])
    known: defaultdict[tuple[str, str], list[Predecessor]] = defaultdict(list)
    # instants of one form, in UTC: their order is that of their text
    ends = {place: each[-1]["spec"]["entries"][-1]["at"] for place, each in by_subject.items()}
    for place in sorted(by_subject, key=lambda place: (ends[place], place)):
        try:
            told = predecessors(by_subject[place])
        except (ValueError, KeyError, TypeError) as error:
            where = identity(_KIND, place[0], place[1])
            _log.warning("an imported dossier is not read", extra=where | {"error": str(error)})
        else:
            known[place[:2]] += told
    return dict(known)
