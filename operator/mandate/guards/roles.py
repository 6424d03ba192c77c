"""The roles: what each party, and the operator, may do in the API; from the table of kinds."""

from mandate.api.kinds import KINDS, LAW, REQUESTS
from mandate.api.meta import GROUP, Json
from mandate.guards import Installation

_READ = ["get", "list", "watch"]
_WRITE = ["create", "update", "patch", "delete"]
_RBAC = "rbac.authorization.k8s.io"

TENANT_ROLES = ("edit", "mandate-agency")
"""The only roles the operator may bind."""


def _rule(group: str, resources: list[str], verbs: list[str], names: tuple[str, ...] = ()) -> Json:
    rule: Json = {"apiGroups": [group], "resources": resources, "verbs": verbs}
    return rule | ({"resourceNames": list(names)} if names else {})


def _role(name: str, rules: list[Json]) -> Json:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": rules,
    }


def _agency() -> Json:
    """Bound by the operator in an agency's namespace of requests alone."""
    requests = [kind.plural for kind in REQUESTS]
    return _role(
        "mandate-agency",
        [
            _rule(GROUP, requests, [*_READ, *_WRITE]),
            # to belong to the agency: who holds it there does not decide there
            _rule(GROUP, ["agencies"], ["represent"]),
            _rule("", ["events"], _READ),
        ],
    )


def _approver() -> Json:
    """Reads requests and writes decisions; the stages are verbs on a policy, granted apart."""
    requests = [kind.plural for kind in REQUESTS]
    return _role(
        "mandate-approver",
        [
            _rule(GROUP, [kind.plural for kind in KINDS], _READ),
            _rule(GROUP, [f"{name}/status" for name in requests], ["get", "update", "patch"]),
        ],
    )


def _authority() -> Json:
    """Writes the law: policies, calendars, agencies."""
    return _role(
        "mandate-authority",
        [
            _rule(GROUP, [kind.plural for kind in KINDS], _READ),
            _rule(GROUP, [kind.plural for kind in LAW], _WRITE),
        ],
    )


def _operator() -> Json:
    """What reconciling takes, and nothing to decide, file or delete with."""
    statuses = [f"{kind.plural}/status" for kind in KINDS if kind.has_status]
    apply = ["get", "create", "update", "patch"]
    return _role(
        "mandate-operator",
        [
            _rule(GROUP, [kind.plural for kind in KINDS], _READ),
            _rule(GROUP, statuses, ["patch"]),
            _rule("", ["namespaces", "resourcequotas", "limitranges"], apply),
            _rule("networking.k8s.io", ["networkpolicies"], apply),
            _rule(_RBAC, ["rolebindings"], apply),
            _rule(_RBAC, ["clusterroles"], ["bind"], TENANT_ROLES),
        ],
    )


def roles(installation: Installation) -> list[Json]:
    """The ClusterRoles, and the operator's account with its binding."""
    account = {
        "kind": "ServiceAccount",
        "name": installation.operator_service_account,
        "namespace": installation.operator_namespace,
    }
    return [
        _agency(),
        _approver(),
        _authority(),
        _operator(),
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": account["name"], "namespace": account["namespace"]},
            "automountServiceAccountToken": False,
        },
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "mandate-operator"},
            "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "mandate-operator"},
            "subjects": [account],
        },
    ]
