"""A guard's mutants: whatever a careless edit could switch off in it, one thing at a time.

A validation that is always true, a mutation that is not made, an operand that no longer counts,
something that the guard is not asked about any more, an error that refuses nothing. A condition
that is never met, a selector that selects nothing and a binding that is left out are one and the
same: it is not asked at all.
"""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from hack.mutants.cel import asked, operands, without
from mandate.api.meta import Json
from mandate.api.rulebook import RULEBOOK

_ID = re.compile(r"[A-Z][A-Z0-9]*-[a-z]+")
# looks whether there is anything to look at, or whether it matters: without it comes an error,
# which refuses, or the same answer
_ONLY_SPARES = re.compile(
    r"\w+ != null|\w+ in variables\.\w+|size\(variables\.\w+\) (> 0|== 1)|variables\.deciding"
)
_PROVEN_IN = {
    "access": "bounds exemptions near_misses",
    "bounds": "bounds devices exemptions near_misses",
    "decisions": "agreement attacks checks deciders decisions less_than_asked near_misses takeover",
    "dossiers": "dossier",
    "identity": "exemptions",
    "internet": "attacks bounds exemptions launch",
    "law": "law policy_terms",
    "namespaces": "bounds claimed exemptions near_misses",
    "operator": "near_misses operator_bounds",
    "requests": "agreement bounds exit near_misses requests suspension",
    "stamp-approver": "attacks decisions",
    "stamp-requester": "attacks deciders requests",
    "zones": "zones",
}
RULES_NOTE = "mandate.dev/rules"


@dataclass(frozen=True)
class Line:
    """One thing that can be switched off."""

    policy: str
    part: str
    """For example `validations.0`, or `validations.0 &&1` for its second operand."""
    rules: tuple[str, ...]
    spec: Json | None
    """What the policy is then; None: it is not bound."""

    def __str__(self) -> str:
        return f"{self.policy}#{self.part}"

    @property
    def of_scope(self) -> bool:
        """Whether it is about what the guard is asked about: that needs no API server."""
        return self.part.startswith(("binding", "failurePolicy", "resourceRules"))

    @property
    def proven_in(self) -> list[str]:
        """The files with the tests of it."""
        if self.of_scope:
            return ["tests/unit/test_guard_scope.py"]
        names = _PROVEN_IN[self.policy.removesuffix(".mandate.dev")]
        return [f"tests/cluster/test_{name}.py" for name in names.split()]


_Part = tuple[str, str, Callable[[Json], None]]
"""What is switched off, the text that cites its rules, and how, in a copy of the spec."""


def lines(policies: list[Json]) -> Iterator[Line]:
    """Everything that can be switched off.

    Raises:
        ValueError: something cites no rule, so that no test could prove it.
    """
    for policy in policies:
        if policy["kind"].endswith("Binding"):
            continue
        name, said = policy["metadata"]["name"], _said(policy)
        yield Line(name, "binding", ("X-closed",), None)
        for what, cites, switch_off in _parts(policy["spec"]):
            spec = copy.deepcopy(policy["spec"])
            switch_off(spec)
            yield Line(name, what, _cited(cites or said, f"{name}#{what}"), spec)


def weakened(policies: list[Json], name: str) -> list[Json]:
    """The policies with one thing switched off.

    Args:
        policies: as they are to be installed.
        name: as `str(Line)` writes it.

    Raises:
        ValueError: there is no such line.
    """
    line = next((line for line in lines(policies) if str(line) == name), None)
    if line is None:
        raise ValueError(f"no guard has {name}")
    out = []
    for policy in policies:
        named, binding = policy["metadata"]["name"] == line.policy, "Binding" in policy["kind"]
        if named and line.spec is not None and not binding:
            out.append(policy | {"spec": line.spec})
        elif not named or not binding or line.spec is not None:
            out.append(policy)
    return out


def _parts(spec: Json) -> Iterator[_Part]:
    yield "failurePolicy", "X-closed", lambda s: s.update(failurePolicy="Ignore")
    yield from _scope(spec)
    for number, validation in enumerate(spec.get("validations", [])):
        where, cites = f"validations.{number}", _message(validation)
        yield where, cites, partial(_set, "validations", number, "true")
        yield from _narrowed(spec, "validations", number, {False}, cites)
    if len(spec.get("mutations", [])) > 1:
        for number in range(len(spec["mutations"])):
            yield f"mutations.{number}", "", partial(_not_made, number)
    for number in range(len(spec.get("matchConditions", []))):
        # true is that the guard is asked
        yield from _narrowed(spec, "matchConditions", number, {True}, "")
    denied = _denied(spec)
    for number, variable in enumerate(spec.get("variables", [])):
        yield from _narrowed(spec, "variables", number, denied[variable["name"]], "")


def _scope(spec: Json) -> Iterator[_Part]:
    """What the guard is asked about: every resource, operation and group of every rule."""
    rules = spec["matchConstraints"]["resourceRules"]
    for number, rule in enumerate(rules):
        for key in ("apiGroups", "operations", "resources"):
            for place, value in enumerate(rule[key]):
                if len(rule[key]) > 1 or (len(rules) > 1 and key == "resources"):
                    what = f"resourceRules.{number}.{key} {value or 'core'}"
                    yield what, "", partial(_unasked, number, key, place)


def _not_made(number: int, spec: Json) -> None:
    del spec["mutations"][number]


def _unasked(number: int, key: str, place: int, spec: Json) -> None:
    rules = spec["matchConstraints"]["resourceRules"]
    del rules[number][key][place]
    if not rules[number][key]:
        del rules[number]


def _narrowed(
    spec: Json, section: str, number: int, denied: set[bool], cites: str
) -> Iterator[_Part]:
    """An expression with an operand that no longer counts, where that lets more pass."""
    entry = spec[section][number]
    where = f"{section}.{entry.get('name', number)}"
    for count, operand in enumerate(operands(entry["expression"])):
        if _ONLY_SPARES.fullmatch(entry["expression"][operand.start : operand.end].strip()):
            continue
        weaker = [operand.denied != d for d in denied]
        # of `&&` where it is to be true, of `||` where it is not to be
        if (operand.operator == "||") in weaker:
            text = without(entry["expression"], operand)
            yield f"{where} {operand.operator}{count}", cites, partial(_set, section, number, text)


def _set(section: str, number: int, expression: str, spec: Json) -> None:
    spec[section][number]["expression"] = expression


def _denied(spec: Json) -> dict[str, set[bool]]:
    """How each variable is asked for: denied, not denied, or both; a message counts for nothing."""
    texts = {v["name"]: v["expression"] for v in spec.get("variables", [])}
    found: dict[str, set[bool]] = {name: set() for name in texts}
    left = [(v["expression"], False) for v in spec.get("validations", [])]
    left += [(m["jsonPatch"]["expression"], False) for m in spec.get("mutations", [])]
    while left:
        text, outside = left.pop()
        for name, inside in asked(text):
            if (denied := outside != inside) not in found[name]:
                found[name].add(denied)
                left.append((texts[name], denied))
    return found


def _message(validation: Json) -> str:
    return str(validation.get("message", "")) + str(validation.get("messageExpression", ""))


def _said(policy: Json) -> str:
    """Every rule that the guard cites."""
    note = str(policy["metadata"].get("annotations", {}).get(RULES_NOTE, ""))
    return note + " ".join(_message(v) for v in policy["spec"].get("validations", []))


def _cited(said: str, where: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(i for i in _ID.findall(said) if i in RULEBOOK))
    if not found:
        raise ValueError(f"{where} cites no rule")
    return found
