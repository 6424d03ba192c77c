"""A stand-in for the API server as a whole life of an agency sees it, whose clients can die."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_DNS, uuid5

from mandate.api.meta import GROUP, Json
from mandate.kube.client import Ref
from mandate.kube.errors import ApiError
from tests.unit.builders import NOW
from tests.unit.memory_kube import MemoryKube, copied, merged

When = Literal["before", "after"]


class DiedError(BaseException):
    """The process was killed: nothing of it may catch this."""


@dataclass(frozen=True)
class Death:
    """At which write a process dies: the first is number 0."""

    number: int
    when: When
    """`before` the write is sent, or `after` it is committed and before the answer is there."""


class MemoryApi(MemoryKube):
    """Objects with uids, generations and resource versions, and server-side apply.

    Attributes:
        now: the time, by which it dates what people do.
        death: when its client is to die.
        deaths: how often a process died of a write.
        effects: the writes that changed something, each with how often it was made.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.deaths = 0
        self.effects: Counter[tuple[str, Ref]] = Counter()
        self.death: Death | None = None
        self._version = 0
        self._applied: dict[tuple[str, Ref], Json] = {}

    def person(self, manifest: Json) -> Json:
        """A person files a form or edits it: the fields they give become so."""
        live = self.objects.get(Ref.of(manifest), {})
        return copied(self._store(merged(live, manifest)))

    def decide(self, ref: Ref, stage: str, decision: str, opinion: str) -> None:
        """A person decides on what the operator says can be decided now."""
        live = self.objects[ref]
        (awaiting,) = (turn for turn in live["status"]["awaiting"] if turn["stage"] == stage)
        assert decision in awaiting["may"]
        made = {
            "decision": decision,
            "basis": awaiting["basis"],
            "opinion": opinion,
            "by": "bob",
            "at": self.now.isoformat(),
        }
        key = f"{stage}.{live['metadata']['generation']}"
        self._store(merged(live, {"status": {"approvals": {key: made}}}))

    async def list(
        self, api_version: str, kind: str, *, fields: str = "", labels: str = ""
    ) -> tuple[list[Json], int]:
        found, _ = await super().list(api_version, kind, fields=fields, labels=labels)
        return found, self._version

    async def apply(self, manifest: Json, subresource: str = "") -> Json:
        ref = Ref.of(manifest)
        live = self._current(ref, manifest["metadata"])
        verb = f"apply {subresource}".strip()
        kept = _without(live, self._applied.get((verb, ref), {}), manifest)
        return self._wrote(verb, manifest, merged(kept, manifest))

    async def replace(self, manifest: Json) -> Json:
        if self._current(Ref.of(manifest), manifest["metadata"]) == {}:
            raise ApiError(404, "NotFound", manifest["metadata"]["name"])
        return await super().replace(manifest)

    async def delete(self, live: Json) -> None:
        """Deletes it; with a namespace all that is in it goes."""
        number, gone = len(self.writes), Ref.of(live)
        self.writes.append(("delete", live["kind"]))
        if self.death == Death(number, "before"):
            self._die()
        inside = [
            r for r in self.objects if live["kind"] == "Namespace" and r.namespace == gone.name
        ]
        for ref in (gone, *inside):
            del self.objects[ref]
        self.effects["delete", gone] += 1
        if self.death == Death(number, "after"):
            self._die()

    def _current(self, ref: Ref, metadata: Json) -> Json:
        live = self.objects.get(ref, {})
        read_at = metadata.get("resourceVersion")
        if read_at not in (None, live.get("metadata", {}).get("resourceVersion")):
            raise ApiError(409, "Conflict", f"{ref.name} has changed since {read_at}")
        return live

    def _wrote(self, verb: str, manifest: Json, now: Json) -> Json:
        """One write of the operator: where it may die."""
        ref, number = Ref.of(manifest), len(self.writes)
        self.writes.append((verb, manifest["kind"]))
        if self.death == Death(number, "before"):
            self._die()
        spaces = {r.name for r in self.objects if r.kind == "Namespace"} | {"", "default"}
        if ref.namespace not in spaces:
            raise ApiError(404, "NotFound", f"namespaces {ref.namespace} not found")
        before = self.objects.get(ref)
        stored = self._store(now)
        self._applied[verb, ref] = copied(manifest)
        if stored != before:
            self.effects[verb, ref] += 1
        if self.death == Death(number, "after"):
            self._die()
        return copied(stored)

    def _die(self) -> None:
        self.deaths += 1
        raise DiedError

    def _store(self, now: Json) -> Json:
        """Keeps an object as the API server does; one that is as it was is not a new version."""
        ref, now = Ref.of(now), copied(now)
        before = self.objects.get(ref)
        metadata = now["metadata"]
        if before is not None and now | {"metadata": metadata | _server(before)} == before:
            return before
        self._version += 1
        edited = before is None or before.get("spec") != now.get("spec")
        generation = before["metadata"].get("generation", 0) if before else 0
        metadata |= {
            "uid": str(uuid5(NAMESPACE_DNS, f"{ref.kind}.{ref.namespace}.{ref.name}")),
            "resourceVersion": str(self._version),
            "creationTimestamp": _server(before or {}).get(
                "creationTimestamp", self.now.isoformat()
            ),
        }
        if ref.api_version.startswith(GROUP):
            metadata["generation"] = generation + int(edited)
        if ref.kind == "ResourceQuota":
            hard = now["spec"]["hard"]
            used = {figure: "0" for figure in hard if figure.startswith("count/")}
            now["status"] = {"hard": hard, "used": used}
        self.objects[ref] = now
        return now


_SERVER = ("uid", "resourceVersion", "generation", "creationTimestamp")


def _server(live: Json) -> Json:
    """What of an object's metadata is the server's."""
    metadata = live.get("metadata", {})
    return {k: metadata[k] for k in _SERVER if k in metadata}


def _without(live: Json, before: Json, now: Json) -> Json:
    """What an apply leaves: a field that this manager applied and applies no more goes."""
    return dict(_left(live, before, now))


def _left(live: Json, before: Json, now: Json) -> Iterator[tuple[str, object]]:
    for key, value in live.items():
        if key not in before:
            yield key, value
        elif isinstance(value, dict) and isinstance(before[key], dict):
            inside = now.get(key)
            kept = _without(value, before[key], inside if isinstance(inside, dict) else {})
            # a map of which nothing is left goes with it
            if kept or key in now:
                yield key, kept
        elif key in now:
            yield key, value
