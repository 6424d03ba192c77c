"""Agencies: a namespace of requests, and the members' rights in it."""

from functools import partial

from mandate.api.agency import Agency
from mandate.api.meta import Json, find_condition
from mandate.controllers.lookup import Lookup
from mandate.kube.client import KubeClient
from mandate.kube.errors import ApiError
from mandate.render import office_objects
from mandate.rules.agency import Obstacle, Office, decide_agency
from mandate.rules.history import agency_facts, subject_of
from mandate.runtime.apply import NamespaceTakenError, Witness, ensure_all, write_status
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers
from mandate.runtime.drift import DriftLog
from mandate.runtime.sweep import Sweep

_AGAIN_SECONDS = 60.0
_PENDING_AGAIN_SECONDS = 1.0


class AgencyController:
    """Brings an agency's office to where the rule says."""

    def __init__(
        self, kube: KubeClient, cache: Cache, lookup: Lookup, dossiers: Dossiers, clock: Clock,
        sweep: Sweep,
    ) -> None:  # fmt: skip
        self._kube = kube
        self._cache = cache
        self._lookup = lookup
        self._dossiers = dossiers
        self._clock = clock
        self._sweep = sweep

    async def reconcile(self, key: Key) -> float | None:
        """See `Controller`."""
        raw = self._cache.get(key)
        if raw is None or "deletionTimestamp" in raw["metadata"]:
            return None
        await self.record(raw)
        agency = Agency.model_validate(raw)
        policy = self._lookup.policy(agency.spec.policy)
        decide = partial(
            decide_agency,
            agency,
            policy,
            applications=tuple(self._lookup.applied(agency.namespace)),
            calendar=self._lookup.calendar(policy.spec.calendar) if policy else None,
        )
        plan = decide(self._clock.now())
        again = None
        if plan.office is not None:
            ready = find_condition(agency.status.conditions, "Ready")
            made = ready is not None and ready.status == "True"
            subject = subject_of("Agency", agency.metadata)
            witness = DriftLog(self._dossiers, subject, raw, made=made)
            obstacle, again = await self._set_up(key, plan.office, witness)
            plan = decide(self._clock.now(), obstacle)
        written = await write_status(self._kube, raw, plan.status.wire())
        self._cache.put(written)
        await self.record(written)
        waits = (again, self._clock.seconds_until(plan.due))
        return min((seconds for seconds in waits if seconds is not None), default=None)

    async def record(self, raw: Json) -> None:
        """Puts on record what the stored object says happened to it."""
        agency = Agency.model_validate(self._clock.seen(raw))
        subject = subject_of("Agency", agency.metadata)
        await self._dossiers.record(subject, raw, list(agency_facts(agency, raw["spec"])))

    async def _set_up(
        self, key: Key, office: Office, witness: Witness
    ) -> tuple[Obstacle | None, float | None]:
        """Applies the office; what is in the way if anything is, and when to look again."""
        if self._sweep.is_in_place(key, office):
            return None, None
        try:
            made = await ensure_all(self._kube, office_objects(office), witness)
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
        self._sweep.note(key, office, made)
        return None, None
