"""Restored into a new cluster, or found there: nothing is granted but by the takeover."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hack.site import SOON, Actor, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office, bare_site, luan_site, squat
from tests.cluster.test_cli import run
from tests.cluster.test_dossier import entries, kinds

_ZEROS = "0" * 64
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_INSIDE = {
    "ResourceQuota": "/api/v1/namespaces/{}/resourcequotas",
    "LimitRange": "/api/v1/namespaces/{}/limitranges",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "RoleBinding": _RBAC + "/namespaces/{}/rolebindings",
}
_OF_THE_OBJECT = ("mandate.dev/uid", "mandate.dev/digest")
_CONTENT = ("spec", "roleRef", "subjects")


def granted(site: Site, namespace: str) -> dict[str, Json]:
    """The namespace and what the operator put into it, without uid and digest."""
    boss = site.bootstrap
    found = [("Namespace", boss.call("GET", f"/api/v1/namespaces/{namespace}").body)]
    for kind, path in _INSIDE.items():
        found += [(kind, one) for one in boss.call("GET", path.format(namespace)).body["items"]]
    return {f"{kind}/{one['metadata']['name']}": _plain(one) for kind, one in found}


def _plain(found: Json) -> Json:
    metadata = found["metadata"]
    notes = metadata.get("annotations", {}).items()
    return {
        "labels": {k: v for k, v in metadata.get("labels", {}).items() if k != "team"},
        "annotations": {k: v for k, v in notes if k not in (*_OF_THE_OBJECT, "note")},
    } | {key: found[key] for key in _CONTENT if key in found}


def _archivist(site: Site) -> Actor:
    """Who may bring dossiers back, and nothing else."""
    rule = {"apiGroups": ["mandate.dev"], "resources": ["dossiers"], "verbs": ["create", "import"]}
    who = site.actor("archivist")
    role = {"metadata": {"name": "archivist"}, "rules": [rule]}
    group = "rbac.authorization.k8s.io"
    binding = {
        "metadata": {"name": "archivist"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "archivist"},
        "subjects": [{"apiGroup": group, "kind": "User", "name": who.user}],
    }
    assert site.bootstrap.call("POST", f"{_RBAC}/clusterroles", role).code == 201
    assert site.bootstrap.call("POST", f"{_RBAC}/clusterrolebindings", binding).code == 201
    return who


def bring_back(site: Site, old: Office, file: Path) -> Office:
    """Imports what was exported: each group by those whose it is."""
    here = replace(
        old,
        site=site,
        member=site.actor(old.member.user),
        approver=site.actor("bob", "luan-approvers"),
        clerk=site.actor("clerk", "luan-authority"),
    )
    law = run(here.clerk, "import", file, "--only", "law")
    assert law.returncode == 0, law.stderr
    eventually(here.agency_ready, SOON, "the agency can file again")
    early = run(here.clerk, "import", file, "--only", "dossiers")
    assert early.returncode == 1  # the office has no such verb
    archivist = _archivist(site)
    eventually(
        lambda: run(archivist, "import", file, "--only", "dossiers").returncode == 0,
        SOON,
        "the dossiers are brought back",
    )
    eventually(lambda: here.file(dry_run=True).code == 201, SOON, "the member can file")
    forms = run(here.member, "import", file, "--only", "forms", "-n", here.namespace)
    assert forms.returncode == 0, forms.stderr
    return here


@pytest.mark.rule("X-dossier", "G310-sublet", "X-order")
def test_a_life_goes_on_in_another_cluster_by_the_takeover_alone(tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    with luan_site() as first:
        office = Office.open(first, "restore")
        uid = office.approve()["metadata"]["uid"]
        eventually(lambda: "Trial" in kinds(first, uid), SOON, "its life is on record")
        namespace = f"{office.name}--bus-portal"
        before, head = granted(first, namespace), entries(first, uid)[-1]["hash"]
        path = f"/api/v1/namespaces/{namespace}"
        old = first.bootstrap.call("GET", path).body["metadata"]
        written = run(office.clerk, "export", file)
        assert written.returncode == 0, written.stderr
    with bare_site() as second:
        here = bring_back(second, office, file)
        found = here.awaits("takeover")
        assert found["status"]["stages"] == ["takeover"]
        assert found["status"]["awaiting"][0]["cites"] == head
        assert second.bootstrap.call("GET", path).code == 404
        # a backup tool brings the namespace back as it was
        squat(second, namespace, {key: old[key] for key in ("labels", "annotations")})
        for refused in (here.decide("takeover", cites=_ZEROS), here.decide("takeover")):
            assert refused.code == 422
            assert "takeover cites another dossier, or none (X-dossier, ours)" in refused.message
            assert "the last hash of the dossier that was kept outside" in refused.message
        notes = second.bootstrap.call("GET", path).body["metadata"]["annotations"]
        assert notes["mandate.dev/uid"] == uid
        assert here.decide("takeover", cites=head).code == 200
        here.until(phase="Trial")
        assert granted(second, namespace) == before
        notes = second.bootstrap.call("GET", path).body["metadata"]["annotations"]
        assert notes["mandate.dev/uid"] == found["metadata"]["uid"]
        kept = second.bootstrap.call("DELETE", f"{here.forms}/bus-portal")
        assert "was granted and is not deleted" in kept.message
        _continues(here, found["metadata"]["uid"], uid, head)


def _continues(here: Office, uid: str, old: str, head: str) -> None:
    """The new dossier goes on from the old one, and both are whole."""
    eventually(lambda: "Trial" in kinds(here.site, uid), SOON, "its new life is on record")
    (taken,) = (e for e in entries(here.site, uid) if e["kind"] == "TakenOver")
    before = f"cloudapplication-{old}-0000"
    assert json.loads(taken["data"]) == {"cites": head, "from": before}
    assert taken["by"] == "bob"
    verified = run(here.clerk, "audit", "verify", "--subject", "bus-portal", "--head", head)
    assert verified.returncode == 0, verified.stdout
    assert "2 whole, 0 broken" in verified.stdout
    assert f"continues {before}, which ends with {head}" in verified.stdout


@pytest.mark.rule("G310-sublet", "X-dossier")
def test_a_namespace_that_was_somebodys_is_adopted_by_the_takeover_alone(site: Site) -> None:
    office = Office.open(site, "brownfield")
    namespace = f"{office.name}--bus-portal"
    before = squat(site, namespace)
    assert office.file().code == 201
    for stage in ("acceptance", "review"):
        office.awaits(stage)
        assert office.decide(stage).code == 200
    found = office.awaits("takeover")
    assert found["status"]["stages"] == ["acceptance", "review"]
    ready = next(c for c in found["status"]["conditions"] if c["type"] == "Ready")
    assert ready["reason"] == "NamespaceTaken"
    assert "or the authority approves its takeover (G310-sublet" in ready["message"]
    path = f"/api/v1/namespaces/{namespace}"
    assert site.bootstrap.call("GET", path).body["metadata"] == before["metadata"]
    assert office.decide("takeover", cites="a" * 64).code == 422
    assert office.decide("takeover", "Refused", cites=_ZEROS).code == 422
    outsider = office.decide("takeover", cites=_ZEROS, who=site.actor("eve", "luan-authority"))
    assert outsider.code == 403
    assert office.decide("takeover", cites=_ZEROS).code == 200
    office.until(phase="Trial")
    other = office.approve("beside")["status"]["namespace"]
    mine, theirs = granted(site, namespace), granted(site, other)
    assert {k for k in mine if k[:9] != "Namespace"} == {k for k in theirs if k[:9] != "Namespace"}
    assert mine["ResourceQuota/mandate"] == theirs["ResourceQuota/mandate"]
    labels = site.bootstrap.call("GET", path).body["metadata"]["labels"]
    assert (labels["team"], labels["mandate.dev/managed"]) == ("x", "granted")
