"""The roles: what each party, and the operator, may do in the API; from the stage table."""

from mandate.api.kinds import KINDS, LAW, WATCHED
from mandate.api.meta import GROUP, Json
from mandate.api.stages import STAGE_TABLE, Party, decided_by, filed_by
from mandate.guards import Installation

_READ = ["get", "list", "watch"]
_WRITE = ["create", "update", "patch", "delete"]
_RBAC = "rbac.authorization.k8s.io"

TENANT_ROLES = ("edit", "mandate-agency", "view")
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


def _files(party: Party) -> list[Json]:
    """The requests this party files."""
    plurals = filed_by(party)
    return [_rule(GROUP, plurals, [*_READ, *_WRITE])] if plurals else []


def _decides(party: Party) -> list[Json]:
    """Writing decisions; which stages somebody decides are verbs on a policy, granted apart."""
    statuses = [f"{plural}/status" for plural in decided_by(party)]
    return [_rule(GROUP, statuses, ["get", "update", "patch"])] if statuses else []


def _everything_readable() -> Json:
    # kinds that are still to come too: reading a request is no way to change one
    plurals = sorted({kind.plural for kind in KINDS} | {row.plural for row in STAGE_TABLE})
    return _rule(GROUP, plurals, _READ)


def _agency() -> Json:
    """Bound by the operator in an agency's namespace of requests alone."""
    others = sorted({row.plural for row in STAGE_TABLE} - set(filed_by(Party.AGENCY)))
    return _role(
        "mandate-agency",
        [
            *_files(Party.AGENCY),
            _rule(GROUP, others, _READ),
            *_decides(Party.AGENCY),
            # to belong to the agency: who holds it there does not decide there for others
            _rule(GROUP, ["agencies"], ["represent"]),
            _rule("", ["events"], _READ),
        ],
    )


def _approver() -> Json:
    """The authority's deciders: they read everything and write decisions, and file nothing."""
    return _role("mandate-approver", [_everything_readable(), *_decides(Party.AUTHORITY)])


def _authority() -> Json:
    """The authority's office: writes policies, calendars, agencies, and files what it files."""
    law = _rule(GROUP, [kind.plural for kind in LAW], _WRITE)
    return _role("mandate-authority", [_everything_readable(), law, *_files(Party.AUTHORITY)])


def _provider() -> Json:
    """The provider: reads requests, confirms and signs, suspends in an emergency."""
    duties = [*_files(Party.PROVIDER), *_decides(Party.PROVIDER)]
    return _role("mandate-provider", [_everything_readable(), *duties])


def _support() -> Json:
    """The support department: reads everything, verifies evidence."""
    return _role("mandate-support", [_everything_readable(), *_decides(Party.SUPPORT)])


def _auditor() -> Json:
    """Reads everything, and the guards; writes nothing."""
    guards = _rule(
        "admissionregistration.k8s.io",
        [
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
        ],
        _READ,
    )
    return _role("mandate-auditor", [_everything_readable(), guards])


def _operator() -> Json:
    """What reconciling takes, and nothing to decide, file or delete with."""
    statuses = [f"{kind.plural}/status" for kind in KINDS if kind.has_status]
    apply = ["get", "create", "update", "patch"]
    return _role(
        "mandate-operator",
        [
            _rule(GROUP, [kind.plural for kind in WATCHED], _READ),
            _rule(GROUP, statuses, ["patch"]),
            _rule(GROUP, ["dossiers"], ["list", "create", "patch"]),
            _rule("events.k8s.io", ["events"], ["create"]),
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
        _auditor(),
        _authority(),
        _operator(),
        _provider(),
        _support(),
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
