"""Installed beside others, upgraded, rolled back, uninstalled, installed again: on a real API."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hack.controlplane.controlplane import ControlPlane
from hack.site import ROOT, Actor
from mandate.guards import Installation, policies
from tests.chart.cluster import Cluster
from tests.chart.helm import EVERYTHING, NAMESPACE, NEWER, PREVIOUS, Helm, previous, values
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"
TEAM = Path(__file__).resolve().parent / "team"
_HERE = ("--namespace", NAMESPACE)
_OPERATOR = Installation().operator


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Iterator[Cluster]:
    """A cluster with a team's release on it."""
    with ControlPlane.start() as plane:
        found = Cluster.on(plane, tmp_path_factory.mktemp("helm"), environment)
        found.site.bootstrap.kubectl("create", "namespace", "team")
        _team(found)
        yield found


def _team(cluster: Cluster, *args: str) -> None:
    """The team's own chart, installed or upgraded as the team does it."""
    team = Helm(cluster.helm.home, cluster.site.actor("team", "system:masters").kubeconfig)
    team.run("upgrade", "--install", "web", str(TEAM), "--namespace", "team", *args)


@pytest.fixture(scope="module")
def granted(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Installed as the version before; Lu'an's law after it; and an application granted."""
    before = cluster.within("team")
    cluster.release(*previous(cluster.helm, tmp_path_factory.mktemp("previous")))
    cluster.site.plane.restart("kube-controller-manager")  # it finds new kinds when it starts
    cluster.guarded()
    cluster.law()
    cluster.run_pod()
    office = Office.open(cluster.site, "chart")
    office.approve()
    assert cluster.within("team") == before
    return office


def _things(office: Office) -> tuple[str, ...]:
    return (office.namespace, f"{office.name}--bus-portal", "team")


def _refusals(office: Office, who: Actor) -> list[str]:
    """What is said to what nobody may do, with the operator or without it."""
    namespaces, form = "/api/v1/namespaces", f"{office.forms}/bus-portal"
    granted = f"{namespaces}/{office.name}--bus-portal"
    shadow = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{office.name}--x"}}
    account = {"kubernetes.io/service-account.name": "mandate-operator"}
    token = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/service-account-token",
        "metadata": {"name": "token", "annotations": account},
    }
    answers = [
        who.call("DELETE", granted),
        who.call("DELETE", f"{granted}/resourcequotas/mandate"),
        who.call("POST", namespaces, shadow),
        who.call("PATCH", form, {"spec": {"systemDescription": "另一个系统"}}, MERGE),
        who.call("DELETE", form),
        who.call("POST", f"{namespaces}/{NAMESPACE}/secrets", token),
    ]
    said = [answer.message for answer in answers]
    rules = (
        *("A16-change", "A16-change", "G310-sublet", "A16-change"),
        *("A17-delete", "X-identity"),
    )
    for rule, sentence in zip(rules, said, strict=True):
        assert f"({rule}, " in sentence
    return said


@pytest.mark.rule("X-input")
def test_what_a_team_runs_is_as_it_was_and_can_be_changed(
    cluster: Cluster, granted: Office
) -> None:
    _team(cluster, "--set", "greeting=again")
    service = "/api/v1/namespaces/team/services/web"
    assert cluster.site.bootstrap.call("DELETE", service).code == 200
    _team(cluster, "--set", "greeting=anew")
    assert cluster.site.bootstrap.call("GET", service).code == 200


def test_the_api_server_takes_every_choice_without_a_warning(
    cluster: Cluster, granted: Office, tmp_path: Path
) -> None:
    restricted = [f"pod-security.kubernetes.io/{way}=restricted" for way in ("enforce", "warn")]
    cluster.site.bootstrap.kubectl("label", "namespace", NAMESPACE, "--overwrite", *restricted)
    for found in (EVERYTHING, EVERYTHING | {"guards": {"source": "chart"}}):
        rendered = cluster.helm.template(*values(tmp_path, **found))
        # the Prometheus Operator's kinds are not served here
        known = [d for d in rendered if d["apiVersion"] != "monitoring.coreos.com/v1"]
        strictly = ("--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict")
        cluster.site.bootstrap.kubectl(
            *("apply", *strictly, "--warnings-as-errors", "-f", "-"),
            stdin=yaml.safe_dump_all(known, allow_unicode=True),
        )


@pytest.mark.rule("X-level")
def test_upgraded_and_rolled_back_nothing_that_was_granted_changes(
    cluster: Cluster, granted: Office
) -> None:
    cluster.two_resyncs()
    before = cluster.versions(*_things(granted))
    assert _image(cluster).endswith(f":{PREVIOUS}")
    assert NEWER not in _guards(cluster)
    for step in (cluster.release, lambda: cluster.helm.run("rollback", "mandate", *_HERE)):
        cluster.site.stop_operator()
        step()
        cluster.run_pod()
        cluster.two_resyncs()
        assert cluster.versions(*_things(granted)) == before
    assert _image(cluster).endswith(f":{PREVIOUS}")
    # what guards is never taken away, by a rollback neither
    assert NEWER in _guards(cluster)
    cluster.release()
    assert not _image(cluster).endswith(f":{PREVIOUS}")


@pytest.mark.rule("X-closed", "A16-change", "G310-sublet", "X-identity")
def test_uninstalled_all_stays_and_is_guarded_and_is_taken_up_again(
    cluster: Cluster, granted: Office
) -> None:
    cluster.two_resyncs()
    before = cluster.versions(*_things(granted))
    refused = _refusals(granted, cluster.site.bootstrap)
    cluster.site.stop_operator()
    for release in ("mandate", "mandate-crds"):
        cluster.helm.run("uninstall", release, *_HERE)
    assert cluster.versions(*_things(granted)) == before
    assert _refusals(granted, cluster.site.bootstrap) == refused
    # who might read it still may
    assert granted.read()["metadata"]["uid"] in before
    account = f"--as={_OPERATOR}"
    asked = cluster.site.bootstrap.kubectl(
        "auth", "can-i", "create", "namespaces", account, check=False
    )
    assert asked.stdout.strip() == "no"
    written = len(cluster.site.writes_of(_OPERATOR))
    cluster.release()
    cluster.run_pod()
    cluster.two_resyncs()
    assert cluster.versions(*_things(granted)) == before
    assert cluster.site.writes_of(_OPERATOR)[written:] == []


@pytest.mark.rule("X-closed")
def test_the_guards_go_only_when_somebody_takes_them_away(
    cluster: Cluster, granted: Office
) -> None:
    """The last of these tests: the commands are those of docs/install.md."""
    cluster.site.stop_operator()
    cluster.helm.run("uninstall", "mandate", *_HERE)
    ours = {p["metadata"]["name"] for p in policies(Installation())}
    assert set(_guards(cluster)) == ours
    (commands,) = re.findall(
        r"^```sh\n(ours=.*?)^```$",
        (ROOT / "docs" / "install.md").read_text("utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
    plane = cluster.site.plane
    own = {"KUBECONFIG": str(cluster.site.bootstrap.kubeconfig)}
    path = f"{plane.bin}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["bash", "-ec", commands], env={**os.environ, **own, "PATH": path}, check=True)
    assert _guards(cluster) == []
    roles = cluster.site.bootstrap.kubectl("get", "clusterroles", "-o=name").stdout
    assert "mandate-" not in roles


def _guards(cluster: Cluster) -> list[str]:
    kinds = "validatingadmissionpolicies,mutatingadmissionpolicies"
    found = cluster.site.bootstrap.kubectl("get", kinds, "-o=name").stdout.split()
    return [name.rpartition("/")[2] for name in found]


def _image(cluster: Cluster) -> str:
    (container,) = cluster.deployment()["spec"]["template"]["spec"]["containers"]
    return str(container["image"])
