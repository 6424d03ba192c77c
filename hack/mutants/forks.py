"""Tries rule mutants, each in a fork of one process that has collected the unit tests.

What a mutant costs is then what its tests cost, and no second import of everything.
"""

import os
from collections.abc import Iterator, Mapping, Sequence

import pytest

from hack.mutants import suite
from hack.mutants.rules import Mutant, install

_SAID = {0: "SURVIVED", 1: "noticed"}
"""By a fork's exit code; with any other the mutant did not even stand up, which is no notice."""
_BROKEN = 2

Asked = tuple[Mutant, Sequence[str]]
"""A mutant, and the node ids of the tests that can notice it, in their order."""


class Forks:
    """A pytest plugin that runs the tests of each mutant in a fork, and no others."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.asked = asked
        self.noticed: list[bool] = []
        self._failed: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Says of each mutant whether it was noticed."""
        # what fails is what is wanted
        session.config.pluginmanager.unregister(name="terminalreporter")
        items = {item.nodeid: item for item in session.items}
        for (mutant, tests), said in self._tried(items):
            self.noticed.append(said == "noticed")
            print(f"{said:8} {mutant}: {len(tests)} tests can notice", flush=True)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What failed in this fork: a test itself, or something around it."""
        if report.failed:
            self._failed.append(report.when)

    def _tried(self, items: Mapping[str, pytest.Item]) -> Iterator[tuple[Asked, str]]:
        running: dict[int, Asked] = {}
        for each in (*self.asked, *[None] * suite.AT_ONCE):
            if running and (each is None or len(running) == suite.AT_ONCE):
                child, status = os.wait()
                yield running.pop(child), _SAID.get(os.waitstatus_to_exitcode(status), "BROKEN")
            if each is not None:
                child = os.fork()
                if child == 0:
                    self._end(*each, items)
                running[child] = each

    def _end(self, mutant: Mutant, tests: Sequence[str], items: Mapping[str, pytest.Item]) -> None:
        """Tries a mutant in a fork, and ends it: nothing may leave it."""
        code = _BROKEN
        try:
            install(mutant)
            code = self._asks(items[name] for name in tests)
        finally:
            os._exit(code)

    def _asks(self, tests: Iterator[pytest.Item]) -> int:
        for item in tests:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self._failed:
                return int("call" in self._failed) or _BROKEN
        return 0


def run(asked: Sequence[Asked], where: str = "tests/unit") -> list[bool]:
    """Tries the mutants with the tests there; whether each was noticed, as they end.

    Raises:
        RuntimeError: the tests could not be collected.
    """
    plugin = Forks(asked)
    os.environ |= suite.SAME
    code = pytest.main(["-qq", "-p", "no:cacheprovider", where], plugins=[plugin])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"pytest ended with {code}")
    return plugin.noticed
