"""What watches miss, and what nobody watches, is found within one resync."""

import asyncio
import time
from functools import partial

import pytest

from hack.site import SOON, Actor, Site, eventually
from mandate.controllers.lookup import Lookup
from mandate.kube.client import KubeClient
from mandate.kube.login import Login
from mandate.runtime.cache import Cache, Key
from mandate.runtime.operator import Operator
from mandate.runtime.sweep import Sweep
from mandate.settings import Settings
from tests.cluster.office import Office


async def _gone_after(office: Office, key: Key, resync_seconds: float) -> float:
    """The seconds until an operator whose watches are broken knows that an object is gone."""
    settings = Settings(resync_seconds=resync_seconds)
    login = Login.load(office.site.operator_account().kubeconfig, None)
    cache = Cache()
    async with KubeClient(login, 10, "resync") as kube:
        operator = Operator(settings, kube, cache, {}, Lookup(cache))
        await operator._fill()
        assert cache.get(key) is not None
        await asyncio.to_thread(office.member.call, "DELETE", f"{office.forms}/{key.name}")
        began = time.monotonic()
        resync = asyncio.create_task(operator._resync([Sweep(kube)]))
        async with asyncio.timeout(20):
            while cache.get(key) is not None:  # noqa: ASYNC110 - a cache tells nobody
                await asyncio.sleep(0.05)
        resync.cancel()
    return time.monotonic() - began


@pytest.mark.rule("X-level")
def test_what_was_deleted_while_the_watch_was_broken_is_gone_within_a_resync(
    office: Office,
) -> None:
    assert office.file().code == 201
    office.awaits("acceptance")
    key = Key("CloudApplication", office.namespace, "bus-portal")
    assert asyncio.run(_gone_after(office, key, 5)) < 10


@pytest.mark.rule("X-level")
def test_an_unchanged_grant_is_looked_at_without_reading_it(office: Office) -> None:
    site = office.site
    office.approve()

    def quiet() -> bool:
        # offices have no LimitRange: only grants read them
        before, done = _read(site), _looked(site)
        eventually(lambda: _looked(site) >= done + 3, SOON, "applications are looked at")
        return _read(site) == before

    eventually(quiet, SOON, "looks without a read")


def _read(site: Site) -> float:
    return site.metric("mandate_api_requests_total", kind="LimitRange", verb="get")


def _looked(site: Site) -> float:
    return site.metric("mandate_reconciles_total", kind="CloudApplication", result="done")


@pytest.mark.rule("A14-provision", "X-level")
def test_a_granted_object_that_was_deleted_while_the_guards_were_away_comes_back(
    office: Office,
) -> None:
    office.approve()
    site, here = office.site, f"{office.name}--bus-portal"
    limits = f"/api/v1/namespaces/{here}/limitranges/mandate"
    policies = f"/apis/networking.k8s.io/v1/namespaces/{here}/networkpolicies/mandate-default-deny"
    before = {path: site.bootstrap.call("GET", path).body for path in (limits, policies)}
    with site.without_guards("bounds"):
        for path in before:
            eventually(partial(_deleted, site.bootstrap, path), SOON, "the guard is away")
    for path, was in before.items():
        eventually(partial(_back, site, path, was["spec"]), SOON, f"{path} is back")


def _deleted(who: Actor, path: str) -> bool:
    return who.call("DELETE", path).code == 200


def _back(site: Site, path: str, spec: object) -> bool:
    return site.bootstrap.call("GET", path).body.get("spec") == spec
