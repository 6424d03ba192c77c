"""Policies: what the law was from when on goes on record; it is carried out by the others."""

from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.meta import Json
from mandate.rules.history import policy_facts, subject_of
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers


class PolicyController:
    """Keeps a policy's dossier."""

    def __init__(self, cache: Cache, dossiers: Dossiers, clock: Clock) -> None:
        self._cache = cache
        self._dossiers = dossiers
        self._clock = clock

    async def reconcile(self, key: Key) -> float | None:
        """See `Controller`."""
        raw = self._cache.get(key)
        if raw is not None:
            await self.record(raw)
        return None

    async def record(self, raw: Json) -> None:
        """Puts on record what the stored object says happened to it."""
        policy = GovernancePolicy.model_validate(self._clock.seen(raw))
        subject = subject_of("GovernancePolicy", policy.metadata)
        await self._dossiers.record(subject, raw, list(policy_facts(policy, raw["spec"])))
