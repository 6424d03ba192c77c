"""What stands in a CEL expression: the operands that can be switched off, the variables it asks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

_TOKEN = re.compile(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`|&&|\|\||[.\[({]\?|[(\[{}\])?:,]"""
)
_VARIABLE = re.compile(r"(!?)variables\.(\w+)")


@dataclass(frozen=True, slots=True)
class Operand:
    """An operand of `&&` or `||`, from `start` to `end`."""

    start: int
    end: int
    operator: Literal["&&", "||"]
    denied: bool
    """Whether an odd number of `!(…)` stands around it."""


@dataclass(slots=True)
class _Frame:
    """What stands between two brackets, up to where the scan is."""

    denied: bool
    start: int
    alternatives: list[list[int]] = field(default_factory=lambda: [[]])
    """Where operands begin: one list for each operand of `||`."""


def operands(expression: str) -> Iterator[Operand]:
    """Every operand of every `&&` and `||`, at any depth."""
    frames = [_Frame(denied=False, start=0)]
    for token in _TOKEN.finditer(expression):
        here, text, at = frames[-1], token.group(), token.start()
        if text == "&&":
            here.alternatives[-1].append(token.end())
        elif text == "||":
            here.alternatives.append([token.end()])
        elif text[0] in "([{":
            denied = here.denied != (expression[at - 1 : at] == "!")
            frames.append(_Frame(denied, token.end()))
        elif text in ")]}":
            yield from _ended(frames.pop(), at)
        elif text in "?:,":
            yield from _ended(here, at)
            frames[-1] = _Frame(here.denied, token.end())
    yield from _ended(frames.pop(), len(expression))


def _ended(frame: _Frame, end: int) -> Iterator[Operand]:
    """The operands of what ends here."""
    parts = [[frame.start, *frame.alternatives[0]], *frame.alternatives[1:]]
    ends = [*(p[0] - len("||") for p in parts[1:]), end]
    for part, stop in zip(parts, ends, strict=True):
        if len(parts) > 1:
            yield Operand(part[0], stop, "||", frame.denied)
        if len(part) > 1:
            for start, following in zip(part, [*(s - len("&&") for s in part[1:]), stop],
                                        strict=True):  # fmt: skip
                yield Operand(start, following, "&&", frame.denied)


def without(expression: str, operand: Operand) -> str:
    """The expression as if the operand held, of `&&`, or did not, of `||`."""
    value = "true" if operand.operator == "&&" else "false"
    return f"{expression[: operand.start]} {value} {expression[operand.end :]}".strip()


def asked(expression: str) -> Iterator[tuple[str, bool]]:
    """The variables that it asks, and whether it denies what they say."""
    for found in _VARIABLE.finditer(expression):
        around = sum(
            1 for opened in re.finditer(r"!\(", expression)
            if opened.end() <= found.start() < _closing(expression, opened.end())
        )  # fmt: skip
        yield found.group(2), (around + bool(found.group(1))) % 2 == 1


def _closing(expression: str, start: int) -> int:
    """Where the bracket that was opened before `start` is closed."""
    depth = 1
    for token in _TOKEN.finditer(expression, start):
        text = token.group()
        depth += (text[0] in "([{") - (text in ")]}")
        if depth == 0:
            return token.start()
    raise ValueError(f"not closed: {expression}")
