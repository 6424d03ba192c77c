"""How a guard's expression is switched off, an operand at a time."""

import pytest

from hack.mutants.cel import asked, operands, without
from hack.mutants.guards import Line, lines, weakened
from hack.mutants.planes import Case, refused
from hack.site import INSTALLATION, ROOT
from mandate.guards import policies


@pytest.mark.parametrize(
    ("expression", "mutants"),
    [
        ("a", []),
        ("a && b", ["true && b", "a && true"]),
        ("a || b", ["false || b", "a || false"]),
        ("a || b && c", ["false || b && c", "a || false", "a || true && c", "a || b && true"]),
        ("(a && b) == c", ["( true && b) == c", "(a && true ) == c"]),
        # neither what stands in a text nor an optional field's mark parts anything
        ("x.?y == '&&' && b[?'||']", ["true && b[?'||']", "x.?y == '&&' && true"]),
        ("a ? b && c : d", ["a ? true && c : d", "a ? b && true : d"]),
        ("l.all(k, k in m && n)", ["l.all(k, true && n)", "l.all(k, k in m && true )"]),
    ],
)  # fmt: skip
def test_each_operand_is_switched_off(expression: str, mutants: list[str]) -> None:
    assert sorted(without(expression, o) for o in operands(expression)) == sorted(mutants)


def test_an_operand_knows_whether_it_is_denied() -> None:
    assert [o.denied for o in operands("!(a && b)")] == [True, True]
    assert [o.denied for o in operands("!(c(!(a && b)))")] == [False, False]


def test_a_variable_knows_whether_it_is_denied() -> None:
    found = asked("!variables.a || variables.b && !(variables.c || !variables.d)")
    assert list(found) == [("a", True), ("b", False), ("c", True), ("d", False)]


def test_every_mutant_has_tests_that_are_asked_about_it() -> None:
    for line in lines(policies(INSTALLATION)):
        assert line.proven_in
        assert [where for where in line.proven_in if not (ROOT / where).exists()] == []


def test_every_mutant_differs_from_the_guards_and_bears_a_name_of_its_own() -> None:
    found = policies(INSTALLATION)
    names = [str(line) for line in lines(found)]
    assert len(names) == len(set(names))
    for name in names[::10]:
        assert weakened(found, name) != found
    with pytest.raises(ValueError, match="no guard has"):
        weakened(found, "bounds.mandate.dev#validations.99")


ROW = (
    b'{"verb":"update"}\n'
    b'{"annotations":{"validation.policy.admission.k8s.io/validation_failure":"[{\\"policy\\":'
    b'\\"decisions.mandate.dev\\",\\"expressionIndex\\":7,\\"validationActions\\":[\\"Deny\\"]}]"}}\n'
)


def test_what_a_guard_refused_stands_in_the_audit_log() -> None:
    assert list(refused(ROW)) == [("decisions.mandate.dev", 7)]


@pytest.mark.parametrize(
    ("policy", "part", "rule", "can"),
    [
        ("decisions.mandate.dev", "validations.7", "X-duty", True),
        ("decisions.mandate.dev", "validations.7 &&1", "X-duty", True),
        ("decisions.mandate.dev", "variables.changed ||0", "X-duty", True),
        ("decisions.mandate.dev", "validations.7", "X-bound", False),
        ("decisions.mandate.dev", "validations.8", "X-duty", False),
        ("requests.mandate.dev", "variables.same &&2", "X-duty", False),
        # refuses nothing, ever
        ("stamp-approver.mandate.dev", "mutations.0", "X-duty", True),
    ],
)
def test_those_are_asked_in_which_the_line_refused(
    policy: str, part: str, rule: str, can: bool
) -> None:
    case = Case("test_it", frozenset({"X-duty"}), 1.0, frozenset(refused(ROW)))
    assert case.can_notice(Line(policy, part, (rule,), {})) == can
