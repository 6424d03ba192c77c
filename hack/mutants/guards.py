"""A guard's mutants: each validation true whatever comes, each mutation not made."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mandate.api.meta import Json
from mandate.api.rulebook import RULEBOOK

_ID = re.compile(r"[A-Z][A-Z0-9]*-[a-z]+")
RULES_NOTE = "mandate.dev/rules"


@dataclass(frozen=True)
class Line:
    """One line of a guard."""

    policy: str
    number: int
    """Of the validation; -1 for a mutating policy as a whole."""
    rules: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.policy}#{self.number}"


def lines(policies: list[Json]) -> Iterator[Line]:
    """Every line that can be switched off.

    Raises:
        ValueError: a line cites no rule, so that no test could prove it.
    """
    for policy in policies:
        name = policy["metadata"]["name"]
        if policy["kind"] == "ValidatingAdmissionPolicy":
            for number, validation in enumerate(policy["spec"]["validations"]):
                said = validation.get("message", "") + validation.get("messageExpression", "")
                yield Line(name, number, _cited(said, f"{name}#{number}"))
        elif policy["kind"] == "MutatingAdmissionPolicy":
            said = policy["metadata"]["annotations"][RULES_NOTE]
            yield Line(name, -1, _cited(said, name))


def weakened(policies: list[Json], line: str) -> list[Json]:
    """The policies with one line switched off.

    Args:
        policies: as they are to be installed.
        line: as `str(Line)` writes it.

    Raises:
        ValueError: there is no such line.
    """
    name, _, number = line.partition("#")
    if name not in {p["metadata"]["name"] for p in policies}:
        raise ValueError(f"no guard {name}")
    if number == "-1":
        return [p for p in policies if p["metadata"]["name"] != name]
    out = copy.deepcopy(policies)
    for policy in out:
        if policy["metadata"]["name"] == name and "validations" in policy["spec"]:
            policy["spec"]["validations"][int(number)]["expression"] = "true"
    return out


def _cited(said: str, where: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(i for i in _ID.findall(said) if i in RULEBOOK))
    if not found:
        raise ValueError(f"{where} cites no rule")
    return found
