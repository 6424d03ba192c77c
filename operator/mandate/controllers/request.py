"""Requests about a system: each is judged by its kind's rule, on the case of its application."""

from collections.abc import Iterator, Sequence

from mandate.api.dossier import Subject
from mandate.api.meta import Json, Resource
from mandate.controllers.cases import Cases
from mandate.kube.client import KubeClient
from mandate.rules.case import Case, Unit, form_of
from mandate.rules.history import about_request, request_facts, subject_of
from mandate.rules.judges import Judge
from mandate.rules.record import Fact
from mandate.rules.request import orphaned
from mandate.rules.withdrawn import GONE
from mandate.runtime.apply import write_status
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers


class RequestController:
    """Brings one kind's requests to where its rule says; what happened goes on record."""

    def __init__(
        self, judge: Judge, kube: KubeClient, cache: Cache, cases: Cases, dossiers: Dossiers,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._judge = judge
        self._kube = kube
        self._cache = cache
        self._cases = cases
        self._dossiers = dossiers
        self._clock = clock

    async def reconcile(self, key: Key) -> float | None:
        """See `Controller`."""
        for last in self._cache.gone(key):
            # what was not yet on record of it when it was withdrawn
            await self._record(last, [GONE])
            self._cache.forget(last["metadata"]["uid"])
        raw = self._cache.get(key)
        if raw is None or "deletionTimestamp" in raw["metadata"]:
            return None
        request, now = self._cases.request(raw), self._clock.now()
        case = self.case_of(raw)
        # the form is on record before it can be decided on
        await self._record(raw)
        if case is None:
            plan = orphaned(form_of(request, raw["spec"]), now)
        else:
            request = await self._prepared(raw, case, request)
            plan = self._judge(case, request, raw["spec"], now)
        # and what the next status no longer tells
        await self._record(raw, plan.facts)
        written = await write_status(self._kube, raw, plan.status.wire())
        self._cache.put(written)
        await self._record(written)
        return self._clock.seconds_until(plan.due)

    def case_of(self, raw: Json) -> Case | Unit | None:
        """What a request is judged on: its application's case, or its whole unit."""
        if "applicationRef" not in raw["spec"]:
            return self._cases.unit_of(raw)
        found = self._cases.case_of(raw)
        return found[1] if found else None

    async def _prepared(self, raw: Json, case: Case | Unit, request: Resource) -> Resource:
        """The request as it is judged; a kind whose rule needs more of it adds that here."""
        return request

    def _facts(self, case: Case | Unit, request: Resource, spec: Json) -> Iterator[Fact]:
        """What the stored request says happened to it."""
        kind = type(request).__name__
        yield from request_facts(kind, form_of(request, spec), case.policy)

    async def _record(self, raw: Json, more: Sequence[Fact] = ()) -> None:
        case = self.case_of(raw)
        if case is not None:
            request = self._cases.request(raw)
            facts = [
                *self._facts(case, request, raw["spec"]),
                *about_request(raw["kind"], request.metadata, more),
            ]
            await self._dossiers.record(dossier_of(case), raw, facts)


def dossier_of(case: Case | Unit) -> Subject:
    """Whose dossier a request's facts go into: the application's, or the agency's."""
    if isinstance(case, Unit):
        return subject_of("Agency", case.agency.metadata)
    return subject_of("CloudApplication", case.application.metadata)
