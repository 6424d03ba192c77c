"""A rule's mutants: each finding not made, each condition never met, each filter let through."""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType

from mandate.api.rulebook import RULEBOOK

_ID = re.compile(r"[A-Z][A-Z0-9]*-[a-z0-9]+")
PACKAGE = "mandate.rules"

_Switch = tuple[str, ast.FunctionDef, ast.stmt | ast.expr, str]
"""The qualified name of a function, the function, what is switched off in it, and how."""


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
    function: str
    """Its qualified name."""
    source: str

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line} {self.what}"


def mutants(file: Path) -> Iterator[Mutant]:
    """Every mutant of a module of rules."""
    text = file.read_text("utf-8")
    count = len(list(_switches(ast.parse(text))))
    for number in range(count):
        tree = ast.parse(text)
        name, function, node, what = list(_switches(tree))[number]
        line, lines = node.lineno, _span(node)
        _switch_off(node, what)
        said = ast.get_docstring(function) or ""
        rules = tuple(dict.fromkeys(i for i in _ID.findall(said) if i in RULEBOOK))
        source = ast.unparse(ast.fix_missing_locations(tree))
        yield Mutant(file, line, lines, what, rules, name, source)


def install(mutant: Mutant) -> None:
    """Puts the mutant in the place of the function in this process, for all who imported it."""
    found: object = import_module(f"{PACKAGE}.{mutant.file.stem}")
    for part in mutant.function.split("."):
        found = inspect.getattr_static(found, part)
    found = inspect.unwrap(found.fget if isinstance(found, property) else found)  # type: ignore[arg-type]
    if not isinstance(found, FunctionType):
        raise TypeError(f"{mutant.function} is no function")
    whole = compile(mutant.source, str(mutant.file), "exec")
    found.__code__ = next(c for c in _codes(whole) if c.co_qualname == mutant.function)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


_WHAT = {
    ast.If: "condition never met",
    ast.IfExp: "choice never made",
    ast.comprehension: "filter lets all through",
    ast.Expr: "finding not made",
}


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions and methods, each with all that stands in it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            methods = [m for m in node.body if isinstance(m, ast.FunctionDef)]
            yield from ((f"{node.name}.{method.name}", method) for method in methods)


def _switches(tree: ast.Module) -> Iterator[_Switch]:
    for name, function in _functions(tree):
        for node in ast.walk(function):
            if isinstance(node, ast.If | ast.IfExp):
                yield name, function, node, _WHAT[type(node)]
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield):
                yield name, function, node, _WHAT[ast.Expr]
            elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp) and any(
                g.ifs for g in node.generators
            ):
                yield name, function, node, _WHAT[ast.comprehension]


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
