"""The guards as they are applied: all of them, citing their rule, injection-proof."""

import ast
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandate.api.meta import Json
from mandate.api.rulebook import RULEBOOK
from mandate.guards import Installation, policies

DEFAULT = policies(Installation())
EXCLUSIVE = policies(Installation(namespaces="Exclusive"))
# a citation reads: A26-access, article 26; G310-sublet, annex 1, 3.10
CITATION = re.compile(r"\(([^()]+)\)[:;] (?=\w)")
RULE_ID = re.compile(r"(?:^|; )([A-Z]+[0-9]*-[a-z0-9]+), ")


def texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)
    elif isinstance(node, str):
        yield node


def guards(documents: list[Json]) -> list[Json]:
    return [d for d in documents if d["kind"].endswith("Policy")]


def condition(documents: list[Json], policy: str, name: str) -> str:
    """The expression of a match condition."""
    (guard,) = (g for g in guards(documents) if g["metadata"]["name"] == policy)
    (found,) = (c for c in guard["spec"]["matchConditions"] if c["name"] == name)
    return str(found["expression"])


def test_these_are_the_guards() -> None:
    assert [g["metadata"]["name"] for g in guards(DEFAULT)] == [
        "access.mandate.dev",
        "bounds.mandate.dev",
        "decisions.mandate.dev",
        "dossiers.mandate.dev",
        "identity.mandate.dev",
        "internet.mandate.dev",
        "law.mandate.dev",
        "namespaces.mandate.dev",
        "operator.mandate.dev",
        "requests.mandate.dev",
        "stamp-approver.mandate.dev",
        "stamp-requester.mandate.dev",
        "zones.mandate.dev",
    ]


VALIDATIONS = [
    pytest.param(v, id=f"{g['metadata']['name']}-{n}")
    for g in guards(DEFAULT)
    for n, v in enumerate(g["spec"].get("validations", []))
]


@pytest.mark.parametrize("validation", VALIDATIONS)
def test_every_refusal_cites_its_rules_and_says_what_to_do(validation: Json) -> None:
    message = validation.get("message") or validation["messageExpression"]
    cited = CITATION.findall(message)
    assert len(cited) == 1
    ids = RULE_ID.findall(cited[0])
    assert ids
    assert set(ids) <= set(RULEBOOK)
    assert cited[0] == "; ".join(f"{i}, {RULEBOOK[i].source}" for i in ids)


@pytest.mark.parametrize("documents", [DEFAULT, EXCLUSIVE], ids=["claimed", "exclusive"])
def test_nothing_is_left_to_fill_in(documents: list[Json]) -> None:
    left = [t for t in texts(documents) if re.search(r"<<|>>|<%|<#|\{\{", t)]
    assert left == []


def test_who_and_what_the_guards_speak_of_is_filled_in() -> None:
    operator = (
        'request.userInfo.username != "system:serviceaccount:mandate-system:mandate-operator"'
    )
    assert condition(DEFAULT, "bounds.mandate.dev", "not-the-operator") == operator
    law = (
        '!(request.resource.resource in ["governancepolicies", "workcalendars", "agencies", '
        '"servicecatalogs", "landingzones", "dossiers"])'
    )
    for policy in ("decisions", "requests", "stamp-approver", "stamp-requester"):
        assert condition(DEFAULT, f"{policy}.mandate.dev", "a-request") == law


@pytest.mark.rule("G310-sublet")
def test_exclusive_lets_only_the_platforms_namespaces_be_made() -> None:
    platform = (
        'variables.name in ["default", "kube-node-lease", "kube-public", "kube-system", '
        "\"mandate-system\"] : !variables.name.contains('--'))"
    )
    head = "request.operation != 'CREATE' || ("
    assert f"{head}false ? {platform}" in list(texts(DEFAULT))
    assert f"{head}true ? {platform}" in list(texts(EXCLUSIVE))


HARMLESS = policies(Installation(operator_namespace="v-namespace", operator_service_account="v"))
PREFIX = "request.userInfo.username != "


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("a'b", """"system:serviceaccount:a'b:v\""""),
        ("a\\", r'"system:serviceaccount:a\\:v"'),
        ('a\\"b', r'"system:serviceaccount:a\\\"b:v"'),
        ("a\nb", r'"system:serviceaccount:a\nb:v"'),
        ("a\rb", r'"system:serviceaccount:a\rb:v"'),
        ('" || true || "', r'"system:serviceaccount:\" || true || \":v"'),
        ("<< law >>", '"system:serviceaccount:<< law >>:v"'),
        ("{{ law }}", '"system:serviceaccount:{{ law }}:v"'),
    ],
    ids=ascii,
)
def test_a_hostile_value_is_escaped(value: str, literal: str) -> None:
    hostile = policies(Installation(operator_namespace=value, operator_service_account="v"))
    assert condition(hostile, "bounds.mandate.dev", "not-the-operator") == PREFIX + literal


@pytest.mark.rule("X-input")
@settings(max_examples=25)
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t'\"\\<>{}%"))
)
def test_a_hostile_value_stays_one_string_and_changes_nothing_else(value: str) -> None:
    hostile = policies(Installation(operator_namespace=value, operator_service_account="v"))
    literal = condition(hostile, "bounds.mandate.dev", "not-the-operator").removeprefix(PREFIX)
    # CEL's escapes are among Python's
    assert ast.literal_eval(literal) == f"system:serviceaccount:{value}:v"
    plain = '"system:serviceaccount:v-namespace:v"'
    for before, after in zip(texts(HARMLESS), texts(hostile), strict=True):
        if before == "v-namespace":
            assert after == value
        elif '"v-namespace"' not in before:
            assert after == before.replace(plain, literal)
