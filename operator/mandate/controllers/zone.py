"""Landing zones: the authority's templates, tried on an example, then kept in each namespace."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplication
from mandate.api.dossier import Subject
from mandate.api.landingzone import LandingZone
from mandate.api.meta import Json, find_condition
from mandate.api.rulebook import cite
from mandate.api.zonemanifests import ZONE_KINDS, ZONE_LABEL
from mandate.controllers.lookup import Lookup
from mandate.kube.client import KubeClient, Ref
from mandate.kube.errors import ApiError
from mandate.rules.history import subject_of
from mandate.rules.zone import (
    EXAMPLE,
    ZoneFailure,
    ZoneOutcome,
    ZoneRefusedError,
    ZoneVariables,
    admits,
    manifests,
    preview,
    variables,
    zone_status,
)
from mandate.runtime.apply import ensure, stamped, write_status
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers
from mandate.runtime.drift import DriftLog
from mandate.runtime.rendering import Render, Renderings

_AGAIN_SECONDS = 60.0
_SHORT_SECONDS = 1.0
_REST = 4.0
"""A look that was not short is followed by a rest this many times as long: of thousands of
namespaces each change is no look at all the others."""
_SOON = (409, 429, 500, 502, 503, 504)
"""Codes of what may pass at once: the whole look is tried again."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A granted namespace, and whose it is."""

    raw: Json
    subject: Subject
    found: ZoneVariables


_Known = tuple[Json, Agency, _Place | None]
"""An application, its agency, and what came of them."""


@dataclass(slots=True)
class _Look:
    """One look at a zone: what of it is there, and what came of it so far."""

    objects: dict[Ref, Json]
    failures: list[ZoneFailure] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    """Namespaces in which nothing is removed this time."""

    def failed(self, namespace: str, reason: str, message: str) -> None:
        """Notes what does not stand."""
        self.failures.append(ZoneFailure(namespace, reason, message))


class LandingZoneController:
    """Brings what a zone renders into the namespaces that it is for, and out of all others."""

    def __init__(
        self, kube: KubeClient, cache: Cache, lookup: Lookup, dossiers: Dossiers, clock: Clock,
        render: Render,
    ) -> None:  # fmt: skip
        self._kube = kube
        self._cache = cache
        self._lookup = lookup
        self._dossiers = dossiers
        self._clock = clock
        self._tried, self._made = Renderings(render), Renderings(render)
        self._places: dict[Key, _Known] = {}
        self._resting: dict[tuple[Key, int], float] = {}

    async def reconcile(self, key: Key) -> float | None:
        """See `Controller`."""
        raw = self._cache.get(key)
        # one that was edited is looked at at once
        look = (key, raw["metadata"]["generation"] if raw else 0)
        now = asyncio.get_running_loop().time
        began = now()
        rest = self._resting.get(look, 0.0) - began
        if rest > 0:
            return rest
        again = await self._look(key, raw)
        took = now() - began
        self._resting = {k: until for k, until in self._resting.items() if until > began}
        if took > _SHORT_SECONDS:
            self._resting[look] = now() + _REST * took
        return again

    async def _look(self, key: Key, raw: Json | None) -> float | None:
        if raw is None:
            for renderings in (self._tried, self._made):
                renderings.forget(key.name)
            for live in (await self._objects(key.name)).values():
                await self._remove(live)
            return None
        if "deletionTimestamp" in raw["metadata"]:
            return None
        zone = LandingZone.model_validate(raw)
        outcome = await self._outcome(zone)
        status = zone_status(zone, outcome, self._clock.now()).wire()
        self._cache.put(await write_status(self._kube, raw, status))
        return _AGAIN_SECONDS if outcome.failures else None

    async def _outcome(self, zone: LandingZone) -> ZoneOutcome:
        """Tries the zone on the example, and only then on what is there."""
        name = zone.metadata.name
        templates = [template.wire() for template in zone.spec.templates]
        places = list(self._granted())
        mine = [place for place in places if admits(zone, place.found)]
        (answer,) = await self._tried.answers(name, templates, [EXAMPLE])
        try:
            shown = preview(answer, manifests(zone, EXAMPLE, answer))
            if self._lookup.policy(zone.spec.policy) is None:
                text = f"GovernancePolicy {zone.spec.policy} does not exist; apply it"
                raise ZoneRefusedError("PolicyNotFound", text)
        except ZoneRefusedError as error:
            return ZoneOutcome(error, namespaces=len(mine))
        if zone.spec.preview_only:
            return ZoneOutcome(None, shown, len(mine))
        answers = await self._made.answers(name, templates, [place.found for place in mine])
        look = _Look(await self._objects(name))
        for place, answer in zip(mine, answers, strict=True):
            await self._furnish(zone, place, answer, look)
        # what no system claims goes with its namespace
        there = {place.found.namespace for place in places} - look.kept
        for ref, live in look.objects.items():
            if ref.namespace in there:
                await self._remove(live)
        return ZoneOutcome(None, shown, len(mine), tuple(look.failures))

    def _granted(self) -> Iterator[_Place]:
        """What is granted and stands; whatever else there is is left as it is."""
        known, self._places = self._places, {}
        for raw in self._cache.of_kind("CloudApplication"):
            place = self._place(raw, known.get(Key.of(raw)))
            if place is not None:
                yield place

    def _place(self, raw: Json, known: _Known | None) -> _Place | None:
        """The place of an application, made once for each state of it and its agency."""
        key = Key.of(raw)
        agency = self._lookup.agency(key.namespace.removeprefix("agency-"))
        if agency is None or not raw.get("status", {}).get("namespace"):
            return None
        if known is None or known[0] is not raw or known[1] is not agency:
            known = (raw, agency, _place(raw, agency))
        self._places[key] = known
        return known[2]

    async def _furnish(self, zone: LandingZone, place: _Place, answer: Json, look: _Look) -> None:
        """Makes one namespace's objects; what is in the way of one is none of the others'."""
        namespace = place.found.namespace
        try:
            wanted = manifests(zone, place.found, answer)
        except ZoneRefusedError as error:
            look.failed(namespace, error.reason, str(error))
            look.kept.add(namespace)
            return
        witness = DriftLog(self._dossiers, place.subject, place.raw, made=False)
        for manifest in wanted:
            live = look.objects.pop(Ref.of(manifest), None)
            try:
                await self._make(stamped(manifest), live, witness)
            except ZoneRefusedError as error:
                look.failed(namespace, error.reason, str(error))
            except ApiError as error:
                if error.code in _SOON:
                    raise
                look.failed(namespace, "NotApplied", f"the API server refused: {error.message}")

    async def _make(self, manifest: Json, live: Json | None, witness: DriftLog) -> None:
        if live is None:
            live = await self._kube.get(Ref.of(manifest))
            if live is not None and _zone_of(live) != _zone_of(manifest):
                what = f"{manifest['kind']} {manifest['metadata']['name']}"
                text = f"{what} is there and not this LandingZone's; it was left ({cite('X-zone')})"
                raise ZoneRefusedError("NameTaken", text)
        await ensure(self._kube, manifest, live, witness)

    async def _objects(self, name: str) -> dict[Ref, Json]:
        """All that a zone has made, in every namespace."""
        chosen = f"{ZONE_LABEL}={name}"
        found: dict[Ref, Json] = {}
        for kind, row in ZONE_KINDS.items():
            items, _ = await self._kube.list(row.api_version, kind, labels=chosen)
            found |= {Ref.of(item): item for item in items}
        return found

    async def _remove(self, live: Json) -> None:
        try:
            await self._kube.delete(live)
        except ApiError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise


def _place(raw: Json, agency: Agency) -> _Place | None:
    application = CloudApplication.model_validate(raw)
    status = application.status
    ready = find_condition(status.conditions, "Ready")
    # not while it is granted, in the way, or deleted
    if ready is None or (ready.status, ready.reason) != ("True", "Granted"):
        return None
    found = variables(application, agency, str(status.namespace))
    return _Place(raw, subject_of("CloudApplication", application.metadata), found)


def _zone_of(found: Json) -> str | None:
    zone: str | None = found["metadata"].get("labels", {}).get(ZONE_LABEL)
    return zone
