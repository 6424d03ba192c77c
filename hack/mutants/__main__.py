"""`python -m hack.mutants`: fails if a guard or a rule can be switched off unnoticed."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hack.mutants import forks, guards, planes, proofs, rules, suite
from hack.site import INSTALLATION, ROOT
from mandate.guards import policies

_FAILED, _NO_TESTS = 1, 5


def main() -> int:
    """Tries every mutant; 1 if one survives."""
    parser = argparse.ArgumentParser(prog="python -m hack.mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="only those whose name has one of these in it")
    only = parser.parse_args().only

    def chosen(name: str) -> bool:
        return not only or any(part in name for part in only)

    files = sorted((ROOT / "operator" / "mandate" / "rules").glob("*.py"))
    mutants = [m for file in files for m in rules.mutants(file) if chosen(str(m))]
    lines = [line for line in guards.lines(policies(INSTALLATION)) if chosen(str(line))]
    verdicts = [
        *_rules(mutants),
        *_scopes([line for line in lines if line.of_scope]),
        *_guards([line for line in lines if not line.of_scope]),
    ]
    survivors = verdicts.count(False)
    print(f"{len(verdicts) - survivors} passed, {survivors} failed")
    return 1 if survivors or not verdicts else 0


def _rules(mutants: Sequence[rules.Mutant]) -> list[bool]:
    """Whether each rule mutant was noticed."""
    if not mutants:
        return []
    with tempfile.TemporaryDirectory(prefix="mandate-proofs-") as name:
        _as_it_is("of the rules", *proofs.gather(Path(name)))
        proven = proofs.read(Path(name))
    return forks.run([(mutant, proven.of(mutant)) for mutant in mutants])


def _scopes(lines: Sequence[guards.Line]) -> list[bool]:
    """Whether each mutant of what a guard is asked about was noticed."""
    if not lines:
        return []
    _as_it_is("of the guards' scope", *suite.run(lines[0].proven_in))
    noticed = []
    with ThreadPoolExecutor(suite.AT_ONCE) as pool:
        for line, (code, said) in zip(lines, pool.map(_try_scope, lines), strict=True):
            # an error is no notice: the mutant did not even stand up
            noticed.append(code == _FAILED and " failed" in said)
            why = f"no test carries {', '.join(line.rules)}" if code == _NO_TESTS else said
            print(f"{'noticed ' if noticed[-1] else 'SURVIVED'} {line}: {why}", flush=True)
    return noticed


def _try_scope(line: guards.Line) -> tuple[int, str]:
    options = [f"--rule={rule}" for rule in line.rules]
    return suite.run(["-x", *line.proven_in, *options], {"MANDATE_MUTANT": str(line)})


def _guards(lines: Sequence[guards.Line]) -> list[bool]:
    """Whether each mutant of what a guard says was noticed."""
    where = sorted({file for line in lines for file in line.proven_in})
    return planes.run(lines, where) if lines else []


def _as_it_is(tests: str, code: int, said: str) -> None:
    """A test that fails anyway would seem to notice every mutant."""
    print(f"as it is, the tests {tests}: {said}", flush=True)
    if code:
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
