"""A zone as the operator keeps it: in every namespace that it is for, and in no other."""

import asyncio
from collections.abc import Sequence
from copy import deepcopy

import pytest

from mandate.api.landingzone import LandingZone
from mandate.api.meta import API_VERSION, Json
from mandate.controllers.lookup import Lookup
from mandate.controllers.zone import LandingZoneController
from mandate.kube.client import Ref
from mandate.kube.errors import ApiError
from mandate.runtime.abandoned import Abandoned
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers
from mandate.runtime.rendering import Render
from tests.unit.builders import NOW, example
from tests.unit.memory_api import Death, DiedError, MemoryApi
from tests.unit.virtual_time import run as in_virtual_time
from tests.unit.zones import CARD, inline

ZONE = Key("LandingZone", "", "identity")
LAW = Ref(API_VERSION, "LandingZone", "", "identity")
BAD = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n"


def granted(agency: str, name: str, reason: str = "Granted", **form: object) -> Json:
    """An application with its namespace."""
    raw = example("applications/bus-portal.yaml")
    raw["metadata"] = {"name": name, "namespace": f"agency-{agency}", "uid": f"{agency}-{name}"}
    raw["spec"] |= form
    ready = {
        "type": "Ready",
        "status": "True" if reason == "Granted" else "False",
        "reason": reason,
        "lastTransitionTime": "2026-11-24T08:00:00Z",
    }
    raw["status"] = {"namespace": f"{agency}--{name}", "phase": "Trial", "conditions": [ready]}
    return raw


def office(name: str, policy: str = "luan") -> Json:
    raw = example("agencies/transport.yaml")
    raw["metadata"] = {"name": name, "uid": name}
    raw["spec"] |= {"policy": policy, "title": f"{name}局"}
    return raw


class Town:
    """Two agencies with their systems, a zone, and the operator's controller."""

    def __init__(self) -> None:
        self.api = MemoryApi()
        self.rendered = 0
        for raw in (
            example("policy.yaml"),
            office("transport"),
            office("water"),
            granted("transport", "bus-portal"),
            granted("water", "meter", protectionLevel="Level3"),
        ):
            self.put(raw)
        self.write(templates=[{"name": "card", "template": CARD}])
        self.start()

    def put(self, raw: Json) -> None:
        if raw["kind"] == "CloudApplication":
            for name in (raw["metadata"]["namespace"], raw["status"]["namespace"]):
                metadata = {"name": name}
                self.api._store({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        self.api._store(raw)

    def write(self, **spec: object) -> None:
        """The authority writes its zone."""
        known = self.api.objects.get(LAW) or {"metadata": {"name": "identity"}}
        law = {"apiVersion": API_VERSION, "kind": "LandingZone", "metadata": known["metadata"]}
        kept = {"status": known["status"]} if "status" in known else {}
        self.api._store(deepcopy(law | {"spec": {"policy": "luan", **spec}} | kept))

    def start(self, render: Render | None = None) -> None:
        """Another process."""
        self.cache = Cache()
        self.controller = LandingZoneController(
            self.api, self.cache, Lookup(self.cache), Dossiers(self.api, lambda: NOW),
            Clock(real_now=lambda: NOW), render or self.render,
        )  # fmt: skip

    async def render(self, rows: Sequence[Json], subjects: Sequence[Json]) -> list[Json]:
        self.rendered += len(subjects)
        return await inline(rows, subjects)

    def look(self) -> float | None:
        async def main() -> float | None:
            await self.known()
            return await self.controller.reconcile(ZONE)

        return asyncio.run(main())

    async def known(self) -> None:
        """It learns of everything that is there."""
        for kind in ("GovernancePolicy", "Agency", "CloudApplication", "LandingZone"):
            items, version = await self.api.list(API_VERSION, kind)
            self.cache.replace(kind, items, version)

    def cards(self) -> dict[str, str]:
        """What each namespace's card says."""
        return {
            found["metadata"]["namespace"]: found["data"].get("system", "")
            for found in self.api.of_kind("ConfigMap")
        }

    def ready(self) -> tuple[str, str]:
        status = LandingZone.model_validate(self.api.objects[LAW]).status
        (condition,) = status.conditions
        return condition.reason, condition.message


@pytest.fixture
def town() -> Town:
    return Town()


NAME = "六安公交出行服务平台"
BOTH = {"transport--bus-portal": NAME, "water--meter": NAME}


@pytest.mark.rule("X-zone")
def test_it_stands_in_each_granted_namespace_and_a_second_look_writes_nothing(town: Town) -> None:
    assert town.look() is None
    assert town.cards() == BOTH
    assert town.ready() == ("Applied", "it stands in 2 namespaces")
    writes, rendered = list(town.api.writes), town.rendered
    town.look()
    assert town.api.writes == writes
    assert town.rendered == rendered == 3  # the example, and each system once


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"templates": [{"name": "bad", "template": BAD}]}, "KindNotAllowed"),
        ({"templates": [{"name": "bad", "template": "{{ x }}"}]}, "TemplateError"),
        (
            {"templates": [{"name": "card", "template": CARD}, {"name": "two", "template": CARD}]},
            "NameTwice",
        ),
    ],
)
def test_a_bad_one_touches_nobodys_namespace(town: Town, spec: Json, reason: str) -> None:
    town.look()
    before, writes = town.cards(), len(town.api.writes)
    town.write(**spec)
    town.put(granted("water", "new"))
    town.look()
    assert town.ready()[0] == reason
    assert town.cards() == before
    assert town.api.writes[writes:] == [("apply status", "LandingZone")]


@pytest.mark.rule("X-zone")
def test_a_preview_applies_and_removes_nothing(town: Town) -> None:
    town.look()
    other = CARD.replace("card", "other")
    town.write(templates=[{"name": "other", "template": other}], previewOnly=True)
    town.look()
    assert town.ready()[0] == "PreviewOnly"
    assert town.cards() == BOTH
    assert town.api.objects[LAW]["status"]["preview"] == [
        {"template": "other", "kind": "ConfigMap", "name": "other"}
    ]


@pytest.mark.rule("X-zone")
def test_what_a_zone_is_no_longer_for_or_makes_no_longer_goes(town: Town) -> None:
    town.look()
    card = {"name": "card", "template": CARD}
    town.write(templates=[card], selector={"protectionLevels": ["Level3"]})
    town.look()
    assert set(town.cards()) == {"water--meter"}
    town.put(office("water", policy="hefei"))
    town.look()
    assert town.cards() == {}
    town.write(templates=[card])
    town.look()
    assert set(town.cards()) == {"transport--bus-portal"}
    other = CARD.replace("card", "other")
    town.write(templates=[{"name": "card", "template": other}])
    town.look()
    assert [o["metadata"]["name"] for o in town.api.of_kind("ConfigMap")] == ["other"]


@pytest.mark.rule("X-zone")
def test_all_of_it_goes_with_its_zone_even_if_nobody_watched(town: Town) -> None:
    town.look()
    stranger = {"apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": "own", "namespace": "water--meter"}, "data": {}}  # fmt: skip
    town.put(stranger)
    del town.api.objects[LAW]
    town.start()

    class Listing(MemoryApi):
        async def list_metadata(self, api_version: str, kind: str, label: str) -> list[Json]:
            found, _ = await town.api.list(api_version, kind, labels=label)
            return [o["metadata"] for o in found]

    assert asyncio.run(Abandoned(Listing(), town.cache).run()) == [ZONE]
    town.look()
    assert [o["metadata"]["name"] for o in town.api.of_kind("ConfigMap")] == ["own"]
    assert asyncio.run(Abandoned(Listing(), town.cache).run()) == []


@pytest.mark.rule("X-zone", "X-level")
@pytest.mark.parametrize("change", [{"system": "别的"}, {"system": NAME, "more": "x"}])
def test_drift_is_mended_and_on_record(town: Town, change: dict[str, str]) -> None:
    town.look()
    ref = Ref("v1", "ConfigMap", "water--meter", "card")
    town.api._store(town.api.objects[ref] | {"data": change})
    town.look()
    assert town.api.objects[ref]["data"] == {"system": NAME}
    (dossier,) = town.api.of_kind("Dossier")
    assert dossier["spec"]["subject"]["name"] == "meter"
    kinds = [entry["kind"] for entry in dossier["spec"]["entries"]]
    assert kinds == ["DriftFound", "DriftMended"]
    del town.api.objects[ref]
    town.look()
    assert town.cards() == BOTH


@pytest.mark.rule("X-zone", "A26-access")
def test_what_an_agency_made_itself_is_never_overwritten(town: Town) -> None:
    metadata = {"name": "card", "namespace": "water--meter"}
    own = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}
    town.put(own)
    before = deepcopy(town.api.objects[Ref.of(own)])
    assert town.look() == 60
    assert town.api.objects[Ref.of(own)] == before
    assert town.cards()["transport--bus-portal"] == NAME
    reason, message = town.ready()
    assert reason == "NameTaken"
    assert "1 of 2: water--meter: ConfigMap card is there and not this LandingZone's" in message
    del town.api.objects[Ref.of(own)]
    assert town.look() is None
    assert town.cards() == BOTH


@pytest.mark.rule("X-zone")
def test_one_systems_trouble_is_no_others_and_what_stands_there_stays(town: Town) -> None:
    town.look()
    text = CARD.replace(
        "{{ systemName }}", "{{ systemName ~ 1 // (0 if agency == 'water' else 1) }}"
    )
    town.write(templates=[{"name": "card", "template": text}])
    town.look()
    assert town.cards() == {"transport--bus-portal": f"{NAME}1", "water--meter": NAME}
    reason, message = town.ready()
    assert reason == "TemplateError"
    assert "not as it should be in 1 of 2: water--meter: template card: line 4: " in message


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize("reason", ["Granting", "NamespaceTaken", "GrantFailed", "Reclaiming"])
def test_where_a_grant_does_not_stand_nothing_is_made_or_removed(town: Town, reason: str) -> None:
    town.put(granted("water", "new", reason))
    town.put(granted("transport", "bus-portal"))
    town.look()
    assert set(town.cards()) == set(BOTH)
    town.put(granted("water", "meter", reason))
    town.write(templates=[{"name": "card", "template": CARD.replace("{{ systemName }}", "x")}])
    town.look()
    assert town.cards() == {"transport--bus-portal": "x", "water--meter": NAME}


@pytest.mark.rule("X-zone")
def test_a_zone_of_a_policy_that_is_not_there_says_so(town: Town) -> None:
    town.look()
    del town.api.objects[Ref(API_VERSION, "GovernancePolicy", "", "luan")]
    town.look()
    assert town.ready()[0] == "PolicyNotFound"
    assert town.cards() == BOTH


class Refusing(MemoryApi):
    """An API server that makes no ConfigMap in one namespace."""

    code = 0

    async def create(self, manifest: Json) -> Json:
        if self.code and manifest["metadata"].get("namespace") == "transport--bus-portal":
            raise ApiError(self.code, "Refused", "it is being terminated")
        return await super().create(manifest)


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize("code", [403, 404, 422, 503])
def test_what_the_api_server_refuses_is_said_or_tried_again(code: int) -> None:
    town = Town()
    api = Refusing()
    api.objects, api.code = town.api.objects, code
    town.api = api
    town.start()
    if code == 503:
        with pytest.raises(ApiError):
            town.look()
        return
    assert town.look() == 60
    assert set(town.cards()) == {"water--meter"}
    reason, message = town.ready()
    assert reason == "NotApplied"
    assert "transport--bus-portal: the API server refused: it is being terminated" in message


@pytest.mark.rule("X-zone", "X-level")
def test_it_ends_the_same_killed_at_any_write() -> None:
    def life(town: Town, death: Death | None) -> list[object]:
        """The zone is made, drifts, is edited, loses a system, and the rest stays."""
        town.api.death = death
        card = {"name": "card", "template": CARD}
        for step in (
            lambda: None,
            lambda: town.api._store(
                town.api.objects[Ref("v1", "ConfigMap", "water--meter", "card")] | {"data": {}}
            ),
            lambda: town.write(templates=[card | {"template": CARD.replace("system:", "name:")}]),
            lambda: town.write(templates=[card], selector={"agencies": ["water"]}),
        ):
            step()
            for _ in range(4):
                try:
                    town.look()
                except DiedError:
                    town.start()
        last: list[object] = [
            {k: v for k, v in found.items() if k != "metadata"} | {"at": found["metadata"]["name"]}
            for kind in ("ConfigMap", "LandingZone")
            for found in town.api.of_kind(kind)
        ]
        return last + [e["kind"] for d in town.api.of_kind("Dossier") for e in d["spec"]["entries"]]

    calm = Town()
    wanted = life(calm, None)
    assert wanted[-2:] == ["DriftFound", "DriftMended"]

    count = len(calm.api.writes)
    assert count > 10
    for number in range(count):
        for when in ("before", "after"):
            town = Town()

            assert life(town, Death(number, when)) == wanted

            assert town.api.deaths == 1


@pytest.mark.rule("X-zone")
def test_a_long_look_is_followed_by_a_rest_but_an_edit_is_looked_at_at_once() -> None:
    town = Town()

    async def slow(rows: Sequence[Json], subjects: Sequence[Json]) -> list[Json]:
        await asyncio.sleep(2)
        return await inline(rows, subjects)

    async def main() -> tuple[float | None, ...]:
        await town.known()
        first = await town.controller.reconcile(ZONE)
        rest = await town.controller.reconcile(ZONE)
        town.write(templates=[{"name": "card", "template": CARD.replace("system:", "name:")}])
        await town.known()
        edited = await town.controller.reconcile(ZONE)
        await asyncio.sleep(20)
        return first, rest, edited, await town.controller.reconcile(ZONE)

    town.start(slow)
    # rendered twice, 2 s each: the example, and what is there
    assert in_virtual_time(main()) == (None, 16.0, None, None)
