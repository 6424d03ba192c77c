"""The real helm; its cache, configuration and kubeconfig are the test's, not the user's."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from hack.charts import CHART, CRDS
from hack.controlplane.build import HELM
from mandate.api.meta import Json

NAMESPACE = "mandate-system"
IMAGE = ("--set", "image.repository=registry.lu-an.example/mandate")
PREVIOUS = "0.0.9"
EVERYTHING: Json = {
    "guards": {"source": "static", "namespaces": "Exclusive"},
    "image": {"repository": "r/x", "digest": f"sha256:{'0' * 64}", "pullSecrets": ["pull"]},
    "settings": {"workers": 8, "resyncSeconds": 1200, "logLevel": "DEBUG"},
    "nodeSelector": {"disk": "true"},
    "tolerations": [{"key": "a", "operator": "Exists", "effect": "NoSchedule"}],
    "priorityClassName": "system-cluster-critical",
    "networkPolicy": {"enabled": True, "apiServerPorts": [], "metricsFrom": []},
    "monitoring": {
        name: {"enabled": True} for name in ("serviceMonitor", "prometheusRule", "dashboard")
    },
}
"""Values of which none is the default."""


@dataclass(frozen=True)
class Helm:
    """helm as one identity, or without a cluster.

    Attributes:
        home: where it keeps what it keeps.
        kubeconfig: whose it is.
    """

    home: Path
    kubeconfig: Path | None = None

    def run(self, *args: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Runs it.

        Raises:
            subprocess.CalledProcessError: it failed and `check` is set; a note has its stderr.
        """
        own = {f"HELM_{kind}_HOME": str(self.home / kind) for kind in ("CACHE", "CONFIG", "DATA")}
        own["KUBECONFIG"] = str(self.kubeconfig or self.home / "no-kubeconfig")
        command = [str(HELM.folder() / "helm"), *args]
        done = subprocess.run(
            command, env={**os.environ, **own}, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            error = subprocess.CalledProcessError(done.returncode, command, done.stdout)
            error.add_note(done.stderr)
            raise error
        return done

    def template(self, *args: str, chart: Path = CHART) -> list[Json]:
        """What a chart renders."""
        done = self.run("template", "mandate", str(chart), "--namespace", NAMESPACE, *args)
        return [document for document in yaml.safe_load_all(done.stdout) if document]

    def install(self, release: str, chart: Path, *args: str) -> str:
        """Installs or upgrades a release in the operator's namespace; its notes."""
        where = ("--namespace", NAMESPACE, "--create-namespace")
        return self.run("upgrade", "--install", release, str(chart), *where, *args).stdout


def packaged(helm: Helm, chart: Path, folder: Path, version: str) -> Path:
    """A chart as it is, packed as another version of itself."""
    copy = folder / f"{chart.name}-{version}"
    shutil.copytree(chart, copy / chart.name)
    helm.run(
        *("package", str(copy / chart.name), "--destination", str(copy)),
        *("--version", version, "--app-version", version),
    )
    return copy / f"{chart.name}-{version}.tgz"


def previous(helm: Helm, folder: Path) -> tuple[Path, Path]:
    """Both charts as the version before this one: of the kinds, and of the operator."""
    return packaged(helm, CRDS, folder, PREVIOUS), packaged(helm, CHART, folder, PREVIOUS)


def values(folder: Path, **found: object) -> tuple[str, str]:
    """A file of values, as arguments."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(found, allow_unicode=True), "utf-8")
    return "--values", str(file)
