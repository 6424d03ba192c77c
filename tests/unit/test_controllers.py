"""What a refusal by the API server leads to: a word on the object, or another try."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from mandate.api.meta import Json
from mandate.controllers.agency import AgencyController
from mandate.controllers.application import ApplicationController
from mandate.controllers.cases import Cases
from mandate.controllers.lookup import Lookup
from mandate.kube.client import Ref
from mandate.kube.errors import ApiError
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers
from mandate.runtime.sweep import Sweep
from tests.unit.builders import NOW, agency, application, approval, calendar, policy
from tests.unit.lives import status_with
from tests.unit.memory_kube import MemoryKube

READY = {
    "type": "Ready",
    "status": "True",
    "reason": "CanFile",
    "lastTransitionTime": "2026-11-24T08:00:00Z",
}
CLOCK = Clock(real_now=lambda: NOW)
OFFICE = agency(status={"conditions": [READY]})
APPLICATION = application(
    status=status_with({"acceptance.1": approval(), "review.1": approval()}),
)


class Refusing(MemoryKube):
    """An API server that refuses quotas with this code."""

    code = 422

    async def create(self, manifest: Json) -> Json:
        if manifest["kind"] == "ResourceQuota":
            raise ApiError(self.code, "Invalid", "spec.hard: no such class " + "x" * 9000)
        return await super().create(manifest)


def _raw(found: Any) -> Json:  # noqa: ANN401 - any resource
    raw: Json = found.wire()
    raw["metadata"] |= {"resourceVersion": "1"}
    return raw


Parts = tuple[MemoryKube, Cache, Lookup, Dossiers, Clock]


def _parts(kube: MemoryKube) -> Parts:
    cache = Cache()
    for found in (OFFICE, policy(), APPLICATION):
        raw = _raw(found)
        cache.put(raw)
        kube.objects[Ref.of(raw)] = raw
    return kube, cache, Lookup(cache), Dossiers(kube, lambda: NOW), CLOCK


def _application_parts(
    kube: MemoryKube,
) -> tuple[MemoryKube, Cache, Cases, Dossiers, Clock, Sweep]:
    kube, cache, lookup, dossiers, clock = _parts(kube)
    return kube, cache, Cases(cache, lookup, clock), dossiers, clock, Sweep(kube)


def _ready(kube: MemoryKube, kind: str) -> Json:
    status = next(o["status"] for r, o in kube.objects.items() if r.kind == kind)
    found: Json = next(c for c in status["conditions"] if c["type"] == "Ready")
    return found


def _run(work: Coroutine[Any, Any, float | None]) -> float | None:
    return asyncio.run(work)


@pytest.mark.rule("X-input")
def test_a_grant_that_is_refused_says_so_on_the_application() -> None:
    kube = Refusing()
    key = Key.of(_raw(APPLICATION))
    again = _run(ApplicationController(*_application_parts(kube)).reconcile(key))
    ready = _ready(kube, "CloudApplication")
    assert (ready["status"], ready["reason"]) == ("False", "GrantFailed")
    assert "no such class" in ready["message"]
    assert len(ready["message"]) <= 4096
    assert again == 60


@pytest.mark.rule("X-input")
def test_an_office_that_is_refused_says_so_on_the_agency() -> None:
    kube = Refusing()
    key = Key.of(_raw(OFFICE))
    again = _run(AgencyController(*_parts(kube)).reconcile(key))
    assert _ready(kube, "Agency")["reason"] == "SetupFailed"
    assert again == 60


@pytest.mark.parametrize("code", [403, 409, 429, 500, 503])
def test_what_may_pass_later_is_tried_again(code: int) -> None:
    kube = Refusing()
    kube.code = code
    key = Key.of(_raw(APPLICATION))
    with pytest.raises(ApiError):
        _run(ApplicationController(*_application_parts(kube)).reconcile(key))


@pytest.mark.rule("X-clock", "A13-accept")
def test_a_request_is_looked_at_again_when_time_alone_changes_it() -> None:
    kube = MemoryKube()
    parts = _application_parts(kube)
    filed = _raw(application())
    for raw in (filed, _raw(calendar())):
        kube.objects[Ref.of(raw)] = raw
        parts[1].put(raw)
    again = _run(ApplicationController(*parts).reconcile(Key.of(filed)))
    # from Tuesday 24 November 16:00 in Lu'an until Tuesday 1 December, its last day, begins
    assert again == (6 * 24 + 8) * 3600
    (clock,) = kube.objects[Ref.of(filed)]["status"]["clocks"]
    assert (clock["startedAt"], clock["dueOn"]) == ("2026-11-24T08:00:00Z", "2026-12-01")
