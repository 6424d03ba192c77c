"""Whether a dossier is whole, part by part, as the operator watches over it (X-dossier).

The auditor's own verification (`kubectl mandate audit verify`) says what is wrong and where; here
it is enough to know that something is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from mandate.api.meta import Json
from mandate.rules.dossier import GENESIS, seal


@dataclass(frozen=True, slots=True)
class Part:
    """One part as it was read."""

    subject: str
    """The uid of the subject."""
    number: int
    opens: str
    ends: str
    """The hash of its last entry."""
    whole: bool
    """Whether its entries are numbered, linked and sealed."""


def examined(spec: Json, seen: str | None = None) -> Part:
    """A part, read by itself (X-dossier).

    Args:
        spec: of the Dossier.
        seen: the hash with which it ended when it was last whole; a part is only appended to.
    """
    opens: str = spec["opens"]
    hashes = [opens]
    whole = True
    for number, entry in enumerate(spec["entries"]):
        unsealed = {name: value for name, value in entry.items() if name != "hash"}
        linked = (entry["seq"], entry["previous"]) == (number, hashes[-1])
        whole = whole and linked and seal(unsealed)["hash"] == entry["hash"]
        hashes.append(entry["hash"])
    whole = whole and (seen is None or seen in hashes)
    return Part(spec["subject"]["uid"], spec["part"], opens, hashes[-1], whole)


def broken(parts: Iterable[Part], moving: Collection[tuple[str, int]]) -> frozenset[str]:
    """The subjects, by uid, of whose dossier something is missing or was altered (X-dossier).

    Args:
        parts: all that are there, in any order.
        moving: subject and number of those that were written since they were read: what follows
            them is not compared with their end.
    """
    by_subject: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda part: part.number):
        by_subject.setdefault(part.subject, []).append(part)
    return frozenset(uid for uid, row in by_subject.items() if not _is_whole(row, moving))


def _is_whole(row: list[Part], moving: Collection[tuple[str, int]]) -> bool:
    linked = all(
        (before.subject, before.number) in moving or after.opens == before.ends
        for before, after in pairwise(row)
    )
    numbered = [part.number for part in row] == list(range(len(row)))
    return numbered and linked and row[0].opens == GENESIS and all(part.whole for part in row)
