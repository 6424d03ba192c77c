"""What is read of a granted namespace before it is deleted (article 17)."""

from collections.abc import Iterable

from mandate.api.meta import GROUP, Json
from mandate.kube.client import KubeClient, Ref
from mandate.rules.grant import Grant

ENVIRONMENT = f"{GROUP}/environment"
"""The label that says how a granted namespace is kept."""


async def owned_namespace(kube: KubeClient, grant: Grant) -> Json | None:
    """The namespace of a grant; None if there is none, or it is not this application's."""
    found = await kube.get(Ref("v1", "Namespace", "", grant.namespace))
    notes = found["metadata"].get("annotations", {}) if found else {}
    return found if notes.get(f"{GROUP}/uid") == grant.uid else None


async def counted(
    kube: KubeClient, grant: Grant, others: Iterable[str] = ()
) -> dict[str, str] | None:
    """What is used of its quota, as the cluster has counted it; None while it has not.

    Args:
        kube: the API.
        grant: with its quota.
        others: figures of the quota for what is there to be counted; of the rest some are for
            resources that this cluster may not have.
    """
    quota = await kube.get(Ref("v1", "ResourceQuota", grant.namespace, "mandate"))
    status: Json = quota.get("status", {}) if quota else {}
    if not status.get("hard", {}).keys() >= grant.quota.keys():
        return None
    used: dict[str, str] = status.get("used", {})
    if not used.keys() >= set(others):
        return None
    return dict(sorted(used.items()))
