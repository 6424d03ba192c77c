"""Making objects as they should be, and writing nothing where they are (X-level)."""

from typing import Any

from mandate.api.meta import GROUP, Json
from mandate.kube.client import KubeClient, Ref

_PREFIX = f"{GROUP}/"
_UID = f"{_PREFIX}uid"


class NamespaceTakenError(Exception):
    """A namespace of the name is there and is not ours to touch."""


async def ensure_all(kube: KubeClient, manifests: list[Json]) -> list[Json]:
    """Makes a namespace and what is in it as given, in that order.

    Args:
        kube: the client.
        manifests: the namespace first, marked with the uid of what it is for.

    Returns:
        The objects as they are now, in the same order.

    Raises:
        NamespaceTakenError: a namespace of that name is somebody else's, or is going.
    """
    namespace, *others = manifests
    done = [await _claim(kube, namespace)]
    for manifest in others:
        done.append(await _ensure(kube, manifest, await kube.get(Ref.of(manifest))))
    return done


async def _claim(kube: KubeClient, namespace: Json) -> Json:
    name = namespace["metadata"]["name"]
    live = await kube.get(Ref.of(namespace))
    if live is None:
        # created, not applied: an apply would adopt one that came into being just now
        return await kube.create(namespace)
    notes = live["metadata"].get("annotations", {})
    if notes.get(_UID) != namespace["metadata"]["annotations"][_UID]:
        raise NamespaceTakenError(
            f"namespace {name} exists and was not granted to this object; "
            "its owner removes it, or the authority grants another name"
        )
    if "deletionTimestamp" in live["metadata"]:
        raise NamespaceTakenError(f"namespace {name} is being deleted; it is made again then")
    return await _ensure(kube, namespace, live)


async def _ensure(kube: KubeClient, manifest: Json, live: Json | None) -> Json:
    if live is not None and is_as(manifest, live):
        return live
    applied = await kube.apply(manifest)
    if is_as(manifest, applied):
        return applied
    # an apply takes nothing away that others added: a key in a quota, a rule, a subject
    return await kube.replace(_corrected(manifest, applied))


def is_as(manifest: Json, live: Json) -> bool:
    """Whether an object is as the manifest says.

    Others may add labels and annotations, but none of ours; the rest must be equal.
    """
    for field in ("labels", "annotations"):
        wanted = manifest["metadata"].get(field, {})
        found = live["metadata"].get(field, {})
        if {k: v for k, v in found.items() if k in wanted or k.startswith(_PREFIX)} != wanted:
            return False
    return all(live.get(key) == value for key, value in _content(manifest).items())


def _corrected(manifest: Json, live: Json) -> Json:
    metadata = dict(live["metadata"])
    for field in ("labels", "annotations"):
        theirs = {k: v for k, v in metadata.get(field, {}).items() if not k.startswith(_PREFIX)}
        metadata[field] = theirs | manifest["metadata"].get(field, {})
    return live | {"metadata": metadata} | _content(manifest)


def _content(manifest: Json) -> dict[str, Any]:
    return {k: v for k, v in manifest.items() if k not in ("apiVersion", "kind", "metadata")}


async def write_status(kube: KubeClient, raw: Json, status: Json) -> Json:
    """Writes what differs of a status; decisions are not the operator's and are left out.

    Args:
        kube: the client.
        raw: the object as it was decided on; if it has changed since, the write fails.
        status: what the status should be, but for `approvals`.

    Returns:
        The object as it is now.
    """
    wanted = _own(status)
    if wanted == _own(raw.get("status", {})):
        return raw
    metadata = {k: raw["metadata"][k] for k in ("name", "namespace") if k in raw["metadata"]}
    metadata["resourceVersion"] = raw["metadata"]["resourceVersion"]
    body = {k: raw[k] for k in ("apiVersion", "kind")} | {"metadata": metadata, "status": wanted}
    return await kube.apply(body, subresource="status")


def _own(status: Json) -> Json:
    return {k: v for k, v in status.items() if k != "approvals" and v not in ([], {}, None)}
