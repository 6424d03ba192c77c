"""The identities of the matrix, and what makes each of them who they are."""

from dataclasses import dataclass

from hack.site import INSTALLATION, SOON, Actor, Site, eventually
from mandate.api.meta import GROUP, Json
from mandate.api.stages import STAGE_TABLE, Party

_GROUP = "rbac.authorization.k8s.io"
_RBAC = f"/apis/{_GROUP}/v1"
_SERVICE_ACCOUNTS = "system:serviceaccounts"


@dataclass(frozen=True, slots=True)
class Person:
    """A certificate: the user, its groups, and whether the Agency names it as a member."""

    user: str
    groups: tuple[str, ...] = ()
    member: bool = False


_APPROVERS, _SUPPORT = "matrix-approvers", "matrix-support"

PEOPLE: dict[str, Person] = {
    # files what an agency files
    "member": Person("matrix-member", member=True),
    "second-member": Person("matrix-second", member=True),
    # wrote on the form after it was filed, where an agency files it
    "editing-member": Person("matrix-editing-member", member=True),
    # holds the authority's and support's stages too
    "appointed-member": Person("matrix-appointed", (_APPROVERS, _SUPPORT), member=True),
    "approver": Person("matrix-approver", (_APPROVERS,)),
    # may edit every kind; did so before the first decision, the operator's records excepted
    "editing-approver": Person("matrix-author", (_APPROVERS, _SUPPORT, "matrix-writers")),
    # is editor in the agency's namespace too, and so has its service accounts
    "minting-approver": Person("matrix-minter", (_APPROVERS, _SUPPORT, "matrix-editors")),
    # holds every stage under another policy
    "county-approver": Person("matrix-county", ("matrix-county",)),
    # the authority's office: files what the authority files, decides nothing
    "clerk": Person("matrix-clerk", ("matrix-authority",)),
    "provider": Person("matrix-provider", ("matrix-provider",)),
    "support": Person("matrix-support", (_SUPPORT,)),
    "auditor": Person("matrix-auditor", ("matrix-auditors",)),
    "namespace-editor": Person("matrix-ns-editor", ("matrix-editors",)),
    "namespace-admin": Person("matrix-ns-admin", ("matrix-admins",)),
    "cluster-admin": Person("matrix-cluster-admin", ("matrix-cluster-admins",)),
    "argocd": Person(
        "system:serviceaccount:argocd:argocd-application-controller",
        (_SERVICE_ACCOUNTS, f"{_SERVICE_ACCOUNTS}:argocd"),
    ),
    # with the role it is installed with
    "operator": Person(
        INSTALLATION.operator,
        (_SERVICE_ACCOUNTS, f"{_SERVICE_ACCOUNTS}:{INSTALLATION.operator_namespace}"),
    ),
    # with every right that RBAC can give it
    "operator-as-root": Person(INSTALLATION.operator, ("system:masters",)),
    # a service account that somebody appointed
    "robot": Person("system:serviceaccount:default:matrix", (_APPROVERS, _SUPPORT)),
    "outsider": Person("matrix-outsider"),
}

# groups, and one service account by its name
_BOUND: dict[str, tuple[str, ...]] = {
    "mandate-approver": (_APPROVERS, "matrix-county"),
    "mandate-support": (_SUPPORT, "matrix-county"),
    "mandate-authority": ("matrix-authority",),
    "mandate-provider": ("matrix-provider",),
    "mandate-auditor": ("matrix-auditors",),
    "matrix-authority-stages": (_APPROVERS,),
    "matrix-provider-stages": ("matrix-provider",),
    "matrix-support-stages": (_SUPPORT,),
    "matrix-county-stages": ("matrix-county",),
    "matrix-writers": ("matrix-writers",),
    # in every namespace: the guards let nobody bind an outsider in the agency's
    "edit": ("matrix-editors",),
    "admin": ("matrix-admins",),
    "cluster-admin": ("matrix-cluster-admins", PEOPLE["argocd"].user),
    "matrix-last": ("matrix-last",),
}


# to file what several parties file in the name of each
_FILING = [f"file-as-{party}" for party in (Party.AGENCY, Party.AUTHORITY, Party.PROVIDER)]


def _role(name: str, resources: list[str], verbs: list[str], policy: str | None = None) -> Json:
    rule: Json = {"apiGroups": [GROUP], "resources": resources, "verbs": verbs}
    if policy:
        rule["resourceNames"] = [policy]
    return {"metadata": {"name": name}, "rules": [rule]}


def _stages(*parties: Party) -> list[str]:
    found = (s.name for r in STAGE_TABLE for s in r.stages if s.decided_by in parties)
    return sorted(set(found))


def _roles() -> list[Json]:
    law = ["governancepolicies"]
    return [
        _role("matrix-authority-stages", law, _stages(Party.AUTHORITY), "luan"),
        _role("matrix-provider-stages", law, _stages(Party.PROVIDER), "luan"),
        _role("matrix-support-stages", law, _stages(Party.SUPPORT), "luan"),
        _role("matrix-county-stages", law, _stages(*Party), "county"),
        _role(
            "matrix-writers",
            [row.plural for row in STAGE_TABLE],
            ["create", "update", "patch", "delete", *_FILING],
        ),
        _role("matrix-last", law, ["matrix-last"]),
    ]


def _subject(name: str) -> Json:
    kind = "User" if name.startswith("system:serviceaccount:") else "Group"
    return {"apiGroup": _GROUP, "kind": kind, "name": name}


def appoint(site: Site) -> None:
    """Roles and bindings, and waits until the authorizer knows them all."""
    root = site.bootstrap
    for body in _roles():
        assert root.call("POST", f"{_RBAC}/clusterroles", body).code == 201
    for role, names in _BOUND.items():
        body = {
            "metadata": {"name": f"matrix-{role}"},
            "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": role},
            "subjects": [_subject(name) for name in names],
        }
        assert root.call("POST", f"{_RBAC}/clusterrolebindings", body).code == 201
    # it learns of roles and of bindings in their order: who knows the last knows all
    last = site.actor("matrix-last", "matrix-last")
    eventually(lambda: _may(last), SOON, "the appointments are known")


def _may(last: Actor) -> bool:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "group": GROUP, "resource": "governancepolicies", "verb": "matrix-last",
        }},
    }  # fmt: skip
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    return bool(last.call("POST", path, review).body["status"]["allowed"])


def actors(site: Site) -> dict[str, Actor]:
    """Everybody, by their row."""
    return {row: site.actor(person.user, *person.groups) for row, person in PEOPLE.items()}


def members() -> list[Json]:
    """The members as the Agency names them."""
    return [{"kind": "User", "name": p.user} for p in PEOPLE.values() if p.member]
