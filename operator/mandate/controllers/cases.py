"""Cases from the cache: one system, its law, and everything that was filed about it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mandate.api.cloudapplication import BEFORE_APPROVAL, CloudApplication
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.kinds import BY_NAME
from mandate.api.meta import Json, Resource
from mandate.api.requests import decision_key
from mandate.api.resourcechange import ResourceChange
from mandate.api.stages import TAKEOVER
from mandate.controllers.lookup import Lookup
from mandate.render import grant_objects
from mandate.rules.application import World
from mandate.rules.capacity import Demand
from mandate.rules.case import Case, Predecessor, Unit, approval
from mandate.rules.change_demand import place_of
from mandate.rules.implementation import CHANGE
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.imported import Imported


class Cases:
    """Reads what belongs to one system, at the time that the rules see."""

    def __init__(
        self, cache: Cache, lookup: Lookup, clock: Clock, imported: Imported | None = None
    ) -> None:
        self._cache = cache
        self._lookup = lookup
        self._clock = clock
        self._imported = imported

    def world(self, raw: Json) -> World:
        """All that an application's life depends on."""
        # here and in `request`, and nowhere else, server time becomes the time that the rules see
        application = CloudApplication.model_validate(self._clock.seen(raw))
        agency = self._lookup.filing_agency(application.metadata.namespace)
        # the law stays while the agency cannot file: what was judged by it goes on record
        home = self._lookup.agency_of(application.metadata.namespace)
        policy = self._lookup.policy(home.spec.policy) if home else None
        law = policy.spec if policy else None
        return World(
            application=application,
            form=raw["spec"],
            agency=agency,
            policy=policy,
            calendar=self._lookup.calendar(law.calendar) if law else None,
            catalog=self._lookup.catalog(law.catalog) if law and law.catalog else None,
            requests=tuple(self._about(application)),
            taken=self._taken(application, policy),
            predecessor=self._predecessor(application),
            render=grant_objects,
        )

    def _predecessor(self, application: CloudApplication) -> Predecessor | None:
        """What another cluster's dossier tells of it: the one that its takeover cites."""
        if self._imported is None:
            return None
        metadata = application.metadata
        key = decision_key(TAKEOVER, metadata.generation)
        made = application.status.approvals.get(key)
        cited = made.cites if made else None
        return self._imported.predecessor(metadata.namespace, metadata.name, cited)

    def _taken(self, application: CloudApplication, policy: GovernancePolicy | None) -> Demand:
        """What of the platform is taken, while that can still decide something."""
        if policy is None or policy.spec.capacity is None:
            return {}
        if application.status.phase not in BEFORE_APPROVAL:
            return {}
        key = Key("CloudApplication", application.metadata.namespace, application.metadata.name)
        return self._lookup.ledger.taken(policy.metadata.name, key)

    def request(self, raw: Json) -> Resource:
        """A request as the rules see it."""
        return BY_NAME[raw["kind"]].model.model_validate(self._clock.seen(raw))

    def case_of(self, raw: Json) -> tuple[Json, Case] | None:
        """The application that a request names, and its case; None if there is none (yet)."""
        reference = raw["spec"].get("applicationRef")
        if reference is None:
            return None
        found = self._cache.get(
            Key("CloudApplication", raw["metadata"]["namespace"], reference["name"])
        )
        if found is None or found["metadata"]["uid"] != reference["uid"]:
            return None
        case = self.world(found).case()
        if case is None:
            return None
        return found, replace(case, taken=self._taken_from(raw, found, case.policy))

    def _taken_from(self, raw: Json, found: Json, policy: GovernancePolicy) -> Demand:
        """What others take of the platform that a change does not come before (A14-sizing)."""
        if raw["kind"] != "ResourceChange" or policy.spec.capacity is None:
            return {}
        # in server time, as the ledger has it
        change = ResourceChange.model_validate(raw)
        if approval(change, CHANGE) is not None:
            return {}
        return self._lookup.ledger.taken(policy.metadata.name, Key.of(found), place_of(change))

    def unit_of(self, raw: Json) -> Unit | None:
        """The agency in whose namespace a request is, with all its systems, once it can file."""
        namespace = raw["metadata"]["namespace"]
        agency = self._lookup.filing_agency(namespace)
        policy = self._lookup.policy(agency.spec.policy) if agency else None
        if agency is None or policy is None:
            return None
        rows = _in_order(self._cache.of_kind("CloudApplication", namespace))
        return Unit(
            agency=agency,
            policy=policy,
            calendar=self._lookup.calendar(policy.spec.calendar),
            systems=tuple(CloudApplication.model_validate(self._clock.seen(r)) for r in rows),
        )

    def _about(self, application: CloudApplication) -> Iterator[Resource]:
        """The requests about this very application or the whole unit, in order of creation."""
        metadata = application.metadata
        named = self._cache.about(Key("CloudApplication", metadata.namespace, metadata.name))
        rows = [raw for raw in named if raw["spec"]["applicationRef"]["uid"] == metadata.uid]
        rows += self._lookup.of_the_unit(metadata.namespace)
        yield from (self.request(raw) for raw in _in_order(rows))


def _in_order(rows: Iterable[Json]) -> list[Json]:
    """In the order of their creation."""
    return sorted(
        rows, key=lambda r: (r["metadata"].get("creationTimestamp", ""), r["metadata"]["name"])
    )
