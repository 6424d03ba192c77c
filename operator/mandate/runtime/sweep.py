"""Which grants and offices are as they were when last compared, at one list a kind.

A reconcile of a granted application reads each of its objects, six or seven, and one of an
agency those of its office. To look for drift so in ten thousand applications is seventy
thousand reads at every resync, of what has not changed. The versions of all these objects come
in a few pages of metadata instead.
"""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from mandate.api.meta import GROUP, Json
from mandate.kube.client import KubeClient
from mandate.runtime.cache import Key

_LABEL = f"{GROUP}/managed in (granted,requests)"
_KINDS = (
    ("v1", "Namespace"),
    ("v1", "ResourceQuota"),
    ("v1", "LimitRange"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
)


class _Compared(NamedTuple):
    """What was wanted, and which objects, at which versions, were found to be so."""

    wanted: bytes
    namespace: str
    objects: bytes


class Sweep:
    """Remembers what was compared until a sweep finds another version, fewer or more objects."""

    def __init__(self, kube: KubeClient) -> None:
        self._kube = kube
        self._compared: dict[Key, _Compared] = {}

    def is_in_place(self, key: Key, grant: object) -> bool:
        """Whether the objects of this very grant were compared, and no sweep found a change.

        Args:
            key: what it was granted to.
            grant: the typed grant or office; what is rendered of it is told by its `repr`.
        """
        known = self._compared.get(key)
        return known is not None and known.wanted == _digest([repr(grant)])

    def note(self, key: Key, grant: object, objects: list[Json]) -> None:
        """Notes that these objects, the namespace first, are what the grant asks for."""
        versions = [_version(o["kind"], o["metadata"]) for o in objects]
        namespace = objects[0]["metadata"]["name"]
        self._compared[key] = _Compared(_digest([repr(grant)]), namespace, _digest(versions))

    async def run(self) -> list[Key]:
        """Lists the metadata of all these objects, and forgets what is not as it was.

        Returns:
            The keys that must be compared again.

        Raises:
            ApiError: as `KubeClient.list_metadata`; nothing is forgotten then.
        """
        found: defaultdict[str, list[str]] = defaultdict(list)
        for api_version, kind in _KINDS:
            for metadata in await self._kube.list_metadata(api_version, kind, _LABEL):
                namespace: str = metadata.get("namespace") or metadata["name"]
                found[namespace].append(_version(kind, metadata))
        digests = {namespace: _digest(versions) for namespace, versions in found.items()}
        changed = [k for k, c in self._compared.items() if digests.get(c.namespace) != c.objects]
        for key in changed:
            del self._compared[key]
        return changed


def _version(kind: str, metadata: Json) -> str:
    return f"{kind}/{metadata['name']}@{metadata['resourceVersion']}"


def _digest(lines: Iterable[str]) -> bytes:
    return sha256("\n".join(sorted(lines)).encode()).digest()
