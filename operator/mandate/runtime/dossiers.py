"""Writing facts into dossiers and Events, each once, whatever is killed between (X-dossier)."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mandate.api.dossier import Subject
from mandate.api.meta import API_VERSION, Json
from mandate.kube.client import KubeClient, Ref
from mandate.observability.logs import identity
from mandate.rules.dossier import Append, Head, appended, facts_in, head_of, manifest, name_of
from mandate.rules.record import Fact
from mandate.runtime.events import post

_log = logging.getLogger("mandate")
CLOSED = "mandate.dev/closed"
"""The label of the last part of a subject that is gone."""
IMPORTED = "mandate.dev/imported"
"""The label of the parts that were brought from another cluster."""


@dataclass(slots=True)
class _Book:
    """What is known of one subject's dossier."""

    head: Head = field(default_factory=Head)
    keys: set[str] = field(default_factory=set)
    version: str = ""
    """The resource version of the last part; empty while there is none."""


class Dossiers:
    """The dossiers, read once each and appended to from then on."""

    def __init__(self, kube: KubeClient, clock: Callable[[], datetime]) -> None:
        self._kube = kube
        self._clock = clock
        self._books: dict[str, _Book] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        # by uid, what was sent and not answered: whether it is on record shows when it is read
        self._sent: dict[str, list[Fact]] = {}

    async def keys(self, subject: Subject) -> frozenset[str]:
        """The keys of the facts that are on record."""
        async with self._lock(subject):
            return frozenset((await self._book(subject)).keys)

    async def told(self, subject: Subject, key: str) -> Json | None:
        """The data of the fact of this key; None: it is not on record."""
        if key not in await self.keys(subject):
            return None
        parts = sorted(await self._parts(subject.uid), key=lambda p: p["spec"]["part"])
        entries = [entry for part in parts for entry in part["spec"]["entries"]]
        found = {k: data for k, data, _ in facts_in(entries)}
        told: Json = json.loads(found[key])
        return told

    async def record(self, subject: Subject, about: Json, facts: Sequence[Fact]) -> str:
        """Puts those facts on record that are not yet, in their order, and posts their Events.

        The Events come first: one that was posted before a kill is found by its name, and one
        that was not would be missed once its fact is on record.

        Args:
            subject: whose dossier it is.
            about: the object that the Events are shown on.
            facts: what happened.

        Returns:
            The hash of the last entry.

        Raises:
            ApiError: it could not be written; a later call writes what is missing.
        """
        async with self._lock(subject):
            book = await self._book(subject)
            for fact in self._sent.pop(subject.uid, ()):
                if fact.key in book.keys:
                    _tell(about, fact, book.head.hash)
            fresh = _fresh(book.keys, facts)
            if not fresh:
                return book.head.hash
            for fact in fresh:
                await post(self._kube, about, fact)
            appends, head = appended(book.head, fresh, self._clock())
            try:
                for append in appends:
                    book.version = await self._append(subject, append, book)
            except BaseException:
                # what was written is read again
                del self._books[subject.uid]
                self._sent[subject.uid] = fresh
                raise
            book.head = head
            book.keys |= {fact.key for fact in fresh}
            # the witness outside: whoever keeps the log can tell an altered dossier
            for fact in fresh:
                _tell(about, fact, head.hash)
            return head.hash

    async def subject(self, uid: str) -> Subject | None:
        """Whose dossier it is, if there is one and it is open."""
        parts = await self._parts(uid)
        marks = [part["metadata"].get("labels", {}) for part in parts]
        if not parts or any(CLOSED in m or IMPORTED in m for m in marks):
            return None
        return Subject.model_validate(parts[0]["spec"]["subject"])

    async def close(self, subject: Subject) -> None:
        """Notes that the subject is gone, on its last part."""
        async with self._lock(subject):
            book = await self._book(subject)
            if book.version:
                name = name_of(subject, book.head.part)
                change = [{"op": "add", "path": "/metadata/labels", "value": {CLOSED: "true"}}]
                await self._kube.patch(_ref(name), change)
            del self._books[subject.uid]

    def _lock(self, subject: Subject) -> asyncio.Lock:
        return self._locks.setdefault(subject.uid, asyncio.Lock())

    async def _book(self, subject: Subject) -> _Book:
        book = self._books.get(subject.uid)
        if book is None:
            book = self._books[subject.uid] = _read(await self._parts(subject.uid))
        return book

    async def _parts(self, uid: str) -> list[Json]:
        parts, _ = await self._kube.list(API_VERSION, "Dossier", fields=f"spec.subject.uid={uid}")
        return parts

    async def _append(self, subject: Subject, append: Append, book: _Book) -> str:
        """Appends to a part, or opens it; its resource version then."""
        entries = list(append.entries)
        name = name_of(subject, append.part)
        if append.part == book.head.part and book.version:
            lock = {"op": "replace", "path": "/metadata/resourceVersion", "value": book.version}
            add = [{"op": "add", "path": "/spec/entries/-", "value": e} for e in entries]
            written = await self._kube.patch(_ref(name), [lock, *add])
        else:
            written = await self._kube.create(manifest(subject, append.part, append.opens, entries))
        version: str = written["metadata"]["resourceVersion"]
        return version


def _tell(about: Json, fact: Fact, head: str) -> None:
    """Logs a fact: what kind and whose, and not its text, which may repeat a form."""
    metadata = about["metadata"]
    where = identity(about["kind"], metadata.get("namespace", ""), metadata["name"], about)
    said = {"fact": fact.kind, "key": fact.key, "by": fact.by, "head": head}
    if "decision" in fact.data:
        said["decision"] = fact.data["decision"]
    # what somebody decided is no trouble of the operator's, whatever they decided
    trouble = fact.event == "Warning" and not fact.by
    _log.log(logging.WARNING if trouble else logging.INFO, "recorded", extra=where | said)


def _ref(name: str) -> Ref:
    return Ref(API_VERSION, "Dossier", "", name)


def _fresh(known: Iterable[str], facts: Sequence[Fact]) -> list[Fact]:
    seen = set(known)
    fresh = []
    for fact in facts:
        if fact.key not in seen:
            seen.add(fact.key)
            fresh.append(fact)
    return fresh


def _read(parts: list[Json]) -> _Book:
    if not parts:
        return _Book()
    parts = sorted(parts, key=lambda p: p["spec"]["part"])
    last = parts[-1]
    keys = {entry["key"] for part in parts for entry in part["spec"]["entries"]}
    spec = last["spec"]
    head = head_of(spec["part"], spec["opens"], spec["entries"])
    return _Book(head, keys, last["metadata"]["resourceVersion"])
