"""The roles: what each party, and the operator, may do in the API; from the stage table."""

from mandate.api.kinds import KINDS, LAW, WATCHED
from mandate.api.meta import GROUP, Json
from mandate.api.stages import STAGE_TABLE, Party, decided_by, filed_by, filing_verb
from mandate.api.zonemanifests import ZONE_KINDS
from mandate.guards import Installation

_READ = ["get", "list", "watch"]
_WRITE = ["create", "update", "patch", "delete"]
_RBAC = "rbac.authorization.k8s.io"

TENANT_ROLES = ("edit", "mandate-agency", "view")
"""The only roles the operator may bind."""

LEASE = "mandate-operator"
"""The lease that the one writing operator holds, in its own namespace."""


def _rule(group: str, resources: list[str], verbs: list[str], names: tuple[str, ...] = ()) -> Json:
    rule: Json = {"apiGroups": [group], "resources": resources, "verbs": verbs}
    return rule | ({"resourceNames": list(names)} if names else {})


def _role(name: str, rules: list[Json], namespace: str = "") -> Json:
    """A ClusterRole, or a Role if there is a namespace."""
    within = {"namespace": namespace} if namespace else {}
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "Role" if namespace else "ClusterRole",
        "metadata": {"name": name} | within,
        "rules": rules,
    }


def _binding(role: Json, account: Json) -> Json:
    """The binding of a role of the same name, to one account."""
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": f"{role['kind']}Binding",
        "metadata": role["metadata"],
        "roleRef": {"apiGroup": _RBAC, "kind": role["kind"], "name": role["metadata"]["name"]},
        "subjects": [account],
    }


def _files(party: Party) -> list[Json]:
    """The requests this party files."""
    plurals = filed_by(party)
    rules = [_rule(GROUP, plurals, [*_READ, *_WRITE])] if plurals else []
    for row in STAGE_TABLE:
        verb = filing_verb(row, party)
        if party in row.filed_by and verb:
            rules.append(_rule(GROUP, [row.plural], [verb]))
    return rules


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
    """What reconciling takes: nothing to decide with, its own records to file.

    Of what it deletes, the guard lets go only namespaces whose system has exited, and what a
    LandingZone made.
    """
    statuses = [f"{kind.plural}/status" for kind in KINDS if kind.has_status]
    # the list of all is what the sweep for drift reads, metadata only
    apply = ["get", "list", "create", "update", "patch"]
    return _role(
        "mandate-operator",
        [
            _rule(GROUP, [kind.plural for kind in WATCHED], _READ),
            _rule(GROUP, statuses, ["patch"]),
            _rule(GROUP, filed_by(Party.OPERATOR), ["create"]),
            _rule(GROUP, ["dossiers"], ["list", "create", "patch"]),
            _rule("events.k8s.io", ["events"], ["create"]),
            _rule("", ["namespaces", "resourcequotas", "limitranges"], apply),
            _rule("", ["namespaces"], ["delete"]),
            _rule("networking.k8s.io", ["networkpolicies"], apply),
            _rule(_RBAC, ["rolebindings"], apply),
            _rule(_RBAC, ["clusterroles"], ["bind"], TENANT_ROLES),
            # what a LandingZone may make; which of them are its own the guard `operator` says
            *(_rule(k.group, [k.plural], [*apply, "delete"]) for k in ZONE_KINDS.values()),
        ],
    )


def _candidate(namespace: str) -> Json:
    """To lead: the one lease; that it may make others there RBAC cannot say."""
    leases = "coordination.k8s.io"
    rules = [
        _rule(leases, ["leases"], ["get", "update"], (LEASE,)),
        _rule(leases, ["leases"], ["create"]),
    ]
    return _role("mandate-operator", rules, namespace)


def roles(installation: Installation) -> list[Json]:
    """The ClusterRoles, and the operator's account with its Role and bindings."""
    operator, candidate = _operator(), _candidate(installation.operator_namespace)
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
        operator,
        _provider(),
        _support(),
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": account["name"], "namespace": account["namespace"]},
            "automountServiceAccountToken": False,
        },
        _binding(operator, account),
        candidate,
        _binding(candidate, account),
    ]
