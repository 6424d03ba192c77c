"""Every rule is enforced somewhere and proven by a test that carries its id."""

from hack import traceability


def test_every_rule_is_enforced_and_proven() -> None:
    assert traceability.unproven() == []


def test_no_test_carries_an_unknown_rule() -> None:
    assert traceability.unknown() == set()
