"""The real helm; its cache, configuration and kubeconfig are the test's, not the user's."""

import json
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
NEWER = "zones.mandate.dev"
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
    "argocd": {"enabled": True},
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


def packaged(helm: Helm, chart: Path, version: str) -> Path:
    """A chart packed as another version of itself, beside its folder."""
    helm.run(
        *("package", str(chart), "--destination", str(chart.parent)),
        *("--version", version, "--app-version", version),
    )
    return chart.parent / f"{chart.name}-{version}.tgz"


def previous(helm: Helm, folder: Path) -> tuple[Path, Path]:
    """Both charts as a version before this one, which lacks the guard `NEWER`."""
    copies = [shutil.copytree(chart, folder / chart.name) for chart in (CRDS, CHART)]
    guards = copies[1] / "files" / "guards.json"
    found = [g for g in json.loads(guards.read_text("utf-8")) if g["metadata"]["name"] != NEWER]
    guards.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    crds, chart = (packaged(helm, copy, PREVIOUS) for copy in copies)
    return crds, chart


def values(folder: Path, **found: object) -> tuple[str, str]:
    """A file of values, as arguments."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(found, allow_unicode=True), "utf-8")
    return "--values", str(file)
