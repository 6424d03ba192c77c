"""Tells a story step by step, and ends it at the first difference."""

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hack.site import Actor, eventually

WAIT_SECONDS = 20.0


class DifferenceError(Exception):
    """Something else happened than was expected."""


class Teller:
    """Prints each step; counts them."""

    def __init__(self) -> None:
        self.steps = 0

    def chapter(self, title: str) -> None:
        """A heading."""
        print(f"\n== {title}", flush=True)

    def allowed(self, what: str, who: Actor, *args: str, stdin: str | None = None) -> str:
        """Somebody does something with kubectl, and may.

        Returns:
            What kubectl printed.
        """
        done = who.kubectl(*args, stdin=stdin, check=False)
        self._tell(what, who, "it is done", _said(done), done.returncode == 0)
        return done.stdout

    def refused(
        self, what: str, who: Actor, *args: str, because: str, stdin: str | None = None
    ) -> None:
        """Somebody tries something with kubectl, and the API server refuses with this reason."""
        done = who.kubectl(*args, stdin=stdin, check=False)
        fits = done.returncode != 0 and because in done.stderr
        self._tell(what, who, f"refused: … {because} …", _said(done), fits)

    def command(self, what: str, who: Actor, *args: str, expected: str) -> None:
        """Somebody runs `kubectl mandate`, which prints this and succeeds."""
        name = Path(sys.executable).parent / "kubectl-mandate"
        command = [str(name), f"--kubeconfig={who.kubeconfig}", *args]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        fits = done.returncode == 0 and expected in done.stdout
        self._tell(what, who, expected, _said(done), fits)

    def becomes(self, what: str, look: Callable[[], str], expected: str) -> None:
        """Something comes about within a while."""
        seen = ""

        def there() -> bool:
            nonlocal seen
            seen = look().strip()
            return seen == expected

        with contextlib.suppress(TimeoutError):
            eventually(there, WAIT_SECONDS, what)
        self._tell(what, None, expected, seen or "nothing", seen == expected)

    def _tell(self, what: str, who: Actor | None, expected: str, seen: str, fits: bool) -> None:
        self.steps += 1
        actor = f"{who.user}: " if who else ""
        print(f"{self.steps:3} {'ok  ' if fits else 'DIFF'} {actor}{what}")
        print(f"         expected: {expected}")
        print(f"         happened: {seen}", flush=True)
        if not fits:
            raise DifferenceError(what)


def _said(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join((done.stdout if done.returncode == 0 else done.stderr).split())
