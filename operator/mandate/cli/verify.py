"""Verifies dossiers by their written format alone (`docs/dossier.md`; X-dossier).

It shares no code with what writes them, and needs nothing but Python's own library: an auditor
can read it in ten minutes, and run it on an export years later.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_ZEROS = "0" * 64
_TAKEN_OVER = "TakenOver"
_SEALED = ("seq", "at", "key", "kind", "by", "text", "data", "previous")


@dataclass(frozen=True)
class Verdict:
    """What was found of one subject's dossier."""

    subject: str
    """Its kind, namespace, name and uid."""
    parts: int
    entries: int
    head: str
    """The last hash; compare it with one that was kept outside the cluster."""
    faults: tuple[str, ...]
    """What does not hold, with where; none: the dossier is whole."""
    continues: tuple[str, ...] = ()
    """The dossiers that it goes on from, by what its takeovers cite."""


def verify(dossiers: Iterable[Json]) -> list[Verdict]:
    """Checks every subject's dossier, part by part and entry by entry.

    Args:
        dossiers: Dossier objects as JSON, in any order.

    Returns:
        A verdict for each subject, by its name.
    """
    by_subject: dict[str, list[Json]] = {}
    for dossier in dossiers:
        by_subject.setdefault(_subject(dossier["spec"]["subject"]), []).append(dossier["spec"])
    ends = {_name(part): _end(part) for parts in by_subject.values() for part in parts}
    return [_verdict(subject, parts, ends) for subject, parts in sorted(by_subject.items())]


def digest(entry: Json) -> str:
    """The hash that an entry should have.

    Its fields but the hash as JSON with sorted keys, no blanks and no escapes beyond JSON's own,
    in UTF-8: RFC 8785, for an object of strings and integers with ASCII keys.
    """
    sealed = {name: entry[name] for name in _SEALED if name in entry}
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _subject(subject: Json) -> str:
    where = "/".join(s for s in (subject.get("namespace"), subject["name"]) if s)
    return f"{subject['kind']} {where} ({subject['uid']})"


def _name(part: Json) -> str:
    subject = part["subject"]
    return f"{subject['kind'].lower()}-{subject['uid']}-{part['part']:04}"


def _end(part: Json) -> str:
    last: str = part["entries"][-1]["hash"] if part["entries"] else part["opens"]
    return last


def _verdict(subject: str, parts: list[Json], ends: dict[str, str]) -> Verdict:
    parts = sorted(parts, key=lambda part: part["part"])
    faults: list[str] = []
    continues: list[str] = []
    head, entries, keys = _ZEROS, 0, set[str]()
    for number, part in enumerate(parts):
        where = f"part {part['part']}"
        if part["part"] != number:
            faults.append(f"{where}: part {number} is missing")
        if part["opens"] != head:
            faults.append(f"{where}: opens with {part['opens'][:12]}…, not with {head[:12]}…")
        head = part["opens"]
        for position, entry in enumerate(part["entries"]):
            faults += _faults(entry, position, head, f"{where}, entry {position}")
            if entry["key"] in keys:
                faults.append(f"{where}, entry {position}: {entry['key']} stands twice")
            if entry["kind"] == _TAKEN_OVER:
                said, wrong = _continued(entry, ends)
                continues += said
                faults += (f"{where}, entry {position}: {fault}" for fault in wrong)
            keys.add(entry["key"])
            head, entries = entry["hash"], entries + 1
    return Verdict(subject, len(parts), entries, head, tuple(faults), tuple(continues))


def _continued(entry: Json, ends: dict[str, str]) -> tuple[list[str], list[str]]:
    """What a takeover goes on from, and what is wrong with that.

    Args:
        entry: the takeover.
        ends: the last hash of each part that is given, by its name.
    """
    try:
        data = json.loads(entry["data"])
        before, cited = data["from"], data["cites"]
    except (ValueError, KeyError, TypeError):
        return [], ["a takeover without what it cites"]
    if before is None:
        return ([] if cited == _ZEROS else [f"a dossier that ends with {cited}"]), []
    if before not in ends:
        return [f"{before}, which is not among these and ends with {cited}"], []
    if ends[before] != cited:
        return [], [f"cites {cited[:12]}… as the end of {before}, which ends with {ends[before]}"]
    return [f"{before}, which ends with {cited}"], []


def _faults(entry: Json, position: int, previous: str, where: str) -> Iterator[str]:
    unknown = sorted(set(entry) - {*_SEALED, "hash"})
    if unknown:
        yield f"{where}: fields that no entry has: {', '.join(unknown)}"
    if entry["seq"] != position:
        yield f"{where}: is numbered {entry['seq']}"
    if entry["previous"] != previous:
        yield f"{where}: names {entry['previous'][:12]}… as the hash before, it is {previous[:12]}…"
    if digest(entry) != entry["hash"]:
        yield f"{where}: was altered; its hash should be {digest(entry)[:12]}…"
