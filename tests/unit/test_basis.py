"""The digest that a decision is made on: it changes with all that is read, and nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.meta import Json, ObjectMeta
from mandate.api.requests import Check
from mandate.rules.basis import basis
from tests.unit.builders import check, form

# RFC 8785 by hand: keys sorted, no blanks, Chinese as it is in UTF-8
CANONICAL = (
    '{"checks":[{"blocking":true,"message":"资料缺失","passed":false,"type":"Complete"}],'
    '"generation":3,"spec":{"classified":false,"hosts":[{"cpuCores":4,"id":"app"}],'
    '"systemName":"公交"},"uid":"u-1"}'
)
META = ObjectMeta(name="bus-portal", uid="u-1", generation=3)
CHECKS = (check(passed=False, message="资料缺失"),)
SPEC: Json = {
    "systemName": "公交",
    "hosts": [{"id": "app", "cpuCores": 4}],
    "classified": False,
}


def test_it_is_the_sha256_of_the_canonical_json() -> None:
    assert basis(META, SPEC, CHECKS) == sha256(CANONICAL.encode()).hexdigest()


@pytest.mark.rule("X-bound")
@pytest.mark.parametrize(
    "changes",
    [{"uid": "u-2"}, {"generation": 4}],
    ids=["another-object", "another-generation"],
)
def test_it_changes_with_what_identifies_the_form(changes: Json) -> None:
    assert basis(META.model_copy(update=changes), SPEC, CHECKS) != basis(META, SPEC, CHECKS)


@pytest.mark.rule("X-bound")
@pytest.mark.parametrize("name", sorted(form()))
def test_it_changes_with_every_field_of_the_form(name: str) -> None:
    whole = form()
    less = {k: v for k, v in whole.items() if k != name}
    other = whole | {name: "something else"}
    found = {basis(META, spec, CHECKS) for spec in (whole, less, other)}
    assert len(found) == 3


@pytest.mark.rule("X-bound")
@pytest.mark.parametrize(
    "checks",
    [
        (),
        (check(message="资料缺失"),),
        (check(passed=False, message="资料不全"),),
        (check(passed=False, message="资料缺失", blocking=False),),
        (check("InScope", passed=False, message="资料缺失"),),
        (*CHECKS, check("InScope")),
    ],
    ids=["none", "passed", "message", "blocking", "type", "one-more"],
)
def test_it_changes_with_the_judgements(checks: tuple[Check, ...]) -> None:
    assert basis(META, SPEC, checks) != basis(META, SPEC, CHECKS)


@pytest.mark.parametrize(
    "changes",
    [
        {"resource_version": "9"},
        {"labels": {"a": "b"}},
        {"annotations": {"mandate.dev/requested-by": "li"}},
    ],
    ids=["resource-version", "labels", "annotations"],
)
def test_it_stays_when_nothing_that_is_read_changes(changes: Json) -> None:
    assert basis(META.model_copy(update=changes), SPEC, CHECKS) == basis(META, SPEC, CHECKS)


@given(st.permutations(sorted(form())))
def test_it_does_not_depend_on_the_order_of_keys(order: list[str]) -> None:
    whole = form()
    assert basis(META, {k: whole[k] for k in order}, CHECKS) == basis(META, whole, CHECKS)


@pytest.mark.rule("X-bound")
def test_the_order_of_a_list_is_part_of_the_form() -> None:
    turned = {"hosts": [1, 2]}, {"hosts": [2, 1]}
    assert basis(META, turned[0], ()) != basis(META, turned[1], ())
