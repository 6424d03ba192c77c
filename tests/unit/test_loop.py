"""The loop: what is told of reaches what it affects, and everything is looked at in time."""

import asyncio
import itertools
from collections import defaultdict
from typing import Any, cast

import pytest

from mandate.api.meta import Json
from mandate.controllers.lookup import Lookup
from mandate.kube.client import KubeClient
from mandate.kube.errors import ApiError
from mandate.runtime.cache import Cache, Key
from mandate.runtime.operator import Operator
from mandate.runtime.sweep import Sweep
from mandate.settings import Settings
from tests.unit.builders import example
from tests.unit.virtual_time import run

SETTINGS = Settings(resync_seconds=100, workers=2)
FORM = Key("CloudApplication", "agency-transport", "bus-portal")
OFFICE = Key("Agency", "", "transport")


def stored(path: str, version: int, **metadata: str) -> Json:
    raw = example(path)
    raw["metadata"] |= {"resourceVersion": str(version)} | metadata
    return raw


Rows = tuple[list[Json], int]


class Everything(KubeClient):
    """An API server that lists; its watch says nothing."""

    def __init__(self, *objects: Json) -> None:
        self.objects = list(objects)
        self.version = 10
        self.fails = False

    async def list(
        self, api_version: str, kind: str, *, fields: str = "", labels: str = ""
    ) -> Rows:
        if self.fails:
            raise ApiError(503, "ServiceUnavailable", "")
        return [o for o in self.objects if o["kind"] == kind], self.version

    async def list_metadata(self, api_version: str, kind: str, label: str) -> Any:  # noqa: ANN401
        return []


class Looking:
    """A controller that notes when it looked at what."""

    def __init__(self, takes: float = 0) -> None:
        self.times: defaultdict[Key, list[float]] = defaultdict(list)
        self.finished = 0
        self._takes = takes

    async def reconcile(self, key: Key) -> float | None:
        self.times[key].append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._takes)
        self.finished += 1
        return None


class World:
    """An operator without kopf and without a lease."""

    def __init__(self, kube: Everything, takes: float = 0) -> None:
        self.cache, self.kube = Cache(), kube
        self.looking = Looking(takes)
        controllers = {"CloudApplication": self.looking, "Agency": self.looking}
        lookup = Lookup(self.cache)
        self.operator = Operator(SETTINGS, kube, self.cache, cast("Any", controllers), lookup)
        self.sweep = Sweep(kube)

    async def live(self, seconds: float) -> None:
        """Works for so long, resync included."""
        parts = [
            asyncio.create_task(self.operator._resync([self.sweep])),
            asyncio.create_task(self.operator._work_all()),
        ]
        await asyncio.sleep(seconds)
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


def luan() -> list[Json]:
    return [
        stored("policy.yaml", 1),
        stored("calendar.yaml", 2),
        stored("agencies/transport.yaml", 3),
        stored("applications/bus-portal.yaml", 4),
    ]


@pytest.mark.rule("X-level")
def test_what_a_silent_watch_missed_is_found_within_a_resync() -> None:
    async def main() -> None:
        world = World(Everything(*luan()))
        await world.operator._fill()
        new = stored("applications/bus-portal.yaml", 12, name="new")
        world.kube.objects = [*luan()[:3], new]
        world.kube.version = 15
        await world.live(101)
        assert world.cache.get(FORM) is None
        assert world.cache.get(Key.of(new)) == new
        assert len(world.looking.times[FORM]) >= 2  # the second found it gone

    run(main())


@pytest.mark.rule("X-level")
def test_every_object_is_looked_at_once_an_interval_and_not_all_at_once() -> None:
    forms = [stored("applications/bus-portal.yaml", 4, name=f"form-{n}") for n in range(200)]

    async def main() -> None:
        world = World(Everything(*luan()[:3], *forms))
        await world.operator._fill()
        await world.live(1000)
        for times in world.looking.times.values():
            gaps = [after - before for before, after in itertools.pairwise(times)]
            # at most an interval apart, for it is at the same place in each
            assert max(gaps) <= 100.1
            assert min(gaps[1:]) >= 79.9
        second = sorted(times[1] for times in world.looking.times.values())
        assert second[-1] - second[0] > 60
        assert max(sum(t <= x < t + 5 for x in second) for t in second) < 40

    run(main())


@pytest.mark.rule("X-level")
def test_a_resync_that_fails_is_tried_again_soon() -> None:
    async def main() -> None:
        kube = Everything(*luan())
        world = World(kube)
        await world.operator._fill()
        kube.fails = True
        life = asyncio.create_task(world.live(190))
        await asyncio.sleep(101)
        kube.fails = False
        kube.objects = kube.objects[:3]
        kube.version = 15
        await asyncio.sleep(61)
        assert world.cache.get(FORM) is None
        await life

    run(main())


@pytest.mark.rule("X-level")
def test_a_sweep_that_finds_drift_has_its_application_looked_at_at_once() -> None:
    async def main() -> None:
        world = World(Everything(*luan()))
        await world.operator._fill()
        world.sweep.note(FORM, "grant", [{"kind": "Namespace", "metadata": NAMED}])
        await world.live(101)
        # at the start, at its own place in the interval, and when the sweep has found it
        first, second, third = world.looking.times[FORM]
        assert first == 0
        assert second == pytest.approx(39.4, abs=0.1)
        assert 80 <= third <= 100.1

    run(main())


NAMED = {"name": "transport--bus-portal", "resourceVersion": "1"}


@pytest.mark.rule("X-level")
def test_a_relist_of_what_is_known_makes_no_work_and_an_edit_reaches_what_it_affects() -> None:
    async def main() -> None:
        world = World(Everything(*luan()))
        await world.operator._fill()
        await world.live(1)
        for raw in luan():
            world.operator.observe(None, raw)
        await world.live(1)
        assert {key: len(times) for key, times in world.looking.times.items()} == {
            OFFICE: 1,
            FORM: 1,
        }
        world.operator.observe("MODIFIED", stored("calendar.yaml", 20))
        await world.live(1)
        assert [len(world.looking.times[key]) for key in (OFFICE, FORM)] == [2, 2]
        world.operator.observe("MODIFIED", stored("applications/bus-portal.yaml", 21))
        await world.live(1)
        # the agency counts its open systems
        assert [len(world.looking.times[key]) for key in (OFFICE, FORM)] == [3, 3]

    run(main())


@pytest.mark.rule("X-level")
def test_work_that_is_cut_off_when_the_lease_is_lost_is_begun_anew_by_the_next_leader() -> None:
    async def main() -> None:
        world = World(Everything(*luan()), takes=5)
        await world.operator._fill()
        await world.live(3)
        assert world.looking.finished == 0
        await world.live(10)
        assert [len(world.looking.times[key]) for key in (OFFICE, FORM)] == [2, 2]
        assert world.looking.finished == 2

    run(main())
