"""Applications: decided on by the rule, granted when all stages approved."""

from collections.abc import Sequence
from dataclasses import replace

from mandate.api.cloudapplication import CloudApplication
from mandate.api.meta import Json, find_condition
from mandate.api.rulebook import cite
from mandate.api.stages import TAKEOVER
from mandate.controllers.cases import Cases
from mandate.controllers.ending import ENVIRONMENT, counted, owned_namespace
from mandate.controllers.records import Records
from mandate.kube.client import KubeClient
from mandate.kube.errors import ApiError
from mandate.render import grant_objects
from mandate.rules.application import Outcome, Plan, decide
from mandate.rules.grant import Grant, counting
from mandate.rules.history import application_facts, subject_of
from mandate.rules.holdings import custom_figures
from mandate.rules.record import Fact
from mandate.rules.takeover import NAMESPACE_TAKEN
from mandate.rules.withdrawn import withdrawn_facts
from mandate.runtime.apply import (
    NamespaceGoingError,
    NamespaceTakenError,
    ensure_all,
    write_status,
)
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers
from mandate.runtime.drift import DriftLog
from mandate.runtime.sweep import Sweep

_AGAIN_SECONDS = 60.0
_USE_AGAIN_SECONDS = 15.0
"""How often what is in use is read while a change waits for it: nothing tells of it."""
_RECLAIMING = "Reclaiming"
_GOING_AGAIN_SECONDS = 2.0


class ApplicationController:
    """Brings an application and its grant to where the rule says."""

    def __init__(
        self, kube: KubeClient, cache: Cache, cases: Cases, dossiers: Dossiers, clock: Clock,
        sweep: Sweep,
    ) -> None:  # fmt: skip
        self._kube = kube
        self._cache = cache
        self._cases = cases
        self._dossiers = dossiers
        self._clock = clock
        self._sweep = sweep
        self._records = Records(kube, cache, dossiers)

    async def reconcile(self, key: Key) -> float | None:
        """See `Controller`."""
        raw = self._cache.get(key)
        if raw is None or "deletionTimestamp" in raw["metadata"]:
            return None
        plan = await self._decided(raw)
        # the form is on record before it can be decided on
        await self.record(raw, plan.facts)
        # and what came of the decisions before anything is granted on them
        raw = await self._write(raw, plan.status.wire())
        for record in plan.records:
            await self._records.file(record, raw, self._cases.world(raw))
        again = self._clock.seconds_until(plan.due)
        if plan.reads_use:
            again = min(again or _USE_AGAIN_SECONDS, _USE_AGAIN_SECONDS)
        if plan.grant is None:
            return again
        deleted, grant = plan.grant.regime.deleted, await self._counting(plan.grant)
        outcome = await (self._reclaim if deleted else self._grant)(raw, grant)
        await self._write(
            raw, decide(self._cases.world(raw), self._clock.now(), outcome).status.wire()
        )
        if outcome.reason == _RECLAIMING:
            return _GOING_AGAIN_SECONDS
        return again if outcome.granted or outcome.reclaimed else _AGAIN_SECONDS

    async def _decided(self, raw: Json) -> Plan:
        """What the rule says, by what is in use where it asks for that (A16-shrink)."""
        world, now = self._cases.world(raw), self._clock.now()
        plan = decide(world, now)
        if not plan.reads_use or plan.grant is None:
            return plan
        return decide(replace(world, used=await counted(self._kube, plan.grant)), now)

    async def _counting(self, grant: Grant) -> Grant:
        """The grant; held, it counts the custom resources that the cluster tells of (A17-exit)."""
        if grant.regime.environment != "held":
            return grant
        return counting(grant, custom_figures(await self._kube.discover()))

    async def _grant(self, raw: Json, grant: Grant) -> Outcome:
        application = CloudApplication.model_validate(raw)
        ready = find_condition(application.status.conditions, "Ready")
        once = ready is not None and ready.status == "True"
        subject = subject_of("CloudApplication", application.metadata)
        witness = DriftLog(self._dossiers, subject, raw, made=once)
        key = Key.of(raw)
        try:
            if not self._sweep.is_in_place(key, grant):
                made = await ensure_all(
                    self._kube, grant_objects(grant), witness, adopt=grant.takeover
                )
                self._sweep.note(key, grant, made)
        except NamespaceGoingError as going:
            return Outcome(False, "NamespaceGoing", str(going))
        except NamespaceTakenError as taken:
            text = f"{taken}, or the authority approves its {TAKEOVER} ({cite('G310-sublet')})"
            return Outcome(False, NAMESPACE_TAKEN, text)
        except ApiError as error:
            if not error.is_final:
                raise
            return Outcome(False, "GrantFailed", f"the API server refused it: {error.message}")
        return Outcome(True, "Granted", f"namespace {grant.namespace} is in place")

    async def _reclaim(self, raw: Json, grant: Grant) -> Outcome:
        """Holds the namespace, takes the inventory, and deletes it: a look for each.

        Held, nothing is added to it any more, and its quota counts what there is.

        Whatever is killed between, the next look goes on from what is there (A17-exit).
        """
        namespace = await owned_namespace(self._kube, grant)
        if namespace is None:
            text = f"namespace {grant.namespace} is gone with all that was in it"
            return Outcome(False, "Reclaimed", text, reclaimed=True)
        going = Outcome(False, _RECLAIMING, f"namespace {grant.namespace} is being deleted")
        if "deletionTimestamp" in namespace["metadata"]:
            return going
        if grant.regime.kept:
            return replace(going, reason="Kept", message="a Suspension in force keeps it")
        held = namespace["metadata"]["labels"].get(ENVIRONMENT) == grant.regime.environment
        used = await counted(self._kube, grant) if held else None
        if used is None:
            made = await self._grant(raw, grant)
            return going if made.granted else made
        if "reclaim" not in raw["status"]:
            return replace(going, inventory=used)
        await self._kube.delete(namespace)
        return going

    async def _write(self, raw: Json, status: Json) -> Json:
        written = await write_status(self._kube, raw, status)
        self._cache.put(written)
        await self.record(written)
        return written

    async def record(self, raw: Json, more: Sequence[Fact] = ()) -> None:
        """Puts on record what the stored object says happened to it, and what it does not."""
        world = self._cases.world(raw)
        if world.policy is not None:
            subject = subject_of("CloudApplication", world.application.metadata)
            facts = application_facts(
                world.application, world.form, world.policy, world.predecessor
            )
            # one whose last state is still to be recorded is reported gone by its own controller
            there = {request.metadata.uid for request in world.requests} | self._cache.unnoticed
            gone = withdrawn_facts(await self._dossiers.keys(subject), there)
            await self._dossiers.record(subject, raw, [*facts, *more, *gone])
