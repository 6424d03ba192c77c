"""Which objects belong together, and reading them from the cache."""

from collections.abc import Iterator

from mandate.api.agency import Agency
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.kinds import REQUESTS
from mandate.api.meta import find_condition
from mandate.api.servicecatalog import ServiceCatalog
from mandate.api.workcalendar import WorkCalendar
from mandate.runtime.cache import Cache, Key


class Lookup:
    """Agencies by name or namespace, policies and calendars by name, and what depends on them."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def policy(self, name: str) -> GovernancePolicy | None:
        """The policy of that name."""
        raw = self._cache.get(Key("GovernancePolicy", "", name))
        return GovernancePolicy.model_validate(raw) if raw else None

    def calendar(self, name: str) -> WorkCalendar | None:
        """The calendar of that name."""
        raw = self._cache.get(Key("WorkCalendar", "", name))
        return WorkCalendar.model_validate(raw) if raw else None

    def catalog(self, name: str) -> ServiceCatalog | None:
        """The catalogue of that name."""
        raw = self._cache.get(Key("ServiceCatalog", "", name))
        return ServiceCatalog.model_validate(raw) if raw else None

    def filing_agency(self, namespace: str) -> Agency | None:
        """The agency whose namespace of requests this is, if it can file."""
        raw = self._cache.get(Key("Agency", "", namespace.removeprefix("agency-")))
        agency = Agency.model_validate(raw) if raw else None
        if agency is None or agency.namespace != namespace:
            return None
        ready = find_condition(agency.status.conditions, "Ready")
        return agency if ready is not None and ready.status == "True" else None

    def affected(self, key: Key) -> Iterator[Key]:
        """What to reconcile when an object has changed."""
        if key.kind == "WorkCalendar":
            for raw in list(self._cache.of_kind("GovernancePolicy")):
                if raw["spec"]["calendar"] == key.name:
                    yield from self.affected(Key.of(raw))
        elif key.kind == "GovernancePolicy":
            yield key
            for raw in list(self._cache.of_kind("Agency")):
                if raw["spec"]["policy"] == key.name:
                    yield from self.affected(Key.of(raw))
        elif key.kind == "Agency":
            yield key
            for raw in list(self._cache.of_kind("CloudApplication", f"agency-{key.name}")):
                yield Key.of(raw)
        elif key.kind == "CloudApplication":
            yield key
            yield from self._requests(key)
        else:
            yield key
            yield from self._system(key)

    def _requests(self, application: Key) -> Iterator[Key]:
        """The requests about an application: how it stands decides what can be decided."""
        for kind in REQUESTS:
            for raw in list(self._cache.of_kind(kind.name, application.namespace)):
                if raw["spec"].get("applicationRef", {}).get("name") == application.name:
                    yield Key.of(raw)

    def _system(self, request: Key) -> Iterator[Key]:
        """The application that a request is about, and what else was filed about it.

        What was decided changes how it lives; what was verified, what can be decided elsewhere.
        """
        raw = self._cache.get(request)
        reference = raw["spec"].get("applicationRef") if raw else None
        if reference:
            yield from self.affected(Key("CloudApplication", request.namespace, reference["name"]))
