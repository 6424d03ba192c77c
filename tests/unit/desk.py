"""An application full of secrets, an operator that reconciles it, an API server that echoes."""

import asyncio
from copy import deepcopy
from typing import Any

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
from mandate.runtime.operator import Controller, Operator
from mandate.runtime.sweep import Sweep
from mandate.settings import Settings
from tests.unit.builders import NOW, agency, application, approval, calendar, form, policy
from tests.unit.lives import status_with
from tests.unit.memory_kube import MemoryKube

SECRETS = ("王丽", "13800000009", "六安公交机密", "bearer-token-9f2c", "不同意因为", "秘密卷名")
"""A name, a phone number, a system, a token, an opinion, an annotation."""
TOKEN = "authorization: Bearer bearer-token-9f2c"  # noqa: S105 - a marker
READY = {
    "type": "Ready",
    "status": "True",
    "reason": "CanFile",
    "lastTransitionTime": "2026-11-24T08:00:00Z",
}


class Echoing(MemoryKube):
    """An API server that refuses a kind and repeats all it was sent, as the real one does."""

    error: Exception | None = None
    refused = "ResourceQuota"
    events_are = 201

    async def create(self, manifest: Json) -> Json:
        if manifest["kind"] == "Event" and self.events_are != 201:
            raise echo(self.events_are)
        if self.error is not None and manifest["kind"] == self.refused:
            raise self.error
        return await super().create(manifest)

    async def apply(self, manifest: Json, subresource: str = "") -> Json:
        if self.error is not None and manifest["kind"] == self.refused:
            raise self.error
        return await super().apply(manifest, subresource)


def echo(code: int) -> ApiError:
    text = f"{TOKEN}: Invalid value: {' '.join(SECRETS)}"
    return ApiError(code, "Invalid", text, "apply ResourceQuota")


class Desk:
    """One application full of secrets, and an operator that reconciles it."""

    def __init__(self, *stages: str, decision: Any = "Approved", **spec: object) -> None:  # noqa: ANN401
        owner = form()["systemOwner"] | {"name": "王丽", "mobilePhone": "13800000009"}
        approvals = {f"{stage}.1": approval(decision) for stage in stages}
        approvals = {
            key: made.model_copy(update={"opinion": "不同意因为"})
            for key, made in approvals.items()
        }
        changes = {"systemOwner": owner, "systemName": "六安公交机密"} | spec
        filed = application(changes, status=status_with(approvals))
        self.raw = filed.wire()
        self.raw["metadata"] |= {"annotations": {"note": "秘密卷名"}}
        self.key = Key.of(self.raw)
        self.kube = Echoing()
        self.cache = Cache()
        for found in (agency(status={"conditions": [READY]}), policy(), calendar()):
            self.add(found.wire())
        self.add(self.raw)
        lookup = Lookup(self.cache)
        clock = Clock(real_now=lambda: NOW)
        dossiers = Dossiers(self.kube, clock.now)
        cases = Cases(self.cache, lookup, clock)
        sweep = Sweep(self.kube)
        controllers: dict[str, Controller] = {
            "Agency": AgencyController(self.kube, self.cache, lookup, dossiers, clock, sweep),
            "CloudApplication": ApplicationController(
                self.kube, self.cache, cases, dossiers, clock, sweep
            ),
        }
        self.operator = Operator(Settings(), self.kube, self.cache, controllers, lookup)

    def add(self, raw: Json) -> None:
        raw["metadata"] |= {"resourceVersion": "1"}
        self.cache.put(raw)
        self.kube.objects[Ref.of(raw)] = deepcopy(raw)

    def reconcile(self, times: int = 1, key: Key | None = None) -> None:
        async def main() -> None:
            for _ in range(times):
                await self.operator._reconcile(key or self.key)

        asyncio.run(main())
