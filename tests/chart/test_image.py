"""The image as the Dockerfile says it."""

import re
import subprocess
from pathlib import Path

from hack.charts import CHART
from hack.site import ROOT
from tests.chart import image


def test_the_operator_runs_from_what_is_copied_alone(environment: Path, tmp_path: Path) -> None:
    """It gets as far as the login, which needs a cluster, and writes nothing beside itself."""
    command = image.entrypoint(environment)
    variables = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "KUBECONFIG": "/nowhere"}
    done = subprocess.run(
        command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert "ConfigException" in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_only_developers_need_is_not_in_it(environment: Path) -> None:
    there = {path.name for path in environment.glob("lib/python*/site-packages/*")}
    assert "kopf" in there
    assert not {"pytest", "mypy", "hypothesis", "hack", "tests"} & there


def test_image_and_chart_agree() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    deployment = (CHART / "templates" / "deployment.yaml").read_text("utf-8")
    (user,) = re.findall(r"^USER (\d+):\1$", dockerfile, flags=re.MULTILINE)
    assert f"runAsUser: {user}\n" in deployment
    assert f"runAsGroup: {user}\n" in deployment
    (port,) = re.findall(r"^EXPOSE (\d+)$", dockerfile, flags=re.MULTILINE)
    assert f"containerPort: {port}}}" in deployment
    # the uv that the lock was made with
    (pinned,) = re.findall(r"uv==(\S+)", dockerfile)
    assert f'"uv=={pinned}"' in (ROOT / "pyproject.toml").read_text("utf-8")
