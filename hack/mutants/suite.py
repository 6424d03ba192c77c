"""Runs pytest in a process of its own, the same way each time."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from hack.site import ROOT

# more would only wait for each other on the two cores this was measured on
AT_ONCE = 2
# hypothesis then draws the same examples each time, and keeps none
SAME = {"CI": "1", "HYPOTHESIS_STORAGE_DIRECTORY": tempfile.gettempdir()}


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    under: Sequence[str] = (),
) -> tuple[int, str]:
    """Runs the tests.

    Args:
        arguments: pytest's own.
        environment: what is set beside what is.
        under: the module, with its arguments, that runs pytest.

    Returns:
        pytest's exit code, and what it said last, with the tests that failed.
    """
    done = subprocess.run(
        [
            *(sys.executable, *under, "-m", "pytest", "-q", "--no-header"),
            *("-p", "no:cacheprovider", *arguments),
        ],
        cwd=ROOT,
        env={**os.environ, **SAME, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines() or [done.stderr[-200:]]
    failed = [line.split(" - ")[0] for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return done.returncode, "; ".join([lines[-1], *failed])
