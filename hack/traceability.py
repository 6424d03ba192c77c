"""`docs/traceability.md`: each rule, where it is enforced, and the tests that prove it."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from mandate.api.rulebook import RULEBOOK

ROOT = Path(__file__).resolve().parent.parent
_HEAD = """# Traceability

Generated from the code and the tests by `make generate`; do not edit. Each rule has an id: the
code that enforces it names the id, and a test that proves it carries it
(`pytest -m rule` runs them). Articles are those of the Lu'an City Measures for the
Administration of the Government Cloud Platform (2024-02-02); *ours* marks what they do not say.

| rule | source | what it says | enforced in | tests |
|---|---|---|---|---|
"""


def text() -> str:
    """The page."""
    tests, code = _tests(), _code()
    rows = [
        f"| {rule.id} | {rule.source} | {rule.gist} | {_list(code[rule.id])} | "
        f"{_list(tests[rule.id])} |"
        for rule in RULEBOOK.values()
    ]
    return _HEAD + "\n".join(rows) + "\n"


def unproven() -> list[str]:
    """The rules that no code names or no test carries."""
    tests, code = _tests(), _code()
    return [rule for rule in RULEBOOK if not tests[rule] or not code[rule]]


def unknown() -> set[str]:
    """Ids that tests carry and the rulebook does not have."""
    return set(_tests()) - set(RULEBOOK)


def _list(names: list[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names)


def _code() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    source = ROOT / "operator" / "mandate"
    for file in sorted([*source.rglob("*.py"), *source.rglob("*.yaml"), *source.rglob("*.j2")]):
        if file.name == "rulebook.py":
            continue
        content = file.read_text("utf-8")
        for rule in RULEBOOK:
            if rule in content:
                found[rule].append(str(file.relative_to(source)))
    return found


def _tests() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, rule in _marked(ast.parse(file.read_text("utf-8"))):
            found[rule].append(f"{file.relative_to(ROOT / 'tests')}::{test}")
    return found


def _marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.rule":
                for argument in mark.args:
                    yield node.name, str(ast.literal_eval(argument))
