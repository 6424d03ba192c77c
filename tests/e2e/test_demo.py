"""The demo notices what is missing: every guard, and the operator."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from hack.site import INSTALLATION, ROOT
from mandate.guards import policies

GUARDS = sorted({p["metadata"]["name"] for p in policies(INSTALLATION)})


def _demo(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "hack.demo", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def without() -> "dict[str, subprocess.CompletedProcess[str]]":
    """The demo without each guard, two at a time: one for each core this was measured on."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        runs = pool.map(lambda guard: _demo("--without", guard), GUARDS)
        return dict(zip(GUARDS, runs, strict=True))


@pytest.mark.rule("X-closed")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("guard", GUARDS)
def test_the_demo_ends_at_a_missing_guard(
    guard: str, without: "dict[str, subprocess.CompletedProcess[str]]"
) -> None:
    run = without[guard]
    assert run.returncode == 1, run.stdout
    # at a step of the story that went otherwise, not by a crash
    assert "1 failed" in run.stdout, run.stderr


def test_the_demo_ends_without_an_operator() -> None:
    run = _demo("--operator", "sleep 600")
    assert run.returncode == 1
    assert "the story ended at: the agency can file" in run.stdout
