"""Requests about a system: each is judged by its kind's rule, on the case of its application."""

from mandate.api.meta import Json
from mandate.controllers.cases import Cases
from mandate.kube.client import KubeClient
from mandate.rules.case import form_of
from mandate.rules.history import request_facts, subject_of
from mandate.rules.judges import Judge
from mandate.rules.request import orphaned
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
        raw = self._cache.get(key)
        if raw is None or "deletionTimestamp" in raw["metadata"]:
            return None
        request, now = self._cases.request(raw), self._clock.now()
        found = self._cases.case_of(raw)
        # the form is on record before it can be decided on
        await self._record(raw)
        if found is None:
            plan = orphaned(form_of(request, raw["spec"]), now)
        else:
            plan = self._judge(found[1], request, raw["spec"], now)
        written = await write_status(self._kube, raw, plan.status.wire())
        self._cache.put(written)
        await self._record(written)
        return self._clock.seconds_until(plan.due)

    async def _record(self, raw: Json) -> None:
        found = self._cases.case_of(raw)
        if found is None:
            return
        _, case = found
        form = form_of(self._cases.request(raw), raw["spec"])
        subject = subject_of("CloudApplication", case.application.metadata)
        facts = request_facts(raw["kind"], form, case.policy)
        await self._dossiers.record(subject, raw, list(facts))
