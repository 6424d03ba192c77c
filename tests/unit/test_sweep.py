"""The sweep: what was compared counts until another version, fewer or more objects are found."""

import asyncio

import pytest

from mandate.api.meta import Json
from mandate.kube.errors import ApiError
from mandate.runtime.cache import Key
from mandate.runtime.sweep import Sweep
from tests.unit.memory_kube import MemoryKube

KEY = Key("CloudApplication", "agency-a", "portal")
OTHER = Key("CloudApplication", "agency-b", "portal")


def found(kind: str, name: str, namespace: str = "", version: str = "7") -> Json:
    within = {"namespace": namespace} if namespace else {}
    return {"kind": kind, "metadata": {"name": name, "resourceVersion": version} | within}


def granted(namespace: str, quota_version: str = "7") -> list[Json]:
    return [
        found("Namespace", namespace),
        found("ResourceQuota", "mandate", namespace, quota_version),
        found("RoleBinding", "members", namespace),
    ]


class Listing(MemoryKube):
    """The API server, as far as a sweep sees it."""

    def __init__(self, *objects: Json) -> None:
        self.listed = list(objects)
        self.fails = False

    async def list_metadata(self, api_version: str, kind: str, label: str) -> list[Json]:
        assert label == "mandate.dev/managed in (granted,requests)"
        if self.fails:
            raise ApiError(500, "InternalError", "no")
        return [o["metadata"] for o in self.listed if o["kind"] == kind]


def swept(*listed: Json) -> tuple[Sweep, list[Key]]:
    sweep = Sweep(Listing(*listed))
    sweep.note(KEY, "grant", granted("a--portal"))
    sweep.note(OTHER, "grant", granted("b--portal"))
    return sweep, asyncio.run(sweep.run())


@pytest.mark.rule("X-level")
def test_what_no_list_shows_changed_need_not_be_read_again() -> None:
    # in whatever order it is listed
    sweep, changed = swept(*reversed(granted("a--portal")), *granted("b--portal"))
    assert changed == []
    assert sweep.is_in_place(KEY, "grant")


@pytest.mark.rule("X-level", "A16-change")
@pytest.mark.parametrize(
    "now",
    [
        granted("a--portal", quota_version="8"),
        granted("a--portal")[:-1],
        granted("a--portal")[1:],
        [*granted("a--portal"), found("RoleBinding", "more", "a--portal")],
        [],
    ],
    ids=["edited", "deleted", "no-namespace", "added", "all-gone"],
)
def test_a_change_is_found_and_concerns_its_application_alone(now: list[Json]) -> None:
    sweep, changed = swept(*now, *granted("b--portal"))
    assert changed == [KEY]
    assert not sweep.is_in_place(KEY, "grant")
    assert sweep.is_in_place(OTHER, "grant")


@pytest.mark.rule("A14-provision")
def test_another_grant_must_be_compared_whatever_the_sweep_says() -> None:
    sweep, _ = swept(*granted("a--portal"), *granted("b--portal"))
    assert not sweep.is_in_place(KEY, "another grant")


def test_what_was_never_compared_is_not_in_place() -> None:
    assert not Sweep(Listing()).is_in_place(KEY, "grant")


def test_a_sweep_that_fails_forgets_nothing_and_says_so() -> None:
    kube = Listing()
    sweep = Sweep(kube)
    sweep.note(KEY, "grant", granted("a--portal"))
    kube.fails = True
    with pytest.raises(ApiError):
        asyncio.run(sweep.run())
    assert sweep.is_in_place(KEY, "grant")
    kube.fails = False
    assert asyncio.run(sweep.run()) == [KEY]
