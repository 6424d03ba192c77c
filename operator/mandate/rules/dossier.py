"""Facts as a dossier's entries: sealed, linked, parted where a part is full (X-dossier)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

import rfc8785

from mandate.api.dossier import MAXIMUM_DATA, MAXIMUM_ENTRIES, Subject
from mandate.api.meta import API_VERSION, Json
from mandate.rules.record import Fact

GENESIS = "0" * 64
"""What the first entry of a first part names as the hash before it."""
MAXIMUM_BYTES = 900_000
"""Of the entries of one part, as JSON: etcd takes 1.5 MB, with what the API server adds."""
_CONTINUED = "Continued"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a dossier ends."""

    part: int = 0
    entries: int = 0
    """Of the last part."""
    size_bytes: int = 0
    """Of the last part's entries as JSON."""
    opens: str = GENESIS
    """What the last part opens with."""
    hash: str = GENESIS
    """Of the last entry."""


@dataclass(frozen=True, slots=True)
class Append:
    """What is to be appended to one part."""

    part: int
    opens: str
    entries: tuple[Json, ...]


def name_of(subject: Subject, part: int) -> str:
    """The name of a part: by uid, so that an object of the same name later has its own."""
    return f"{subject.kind.lower()}-{subject.uid}-{part:04}"


def seal(entry: Json) -> Json:
    """The entry with its hash: the sha256 over the RFC 8785 JSON of all its other fields."""
    return entry | {"hash": sha256(rfc8785.dumps(entry)).hexdigest()}


def appended(head: Head, facts: Iterable[Fact], now: datetime) -> tuple[list[Append], Head]:
    """The facts as entries behind a head.

    Args:
        head: where the dossier ends.
        facts: what is to be recorded, in its order.
        now: for what has no time of its own (UTC).

    Returns:
        What each part gets, the present one first, and where the dossier ends then.
    """
    out: list[Append] = []
    for fact in facts:
        for unsealed in _entries(fact, now):
            head = _next_part(head, _size(unsealed))
            entry = seal(unsealed | {"seq": head.entries, "previous": head.hash})
            if not out or out[-1].part != head.part:
                out.append(Append(head.part, head.opens, ()))
            out[-1] = replace(out[-1], entries=(*out[-1].entries, entry))
            size = head.size_bytes + _size(entry)
            head = replace(head, entries=head.entries + 1, size_bytes=size, hash=entry["hash"])
    return out, head


def head_of(part: int, opens: str, entries: list[Json]) -> Head:
    """Where a part that was read ends."""
    last = entries[-1]["hash"] if entries else opens
    return Head(part, len(entries), sum(_size(e) for e in entries), opens, last)


def facts_in(entries: Iterable[Json]) -> Iterator[tuple[str, str, str]]:
    """Key, data and last hash of each fact that entries tell, with its pieces joined.

    Args:
        entries: in their order, from the first of a fact on.
    """
    told: tuple[str, str, str] | None = None
    for entry in entries:
        if entry["kind"] == _CONTINUED and told is not None:
            told = (told[0], told[1] + entry["data"], entry["hash"])
            continue
        if told is not None:
            yield told
        told = (entry["key"], entry["data"], entry["hash"])
    if told is not None:
        yield told


def manifest(subject: Subject, part: int, opens: str, entries: list[Json]) -> Json:
    """A part as the API server takes it."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Dossier",
        "metadata": {"name": name_of(subject, part)},
        "spec": {
            "subject": subject.wire(),
            "part": part,
            "opens": opens,
            "entries": entries,
        },
    }


def _next_part(head: Head, size_bytes: int) -> Head:
    full = head.entries >= MAXIMUM_ENTRIES or head.size_bytes + size_bytes > MAXIMUM_BYTES
    if not (head.entries and full):
        return head
    return Head(part=head.part + 1, opens=head.hash, hash=head.hash)


def _entries(fact: Fact, now: datetime) -> Iterator[Json]:
    """One entry, or several where its data is longer than one holds."""
    text = rfc8785.dumps(fact.data).decode()
    pieces = [text[i : i + MAXIMUM_DATA] for i in range(0, len(text), MAXIMUM_DATA)]
    for number, piece in enumerate(pieces):
        first = number == 0
        entry: Json = {
            "at": _instant(fact.at or now),
            "key": fact.key if first else f"{fact.key}+{number}",
            "kind": fact.kind if first else _CONTINUED,
            "text": fact.text[:1024] if first else f"piece {number + 1} of the data before",
            "data": piece,
        }
        yield entry | ({"by": fact.by} if fact.by and first else {})


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _size(entry: Json) -> int:
    return len(rfc8785.dumps(entry))
