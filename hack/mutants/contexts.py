"""A pytest plugin under coverage.py: each test is a context of its own, its rules are noted."""

import json
import os
import sys
from collections.abc import Generator, Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from time import perf_counter
from typing import Any

import coverage
import pytest

REPORT = "MANDATE_MUTANT_REPORT"
"""The variable that names the file to write."""
_TESTS = pytest.StashKey[dict[str, dict[str, Any]]]()


def pytest_configure(config: pytest.Config) -> None:
    """No test has run yet."""
    config.stash[_TESTS] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Switches to the test's context, and notes its rules and how many seconds it took."""
    measured = coverage.Coverage.current()
    if measured is None:
        raise RuntimeError("run this under coverage")
    # a value that an earlier test left behind would hide what this one depends on
    for cached in _caches():
        cached.cache_clear()
    measured.switch_context(item.nodeid)
    started = perf_counter()
    try:
        return (yield)
    finally:
        seconds = perf_counter() - started
        measured.switch_context("")
        rules = sorted({rule for mark in item.iter_markers("rule") for rule in mark.args})
        item.config.stash[_TESTS][item.nodeid] = {"rules": rules, "seconds": seconds}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the tests as JSON: node id to rules and seconds."""
    Path(os.environ[REPORT]).write_text(json.dumps(session.config.stash[_TESTS]), "utf-8")


def _caches() -> Iterator["_lru_cache_wrapper[object]"]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("mandate", "tests"):
            yield from (v for v in vars(module).values() if isinstance(v, _lru_cache_wrapper))
