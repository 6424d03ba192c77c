"""The real promtool."""

import subprocess

from hack.controlplane.build import PROMTOOL


class Promtool:
    """promtool, which reads files and needs no Prometheus."""

    def run(self, *args: str, stdin: str = "") -> None:
        """Runs it; what it says is the message of the failure.

        Raises:
            AssertionError: it found a fault.
        """
        command = [str(PROMTOOL.folder() / "promtool"), *args]
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
