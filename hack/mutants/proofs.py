"""Which unit tests can notice a rule's mutant: those that run its lines and carry its rules."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData

from hack.mutants import suite
from hack.mutants.contexts import REPORT
from hack.mutants.rules import Mutant
from hack.site import ROOT

# coverage.py's own tracer: the interpreter's monitoring reports a line only to the first test
_TRACER = {"COVERAGE_CORE": "ctrace"}
_LINES, _CASES = "coverage", "tests.json"


@dataclass(frozen=True)
class Case:
    """What is known of a test."""

    rules: frozenset[str]
    seconds: float


@dataclass(frozen=True)
class Proofs:
    """What ran where."""

    cases: Mapping[str, Case]
    """By node id."""
    lines: Mapping[Path, Mapping[int, Sequence[str]]]
    """File and line to the node ids of the tests that ran it."""

    def of(self, mutant: Mutant) -> list[str]:
        """The node ids of the tests that can notice the mutant, fastest first."""
        ran = self.lines.get(mutant.file, {})
        found = {name for line in mutant.lines for name in ran.get(line, ())} & self.cases.keys()
        if mutant.rules:
            found = {name for name in found if self.cases[name].rules & set(mutant.rules)}
        return sorted(found, key=lambda name: (self.cases[name].seconds, name))


def gather(folder: Path) -> tuple[int, str]:
    """Runs every unit test once, as it is, and notes in the folder what each ran of the rules.

    Returns:
        pytest's exit code, and what it said last.
    """
    rules = ROOT / "operator" / "mandate" / "rules"
    return suite.run(
        ["-p", "hack.mutants.contexts", "tests/unit"],
        {**_TRACER, REPORT: str(folder / _CASES)},
        under=["-m", "coverage", "run", f"--data-file={folder / _LINES}", f"--source={rules}"],
    )


def read(folder: Path) -> Proofs:
    """Reads what `gather` noted."""
    ran = CoverageData(str(folder / _LINES))
    ran.read()
    cases = json.loads((folder / _CASES).read_text("utf-8"))
    return Proofs(
        {name: Case(frozenset(c["rules"]), c["seconds"]) for name, c in cases.items()},
        {Path(file): ran.contexts_by_lineno(file) for file in ran.measured_files()},
    )
