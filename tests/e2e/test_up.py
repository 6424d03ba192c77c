"""`make up` leaves a control plane running, on which the tutorial's commands do what it says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hack.site import ROOT

_TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
_BLOCKS = re.findall(r"^```sh\n(.*?)^```$", _TUTORIAL, flags=re.MULTILINE | re.DOTALL)
_UP = "import sys; from hack import up; {}; sys.exit(up.main())"
_Done = subprocess.CompletedProcess[str]


def _up(folder: Path, *options: str, first: str = "pass") -> _Done:
    command = [sys.executable, "-c", _UP.format(first), f"--folder={folder}", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def prompt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What it printed, to paste before any command."""
    folder = tmp_path_factory.mktemp("up") / "up"
    done = _up(folder)
    try:
        assert done.returncode == 0, done.stderr
        yield done.stdout
    finally:
        assert _up(folder, "--down").returncode == 0
        assert not folder.exists()


def _paste(*blocks: str) -> _Done:
    """Runs blocks as somebody pastes them, up to the first command that fails."""
    text = "\n".join(("shopt -s expand_aliases", "set -e", *blocks))
    own = {**os.environ, "KUBERC": "off"}
    command = ["bash", "-c", text]
    return subprocess.run(
        command, cwd=ROOT, env=own, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.rule("A09-lifecycle", "A13-accept", "A14-provision")
@pytest.mark.timeout(300)
def test_the_tutorial_works_as_it_stands(prompt: str) -> None:
    *steps, attempts = _BLOCKS[1:]
    done = _paste(prompt, *steps)
    assert done.returncode == 0, done.stderr
    assert "Submitted   acceptance" in done.stdout
    for granted in ("resourcequota/", "limitrange/", "networkpolicy", "rolebinding", "configmap/"):
        assert granted in done.stdout
    laws = ("A16-change", "A17-delete", "G310-sublet")
    for command, law in zip(attempts.strip().splitlines(), laws, strict=True):
        done = _paste(prompt, command)
        assert done.returncode == 1
        assert law in done.stderr


def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    no_operator = "up.Site.start_operator = lambda site: None; up.READY_SECONDS = 1"
    done = _up(tmp_path / "up", first=no_operator)
    assert done.returncode == 1
    assert "up: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "up").exists()
