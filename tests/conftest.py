"""Selecting tests by the rule they prove: `pytest --rule X-duty`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option."""
    parser.addoption("--rule", action="append", default=[], help="only tests that prove this rule")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what does not carry one of the rules that were asked for."""
    wanted = set(config.getoption("--rule"))
    if not wanted:
        return
    kept = [i for i in items if any(wanted & set(m.args) for m in i.iter_markers("rule"))]
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = kept
