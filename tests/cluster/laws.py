"""A policy of its own for a test: Lu'an's with changes, its calendar, and who decides under it."""

from collections.abc import Mapping

import yaml

from hack.site import LUAN, Site
from mandate.api.meta import GROUP, Json

_API = f"/apis/{GROUP}/v1alpha1"
_RBAC = "rbac.authorization.k8s.io"


def enact(
    site: Site, name: str, stages: Mapping[str, list[str]], without: str = "", **changes: object
) -> None:
    """Makes a policy with a calendar on which every day is worked, all over the year.

    So what is due when does not hang on the day on which the tests run.

    Args:
        site: where.
        name: of the policy, its calendar and its roles.
        stages: the stages that each group decides.
        without: a field of Lu'an's policy to leave out.
        changes: to its spec.
    """
    calendar = {"timeZone": "UTC", "weekend": [], "validThrough": "2100-12-31"}
    _make(site, "workcalendars", "WorkCalendar", name, calendar)
    spec: Json = yaml.safe_load((LUAN / "policy.yaml").read_text("utf-8"))["spec"]
    spec.pop(without, None)
    _make(site, "governancepolicies", "GovernancePolicy", name, spec | {"calendar": name} | changes)
    for group, verbs in stages.items():
        _appoint(site, f"{name}-{group}", name, group, verbs)


def _make(site: Site, plural: str, kind: str, name: str, spec: Json) -> None:
    clerk = site.actor("clerk", "luan-authority")
    body = {"apiVersion": f"{GROUP}/v1alpha1", "kind": kind, "metadata": {"name": name}}
    made = clerk.call("POST", f"{_API}/{plural}", body | {"spec": spec})
    assert made.code == 201, made.message


def _appoint(site: Site, role: str, policy: str, group: str, verbs: list[str]) -> None:
    decides = {
        "apiGroups": [GROUP],
        "resources": ["governancepolicies"],
        "resourceNames": [policy],
        "verbs": verbs,
    }
    bound = {
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": _RBAC, "kind": "Group", "name": group}],
    }
    bodies: list[tuple[str, Json]] = [
        ("clusterroles", {"rules": [decides]}),
        ("clusterrolebindings", bound),
    ]
    for plural, body in bodies:
        path = f"/apis/{_RBAC}/v1/{plural}"
        made = site.bootstrap.call("POST", path, {"metadata": {"name": role}} | body)
        assert made.code == 201, made.message
