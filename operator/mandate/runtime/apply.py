"""Making objects as they should be, and writing nothing where they are (X-level).

Each object carries the digest of what it was made by. One that differs from the same digest was
changed by somebody else: that is drift, and goes on record before it is mended.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Protocol

import rfc8785

from mandate.api.meta import GROUP, Json
from mandate.kube.client import KubeClient, Ref

_PREFIX = f"{GROUP}/"
_UID = f"{_PREFIX}uid"
_DIGEST = f"{_PREFIX}digest"


class NamespaceTakenError(Exception):
    """A namespace of the name is there and is not ours to touch."""


class NamespaceGoingError(NamespaceTakenError):
    """The namespace is being deleted."""


class Witness(Protocol):
    """Who is told of drift, before and after it is mended."""

    async def drifted(self, ref: Ref, *, gone: bool) -> None:
        """An object is not as it was made, or is gone."""

    async def settled(self, ref: Ref) -> None:
        """An object is as it should be."""


async def ensure_all(
    kube: KubeClient, manifests: Sequence[Json], witness: Witness, *, adopt: bool = False
) -> list[Json]:
    """Makes a namespace and what is in it as given, in that order.

    Args:
        kube: the client.
        manifests: the namespace first, marked with the uid of what it is for.
        witness: who is told of drift.
        adopt: whether a namespace of that name that is another's becomes this one (a takeover).

    Returns:
        The objects as they are now, in the same order.

    Raises:
        NamespaceTakenError: a namespace of that name is somebody else's.
        NamespaceGoingError: it is being deleted.
    """
    namespace, *others = [stamped(manifest) for manifest in manifests]
    done = [await _claim(kube, namespace, witness, adopt)]
    for manifest in others:
        live = await kube.get(Ref.of(manifest))
        done.append(await ensure(kube, manifest, live, witness))
    return done


async def _claim(kube: KubeClient, namespace: Json, witness: Witness, adopt: bool) -> Json:
    name = namespace["metadata"]["name"]
    live = await kube.get(Ref.of(namespace))
    if live is None:
        return await ensure(kube, namespace, None, witness)
    if "deletionTimestamp" in live["metadata"]:
        raise NamespaceGoingError(f"namespace {name} is being deleted; it is made again then")
    notes = live["metadata"].get("annotations", {})
    ours = notes.get(_UID) == namespace["metadata"]["annotations"][_UID]
    if not (ours or (adopt and name == _name_by_labels(namespace))):
        raise NamespaceTakenError(
            f"namespace {name} exists and was not granted to this object; its owner removes it"
        )
    return await ensure(kube, namespace, live, witness)


def _name_by_labels(namespace: Json) -> str:
    """The name that its agency and application make; nothing else is ever taken over."""
    labels = namespace["metadata"]["labels"]
    return f"{labels.get(f'{_PREFIX}agency')}--{labels.get(f'{_PREFIX}application')}"


async def ensure(kube: KubeClient, manifest: Json, live: Json | None, witness: Witness) -> Json:
    """Makes one object as given; nothing is written if it is so.

    Every write holds for the state that was compared: a paused ex-leader's is refused.

    Args:
        kube: the client.
        manifest: the object, `stamped`.
        live: as it was just read; None if there was none.
        witness: who is told of drift.

    Returns:
        The object as it is now.
    """
    ref = Ref.of(manifest)
    if live is None:
        await witness.drifted(ref, gone=True)
        # created, not applied: an apply would adopt one that came into being just now
        live = await kube.create(manifest)
    elif not is_as(manifest, live):
        if _digest(live) == _digest(manifest):
            await witness.drifted(ref, gone=False)
        # not applied: that takes nothing away that others added, a key in a quota, a rule, a
        # subject. And in one write: a death between two would leave what looks like drift
        live = await kube.replace(_corrected(manifest, live))
    await witness.settled(ref)
    return live


def stamped(manifest: Json) -> Json:
    """The manifest with its digest, by which drift is told from a change of what was approved."""
    metadata = manifest["metadata"]
    notes = metadata.get("annotations", {}) | {_DIGEST: sha256(rfc8785.dumps(manifest)).hexdigest()}
    return manifest | {"metadata": metadata | {"annotations": notes}}


def _digest(found: Json) -> str | None:
    digest: str | None = found["metadata"].get("annotations", {}).get(_DIGEST)
    return digest


def is_as(manifest: Json, live: Json) -> bool:
    """Whether an object is as the manifest says.

    Others may add labels and annotations, but none of ours; the rest must be equal.
    """
    for field in ("labels", "annotations"):
        wanted = manifest["metadata"].get(field, {})
        found = live["metadata"].get(field, {})
        if {k: v for k, v in found.items() if k in wanted or k.startswith(_PREFIX)} != wanted:
            return False
    # the API server leaves an empty list out
    return all(
        live.get(key, [] if value == [] else None) == value
        for key, value in _content(manifest).items()
    )


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
