"""The roles: nothing by a wildcard, and an operator that decides, files and deletes nothing."""

from collections.abc import Iterator

import pytest

from mandate.api.governancepolicy import RESERVED_VERBS
from mandate.api.kinds import WATCHED
from mandate.api.meta import Json
from mandate.api.stages import STAGE_TABLE
from mandate.guards import Installation
from mandate.guards.roles import roles
from tests.unit.builders import policy

INSTALLATION = Installation(operator_namespace="gov", operator_service_account="op")
READ = {"get", "list", "watch"}
STAGES = {rule.name for rule in policy().spec.stages.cloud_application}


def found(kind: str) -> list[Json]:
    return [d for d in roles(INSTALLATION) if d["kind"] == kind]


def rules(name: str = "") -> Iterator[Json]:
    for role in found("ClusterRole"):
        if name in ("", role["metadata"]["name"]):
            yield from role["rules"]


def verbs(name: str, resource: str) -> set[str]:
    return {v for rule in rules(name) if resource in rule["resources"] for v in rule["verbs"]}


@pytest.mark.rule("X-duty")
def test_no_role_holds_anything_by_a_wildcard() -> None:
    for rule in rules():
        assert "*" not in "".join(rule["apiGroups"] + rule["resources"] + rule["verbs"])
        assert not {"escalate", "impersonate"} & set(rule["verbs"])


@pytest.mark.rule("A26-access")
def test_only_the_roles_of_agencies_and_their_guests_can_be_bound() -> None:
    (bind,) = (rule for rule in rules() if "bind" in rule["verbs"])
    assert bind in list(rules("mandate-operator"))
    assert bind["resources"] == ["clusterroles"]
    assert bind["verbs"] == ["bind"]
    assert bind["resourceNames"] == ["edit", "mandate-agency", "view"]


@pytest.mark.rule("X-duty", "X-law", "A17-delete", "X-zone")
def test_the_operator_decides_and_files_nothing_and_deletes_namespaces_and_zones_alone() -> None:
    for kind in ("cloudapplications", "agencies", "governancepolicies", "workcalendars"):
        assert verbs("mandate-operator", kind) == READ
    assert verbs("mandate-operator", "cloudapplications/status") == {"patch"}
    # but for its own records
    assert verbs("mandate-operator", "serviceagreements") == {*READ, "create"}
    assert verbs("mandate-operator", "launchrequests") == set(READ)
    held = {verb for rule in rules("mandate-operator") for verb in rule["verbs"]}
    assert not held & {"deletecollection", "represent"}
    deletes = [r["resources"] for r in rules("mandate-operator") if "delete" in r["verbs"]]
    assert deletes == [["namespaces"], ["configmaps"], ["poddisruptionbudgets"]]
    assert not held & STAGES
    apply = {"get", "list", "create", "update", "patch"}
    assert verbs("mandate-operator", "namespaces") == apply | {"delete"}
    for kind in ("configmaps", "poddisruptionbudgets"):
        assert verbs("mandate-operator", kind) == apply | {"delete"}
    assert not verbs("mandate-operator", "secrets")


@pytest.mark.rule("X-duty", "G49-interrupt", "A07-reclaim")
def test_who_files_what_several_parties_file_is_a_verb_of_each() -> None:
    filing = {"file-as-agency", "file-as-authority", "file-as-provider"}
    held = {
        (role, kind, verb)
        for role in ("mandate-agency", "mandate-authority", "mandate-provider", "mandate-approver")
        for kind in ("cloudapplications", "exitrequests", "suspensions")
        for verb in verbs(role, kind) & filing
    }
    assert held == {
        ("mandate-agency", "exitrequests", "file-as-agency"),
        ("mandate-authority", "exitrequests", "file-as-authority"),
        ("mandate-authority", "suspensions", "file-as-authority"),
        ("mandate-provider", "suspensions", "file-as-provider"),
    }


@pytest.mark.rule("X-duty")
def test_no_role_of_the_installation_appoints_anybody() -> None:
    assert sorted(STAGES) == ["acceptance", "review", "self-procurement"]
    for rule in rules():
        assert not set(rule["verbs"]) & STAGES


@pytest.mark.rule("X-duty")
def test_approvers_decide_and_neither_file_nor_belong_to_an_agency() -> None:
    assert verbs("mandate-approver", "cloudapplications") == READ
    assert verbs("mandate-approver", "cloudapplications/status") == {"get", "update", "patch"}
    assert verbs("mandate-approver", "agencies") == READ
    assert verbs("mandate-approver", "governancepolicies") == READ


@pytest.mark.rule("X-duty", "X-law")
def test_members_file_and_neither_decide_nor_write_the_law() -> None:
    write = {"create", "update", "patch", "delete"}
    assert verbs("mandate-agency", "cloudapplications") == READ | write
    assert verbs("mandate-agency", "cloudapplications/status") == set()
    assert verbs("mandate-agency", "agencies") == {"represent"}
    assert verbs("mandate-agency", "governancepolicies") == set()


@pytest.mark.rule("X-law")
def test_the_authority_writes_the_law_and_files_nothing() -> None:
    for kind in ("agencies", "governancepolicies", "workcalendars"):
        assert verbs("mandate-authority", kind) == READ | {"create", "update", "patch", "delete"}
    assert verbs("mandate-authority", "cloudapplications") == READ
    assert verbs("mandate-authority", "agencies/status") == set()


@pytest.mark.rule("X-duty")
def test_no_verb_of_a_role_can_be_named_as_a_stage() -> None:
    held = {verb for rule in rules() for verb in rule["verbs"]}
    assert held <= set(RESERVED_VERBS)
    # what RBAC itself knows, whether a role of ours holds it or not
    assert {"deletecollection", "bind", "escalate", "impersonate"} <= set(RESERVED_VERBS)


@pytest.mark.rule("X-duty")
@pytest.mark.parametrize(
    ("role", "files", "decides"),
    [
        ("mandate-provider", {"suspensions"}, {"resourcechanges", "serviceagreements"}),
        ("mandate-support", set(), {"assessmentreports"}),
        ("mandate-auditor", set(), set()),
        ("mandate-approver", set(), {"cloudapplications", "suspensions"}),
        ("mandate-authority", {"suspensions", "exitrequests"}, set()),
    ],
)
def test_each_party_has_what_the_stage_table_gives_it(
    role: str, files: set[str], decides: set[str]
) -> None:
    requests = {row.plural for row in STAGE_TABLE}
    filed = {plural for plural in requests if "create" in verbs(role, plural)}
    decided = {plural for plural in requests if "patch" in verbs(role, f"{plural}/status")}
    assert filed == files
    assert decides <= decided
    assert not decided - {row.plural for row in STAGE_TABLE if row.stages}
    assert bool(decided) == bool(decides)
    assert all("get" in verbs(role, plural) for plural in requests)


@pytest.mark.rule("X-law")
def test_the_operator_leads_by_one_lease_in_its_own_namespace() -> None:
    assert not verbs("", "leases")
    (role,), (binding,) = found("Role"), found("RoleBinding")
    assert (
        role["metadata"] == binding["metadata"] == {"name": "mandate-operator", "namespace": "gov"}
    )
    named, unnamed = role["rules"]
    assert (named["verbs"], named["resourceNames"]) == (["get", "update"], ["mandate-operator"])
    # RBAC cannot say which name is created
    assert unnamed["verbs"] == ["create"]
    assert named["resources"] == unnamed["resources"] == ["leases"]
    assert binding["roleRef"]["kind"] == "Role"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "op", "namespace": "gov"}]


def test_the_operators_account_is_the_one_its_role_is_bound_to() -> None:
    (account,), (binding,) = found("ServiceAccount"), found("ClusterRoleBinding")
    assert account["metadata"] == {"name": "op", "namespace": "gov"}
    assert account["automountServiceAccountToken"] is False
    assert binding["roleRef"]["name"] == "mandate-operator"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "op", "namespace": "gov"}]
    assert INSTALLATION.operator == "system:serviceaccount:gov:op"


_READ, _WRITE, _DECIDE = "get list watch", "create update patch delete", "get update patch"
_APPLY = "get list create update patch"
_LAW = "agencies governancepolicies landingzones servicecatalogs workcalendars"
_FILED = "accessgrants assessmentreports cloudapplications contactchanges exitrequests"
_FILED += " launchrequests resourcechanges trialextensions"
_ALL = f"{_LAW} {_FILED} dossiers serviceagreements suspensions"
_GUARDS = "mutatingadmissionpolicies mutatingadmissionpolicybindings"
_GUARDS += " validatingadmissionpolicies validatingadmissionpolicybindings"

RIGHTS: dict[str, list[tuple[str, str, str]]] = {
    "mandate-agency": [
        (f"{_READ} {_WRITE}", "", _FILED),
        (_READ, "", "serviceagreements suspensions"),
        (_DECIDE, "/status", "accessgrants exitrequests resourcechanges serviceagreements"),
        ("file-as-agency", "", "exitrequests"),
        ("represent", "", "agencies"),
        (_READ, ".core", "events"),
    ],
    "mandate-approver": [
        (_READ, "", _ALL),
        (_DECIDE, "/status", "cloudapplications exitrequests launchrequests resourcechanges"),
        (_DECIDE, "/status", "serviceagreements suspensions trialextensions"),
    ],
    "mandate-auditor": [
        (_READ, "", _ALL),
        (_READ, ".admissionregistration.k8s.io", _GUARDS),
    ],
    "mandate-authority": [
        (_READ, "", _ALL),
        (_WRITE, "", f"{_LAW} exitrequests suspensions"),
        ("file-as-authority", "", "exitrequests suspensions"),
    ],
    "mandate-operator": [
        (_READ, "", " ".join(kind.plural for kind in WATCHED)),
        ("patch", "/status", " ".join(kind.plural for kind in WATCHED if kind.has_status)),
        ("create", "", "serviceagreements"),
        ("list create patch", "", "dossiers"),
        ("create", ".events.k8s.io", "events"),
        (_APPLY, ".core", "limitranges namespaces resourcequotas"),
        ("delete", ".core", "namespaces"),
        (_APPLY, ".networking.k8s.io", "networkpolicies"),
        (_APPLY, ".rbac.authorization.k8s.io", "rolebindings"),
        (f"{_APPLY} delete", ".core", "configmaps"),
        (f"{_APPLY} delete", ".policy", "poddisruptionbudgets"),
        ("bind:edit bind:mandate-agency bind:view", ".rbac.authorization.k8s.io", "clusterroles"),
    ],
    "mandate-provider": [
        (_READ, "", _ALL),
        (f"{_WRITE} file-as-provider", "", "suspensions"),
        (_DECIDE, "/status", "cloudapplications exitrequests resourcechanges"),
        (_DECIDE, "/status", "serviceagreements suspensions"),
    ],
    "mandate-support": [(_READ, "", _ALL), (_DECIDE, "/status", "assessmentreports")],
}
"""Who may do what, by hand: verbs, and what of which they are."""


def _held(name: str) -> set[tuple[str, str]]:
    """Each right once: a verb, with the name it is bound to, and the resource with its group."""
    out = set()
    for rule in rules(name):
        (group,) = rule["apiGroups"]
        within = "" if group == "mandate.dev" else f".{group or 'core'}"
        for verb in rule["verbs"]:
            bound = [f"{verb}:{of}" for of in rule.get("resourceNames", [])] or [verb]
            out |= {(b, f"{resource}{within}") for b in bound for resource in rule["resources"]}
    return out


@pytest.mark.rule("X-duty", "X-law", "A26-access", "X-zone")
@pytest.mark.parametrize("name", RIGHTS)
def test_a_role_holds_these_rights_and_no_other(name: str) -> None:
    assert _held(name) == {
        (verb, f"{resource}{of}")
        for verbs_, of, resources in RIGHTS[name]
        for verb in verbs_.split()
        for resource in resources.split()
    }


def test_these_are_the_roles() -> None:
    assert [r["metadata"]["name"] for r in found("ClusterRole")] == list(RIGHTS)
