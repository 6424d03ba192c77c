"""A rule's mutants: each finding not made, each condition never met, each filter let through."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mandate.api.rulebook import RULEBOOK

_ID = re.compile(r"[A-Z][A-Z0-9]*-[a-z0-9]+")


@dataclass(frozen=True)
class Mutant:
    """A module with one thing switched off."""

    file: Path
    line: int
    lines: range
    """Of what is switched off; a test that runs none of them can't notice."""
    what: str
    rules: tuple[str, ...]
    """What the function says it judges; none: every unit test may find it."""
    source: str

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line} {self.what}"


def mutants(file: Path) -> Iterator[Mutant]:
    """Every mutant of a module of rules."""
    text = file.read_text("utf-8")
    count = len(list(_switches(ast.parse(text))))
    for number in range(count):
        tree = ast.parse(text)
        function, node, what = list(_switches(tree))[number]
        line, lines = node.lineno, _span(node)
        _switch_off(node, what)
        said = ast.get_docstring(function) or ""
        rules = tuple(dict.fromkeys(i for i in _ID.findall(said) if i in RULEBOOK))
        source = ast.unparse(ast.fix_missing_locations(tree))
        yield Mutant(file, line, lines, what, rules, source)


_WHAT = {
    ast.If: "condition never met",
    ast.IfExp: "choice never made",
    ast.comprehension: "filter lets all through",
    ast.Expr: "finding not made",
}


def _switches(
    tree: ast.Module,
) -> "Iterator[tuple[ast.FunctionDef, ast.stmt | ast.expr, str]]":
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.If | ast.IfExp):
                yield function, node, _WHAT[type(node)]
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield):
                yield function, node, _WHAT[ast.Expr]
            elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp) and any(
                g.ifs for g in node.generators
            ):
                yield function, node, _WHAT[ast.comprehension]


def _span(node: ast.stmt | ast.expr) -> range:
    """The lines that run whatever the outcome: of a condition, or of what is found."""
    if isinstance(node, ast.If | ast.IfExp):
        parts: list[ast.stmt | ast.expr] = [node.test]
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
        parts = [test for generator in node.generators for test in generator.ifs]
    else:
        parts = [node]
    ends = [part.end_lineno or part.lineno for part in parts]
    return range(min(part.lineno for part in parts), max(ends) + 1)


def _switch_off(node: ast.AST, what: str) -> None:
    if isinstance(node, ast.If | ast.IfExp):
        node.test = ast.Constant(value=False)
    elif isinstance(node, ast.Expr):
        # stays a generator, and finds nothing
        node.value = ast.YieldFrom(value=ast.Tuple(elts=[], ctx=ast.Load()))
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
        for generator in node.generators:
            generator.ifs = []
    else:
        raise TypeError(what)
