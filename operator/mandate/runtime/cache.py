"""What the API server last said of our kinds, by kind, namespace and name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from mandate.api.meta import Json


class Key(NamedTuple):
    """Which object of ours."""

    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, raw: Json) -> "Key":
        """The key of an object."""
        return cls(raw["kind"], raw["metadata"].get("namespace", ""), raw["metadata"]["name"])

    def __str__(self) -> str:
        return "/".join(filter(None, self))


def version_of(raw: Json) -> int:
    """The resource version as a number: they can be compared since Kubernetes 1.35 (KEP-5504)."""
    return int(raw["metadata"]["resourceVersion"])


def subject_of(raw: Json) -> Key | None:
    """The application that a request names, if it is about one."""
    reference = raw.get("spec", {}).get("applicationRef")
    if not reference:
        return None
    return Key("CloudApplication", raw["metadata"].get("namespace", ""), reference["name"])


class WentBackError(Exception):
    """The API server tells of an earlier state than before: its store was restored.

    What this process remembers has in part never happened; it ends, and one that remembers
    nothing takes its place.
    """

    def __init__(self, what: str, known: int, listed: int) -> None:
        super().__init__(
            f"{what} went back from resource version {known} to {listed}: etcd was restored; "
            "the operator ends to begin anew"
        )


class Cache:
    """Objects as they were last seen; what is older than that is not put back.

    What the operator itself has written is there at once (`put`), and is news all the same when
    the API server tells of it (`observe`): others may depend on it.
    """

    def __init__(self, remembered: Collection[str] = ()) -> None:
        """Empty.

        Args:
            remembered: kinds of which what went is kept until somebody has taken note of it.
        """
        self._remembered = frozenset(remembered)
        self._gone: dict[str, Json] = {}
        # by kind, then by namespace: an event costs what it affects, not what there is
        self._objects: defaultdict[str, dict[str, dict[str, Json]]] = defaultdict(dict)
        self._about: defaultdict[Key, set[Key]] = defaultdict(set)
        self._observed: dict[Key, int] = {}
        self._dropped: dict[Key, int] = {}
        self._listed: dict[str, int] = {}

    def get(self, key: Key) -> Json | None:
        """The object, if it was seen."""
        return self._objects[key.kind].get(key.namespace, {}).get(key.name)

    def of_kind(self, kind: str, namespace: str | None = None) -> Iterator[Json]:
        """The objects of a kind, of one namespace or of all."""
        spaces = self._objects[kind]
        if namespace is not None:
            yield from spaces.get(namespace, {}).values()
            return
        for objects in spaces.values():
            yield from objects.values()

    def about(self, application: Key) -> list[Json]:
        """The requests that name an application, whichever of that name they mean."""
        keys = self._about.get(application, ())
        return [raw for key in keys if (raw := self.get(key)) is not None]

    def gone(self, key: Key) -> list[Json]:
        """The last states of those of this key that went and that nobody took note of yet."""
        return [raw for raw in self._gone.values() if Key.of(raw) == key]

    @property
    def unnoticed(self) -> frozenset[str]:
        """The uids of what went and that nobody took note of yet."""
        return frozenset(self._gone)

    def last(self, uid: str) -> Json | None:
        """The last state of the one that went, if nobody took note of it yet."""
        return self._gone.get(uid)

    def forget(self, uid: str) -> None:
        """Somebody took note that this one went."""
        self._gone.pop(uid, None)

    def put(self, raw: Json) -> None:
        """Notes an object, unless a later state of it is known."""
        key = Key.of(raw)
        known = self.get(key)
        version = version_of(raw)
        if known is None and self._dropped.get(key, 0) <= version:
            self._dropped.pop(key, None)
        elif known is None or version_of(known) > version:
            return
        if known is not None:
            self._remember(known, instead=raw)
        self._forget_subject(key)
        self._objects[key.kind].setdefault(key.namespace, {})[key.name] = raw
        if subject := subject_of(raw):
            self._about[subject].add(key)

    def observe(self, raw: Json) -> bool:
        """Notes an object as the API server tells of it; whether it is news.

        A watch that starts anew tells of everything again.
        """
        key, version = Key.of(raw), version_of(raw)
        self.put(raw)
        if version <= max(self._observed.get(key, 0), self._dropped.get(key, 0)):
            return False
        self._observed[key] = version
        return True

    def drop(self, raw: Json) -> None:
        """Forgets an object that was deleted, unless another of its name is known."""
        key, version = Key.of(raw), version_of(raw)
        known = self.get(key)
        if known is None or version_of(known) <= version:
            self._remove(key, raw)
            # a list that was asked for before must not bring it back
            self._dropped[key] = version

    def replace(self, kind: str, listed: Iterable[Json], version: int) -> list[Key]:
        """Takes a full list of a kind: what it lacks is gone, unless it is newer than the list.

        Args:
            kind: the kind that was listed.
            listed: every object of it.
            version: the resource version of the list.

        Returns:
            The keys that it brings news of: new, changed, gone.

        Raises:
            WentBackError: it is of another past than what is known.
        """
        listed = list(listed)
        self._check(kind, listed, version)
        news, present = [], set()
        for raw in listed:
            key = Key.of(raw)
            present.add(key)
            if self.observe(raw):
                news.append(key)
        missing = [raw for raw in self.of_kind(kind) if Key.of(raw) not in present]
        for raw in missing:
            if version_of(raw) <= version:
                self._remove(Key.of(raw), raw)
                news.append(Key.of(raw))
        # no list is older than this one any more
        self._dropped = {
            key: at for key, at in self._dropped.items() if key.kind != kind or at > version
        }
        return news

    def _check(self, kind: str, listed: Iterable[Json], version: int) -> None:
        before = self._listed.get(kind, 0)
        if version < before:
            raise WentBackError(f"the list of {kind}", before, version)
        self._listed[kind] = version
        for raw in listed:
            known = self.get(Key.of(raw))
            # a list shows all that was written before it
            if known is not None and version_of(raw) < version_of(known) <= version:
                raise WentBackError(str(Key.of(raw)), version_of(known), version_of(raw))

    def _forget_subject(self, key: Key) -> None:
        known = self.get(key)
        subject = subject_of(known) if known else None
        if subject is not None:
            self._about[subject].discard(key)
            if not self._about[subject]:
                del self._about[subject]

    def _remove(self, key: Key, last: Json) -> None:
        self._forget_subject(key)
        self._remember(last)
        objects = self._objects[key.kind].get(key.namespace, {})
        objects.pop(key.name, None)
        if not objects:
            self._objects[key.kind].pop(key.namespace, None)
        self._observed.pop(key, None)

    def _remember(self, last: Json, instead: Json | None = None) -> None:
        if last["kind"] not in self._remembered:
            return
        uid = last["metadata"]["uid"]
        if instead is None or instead["metadata"]["uid"] != uid:
            self._gone[uid] = last
