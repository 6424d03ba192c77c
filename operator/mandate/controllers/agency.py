"""Agencies: a namespace of requests, and the members' rights in it."""

from collections.abc import Callable
from datetime import datetime

from mandate.api.agency import Agency
from mandate.controllers.lookup import Lookup
from mandate.kube.client import KubeClient
from mandate.kube.errors import ApiError
from mandate.render import office_objects
from mandate.rules.agency import Obstacle, Office, decide_agency
from mandate.runtime.apply import NamespaceTakenError, ensure_all, write_status
from mandate.runtime.cache import Cache, Key

_AGAIN_SECONDS = 60.0
_PENDING_AGAIN_SECONDS = 1.0


class AgencyController:
    """Brings an agency's office to where the rule says."""

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
        agency = Agency.model_validate(raw)
        policy = self._lookup.policy(agency.spec.policy)
        plan = decide_agency(agency, policy, self._clock())
        again = None
        if plan.office is not None:
            obstacle, again = await self._set_up(plan.office)
            plan = decide_agency(agency, policy, self._clock(), obstacle)
        self._cache.put(await write_status(self._kube, raw, plan.status.wire()))
        return again

    async def _set_up(self, office: Office) -> tuple[Obstacle | None, float | None]:
        """Applies the office; what is in the way if anything is, and when to look again."""
        try:
            made = await ensure_all(self._kube, office_objects(office))
        except NamespaceTakenError as taken:
            return Obstacle("NamespaceTaken", str(taken)), _AGAIN_SECONDS
        except ApiError as error:
            if not error.is_final:
                raise
            text = f"the API server refused its namespace: {error.message[:3900]}"
            return Obstacle("SetupFailed", text), _AGAIN_SECONDS
        quota = next(o for o in made if o["kind"] == "ResourceQuota")
        # until the quota is counted, the API server refuses every form in the namespace
        if quota.get("status", {}).get("hard") != quota["spec"]["hard"]:
            text = "the cluster has not counted its quota yet; a new kind can take it 5 minutes"
            return Obstacle("QuotaPending", text), _PENDING_AGAIN_SECONDS
        return None, None
