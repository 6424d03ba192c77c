"""What the API server last said of our kinds, by kind, namespace and name."""

from collections.abc import Iterable, Iterator
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


class Cache:
    """Objects as they were last seen; what is older than that is not put back."""

    def __init__(self) -> None:
        self._objects: dict[Key, Json] = {}
        self._dropped: dict[Key, int] = {}

    def get(self, key: Key) -> Json | None:
        """The object, if it was seen."""
        return self._objects.get(key)

    def of_kind(self, kind: str, namespace: str | None = None) -> Iterator[Json]:
        """The objects of a kind, of one namespace or of all."""
        for key, raw in self._objects.items():
            if key.kind == kind and namespace in (None, key.namespace):
                yield raw

    def put(self, raw: Json) -> None:
        """Notes an object, unless a later state of it is known."""
        key = Key.of(raw)
        known = self._objects.get(key)
        latest = version_of(known) if known else self._dropped.get(key, 0)
        if latest <= version_of(raw):
            self._objects[key] = raw
            self._dropped.pop(key, None)

    def drop(self, raw: Json) -> None:
        """Forgets an object that was deleted, unless another of its name is known."""
        key = Key.of(raw)
        known = self._objects.get(key)
        if known is None or version_of(known) <= version_of(raw):
            self._objects.pop(key, None)
            # a list that was asked for before must not bring it back
            self._dropped[key] = version_of(raw)

    def replace(self, kind: str, listed: Iterable[Json], version: int) -> set[Key]:
        """Takes a full list of a kind: what it lacks is gone, unless it is newer than the list.

        Args:
            kind: the kind that was listed.
            listed: every object of it.
            version: the resource version of the list.

        Returns:
            The keys that are there, and those that went.
        """
        touched = {key for key in self._objects if key.kind == kind}
        present = set()
        for raw in listed:
            self.put(raw)
            present.add(Key.of(raw))
        for key in touched - present:
            if version_of(self._objects[key]) <= version:
                del self._objects[key]
        # no list is older than this one any more
        self._dropped = {
            key: at for key, at in self._dropped.items() if key.kind != kind or at > version
        }
        return touched | present
