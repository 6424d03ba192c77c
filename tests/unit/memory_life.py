"""The life of an agency and its application, step by step, and a process that carries it out."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Protocol

from mandate.__main__ import controllers
from mandate.api.kinds import WATCHED
from mandate.api.meta import API_VERSION, Json
from mandate.controllers.cases import Cases
from mandate.controllers.lookup import Lookup
from mandate.kube.client import Ref
from mandate.kube.errors import ApiError
from mandate.rules.judges import JUDGES
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.departed import SUBJECTS
from mandate.runtime.imported import Imported
from mandate.runtime.operator import Controller
from mandate.runtime.sweep import Sweep
from tests.unit.builders import NOW, example
from tests.unit.memory_api import DiedError, MemoryApi

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_CHAIN = ("seq", "previous", "hash")
_DAY = timedelta(days=1)
_SIGNED = ("sign-agency", "sign-provider", "sign-authority")
_ROUNDS = 25
_CONFLICT = 409
FORM = Ref(API_VERSION, "CloudApplication", "agency-transport", "bus-portal")
Step = Callable[[MemoryApi], object]


class Assemble(Protocol):
    """How the controllers of a new process are made."""

    def __call__(self, kube: MemoryApi, cache: Cache, lookup: Lookup) -> dict[str, Controller]:
        """The controllers, by kind."""


def as_shipped(kube: MemoryApi, cache: Cache, lookup: Lookup) -> dict[str, Controller]:
    """The operator's own controllers, by the time of that API."""
    clock = Clock(real_now=lambda: kube.now)
    cases = Cases(cache, lookup, clock, Imported(kube))
    return controllers(kube, cache, lookup, cases, clock, Sweep(kube))


def steps() -> Iterator[Step]:
    """What people do, each once the operator has done its part on what was before."""
    yield from first_steps()
    yield from _launched()
    yield from _changed()
    yield from _interrupted()
    yield from _ended()


def first_steps() -> Iterator[Step]:
    """From the law to the granted system, refused once on the way."""
    for path in ("calendar.yaml", "catalog.yaml", "policy.yaml", "agencies/transport.yaml"):
        yield partial(MemoryApi.person, manifest=example(path))
    form = example("applications/bus-portal.yaml")
    materials = {k: v for k, v in form["spec"]["materials"].items() if k != "onboardingPlan"}
    careless = form | {"spec": form["spec"] | {"materials": materials}}
    yield lambda api: api.person(careless)
    yield lambda api: api.decide(FORM, "acceptance", "Refused", "缺上云方案，请补充")
    yield lambda api: api.person(form)
    yield lambda api: api.decide(FORM, "acceptance", "Approved", "同意受理")
    yield lambda api: api.decide(FORM, "review", "Approved", "方案可行，同意上云")
    members = {"members": [{"kind": "User", "name": "alice"}, {"kind": "User", "name": "an"}]}
    office = example("agencies/transport.yaml")
    yield lambda api: api.person(office | {"spec": office["spec"] | members})


def changing_steps() -> Iterator[Step]:
    """From the law to a change of the running system that is approved with the last step."""
    yield from first_steps()
    yield from _launched()
    yield from islice(_changed(), 2)


def _launched() -> Iterator[Step]:
    """Evidence, consent and the agreement of all three."""
    today = str(NOW.date())
    yield _files("life/assessment-report.yaml", date=today, validUntil=None)
    yield _approves("AssessmentReport", "bus-portal-onboarding-test", "verification")
    yield _files("life/launch-request.yaml")
    yield _approves("LaunchRequest", "bus-portal-launch", "launch")
    yield _approves("ServiceAgreement", "bus-portal-term-0", *_SIGNED)


def _changed() -> Iterator[Step]:
    """A change: decided, carried out with its sheet, and signed by all three."""
    name = "bus-portal-holiday-traffic"
    yield _files("life/resource-change.yaml", plannedImplementation=str(NOW.date()))
    yield _approves("ResourceChange", name, "change")
    yield _approves("ResourceChange", name, *_SIGNED)


def _interrupted() -> Iterator[Step]:
    """A suspension by the authority, which is lifted."""
    yield _files("life/suspension.yaml")
    yield _approves("Suspension", "bus-portal-intrusion", "suspension")
    yield _approves("Suspension", "bus-portal-intrusion", "lift")


def _ended() -> Iterator[Step]:
    """An exit on the day after tomorrow: closed, held, reclaimed, confirmed and signed."""
    name = "bus-portal-exit"
    given_back = [
        {"kind": "VirtualMachine", "description": "应用服务器", "quantity": 3},
        {"kind": "VirtualMachine", "description": "数据库服务器", "quantity": 1},
        {"kind": "Other", "description": "云主机安全防护", "quantity": 4},
    ]
    leaves = {"plannedExitDate": str(NOW.date() + 2 * _DAY), "resources": given_back}
    yield _files("life/exit-request.yaml", **leaves)
    yield _approves("ExitRequest", name, "exit")
    yield from [_a_day_later] * 4
    yield _approves("ExitRequest", name, "confirm-provider")
    yield _approves("ExitRequest", name, *_SIGNED)


def _files(path: str, **changes: object) -> Step:
    """Somebody files an example about the system, with these changes."""

    def file(api: MemoryApi) -> None:
        raw = example(path)
        named: Json = {"name": FORM.name, "uid": api.objects[FORM]["metadata"]["uid"]}
        spec = raw["spec"] | {"applicationRef": named} | changes
        api.person(raw | {"spec": {k: v for k, v in spec.items() if v is not None}})

    return file


def _approves(kind: str, name: str, *stages: str) -> Step:
    """Those who may approve a request, all at these stages at once."""
    ref = Ref(API_VERSION, kind, FORM.namespace, name)

    def approve(api: MemoryApi) -> None:
        for stage in stages:
            api.decide(ref, stage, "Approved", "同意")

    return approve


def _a_day_later(api: MemoryApi) -> None:
    api.now += _DAY


class Process:
    """The operator from its start to its death: what it knows it knows from the API."""

    def __init__(self, api: MemoryApi, assemble: Assemble) -> None:
        self._api = api
        self._cache = Cache(remembered=(*SUBJECTS, *JUDGES))
        self._lookup = Lookup(self._cache)
        self._controllers = assemble(api, self._cache, self._lookup)

    async def settle(self) -> None:
        """Reconciles everything until a whole round changes nothing.

        Raises:
            TimeoutError: it does not come to rest.
        """
        for _ in range(_ROUNDS):
            before = len(self._api.writes)
            for key in await self.look():
                await self._reconcile(key)
            if len(self._api.writes) == before:
                return
        raise TimeoutError(f"still writing after {_ROUNDS} rounds: {self._api.writes[-5:]}")

    async def look(self) -> list[Key]:
        """Lists everything; what there is to reconcile, what went since too."""
        keys: dict[Key, None] = {}
        for kind in WATCHED:
            items, version = await self._api.list(API_VERSION, kind.name)
            news = self._cache.replace(kind.name, items, version)
            keys |= dict.fromkeys([*news, *(Key.of(item) for item in items)])
        return [key for key in keys if key.kind in self._controllers]

    async def _reconcile(self, key: Key) -> None:
        try:
            await self._controllers[key.kind].reconcile(key)
        except ApiError as error:
            # as the loop does: another try on what is there then
            if error.code != _CONFLICT:
                raise


async def carry_out(api: MemoryApi, step: Step, assemble: Assemble = as_shipped) -> None:
    """One step of the life, by a new process and another one after each death."""
    step(api)
    while True:
        try:
            await Process(api, assemble).settle()
            return
        except DiedError:
            continue


async def live(api: MemoryApi, life: Iterable[Step]) -> None:
    """A life, by one process."""
    process = Process(api, as_shipped)
    for step in life:
        step(api)
        await process.settle()


def state(api: MemoryApi) -> dict[Ref, str]:
    """Every object as it is, as text; but for how often it was written, when, and its digests.

    What is drawn up names the head of its dossier, where of two things at once either is first.
    """
    return {
        ref: _DIGEST.sub(
            "<digest>", json.dumps(_lasting(found), sort_keys=True, ensure_ascii=False)
        )
        for ref, found in api.objects.items()
    }


def _lasting(found: Json) -> Json:
    if "entries" in found:
        # of what happens at once either may be first; the chain is `test_dossier`'s
        rows = [{k: v for k, v in e.items() if k not in _CHAIN} for e in found["entries"]]
        return {"entries": {row["key"]: row for row in rows}, "count": len(rows)}
    return {
        key: _lasting(value) if isinstance(value, dict) else value
        for key, value in found.items()
        if key not in ("resourceVersion", "eventTime")
    }
