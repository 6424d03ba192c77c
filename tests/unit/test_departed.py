"""What is gone is found and goes on record, whoever was watching when it went."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from mandate.api.dossier import Subject
from mandate.api.meta import API_VERSION, Json
from mandate.controllers.gone import GoneController
from mandate.rules.record import Fact
from mandate.runtime.cache import Cache, Key
from mandate.runtime.departed import Departed, key_of
from mandate.runtime.dossiers import Dossiers
from tests.unit.builders import NOW
from tests.unit.memory_kube import MemoryKube

Rows = list[Json]
SUBJECT = Subject(kind="CloudApplication", namespace="agency-a", name="b", uid="u-1")
KEY = Key("Dossier", "", "cloudapplication-u-1")
FORM: Json = {
    "apiVersion": API_VERSION,
    "kind": "CloudApplication",
    "metadata": {"name": "b", "namespace": "agency-a", "uid": "u-1", "resourceVersion": "7"},
}


def recorded() -> tuple[MemoryKube, Dossiers]:
    kube = MemoryKube()
    dossiers = Dossiers(kube, lambda: NOW)
    asyncio.run(dossiers.record(SUBJECT, FORM, [Fact("filed.1", "Filed", "filed")]))
    return kube, dossiers


class Clerk:
    """Puts on record what the last state says, where an entry was lost."""

    def __init__(self, dossiers: Dossiers) -> None:
        self._dossiers = dossiers

    async def record(self, raw: Json) -> None:
        facts = [Fact("filed.1", "Filed", "filed"), Fact("awaited.1", "Awaited", raw["said"])]
        await self._dossiers.record(SUBJECT, raw, facts)


def controller(cache: Cache, dossiers: Dossiers) -> GoneController:
    return GoneController(cache, dossiers, {"CloudApplication": Clerk(dossiers).record})


def kinds(kube: MemoryKube) -> list[str]:
    return [e["kind"] for part in kube.of_kind("Dossier") for e in part["spec"]["entries"]]


def test_only_subjects_have_a_dossier_to_close() -> None:
    assert key_of(FORM) == KEY
    assert key_of(FORM | {"kind": "LaunchRequest"}) is None


@pytest.mark.rule("X-dossier")
def test_what_is_gone_is_recorded_once_and_its_dossier_closed() -> None:
    kube, dossiers = recorded()
    closing = controller(Cache(), dossiers)
    for _ in range(2):
        asyncio.run(closing.reconcile(KEY))
    assert kinds(kube) == ["Filed", "Gone"]
    assert kube.of_kind("Dossier")[0]["metadata"]["labels"] == {"mandate.dev/closed": "true"}


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize(("uid", "gone"), [("u-1", False), ("u-2", True)])
def test_another_of_the_same_name_is_not_the_same(uid: str, gone: bool) -> None:
    kube, dossiers = recorded()
    cache = Cache()
    cache.put(FORM | {"metadata": FORM["metadata"] | {"uid": uid}})
    asyncio.run(controller(cache, dossiers).reconcile(KEY))
    assert ("Gone" in kinds(kube)) is gone


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize("seen_going", [True, False])
def test_what_was_not_yet_on_record_of_it_is_put_there_first(seen_going: bool) -> None:
    kube, dossiers = recorded()
    cache = Cache(remembered=["CloudApplication"])
    last = FORM | {"said": "acceptance can be decided"}
    cache.put(last)
    if seen_going:
        cache.drop(last)
    else:
        cache.replace("CloudApplication", [], 8)
    asyncio.run(controller(cache, dossiers).reconcile(KEY))
    assert kinds(kube) == ["Filed", "Awaited", "Gone"]
    assert cache.last("u-1") is None


class Listing(MemoryKube):
    """An API server that knows these parts of dossiers."""

    async def list_metadata(self, api_version: str, kind: str, label: str) -> Rows:
        assert (kind, label) == ("Dossier", "!mandate.dev/closed,!mandate.dev/imported")
        return [
            {"name": f"cloudapplication-{uid}-000{n}"} for uid in ("u-1", "u-2") for n in (0, 1)
        ]


@pytest.mark.rule("X-dossier")
def test_a_resync_finds_the_open_dossiers_of_what_is_not_there() -> None:
    cache = Cache()
    cache.put(FORM)
    found = asyncio.run(Departed(Listing(), cache).run())
    assert found == [Key("Dossier", "", "cloudapplication-u-2")]
    # two subjects with two parts each
    assert REGISTRY.get_sample_value("mandate_dossier_parts") == 4
