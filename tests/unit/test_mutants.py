"""What a rule's mutant switches off, and which tests are asked."""

import ast
import subprocess
import sys
from pathlib import Path

from hack.mutants import suite
from hack.mutants.contexts import REPORT
from hack.mutants.proofs import Case, Proofs, read
from hack.mutants.rules import Mutant, mutants
from hack.site import ROOT

MODULE = '''"""A rule."""


def found(rows):
    """Judges (A16-change)."""
    if (
        rows
        and rows[0]
    ):
        yield "first"


def low(rows):
    return [
        row
        for row in rows
        if row < 3
    ] if rows else []
'''


def of(folder: Path) -> list[Mutant]:
    file = folder / "judged.py"
    file.write_text(MODULE, "utf-8")
    return list(mutants(file))


def test_each_thing_is_switched_off_by_itself(tmp_path: Path) -> None:
    found = of(tmp_path)
    assert [(str(m), m.function, m.lines, m.rules) for m in found] == [
        ("judged.py:6 condition never met", "found", range(7, 9), ("A16-change",)),
        ("judged.py:10 finding not made", "found", range(10, 11), ("A16-change",)),
        ("judged.py:14 choice never made", "low", range(18, 19), ()),
        ("judged.py:14 filter lets all through", "low", range(17, 18), ()),
    ]
    whole = ast.unparse(ast.parse(MODULE))
    assert [set(m.source.splitlines()) - set(whole.splitlines()) for m in found] == [
        {"    if False:"},
        {"        yield from ()"},
        {"    return [row for row in rows if row < 3] if False else []"},
        {"    return [row for row in rows] if rows else []"},
    ]


def test_those_that_run_it_and_carry_its_rule_are_asked_fastest_first(tmp_path: Path) -> None:
    judged, _, chosen, filtered = of(tmp_path)
    carries, other = frozenset({"A16-change", "X-duty"}), frozenset({"X-duty"})
    proofs = Proofs(
        {"slow": Case(carries, 2.0), "fast": Case(carries, 0.1), "other": Case(other, 0.0)},
        {judged.file: {7: ["slow", "other", ""], 8: ["slow", "fast"], 18: ["other", "slow", ""]}},
    )
    assert proofs.of(judged) == ["fast", "slow"]
    assert proofs.of(chosen) == ["other", "slow"]
    assert proofs.of(filtered) == []


def test_what_a_test_runs_and_carries_is_noted(tmp_path: Path) -> None:
    """Also by a second test what the first one ran before."""
    (judged := tmp_path / "judged.py").write_text("def low(row):\n    return row < 3\n", "utf-8")
    (tests := tmp_path / "test_judged.py").write_text(
        "import pytest\n"
        "from judged import low\n"
        "@pytest.mark.rule('X-duty')\n"
        "@pytest.mark.parametrize('row', [1, 2])\n"
        "def test_low(row):\n"
        "    assert low(row)\n"
        "def test_nothing():\n"
        "    pass\n",
        "utf-8",
    )
    code, said = suite.run(
        ["-p", "hack.mutants.contexts", str(tests)],
        {REPORT: str(tmp_path / "tests.json"), "COVERAGE_CORE": "ctrace"},
        under=["-m", "coverage", "run", f"--data-file={tmp_path / 'coverage'}", "--source=judged"],
    )
    assert code == 0, said
    found = read(tmp_path)
    ran = [name.partition("::")[2] for name in sorted(found.lines[judged][2])]
    assert ran == ["test_low[1]", "test_low[2]"]
    assert {n.partition("::")[2]: set(c.rules) for n, c in found.cases.items()} == {
        "test_low[1]": {"X-duty"},
        "test_low[2]": {"X-duty"},
        "test_nothing": set(),
    }


def test_a_run_says_what_failed(tmp_path: Path) -> None:
    (tests := tmp_path / "test_no.py").write_text("def test_no():\n    assert 0\n", "utf-8")
    code, said = suite.run([str(tests)])
    assert code == 1
    assert said.startswith("1 failed in ")
    assert said.endswith("test_no.py::test_no")


TRIES = """
from pathlib import Path
from hack.mutants import forks, rules

tests = "tests/unit/test_workdays.py"
worked = f"{tests}::test_the_prc_works_on_the_days_that_were_published"
zone = f"{tests}::test_a_time_zone_that_is_none_is_refused"
file = Path("operator/mandate/rules/workdays.py").resolve()
never, *_ = [m for m in rules.mutants(file) if m.function == "Workdays.is_worked"]
print(forks.run([(never, [worked])], tests))
print(forks.run([(never, [zone])], tests))
print(forks.run([(never, [])], tests))
"""


def test_a_mutant_is_noticed_by_a_test_that_fails_in_its_fork() -> None:
    """And neither by one that passes, nor by none; the next fork has it off again."""
    command = [sys.executable, "-c", TRIES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert said == ["[True]", "[False]", "[False]"], done.stdout + done.stderr
