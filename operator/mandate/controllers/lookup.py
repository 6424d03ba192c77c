"""Which objects belong together, and reading them from the cache."""

from collections.abc import Iterator
from typing import TypeVar, cast

from mandate.api.agency import Agency
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.kinds import REQUESTS
from mandate.api.meta import Json, Resource, find_condition
from mandate.api.prices import DailyCost
from mandate.api.servicecatalog import ServiceCatalog
from mandate.api.workcalendar import WorkCalendar
from mandate.controllers.ledger import Ledger
from mandate.rules.cloud_use import Applied
from mandate.runtime.cache import Cache, Key, subject_of

_Model = TypeVar("_Model", bound=Resource)

# the kinds that a policy names, and the field it does it in
_NAMED = {"WorkCalendar": "calendar", "ServiceCatalog": "catalog"}


class Lookup:
    """Agencies by name or namespace, policies and calendars by name, and what depends on them."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._read: dict[Key, tuple[Json, Resource]] = {}
        # the policy that each agency stood under when its zones were last told
        self._under: dict[str, str] = {}
        self.ledger = Ledger(cache)
        """What applications take of the platforms."""

    def policy(self, name: str) -> GovernancePolicy | None:
        """The policy of that name."""
        return self._model(Key("GovernancePolicy", "", name), GovernancePolicy)

    def calendar(self, name: str) -> WorkCalendar | None:
        """The calendar of that name."""
        return self._model(Key("WorkCalendar", "", name), WorkCalendar)

    def catalog(self, name: str) -> ServiceCatalog | None:
        """The catalogue of that name."""
        return self._model(Key("ServiceCatalog", "", name), ServiceCatalog)

    def agency(self, name: str) -> Agency | None:
        """The agency of that name, whether it can file or not."""
        return self._model(Key("Agency", "", name), Agency)

    def agency_of(self, namespace: str) -> Agency | None:
        """The agency whose namespace of requests this is, whether it can file or not."""
        agency = self.agency(namespace.removeprefix("agency-"))
        return agency if agency is not None and agency.namespace == namespace else None

    def filing_agency(self, namespace: str) -> Agency | None:
        """The agency whose namespace of requests this is, if it can file."""
        agency = self.agency_of(namespace)
        if agency is None:
            return None
        ready = find_condition(agency.status.conditions, "Ready")
        return agency if ready is not None and ready.status == "True" else None

    def _model(self, key: Key, model: type[_Model]) -> _Model | None:
        """The object as a model, made once for each state of it: thousands read the same."""
        raw = self._cache.get(key)
        if raw is None:
            self._read.pop(key, None)
            return None
        read = self._read.get(key)
        if read is None or read[0] is not raw:
            read = self._read[key] = (raw, model.model_validate(raw))
        return cast("_Model", read[1])

    def applied(self, namespace: str) -> Iterator[Applied]:
        """How each application in a namespace of requests stands."""
        for raw in list(self._cache.of_kind("CloudApplication", namespace)):
            metadata, status = raw["metadata"], raw.get("status", {})
            self_paid = raw["spec"].get("funding") == "Other"
            billed = status.get("cost") if "billingFrom" in status else None
            cost = DailyCost.model_validate(billed) if billed else None
            yield Applied(metadata["name"], metadata["uid"], status.get("phase"), self_paid, cost)

    def of_the_unit(self, namespace: str) -> list[Json]:
        """The requests about all systems of an agency: exits that name no application."""
        found = self._cache.of_kind("ExitRequest", namespace)
        return [raw for raw in found if "applicationRef" not in raw["spec"]]

    def affected(self, key: Key) -> Iterator[Key]:
        """What to reconcile when an object has changed."""
        yield from self.ledger.changed(key)
        if key.kind in _NAMED:
            for raw in self._naming("GovernancePolicy", _NAMED[key.kind], key.name):
                yield from self.affected(Key.of(raw))
        elif key.kind == "GovernancePolicy":
            yield key
            for raw in self._naming("Agency", "policy", key.name):
                yield from self.affected(Key.of(raw))
            yield from map(Key.of, self._naming("LandingZone", "policy", key.name))
        elif key.kind == "Agency":
            yield key
            for kind in REQUESTS:
                for raw in list(self._cache.of_kind(kind.name, f"agency-{key.name}")):
                    yield Key.of(raw)
            yield from self._zones(key.name)
        elif key.kind == "CloudApplication":
            yield key
            # how many of its systems are open is the agency's
            yield Key("Agency", "", key.namespace.removeprefix("agency-"))
            # how it stands decides what can be decided on them
            yield from map(Key.of, self._cache.about(key))
            yield from map(Key.of, self.of_the_unit(key.namespace))
            yield from self._zones(key.namespace.removeprefix("agency-"))
        elif key.kind == "LandingZone":
            yield key
        else:
            yield key
            yield from self._system(key)

    def _system(self, request: Key) -> Iterator[Key]:
        """The applications that a request is about, and what else was filed about them.

        What was decided changes how they live; what was verified, what can be decided elsewhere.
        """
        for each in filter(None, (self._cache.get(request), *self._cache.gone(request))):
            application = subject_of(each)
            if application:
                yield from self.affected(application)
            else:
                rows = self._cache.of_kind("CloudApplication", request.namespace)
                yield from map(Key.of, list(rows))

    def _zones(self, agency: str) -> Iterator[Key]:
        """The zones that may be for an agency's systems, or were until it left their policy."""
        raw = self._cache.get(Key("Agency", "", agency))
        under = {self._under.pop(agency)} if agency in self._under else set()
        if raw is not None:
            self._under[agency] = raw["spec"]["policy"]
            under.add(self._under[agency])
        for policy in sorted(under):
            for zone in self._naming("LandingZone", "policy", policy):
                chosen = zone["spec"].get("selector", {}).get("agencies")
                if chosen is None or agency in chosen:
                    yield Key.of(zone)

    def _naming(self, kind: str, field: str, name: str) -> list[Json]:
        """The objects of a kind whose spec names another one in a field."""
        return [raw for raw in self._cache.of_kind(kind) if raw["spec"].get(field) == name]
