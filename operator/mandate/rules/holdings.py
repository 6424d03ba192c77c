"""What a namespace holds when it is reclaimed, so that an auditor sees what was deleted (A17-exit).

The cluster counts it by the namespace's quota: the operator needs no right to list, and so to
read, what a unit has in it (A26-access).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from mandate.api import quantity
from mandate.api.meta import Json
from mandate.api.systemlife import Reclaim

_COUNT = "count/"
_QUOTABLE = frozenset({"create", "delete", "list", "watch"})
"""The verbs of a resource that the cluster's quotas count."""
COUNTED = (
    "configmaps",
    "cronjobs.batch",
    "daemonsets.apps",
    "datavolumes.cdi.kubevirt.io",
    "deployments.apps",
    "horizontalpodautoscalers.autoscaling",
    "httproutes.gateway.networking.k8s.io",
    "ingresses.networking.k8s.io",
    "jobs.batch",
    "persistentvolumeclaims",
    "poddisruptionbudgets.policy",
    "pods",
    "replicasets.apps",
    "replicationcontrollers",
    "resourceclaims.resource.k8s.io",
    "secrets",
    "serviceaccounts",
    "services",
    "statefulsets.apps",
    "virtualmachineinstances.kubevirt.io",
    "virtualmachines.kubevirt.io",
    "volumesnapshots.snapshot.storage.k8s.io",
)
"""The resources that are counted: what a member can make, and nothing that a grant consists of."""


def no_more() -> dict[str, str]:
    """The quota's figures for what is held: nothing is added to what is counted."""
    return {f"{_COUNT}{name}": "0" for name in COUNTED}


def custom_figures(groups: Iterable[Json]) -> dict[str, str]:
    """The quota's figures for custom resources, such as `count/gauges.luan.example`.

    Of the cluster's own kinds those in `COUNTED` are counted, and not what it keeps in every
    namespace for itself.

    Args:
        groups: of the API, as aggregated discovery (v2) has them.
    """
    found = {
        f"{_COUNT}{resource['resource']}.{group['metadata']['name']}"
        for group in groups
        if _is_custom(group["metadata"]["name"])
        for version in group["versions"]
        # a server that does not answer is listed without
        for resource in version.get("resources", ())
        if resource["scope"] == "Namespaced" and set(resource["verbs"]) >= _QUOTABLE
    }
    return dict.fromkeys(sorted(found), "0")


def _is_custom(group: str) -> bool:
    return "." in group and not group.endswith(".k8s.io")


def reclaim_of(used: Mapping[str, str]) -> Reclaim:
    """What is deleted, by what its quota counted: objects by resource, and amounts.

    Args:
        used: the quota's `status.used`.
    """
    counts = {k.removeprefix(_COUNT): v for k, v in used.items() if k.startswith(_COUNT)}
    objects = {name: int(quantity.parse(count)) for name, count in counts.items()}
    return Reclaim(
        objects={name: count for name, count in objects.items() if count},
        inventory={k: v for k, v in used.items() if not k.startswith(_COUNT)},
    )


def reclaimed(
    known: Reclaim | None, used: Mapping[str, str] | None, now: datetime, *, gone: bool
) -> Reclaim | None:
    """What was in it, on record before anything is deleted, and since when it is gone (A17-exit).

    Args:
        known: what is on record.
        used: the quota's `status.used`, where it was read before the deletion.
        now: the time (UTC).
        gone: whether the namespace is gone.
    """
    if known is None and used is not None:
        return reclaim_of(used)
    if not gone or (known and known.reclaimed_at):
        return known
    return (known or reclaim_of({})).model_copy(update={"reclaimed_at": now})
