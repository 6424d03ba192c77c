"""`python -m hack.mutants`: fails if a guard or a rule can be switched off unnoticed."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from hack.mutants import guards, proofs, rules, suite
from hack.site import INSTALLATION, ROOT
from mandate.guards import policies

_FAILED, _NO_TESTS = 1, 5
# more would only wait for each other on the two cores this was measured on
_AT_ONCE = 2

Job = Callable[[], tuple[str, bool, str]]
"""Tries a mutant: what was switched off, whether a test noticed, and what pytest said last."""


def main() -> int:
    """Tries every mutant; 1 if one survives."""
    parser = argparse.ArgumentParser(prog="python -m hack.mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="only those whose name has one of these in it")
    only = parser.parse_args().only
    jobs = _jobs(lambda name: not only or any(part in name for part in only))
    if not jobs:
        print("nothing was tried")
        return 1
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        verdicts = []
        for name, noticed, said in pool.map(lambda job: job(), jobs):
            print(f"{'noticed ' if noticed else 'SURVIVED'} {name}: {said}", flush=True)
            verdicts.append(noticed)
    survivors = verdicts.count(False)
    print(f"{len(verdicts) - survivors} passed, {survivors} failed")
    return 1 if survivors else 0


def _jobs(chosen: Callable[[str], bool]) -> list[Job]:
    """What to try; nothing if there is no such mutant, or a test fails as it is.

    A test that fails anyway would seem to notice every mutant.
    """
    files = sorted((ROOT / "operator" / "mandate" / "rules").glob("*.py"))
    mutants = [m for file in files for m in rules.mutants(file) if chosen(str(m))]
    lines = [line for line in guards.lines(policies(INSTALLATION)) if chosen(str(line))]
    out: list[Job] = []
    if mutants:
        with tempfile.TemporaryDirectory(prefix="mandate-proofs-") as name:
            if not _passed("tests/unit", *proofs.gather(Path(name))):
                return []
            proven = proofs.read(Path(name))
        out += [partial(_try_rule, mutant, proven.of(mutant)) for mutant in mutants]
    if lines:
        if not _passed("tests/cluster", *suite.run(["tests/cluster"])):
            return []
        out += [partial(_try_guard, line) for line in lines]
    return out


def _passed(where: str, code: int, said: str) -> bool:
    print(f"as it is {where}: {said}", flush=True)
    return code == 0


def _try_rule(mutant: rules.Mutant, tests: Sequence[str]) -> tuple[str, bool, str]:
    if not tests:
        return _verdict(str(mutant), mutant.rules, _NO_TESTS, "none runs it")
    with tempfile.TemporaryDirectory(prefix="mandate-mutant-") as name:
        source, listed = Path(name) / "operator", Path(name) / "tests"
        shutil.copytree(ROOT / "operator", source)
        (source / mutant.file.relative_to(ROOT / "operator")).write_text(mutant.source, "utf-8")
        # in a file: a line of arguments has no room for them all
        listed.write_text("\n".join(tests), "utf-8")
        outcome = suite.run(["-x", f"@{listed}"], {"PYTHONPATH": str(source)})
        return _verdict(str(mutant), mutant.rules, *outcome)


def _try_guard(line: guards.Line) -> tuple[str, bool, str]:
    options = ["-x", "tests/cluster", *(f"--rule={rule}" for rule in line.rules)]
    outcome = suite.run(options, {"MANDATE_MUTANT": str(line)})
    return _verdict(str(line), line.rules, *outcome)


def _verdict(name: str, wanted: Sequence[str], code: int, said: str) -> tuple[str, bool, str]:
    if code not in (0, _FAILED):
        reason = "no test carries" if code == _NO_TESTS else "pytest failed on"
        return name, False, f"{reason} {', '.join(wanted)}: {said}"
    # an error is no notice: the mutant did not even stand up
    return name, code == _FAILED and " failed" in said, said


if __name__ == "__main__":
    sys.exit(main())
