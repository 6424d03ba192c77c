"""A stand-in for the four calls that applying makes; it keeps objects and counts the writes."""

from copy import deepcopy

from mandate.api.meta import Json
from mandate.kube.client import KubeClient, Ref


def merged(base: Json, change: Json) -> Json:
    """What server-side apply makes of maps: nothing is taken away; lists are replaced."""
    out = deepcopy(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = merged(out[key], value) if both else deepcopy(value)
    return out


class MemoryKube(KubeClient):
    """The API server, as far as applying sees it."""

    def __init__(self, *objects: Json) -> None:
        self.objects = {Ref.of(o): deepcopy(o) for o in objects}
        self.writes: list[tuple[str, str]] = []
        self.bodies: list[Json] = []

    def _wrote(self, verb: str, manifest: Json, now: Json) -> Json:
        self.writes.append((verb, manifest["kind"]))
        self.bodies.append(deepcopy(manifest))
        self.objects[Ref.of(manifest)] = now
        return deepcopy(now)

    async def get(self, ref: Ref) -> Json | None:
        return deepcopy(self.objects.get(ref))

    async def create(self, manifest: Json) -> Json:
        return self._wrote("create", manifest, deepcopy(manifest))

    async def apply(self, manifest: Json, subresource: str = "") -> Json:
        live = self.objects.get(Ref.of(manifest), {})
        verb = f"apply {subresource}".strip()
        return self._wrote(verb, manifest, merged(live, manifest))

    async def replace(self, manifest: Json) -> Json:
        return self._wrote("replace", manifest, deepcopy(manifest))
