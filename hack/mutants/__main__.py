"""`python -m hack.mutants`: fails if a guard or a rule can be switched off unnoticed."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hack.mutants import guards, rules
from hack.site import INSTALLATION, ROOT
from mandate.guards import policies

_NO_TESTS = 5
# more would only wait for each other on the two cores this was measured on
_AT_ONCE = 2

Verdict = tuple[str, bool, str]
"""What was switched off, whether a test noticed, and what pytest said last."""


def main() -> int:
    """Tries every mutant; 1 if one survives."""
    parser = argparse.ArgumentParser(prog="python -m hack.mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="only those whose name has one of these in it")
    only = parser.parse_args().only
    jobs = [job for name, job in _jobs() if not only or any(part in name for part in only)]
    # a test that fails anyway would seem to notice every mutant
    for suite in ("tests/unit", "tests/cluster"):
        _, failed, said = _verdict(suite, [suite], (), {})
        print(f"as it is {suite}: {said}", flush=True)
        if failed or " passed" not in said:
            return 1
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        verdicts = []
        for name, noticed, said in pool.map(lambda job: job(), jobs):
            print(f"{'noticed ' if noticed else 'SURVIVED'} {name}: {said}", flush=True)
            verdicts.append(noticed)
    survivors = verdicts.count(False)
    print(f"{len(verdicts) - survivors} passed, {survivors} failed")
    return 1 if survivors else 0


def _jobs() -> list[tuple[str, Callable[[], Verdict]]]:
    out: list[tuple[str, Callable[[], Verdict]]] = []
    for file in sorted((ROOT / "operator" / "mandate" / "rules").glob("*.py")):
        out += [(str(m), lambda m=m: _try_rule(m)) for m in rules.mutants(file)]  # type: ignore[misc]
    for line in guards.lines(policies(INSTALLATION)):
        out.append((str(line), lambda line=line: _try_guard(line)))  # type: ignore[misc]
    return out


def _try_rule(mutant: rules.Mutant) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="mandate-mutant-") as name:
        source = Path(name) / "operator"
        shutil.copytree(ROOT / "operator", source)
        (source / mutant.file.relative_to(ROOT / "operator")).write_text(mutant.source, "utf-8")
        return _verdict(str(mutant), ["tests/unit"], mutant.rules, {"PYTHONPATH": str(source)})


def _try_guard(line: guards.Line) -> Verdict:
    for where in line.proofs:
        verdict = _verdict(str(line), where, line.rules, {"MANDATE_MUTANT": str(line)})
        if verdict[1]:
            break
    return verdict


def _verdict(
    name: str, where: Sequence[str], wanted: Sequence[str], environment: dict[str, str]
) -> Verdict:
    """Runs the tests that carry the rules until the first that fails.

    Raises:
        RuntimeError: no test carries them, or pytest itself failed.
    """
    options = [f"--rule={rule}" for rule in wanted]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, *where, *options],
        cwd=ROOT,
        env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": tempfile.gettempdir(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    said = run.stdout.strip().splitlines()[-1] if run.stdout.strip() else run.stderr[-200:]
    if run.returncode not in (0, 1):
        reason = "no test carries" if run.returncode == _NO_TESTS else "pytest failed on"
        return name, False, f"{reason} {', '.join(wanted)}: {said}"
    # an error is no notice: the mutant did not even stand up
    return name, run.returncode == 1 and " failed" in said, said


if __name__ == "__main__":
    sys.exit(main())
