"""`guards.source: static`: what the chart renders guards from the API server's own disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hack.controlplane.controlplane import ControlPlane
from tests.chart.cluster import Cluster
from tests.chart.helm import IMAGE, Helm
from tests.cluster.office import Office

STATIC = ("--set", "guards.source=static", "--set", "guards.namespaces=Exclusive")


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, helm: Helm, environment: Path
) -> Iterator[Cluster]:
    """Its API server was started with what the chart renders, as docs/install.md says."""
    folder = tmp_path_factory.mktemp("disk")
    (found,) = helm.template(*IMAGE, *STATIC, "--show-only", "templates/guards-static.yaml")
    plugins = []
    for kind, name in (("Validating", "validating"), ("Mutating", "mutating")):
        manifests = folder / name
        manifests.mkdir()
        (manifests / "guards.yaml").write_text(found["data"][f"{name}.yaml"], "utf-8")
        configuration = {
            "apiVersion": "apiserver.config.k8s.io/v1",
            "kind": f"{kind}AdmissionPolicyConfiguration",
            "staticManifestsDir": str(manifests),
        }
        plugins.append({"name": f"{kind}AdmissionPolicy", "configuration": configuration})
    config = folder / "admission.yaml"
    document = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration"}
    config.write_text(yaml.safe_dump(document | {"plugins": plugins}), "utf-8")
    with ControlPlane.start(admission_config=config) as plane:
        here = Cluster.on(plane, folder, environment)
        notes = here.release(args=STATIC)
        assert "ONCE EVERY API SERVER READS THEM FROM ITS DISK" in notes
        plane.restart("kube-controller-manager")
        here.guarded()
        here.law()
        here.run_pod()
        yield here


@pytest.mark.rule("X-law", "A16-change", "G310-sublet", "X-identity")
def test_guarded_from_the_disk_a_system_is_granted_and_held(cluster: Cluster) -> None:
    root = cluster.site.bootstrap
    listed = root.kubectl("get", "validatingadmissionpolicies,mutatingadmissionpolicies", "-o=name")
    assert "mandate" not in listed.stdout
    office = Office.open(cluster.site, "static")
    application = office.approve()
    # written by the mutating guards
    approval = application["status"]["approvals"]["review.1"]
    assert approval["by"] == "bob"
    assert approval["at"]
    granted = f"/api/v1/namespaces/{office.name}--bus-portal"
    assert "(A16-change, " in root.call("DELETE", granted).message
    shadow = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shadow"}}
    assert "(G310-sublet, " in root.call("POST", "/api/v1/namespaces", shadow).message
