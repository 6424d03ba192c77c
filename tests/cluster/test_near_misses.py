"""One thing away from what the guards let pass: refused, by each of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hack.site import INSTALLATION, SOON, Actor, Answer, Site, eventually
from mandate.api.meta import API_VERSION, Json
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"
_RBAC = "rbac.authorization.k8s.io"
_SPACES = "/api/v1/namespaces"
_CONTROLLER = "system:serviceaccount:kube-system:namespace-controller"
_ADDON = "system:serviceaccount:kube-system:addon"
_MANAGED = "mandate.dev/managed"

_STRAYS: dict[str, tuple[Json, Json]] = {
    # let in by its list: two members, and one that no agency can name
    "near--granted": (
        {_MANAGED: "granted"},
        {"mandate.dev/subjects": '["User/a","User/b","User/system:anonymous"]'},
    ),
    "near--going": ({_MANAGED: "granted"}, {"mandate.dev/subjects": '["User/a"]'}),
    "near-nobody": ({_MANAGED: "requests"}, {}),
    "near-lawless": ({_MANAGED: "requests", "mandate.dev/agency": "near"}, {}),
    # not ours, but for a label and an annotation that were there before the guards
    "near-other": ({"mandate.dev/policy": "a"}, {"mandate.dev/uid": "1"}),
}
"""Namespaces that no operator made: labels and annotations by name."""


def _quotas(namespace: str) -> str:
    return f"{_SPACES}/{namespace}/resourcequotas"


def _bindings(namespace: str) -> str:
    return f"/apis/{_RBAC}/v1/namespaces/{namespace}/rolebindings"


def _forms(namespace: str) -> str:
    return f"/apis/{API_VERSION}/namespaces/{namespace}/cloudapplications"


def _root(site: Site, user: str) -> Actor:
    """This name with every right."""
    return site.actor(user, "system:masters")


def _binding(kind: str, name: str, **more: object) -> Json:
    return {
        "metadata": {"name": "friend"},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "view"},
        "subjects": [{"apiGroup": _RBAC, "kind": kind, "name": name} | more],
    }


def _make(root: Actor) -> None:
    """The strays; one of them is being deleted and does not go."""
    for name, (labels, notes) in _STRAYS.items():
        body = {"metadata": {"name": name}}
        eventually(
            lambda b=body: root.call("POST", _SPACES, b).code in (201, 409),  # type: ignore[misc]
            SOON,
            "no guard of namespaces",
        )
        if name == "near--going":
            held: Json = {"name": "held", "finalizers": ["example.org/held"]}
            quota = {"metadata": held, "spec": {"hard": {"pods": "1"}}}
            assert root.call("POST", _quotas(name), quota).code == 201
            ours = {"metadata": held | {"labels": {_MANAGED: "true"}}}
            assert root.call("POST", _bindings(name), _binding("User", "a") | ours).code == 201
        marks = {"metadata": {"labels": labels, "annotations": notes}}
        assert root.call("PATCH", f"{_SPACES}/{name}", marks, MERGE).code == 200
    assert root.call("DELETE", f"{_SPACES}/near--going").code == 200


@contextmanager
def _unguarded(site: Site) -> Iterator[None]:
    """Around the guard of namespaces, which is back afterwards."""
    with site.without_guards("namespaces"):
        yield
    root, path = site.bootstrap, f"{_SPACES}?dryRun=All"
    probe = {"metadata": {"name": "probe--probe"}}
    eventually(lambda: root.call("POST", path, probe).code == 403, SOON, "the guard is back")


@pytest.fixture(scope="module")
def strays(site: Site) -> Iterator[Site]:
    """The site with namespaces on it that were made around the guard, and that go afterwards."""
    root = site.bootstrap
    with _unguarded(site):
        _make(root)
    yield site
    operator = _root(site, INSTALLATION.operator)
    free = {"metadata": {"finalizers": None}}
    for path in (_quotas("near--going"), _bindings("near--going")):
        assert operator.call("PATCH", f"{path}/held", free, MERGE).code == 200
    with _unguarded(site):
        for name in _STRAYS:
            path = f"{_SPACES}/{name}"
            eventually(
                lambda p=path: root.call("DELETE", p).code in (200, 404, 409),  # type: ignore[misc]
                SOON,
                "it can go",
            )


@pytest.mark.rule("A26-access", "G310-sublet")
@pytest.mark.parametrize("who", ["admin", INSTALLATION.operator], ids=["anybody", "the-operator"])
def test_a_name_made_of_two_members_is_neither(strays: Site, who: str) -> None:
    path, actor = f"{_bindings('near--granted')}?dryRun=All", _root(strays, who)
    both = actor.call("POST", path, _binding("User", 'a","User/b'))
    assert both.code == 403, both.body
    assert "(A26-access" in both.message
    one = actor.call("POST", path, _binding("User", "a"))
    assert one.code == 201, one.message


@pytest.mark.rule("A26-access", "G310-sublet")
@pytest.mark.parametrize("who", ["admin", INSTALLATION.operator], ids=["anybody", "the-operator"])
def test_a_name_that_reads_like_a_member_once_decoded_is_none(granted: Office, who: str) -> None:
    path = f"{_bindings(f'{granted.name}--bus-portal')}?dryRun=All"
    actor = _root(granted.site, who)
    for name in (r"\u5f20\u4e09", "张三\\", "\\张三", "张", "张三\n"):
        answer = actor.call("POST", path, _binding("User", name))
        assert answer.code == 403, answer.body
        assert "(A26-access" in answer.message
    one = actor.call("POST", path, _binding("User", "张三"))
    assert one.code == 201, one.message


@pytest.mark.rule("A26-access", "G310-sublet")
def test_a_user_with_a_namespace_is_no_service_account_of_it(strays: Site) -> None:
    path = f"{_bindings('near--granted')}?dryRun=All"
    body = _binding("User", "mallory", namespace="near--granted")
    answer = strays.bootstrap.call("POST", path, body)
    assert answer.code == 403, answer.body
    assert "only the agency itself is given access" in answer.message


@pytest.mark.rule("A26-access")
def test_nobody_but_the_operator_marks_a_binding_as_the_operators(strays: Site) -> None:
    body = _binding("User", "a")
    body["metadata"]["labels"] = {_MANAGED: "true"}
    answer = strays.bootstrap.call("POST", f"{_bindings('near--granted')}?dryRun=All", body)
    assert answer.code == 403, answer.body
    assert "binding friend is the operator's (A26-access" in answer.message


@pytest.mark.rule("A26-access", "X-law")
def test_the_operator_lets_no_system_identity_in_even_by_the_list(strays: Site) -> None:
    operator = _root(strays, INSTALLATION.operator)
    path = f"{_bindings('near--granted')}?dryRun=All"
    answer = operator.call("POST", path, _binding("User", "system:anonymous"))
    assert answer.code == 403, answer.body
    assert "it lets in the members written on the namespace" in answer.message


@pytest.mark.rule("A13-accept")
@pytest.mark.parametrize("namespace", ["near-nobody", "near--granted", "granted"])
def test_nothing_is_filed_in_a_namespace_that_is_half_an_agencys(
    strays: Site, granted: Office, namespace: str
) -> None:
    # what was granted to an agency bears the agency's label too
    here = f"{granted.name}--bus-portal" if namespace == "granted" else namespace
    form = granted.form()
    form["metadata"]["namespace"] = here
    answer = strays.bootstrap.call("POST", f"{_forms(here)}?dryRun=All", form)
    assert answer.code == 403, answer.body
    assert "is no agency namespace (A13-accept" in answer.message


@pytest.fixture(scope="module")
def granted(site: Site) -> Office:
    """A granted application."""
    office = Office.open(site, "near-misses", filer="张三")
    office.approve()
    return office


@pytest.mark.rule("X-identity")
def test_where_no_policy_is_named_nobody_is_appointed(strays: Site, granted: Office) -> None:
    root, bob = strays.bootstrap, strays.actor("anybody-s", "luan-approvers")
    command = ("create", "clusterrole", "any-acceptance", "--verb=acceptance")
    root.kubectl(*command, "--resource=governancepolicies.mandate.dev", check=False)
    binding = ("create", "clusterrolebinding", "any-acceptance", "--clusterrole=any-acceptance")
    root.kubectl(*binding, "--user=anybody-s", check=False)
    form = granted.form()
    form["metadata"]["namespace"] = "near-lawless"
    assert root.call("POST", _forms("near-lawless"), form).code == 201
    path = f"{_forms('near-lawless')}/bus-portal"
    entry = {"decision": "Approved", "basis": "0" * 64, "opinion": "同意"}
    body = {"status": {"approvals": {"acceptance.1": entry}}}
    can = bob.kubectl("auth", "can-i", "acceptance", "governancepolicies.mandate.dev", check=False)
    answer = bob.call("PATCH", f"{path}/status?dryRun=All", body, MERGE)
    assert root.call("DELETE", path).code == 200
    assert can.stdout.strip() == "yes"
    assert answer.code == 403, answer.body
    assert "may not decide acceptance under policy  (X-identity" in answer.message


@pytest.mark.rule("G310-sublet", "A16-change", "A17-delete")
@pytest.mark.parametrize("part", ["labels", "annotations"])
@pytest.mark.parametrize("how", ["new", "changed"])
def test_a_mark_of_ours_is_neither_set_nor_changed(strays: Site, part: str, how: str) -> None:
    key = {"labels": "mandate.dev/policy", "annotations": "mandate.dev/uid"}[part]
    name = "near-other" if how == "changed" else "default"
    body = {"metadata": {part: {key: "b"}}}
    answer = strays.bootstrap.call("PATCH", f"{_SPACES}/{name}?dryRun=All", body, MERGE)
    assert answer.code == 403, answer.body
    assert "annotations of a namespace are the operator's (G310-sublet" in answer.message


def _cleared(site: Site, user: str, path: str) -> Answer:
    return _root(site, user).call("DELETE", f"{path}?dryRun=All")


@pytest.mark.rule("A16-change", "A26-access", "G310-sublet")
def test_the_namespace_controller_clears_what_is_being_deleted_and_does_nothing_else(
    strays: Site, granted: Office
) -> None:
    controller, mine = _root(strays, _CONTROLLER), f"{granted.name}--bus-portal"
    going = (f"{_quotas('near--going')}/held", f"{_bindings('near--going')}/held")
    for path in going:
        eventually(
            lambda p=path: _cleared(strays, _CONTROLLER, p).code == 200,  # type: ignore[misc]
            SOON,
            "the guards know that it is being deleted",
        )
        assert _cleared(strays, _ADDON, path).code == 403
        note = {"metadata": {"labels": {"a": "b"}}}
        assert controller.call("PATCH", f"{path}?dryRun=All", note, MERGE).code == 403
    for path in (f"{_quotas(mine)}/mandate", f"{_bindings(mine)}/mandate-members"):
        assert _cleared(strays, _CONTROLLER, path).code == 403
