"""A process may die at any write: the next one comes to the same end, and does nothing twice."""

import asyncio
import json
from collections.abc import Iterable
from copy import deepcopy
from itertools import count

import pytest

from mandate.api.meta import Json
from mandate.controllers.lookup import Lookup
from mandate.kube.errors import ApiError
from mandate.rules.dossier import facts_in
from mandate.runtime.cache import Cache, Key
from mandate.runtime.operator import Controller
from tests.unit.memory_api import Death, MemoryApi, When
from tests.unit.memory_life import (
    FORM,
    Assemble,
    Process,
    Step,
    as_shipped,
    carry_out,
    changing_steps,
    first_steps,
    live,
    state,
    steps,
)

LEAST_WRITES = 120
"""An office of 4 writes, a form refused, filed again, accepted, approved and granted: 40; evidence,
consent and agreement 30; interrupted and restored 20; closed, held, reclaimed, signed 30."""


async def differences(
    when: When, life: Iterable[Step], assemble: Assemble = as_shipped
) -> list[str]:
    """What goes otherwise than undisturbed, for a death at each write.

    Each is compared at the end of the step it falls into: where the API is the same from there
    on, the rest of the life is that of the undisturbed run, whose process lives on meanwhile.
    """
    found, exercised = [], 0
    calm = MemoryApi()
    process = Process(calm, assemble)
    for step in life:
        before = deepcopy(calm)
        step(calm)
        await process.settle()
        for number in range(len(before.writes), len(calm.writes)):
            api, name = deepcopy(before), f"{when} write {number} {calm.writes[number]}"
            api.death = Death(number, when)
            await carry_out(api, step, assemble)
            exercised += api.deaths
            if state(api) != state(calm):
                found.append(f"killed {name}: another end")
            if twice := api.effects - calm.effects:
                found.append(f"killed {name}: done more often: {dict(twice)}")
    assert exercised == len(calm.writes)
    return found


def test_the_undisturbed_life_is_whole() -> None:
    api = MemoryApi()
    asyncio.run(live(api, steps()))
    status = api.objects[FORM]["status"]
    assert status["phase"] == "Exited"
    assert status["approvals"].keys() == {"acceptance.1", "acceptance.2", "review.2"}
    assert "awaiting" not in status
    phases = {
        ref.kind: found["status"]["phase"]
        for ref, found in api.objects.items()
        if "phase" in found.get("status", {})
    }
    assert phases == {
        "CloudApplication": "Exited",
        "AssessmentReport": "Verified",
        "LaunchRequest": "Approved",
        "ServiceAgreement": "InForce",
        "Suspension": "Lifted",
        "ResourceChange": "Completed",
        "ExitRequest": "Completed",
    }
    assert "transport--bus-portal" not in {ref.name for ref in api.objects}
    (binding,) = (o for r, o in api.objects.items() if r.kind == "RoleBinding")
    assert binding["subjects"][-1]["name"] == "an"
    (change,) = (o["status"] for r, o in api.objects.items() if r.kind == "ResourceChange")
    assert sheets(api) == [change["sheet"]["sha256"]]
    assert len(api.writes) >= LEAST_WRITES


def sheets(api: MemoryApi) -> list[str]:
    """The digests of the change sheets on record."""
    parts = sorted(api.of_kind("Dossier"), key=lambda part: part["metadata"]["name"])
    entries = [entry for part in parts for entry in part["spec"]["entries"]]
    found = {key: data for key, data, _ in facts_in(entries)}
    return [
        json.loads(data)["sha256"]
        for key, data in found.items()
        if key.startswith("ResourceChange/") and ".sheet." in key
    ]


def test_in_the_middle_of_its_life_it_is_granted_and_its_members_let_in() -> None:
    api = MemoryApi()
    asyncio.run(live(api, first_steps()))
    bindings = [o for r, o in api.objects.items() if r.kind == "RoleBinding"]
    assert {o["metadata"]["namespace"] for o in bindings} == {
        "agency-transport",
        "transport--bus-portal",
    }
    assert all(o["subjects"][-1]["name"] == "an" for o in bindings)


@pytest.mark.rule("X-level")
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_at_any_write_changes_nothing(when: When) -> None:
    assert asyncio.run(differences(when, steps())) == []


@pytest.mark.rule("G71-confirm", "X-dossier")
def test_killed_as_its_sheet_is_drawn_up_a_change_is_signed_on_the_one_on_record() -> None:
    async def main() -> None:
        *earlier, approves = changing_steps()
        before = MemoryApi()
        await live(before, earlier)
        calm = deepcopy(before)
        await live(calm, [approves])
        for number in range(len(before.writes), len(calm.writes)):
            api = deepcopy(before)
            api.death = Death(number, "after")
            await carry_out(api, approves)
            (change,) = (o["status"] for r, o in api.objects.items() if r.kind == "ResourceChange")
            assert change["phase"] == "Implemented"
            assert sheets(api) == [change["sheet"]["sha256"]], number

    asyncio.run(main())


class _Forgetful:
    """Notes each reconcile that finds a decision, under a name nobody could find again."""

    numbers = count()

    def __init__(self, kube: MemoryApi, cache: Cache, inner: Controller) -> None:
        self._kube, self._cache, self._inner = kube, cache, inner

    async def reconcile(self, key: Key) -> float | None:
        raw = self._cache.get(key)
        assert raw is not None
        unseen = (
            raw.get("status", {}).get("approvals", {}).keys()
            - raw.get("status", {}).get("effects", {}).keys()
        )
        if unseen:
            await self._kube.create(_note(f"decided-{next(self.numbers)}"))
        return await self._inner.reconcile(key)


def _note(name: str) -> Json:
    metadata = {"name": name, "namespace": "agency-transport"}
    return {"apiVersion": "v1", "kind": "Event", "metadata": metadata}


def test_a_controller_that_does_things_twice_is_noticed() -> None:
    def forgetful(kube: MemoryApi, cache: Cache, lookup: Lookup) -> dict[str, Controller]:
        made = as_shipped(kube, cache, lookup)
        inner = made["CloudApplication"]
        return made | {"CloudApplication": _Forgetful(kube, cache, inner)}

    found = asyncio.run(differences("after", first_steps(), forgetful))
    assert any("done more often" in line for line in found)


def test_a_write_on_what_has_changed_since_is_refused() -> None:
    api = MemoryApi()
    api.person(_note("a") | {"kind": "CloudApplication", "apiVersion": FORM.api_version})
    stale = api.person(_note("a") | {"kind": "CloudApplication", "apiVersion": FORM.api_version})
    api.person(stale | {"spec": {"title": "x"}})
    with pytest.raises(ApiError, match="409 Conflict"):
        asyncio.run(api.apply(stale | {"status": {"phase": "x"}}, "status"))
