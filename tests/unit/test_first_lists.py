"""Nothing is decided before everything is listed, and no list that fails is given up."""

import asyncio
from collections.abc import Sized
from itertools import islice

import pytest

from mandate.api.kinds import WATCHED
from mandate.api.meta import Json
from mandate.controllers.lookup import Lookup
from mandate.kube.errors import ApiError
from mandate.runtime.cache import Cache, Key
from mandate.runtime.operator import Operator
from mandate.runtime.watching import kopf_settings
from mandate.settings import Settings
from tests.unit.builders import agency, application
from tests.unit.memory_kube import MemoryKube
from tests.unit.virtual_time import run

_SEEN = {"resourceVersion": "1"}


class Failing(MemoryKube):
    """An API server that cannot list agencies for a while."""

    def __init__(self, times: int, *objects: Json) -> None:
        super().__init__(*objects)
        self.left = times
        self.listed: list[str] = []

    async def list(
        self, api_version: str, kind: str, *, fields: str = "", labels: str = ""
    ) -> tuple[list[Json], int]:
        self.listed.append(kind)
        if kind == "Agency" and self.left:
            self.left -= 1
            raise ApiError(500, "InternalError", "etcd is away")
        return await super().list(api_version, kind, fields=fields, labels=labels)


def operator(times: int) -> tuple[Failing, Cache, Operator]:
    """An operator of agencies and applications, of which there is one each."""
    rows = [agency().wire(), application().wire()]
    kube = Failing(times, *(row | {"metadata": row["metadata"] | _SEEN} for row in rows))
    cache = Cache()
    settings = Settings(backoff_base_seconds=0.5, backoff_limit_seconds=3)
    return kube, cache, Operator(settings, kube, cache, {}, Lookup(cache))


@pytest.mark.rule("X-level")
def test_a_list_that_fails_is_tried_again_with_growing_waits_until_all_is_there() -> None:
    async def main() -> tuple[float, Failing, Cache, Operator]:
        kube, cache, made = operator(5)
        await made._fill_first([])
        return asyncio.get_running_loop().time(), kube, cache, made

    took, kube, cache, made = run(main())
    # by hand: 0.5 + 1 + 2 + 3 + 3, and the other kinds only once
    assert took == pytest.approx(9.5)
    assert len(kube.listed) == len(WATCHED) + 5
    assert cache.get(Key("Agency", "", "transport")) is not None
    assert made.pulse.filled_at is not None


@pytest.mark.rule("X-level")
def test_a_kind_that_cannot_be_listed_holds_up_no_other() -> None:
    async def main() -> tuple[bool, Cache, Operator]:
        _, cache, made = operator(1)
        return await made._found_changes([]), cache, made

    whole, cache, made = run(main())
    assert not whole
    assert made.pulse.filled_at is None
    assert cache.get(Key("CloudApplication", "agency-transport", "bus-portal")) is not None


def test_the_watches_are_never_given_up() -> None:
    waits = kopf_settings().networking.error_backoffs
    assert not isinstance(waits, (float, Sized))
    assert list(islice(waits, 6)) == [1, 2, 5, 10, 10, 10]
    # each request begins anew
    assert next(iter(waits)) == 1
