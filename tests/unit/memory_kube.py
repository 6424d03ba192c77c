"""A stand-in for the calls that the operator makes; it keeps objects and counts the writes."""

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import TypeVar

from mandate.api.meta import Json
from mandate.kube.client import KubeClient, Ref
from mandate.kube.errors import ApiError

T = TypeVar("T")
GROUPS: list[Json] = [
    {
        "metadata": {"name": "luan.example"},
        "versions": [
            {
                "version": "v1",
                "resources": [
                    {
                        "resource": "gauges",
                        "scope": "Namespaced",
                        "verbs": ["create", "delete", "get", "list", "patch", "watch"],
                    }
                ],
            }
        ],
    }
]
"""The API of which a cluster tells beside its own."""


def copied(found: T) -> T:
    """An object on its own, as it comes off the wire: sooner than by `deepcopy`."""
    out: T = json.loads(json.dumps(found))
    return out


def merged(base: Json, change: Json) -> Json:
    """What server-side apply makes of maps: nothing is taken away; lists are replaced."""
    out = copied(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = merged(out[key], value) if both else deepcopy(value)
    return out


class MemoryKube(KubeClient):
    """The API server, as far as the operator sees it."""

    def __init__(self, *objects: Json) -> None:
        self.objects = {Ref.of(o): deepcopy(o) for o in objects}
        self.writes: list[tuple[str, str]] = []
        self.bodies: list[Json] = []

    async def discover(self) -> list[Json]:
        return deepcopy(GROUPS)

    def _wrote(self, verb: str, manifest: Json, now: Json) -> Json:
        self.writes.append((verb, manifest["kind"]))
        self.bodies.append(deepcopy(manifest))
        self.objects[Ref.of(manifest)] = now
        return deepcopy(now)

    def of_kind(self, kind: str) -> list[Json]:
        """What is there of a kind."""
        return [copied(o) for ref, o in self.objects.items() if ref.kind == kind]

    async def get(self, ref: Ref) -> Json | None:
        return copied(self.objects.get(ref))

    async def list(
        self, api_version: str, kind: str, *, fields: str = "", labels: str = ""
    ) -> tuple[list[Json], int]:
        path, _, wanted = fields.partition("=")
        found = [o for o in self.of_kind(kind) if not path or _at(o, path) == wanted]
        return [o for o in found if _is_chosen(o["metadata"].get("labels", {}), labels)], 0

    async def create(self, manifest: Json) -> Json:
        if Ref.of(manifest) in self.objects:
            raise ApiError(409, "AlreadyExists", "it is there")
        now = merged(manifest, {"metadata": {"resourceVersion": "1"}})
        return self._wrote("create", manifest, now)

    async def apply(self, manifest: Json, subresource: str = "") -> Json:
        live = self.objects.get(Ref.of(manifest), {})
        verb = f"apply {subresource}".strip()
        return self._wrote(verb, manifest, merged(live, manifest))

    async def patch(self, ref: Ref, operations: Sequence[Json]) -> Json:
        now = copied(self.objects[ref])
        for change in operations:
            *parents, last = change["path"].strip("/").split("/")
            place = now
            for step in parents:
                place = place[step]
            if last == "resourceVersion" and place[last] != change["value"]:
                raise ApiError(409, "Conflict", "it has changed since")
            if last == "-":
                place.append(change["value"])  # type: ignore[attr-defined]
            else:
                place[last] = change["value"]
        version = int(now["metadata"]["resourceVersion"]) + 1
        return self._wrote(
            "patch", now, merged(now, {"metadata": {"resourceVersion": str(version)}})
        )

    async def delete(self, live: Json) -> None:
        gone = self.objects.pop(Ref.of(live))
        for key in ("uid", "resourceVersion"):
            assert gone["metadata"].get(key) == live["metadata"].get(key)
        self.writes.append(("delete", live["kind"]))

    async def replace(self, manifest: Json) -> Json:
        return self._wrote("replace", manifest, deepcopy(manifest))


def _at(found: Json, path: str) -> object:
    place: object = found
    for step in path.split("."):
        place = place.get(step) if isinstance(place, dict) else None
    return place


def _is_chosen(marks: Json, labels: str) -> bool:
    """Whether a label selector takes these: `key`, `key=value` or none."""
    key, _, value = labels.partition("=")
    return not key or (key in marks and value in ("", marks[key]))
