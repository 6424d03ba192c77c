"""A cluster that others use, on which the charts are released as an administrator does it.

There is no kubelet: what the Deployment says is started here, as a process.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hack.charts import CHART, CRDS
from hack.controlplane.controlplane import ControlPlane
from hack.site import LUAN, SOON, Site, eventually
from mandate.api.meta import Json
from mandate.guards import Installation
from tests.chart import image
from tests.chart.helm import IMAGE, NAMESPACE, Helm

QUICK = (*IMAGE, "--set", "settings.resyncSeconds=2")
_OURS = "agencies,cloudapplications,dossiers,governancepolicies,servicecatalogs,workcalendars"
_CONTENTS = "resourcequotas,limitranges,networkpolicies,rolebindings,deployments,services"


@dataclass(frozen=True)
class Cluster:
    """A control plane with helm at hand, as the administrator of the cluster.

    Attributes:
        site: the control plane.
        helm: with the administrator's rights.
        environment: what the image has, where pods find it.
    """

    site: Site
    helm: Helm
    environment: Path

    @classmethod
    def on(cls, plane: ControlPlane, home: Path, environment: Path) -> "Cluster":
        """The cluster of a control plane."""
        site = Site(plane)
        return cls(site, Helm(home, site.bootstrap.kubeconfig), environment)

    def release(self, crds: Path = CRDS, chart: Path = CHART, args: Sequence[str] = ()) -> str:
        """Installs or upgrades both charts; the notes of the second."""
        self.helm.install("mandate-crds", crds)
        self.site.bootstrap.kubectl(
            *("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        )
        return self.helm.install("mandate", chart, *QUICK, *args)

    def guarded(self) -> None:
        """Waits until the guard that is applied last refuses."""
        eventually(self.site.guarded, SOON, "the guards are in force")

    def law(self) -> None:
        """Lu'an's appointments and law, applied after the install."""
        self.site.bootstrap.kubectl("apply", "-f", str(LUAN / "access.yaml"))
        files = ("policy.yaml", "calendar.yaml", "catalog.yaml")
        args = [part for name in files for part in ("-f", str(LUAN / name))]
        self.site.actor("clerk", "luan-authority").kubectl("apply", *args)

    def deployment(self) -> Json:
        """The operator's Deployment, as it is in the API."""
        path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/mandate-operator"
        return self.site.bootstrap.call("GET", path).body

    def run_pod(self) -> None:
        """Starts what the Deployment says, as the account that it names."""
        pod = self.deployment()["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        fields = {"metadata.namespace": NAMESPACE, "metadata.name": "mandate-operator-0"}
        variables = {
            entry["name"]: entry.get("value") or fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
            for entry in container["env"]
        }
        # of the pod's own network
        port, host = variables.pop("MANDATE_METRICS_PORT"), variables.pop("MANDATE_METRICS_HOST")
        assert (port, host) == ("8080", "0.0.0.0")  # noqa: S104
        account = Installation(
            operator_namespace=NAMESPACE, operator_service_account=pod["serviceAccountName"]
        )
        self.site.start_operator(image.entrypoint(self.environment), variables, account)
        eventually(lambda: self.site.page("/readyz").code == 200, SOON, "the operator is ready")

    def two_resyncs(self) -> None:
        """Waits until the operator has looked at everything twice more."""
        looks = self._looks()
        known = self.site.metric("mandate_cache_objects")
        eventually(lambda: self._looks() >= looks + 2 * known, SOON, "it has looked at everything")

    def _looks(self) -> float:
        return self.site.metric("mandate_reconciles_total", result="done")

    def versions(self, *namespaces: str) -> dict[str, str]:
        """The resourceVersion of all that was decided and recorded, and of what is in namespaces.

        Args:
            namespaces: those which count, with what is in them.
        """
        found = self._versions(_OURS, "--all-namespaces")
        for name in namespaces:
            found |= self.within(name)
        return found

    def within(self, namespace: str) -> dict[str, str]:
        """The resourceVersion of a namespace and of what is in it."""
        itself = self._versions("namespace", namespace)
        return itself | self._versions(_CONTENTS, "--namespace", namespace)

    def _versions(self, kinds: str, *where: str) -> dict[str, str]:
        done = self.site.bootstrap.kubectl("get", kinds, *where, "--output=json")
        found = json.loads(done.stdout)
        return {
            item["metadata"]["uid"]: item["metadata"]["resourceVersion"]
            for item in found.get("items", [found])
        }
