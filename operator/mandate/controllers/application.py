"""Applications: decided on by the rule, granted when all stages approved."""

from collections.abc import Callable
from datetime import datetime

from mandate.api.cloudapplication import CloudApplication
from mandate.api.meta import Json
from mandate.controllers.lookup import Lookup
from mandate.kube.client import KubeClient
from mandate.kube.errors import ApiError
from mandate.render import grant_objects
from mandate.rules.application import Outcome, World, decide
from mandate.runtime.apply import NamespaceTakenError, ensure_all, write_status
from mandate.runtime.cache import Cache, Key

_AGAIN_SECONDS = 60.0


class ApplicationController:
    """Brings an application and its grant to where the rule says."""

    def __init__(
        self, kube: KubeClient, cache: Cache, lookup: Lookup, clock: Callable[[], datetime]
    ) -> None:
        self._kube = kube
        self._cache = cache
        self._lookup = lookup
        self._clock = clock

    async def reconcile(self, key: Key) -> float | None:
        """See `Controller`."""
        raw = self._cache.get(key)
        if raw is None or "deletionTimestamp" in raw["metadata"]:
            return None
        plan = decide(self._world(raw), self._clock())
        # what came of the decisions is on record before anything is granted on them
        raw = await self._write(raw, plan.status.wire())
        if plan.grant is None:
            return None
        try:
            await ensure_all(self._kube, grant_objects(plan.grant))
            outcome = Outcome(True, "Granted", f"namespace {plan.grant.namespace} is in place")
        except NamespaceTakenError as taken:
            outcome = Outcome(False, "NamespaceTaken", str(taken))
        except ApiError as error:
            if not error.is_final:
                raise
            outcome = Outcome(False, "GrantFailed", f"the API server refused it: {error.message}")
        await self._write(raw, decide(self._world(raw), self._clock(), outcome).status.wire())
        return None if outcome.granted else _AGAIN_SECONDS

    def _world(self, raw: Json) -> World:
        application = CloudApplication.model_validate(raw)
        agency = self._lookup.filing_agency(application.metadata.namespace)
        policy = self._lookup.policy(agency.spec.policy) if agency else None
        return World(application, raw["spec"], agency, policy)

    async def _write(self, raw: Json, status: Json) -> Json:
        written = await write_status(self._kube, raw, status)
        self._cache.put(written)
        return written
