"""Agencies: a namespace of requests, and the members' rights in it."""

from collections.abc import Callable
from datetime import datetime

from mandate.api.agency import Agency
from mandate.controllers.lookup import Lookup
from mandate.kube.client import KubeClient
from mandate.render import office_objects
from mandate.rules.agency import decide_agency
from mandate.runtime.apply import ensure_all, write_status
from mandate.runtime.cache import Cache, Key

_TAKEN_AGAIN_SECONDS = 60.0


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
        taken = await ensure_all(self._kube, office_objects(plan.office)) if plan.office else None
        if taken is not None:
            plan = decide_agency(agency, policy, self._clock(), taken.message)
        self._cache.put(await write_status(self._kube, raw, plan.status.wire()))
        return _TAKEN_AGAIN_SECONDS if taken else None
