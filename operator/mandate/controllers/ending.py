"""What is read of a granted namespace before it is deleted (article 17)."""

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


async def counted(kube: KubeClient, grant: Grant) -> dict[str, str] | None:
    """What is used of its quota, as the cluster has counted it; None while it has not."""
    quota = await kube.get(Ref("v1", "ResourceQuota", grant.namespace, "mandate"))
    status: Json = quota.get("status", {}) if quota else {}
    if not status.get("hard", {}).keys() >= grant.quota.keys():
        return None
    used: dict[str, str] = status.get("used", {})
    # of the other figures some may be for what this cluster has not, and never counts
    if not used.keys() >= set(grant.custom):
        return None
    return dict(sorted(used.items()))
