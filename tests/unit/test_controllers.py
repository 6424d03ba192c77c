"""What a refusal by the API server leads to: a word on the object, or another try."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from mandate.api.cloudapplication import CloudApplication
from mandate.api.meta import Json
from mandate.controllers.agency import AgencyController
from mandate.controllers.application import ApplicationController
from mandate.controllers.cases import Cases
from mandate.controllers.lookup import Lookup
from mandate.kube.client import Ref
from mandate.kube.errors import ApiError
from mandate.render import grant_objects
from mandate.rules.application import decide
from mandate.rules.grant import Grant
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers
from mandate.runtime.sweep import Sweep
from tests.unit.builders import NOW, agency, application, approval, calendar, policy
from tests.unit.endings import at, decision, exit_request, granted, world
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
    again = _run(AgencyController(*_parts(kube), Sweep(kube)).reconcile(key))
    assert _ready(kube, "Agency")["reason"] == "SetupFailed"
    assert again == 60


class Counting(MemoryKube):
    """An API server that counts what a quota is at once, and how often it is read."""

    reads = 0

    async def get(self, ref: Ref) -> Json | None:
        self.reads += 1
        return await super().get(ref)

    async def list_metadata(self, api_version: str, kind: str, label: str) -> list[Json]:
        return []

    async def create(self, manifest: Json) -> Json:
        counted = {"status": {"hard": manifest.get("spec", {}).get("hard")}}
        return await super().create(manifest) | counted


@pytest.mark.rule("X-level")
def test_an_office_that_was_compared_is_not_read_again_until_a_sweep_finds_it_changed() -> None:
    async def main() -> list[int]:
        kube = Counting()
        parts, sweep, reads = _parts(kube), Sweep(kube), []
        for _ in range(3):
            await AgencyController(*parts, sweep).reconcile(Key.of(_raw(OFFICE)))
            reads.append(kube.reads)
            if len(reads) == 2:
                # no list shows it: it is gone
                assert await sweep.run() == [Key.of(_raw(OFFICE))]
        return reads

    # the namespace, its quota, the members' rights
    assert asyncio.run(main()) == [3, 3, 6]


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


USED = {
    "requests.storage": "480Gi",
    "pods": "2",
    "count/pods": "2",
    "count/secrets": "0",
    "count/gauges.luan.example": "3",
}


def _leaving(kube: MemoryKube, environment: str) -> tuple[MemoryKube, Key, ApplicationController]:
    """The bus portal on the day after its exit's hold, its namespace kept like this."""
    exit_ = exit_request(
        {"plannedExitDate": "2026-11-20"}, {"exit": decision(at("2026-11-20 09:00"))}
    )
    app = granted()
    parts = _application_parts(kube)
    namespace = grant_objects(_grant(app))[0]
    namespace["metadata"] |= {"uid": "ns", "resourceVersion": "1"}
    namespace["metadata"]["labels"]["mandate.dev/environment"] = environment
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {
            "name": "mandate",
            "namespace": namespace["metadata"]["name"],
            "resourceVersion": "1",
        },
        "spec": {"hard": {}},
        "status": {"used": USED},
    }
    for raw in (_raw(app), _raw(exit_), _raw(calendar()), namespace, quota):
        kube.objects[Ref.of(raw)] = raw
        if raw["kind"] not in ("Namespace", "ResourceQuota"):
            parts[1].put(raw)
    return kube, Key.of(_raw(app)), ApplicationController(*parts)


def _grant(app: CloudApplication) -> Grant:
    found = decide(world(app=app), NOW).grant
    assert found is not None
    return found


def _count(kube: MemoryKube, used: Json) -> None:
    """What the cluster does once it has seen the quota as it is now."""
    for quota in (o for ref, o in kube.objects.items() if ref.kind == "ResourceQuota"):
        quota["status"] = {"hard": quota["spec"]["hard"], "used": used}


@pytest.mark.rule("A17-exit", "A17-delete", "X-level")
@pytest.mark.parametrize("environment", ["held", "trial"])
def test_the_mark_and_the_inventory_come_before_the_deletion(environment: str) -> None:
    kube, key, controller = _leaving(MemoryKube(), environment)
    # it is held, nothing is added any more, and the cluster counts
    assert _run(controller.reconcile(key)) == 2
    (namespace,) = kube.of_kind("Namespace")
    assert namespace["metadata"]["labels"]["mandate.dev/environment"] == "held"
    (quota,) = (q for q in kube.of_kind("ResourceQuota") if q["metadata"]["name"] == "mandate")
    held = ("secrets", "pods", "gauges.luan.example")
    assert {quota["spec"]["hard"][f"count/{name}"] for name in held} == {"0"}
    # and is waited for
    _run(controller.reconcile(key))
    assert "reclaim" not in kube.of_kind("CloudApplication")[0]["status"]
    # a custom resource of a kind that the cluster does not count yet too
    _count(kube, {k: v for k, v in USED.items() if "gauges" not in k})
    _run(controller.reconcile(key))
    assert "reclaim" not in kube.of_kind("CloudApplication")[0]["status"]
    _count(kube, USED)
    _run(controller.reconcile(key))
    assert ("delete", "Namespace") not in kube.writes
    (app,) = kube.of_kind("CloudApplication")
    counted = {
        "objects": {"gauges.luan.example": 3, "pods": 2},
        "inventory": {"pods": "2", "requests.storage": "480Gi"},
    }
    assert app["status"]["reclaim"] == counted
    (told,) = (
        json.loads(entry["data"])
        for dossier in kube.of_kind("Dossier")
        for entry in dossier["spec"]["entries"]
        if entry["kind"] == "InventoryTaken"
    )
    assert (told["objects"], told["inventory"]) == (counted["objects"], counted["inventory"])
    _run(controller.reconcile(key))
    assert kube.writes.count(("delete", "Namespace")) == 1
    _run(controller.reconcile(key))
    (app,) = kube.of_kind("CloudApplication")
    assert app["status"]["reclaim"]["reclaimedAt"] == "2026-11-24T08:00:00Z"
    before = list(kube.writes)
    assert _run(controller.reconcile(key)) is None
    assert kube.writes == before
