"""Tries guard mutants on one control plane, each with the tests in which its line refuses.

Which those are stands in the audit log: there every binding leaves the guard and the number of
the line. A weaker line can only let through what it refused; no other test can notice.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter, time_ns

import pytest

from hack.mutants import suite
from hack.mutants.guards import Line, weakened
from hack.site import INSTALLATION, SOON, Site, eventually
from mandate.api.meta import Json
from mandate.guards import policies

_MUTANT = "MANDATE_MUTANT"
_ROUND = "MANDATE_MUTANT_ROUND"
"""The variable by which each try of a test has agencies of its own."""
_NOTE = "validation.policy.admission.k8s.io/validation_failure"
_ADMISSION = "admissionregistration.k8s.io/v1"
_OK, _CREATED = 200, 201
_PASSED, _FAILED, _BROKEN = "passed", "failed", "broken"


@dataclass(frozen=True)
class Case:
    """A test as it went with the guards as they are."""

    name: str
    rules: frozenset[str]
    seconds: float
    refused: frozenset[tuple[str, int]] | None
    """The guards, and the numbers of their lines, that refused something in it; None: its control
    plane is another one, which begins with it and with the mutant."""

    def can_notice(self, line: Line) -> bool:
        """Whether it carries the line's rule, and the line, or any of its guard's, refused."""
        if not self.rules & set(line.rules):
            return False
        if self.refused is None or line.policy.startswith("stamp-"):
            return True
        number = re.match(r"validations[.](\d+)", line.part)
        return any(
            guard == line.policy and (number is None or place == int(number[1]))
            for guard, place in self.refused
        )


class Planes:
    """A pytest plugin that measures the tests once, and then asks them about each mutant."""

    def __init__(self, asked: Sequence[Line]) -> None:
        self.asked = asked
        self.noticed: list[bool] = []
        self._items: dict[str, pytest.Function] = {}
        self._site: Site | None = None
        self._in_force = ""
        self._outcome = _PASSED
        self._why = ""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Says of each mutant whether it was noticed."""
        # what fails is what is wanted
        session.config.pluginmanager.unregister(name="terminalreporter")
        self._items = {i.nodeid: i for i in session.items if isinstance(i, pytest.Function)}
        # those on a plane of their own last
        cases = sorted(self._measured(), key=lambda c: (c.refused is None, c.seconds))
        for line in self.asked:
            self._try(line, [case for case in cases if case.can_notice(line)])
        session._setupstate.teardown_exact(None)
        session.testsfailed = 0
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """How the present test went: an error around it is no failure."""
        if report.failed and self._outcome == _PASSED:
            self._outcome = _FAILED if report.when == "call" else _BROKEN
            self._why = report.longreprtext

    def pytest_runtest_teardown(self, item: pytest.Function) -> None:
        """On which site the present test is."""
        found = item.funcargs.get("site")
        self._site = found if isinstance(found, Site) else self._site

    def _measured(self) -> Iterator[Case]:
        """What each refuses; a test that fails anyway would seem to notice every mutant."""
        read = 0
        for name, item in self._items.items():
            started = perf_counter()
            if self._run(item) != _PASSED:
                raise RuntimeError(f"as it is, {name} does not pass:\n{self._why}")
            rules = frozenset(rule for mark in item.iter_markers("rule") for rule in mark.args)
            seen = None
            if "site" in item.fixturenames and self._site:
                log = self._site.plane.audit_log.read_bytes()
                seen, read = frozenset(refused(log[read:])), len(log)
            yield Case(name, rules, perf_counter() - started, seen)

    def _try(self, line: Line, tests: Sequence[Case]) -> None:
        started = perf_counter()
        by = next((case.name for case in tests if self._notices(case, str(line))), "")
        self._guard("")
        self.noticed.append(bool(by))
        said = f"{'noticed ' if by else 'SURVIVED'} {line}: {by or f'{len(tests)} tests see it'}"
        print(f"{said} ({perf_counter() - started:.0f} s)", flush=True)

    def _notices(self, case: Case, mutant: str) -> bool:
        """Whether the test fails by the mutant: with it, and not without."""
        item = self._items[case.name]
        if case.refused is not None:
            if not self._site:
                self._run(item)  # so that there is one
            self._guard(mutant)
            if self._run(item) == _PASSED:
                return False
            self._guard("")
            if self._run(item) == _PASSED:
                return True
        # on a new plane: what came through has left something behind on this one
        self._end(item)
        os.environ[_MUTANT] = mutant
        try:
            return self._run(item) == _FAILED
        finally:
            del os.environ[_MUTANT]
            self._end(item)

    def _end(self, item: pytest.Function) -> None:
        item.session._setupstate.teardown_exact(None)
        self._site, self._in_force = None, ""

    def _run(self, item: pytest.Function) -> str:
        """Runs a test, as often as one likes; what its module and the session have stays."""
        os.environ[_ROUND] = str(time_ns())
        self._outcome = _PASSED
        item.session._setupstate.teardown_exact(item)
        item._initrequest()
        others = [i for i in item.session.items if i is not item]
        beside = next((i for i in others if i.parent is item.parent), others[0])
        item.ihook.pytest_runtest_protocol(item=item, nextitem=beside)
        return self._outcome

    def _guard(self, mutant: str) -> None:
        """Puts the guards in force, with one thing switched off or with none."""
        if not self._site or mutant == self._in_force:
            return  # a new one begins with them as they are
        guards = policies(INSTALLATION)
        if mutant:
            guards = weakened(guards, mutant)
        names = {name.partition("#")[0] for name in (mutant, self._in_force)}
        mark, root = f"m{time_ns()}", self._site.bootstrap
        for each in (*(g for g in guards if g["metadata"]["name"] in names), *_probes(mark)):
            kind, name = each["kind"].lower(), each["metadata"]["name"]
            plural = kind.removesuffix("y") + "ies" if kind.endswith("y") else f"{kind}s"
            # as the site was installed
            path = f"/apis/{_ADMISSION}/{plural}/{name}?fieldManager=kubectl&force=true"
            done = root.call("PATCH", path, each, "application/apply-patch+yaml")
            if done.code not in (_OK, _CREATED):
                raise RuntimeError(done.message)
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "probe"}}
        path = "/api/v1/namespaces/default/configmaps?dryRun=All"
        # it reads the policies of a kind in the order in which they were written
        told = f"{mark} and {mark}"
        eventually(lambda: told in root.call("POST", path, body).message, SOON, "guarded")
        self._in_force = mutant


def _probes(mark: str) -> list[Json]:
    """Policies by whose refusal one knows that all that were written before are in force."""
    rule = {
        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
        "resources": ["configmaps"],
    }  # fmt: skip
    asked = {"name": "probe", "expression": "object.metadata.name == 'probe'"}
    spec: Json = {
        "matchConstraints": {"resourceRules": [rule]},
        "matchConditions": [asked],
        "failurePolicy": "Fail",
    }
    label = f"Object{{metadata: Object.metadata{{labels: {{'mark': '{mark}'}}}}}}"
    apply = {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": label}}
    said = f"'{mark} and ' + object.metadata.?labels[?'mark'].orValue('')"
    return [
        *_bound("Mutating", spec | {"reinvocationPolicy": "Never", "mutations": [apply]}, {}),
        *_bound(
            "Validating",
            spec | {"validations": [{"expression": "false", "messageExpression": said}]},
            {"validationActions": ["Deny"]},
        ),
    ]


def _bound(does: str, spec: Json, how: Json) -> Iterator[Json]:
    head = {"apiVersion": _ADMISSION, "metadata": {"name": "probe"}}
    kind = f"{does}AdmissionPolicy"
    yield head | {"kind": kind, "spec": spec}
    yield head | {"kind": f"{kind}Binding", "spec": {"policyName": "probe"} | how}


def refused(log: bytes) -> Iterator[tuple[str, int]]:
    """The guards that refused something by this audit log, and the numbers of their lines."""
    for row in log.splitlines():
        if _NOTE.encode() in row:
            for failure in json.loads(json.loads(row)["annotations"][_NOTE]):
                yield failure["policy"], int(failure["expressionIndex"])


def run(asked: Sequence[Line], where: Sequence[str]) -> list[bool]:
    """Tries the mutants with the tests there; whether each was noticed.

    Raises:
        RuntimeError: the tests could not be collected, or fail anyway.
    """
    plugin = Planes(asked)
    os.environ |= suite.SAME
    code = pytest.main(["-qq", "-p", "no:cacheprovider", *where], plugins=[plugin])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"pytest ended with {code}")
    return plugin.noticed
