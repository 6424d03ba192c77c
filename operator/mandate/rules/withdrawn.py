"""Requests that went before anything came of them, for their system's dossier (X-dossier)."""

import re
from collections.abc import Iterable, Iterator

from mandate.api.meta import ObjectMeta
from mandate.rules.history import about_request
from mandate.rules.record import Fact

GONE = Fact("gone", "Gone", "it was withdrawn or deleted")
"""A request that is not there any more."""
_FILED = re.compile(r"(\w+)/([^/]+)/([0-9a-f]{8})\.filed\.\d+")


def withdrawn_facts(recorded: Iterable[str], there: Iterable[str]) -> Iterator[Fact]:
    """That requests are gone that are on record as filed, for their system's dossier.

    Args:
        recorded: the keys of what is on record of the system.
        there: the uids of the requests about it.
    """
    known = {uid[:8] for uid in there}
    for key in sorted(recorded):
        found = _FILED.fullmatch(key)
        if found and found[3] not in known:
            where = ObjectMeta(name=found[2], uid=found[3])
            yield from about_request(found[1], where, [GONE])
