"""What applications and changes of them take of each policy's platform, kept up as they change.

Every change of an object passes through `changed`, so that no reconcile adds up all forms anew.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from mandate.api.cloudapplication import CloudApplication
from mandate.api.meta import Json
from mandate.api.resourcechange import ResourceChange
from mandate.rules.capacity import Demand, Place, Standing, standing
from mandate.rules.change_demand import standing_of
from mandate.runtime.cache import Cache, Key, version_of


@dataclass(frozen=True, slots=True)
class _Entry:
    policy: str
    standing: Standing

    @property
    def place(self) -> Place:
        """Where it stands in the order of receipt."""
        return self.standing.place


class _Tally(defaultdict[tuple[str, str], Decimal]):
    """A sum of demands that goes up and down."""

    def __init__(self) -> None:
        super().__init__(Decimal)

    def add(self, demand: Demand, sign: int = 1) -> None:
        for what, amount in demand.items():
            self[what] += sign * amount


@dataclass(slots=True)
class _Book:
    """One policy's platform."""

    granted: _Tally = field(default_factory=_Tally)
    reserved: _Tally = field(default_factory=_Tally)
    queue: list[Place] = field(default_factory=list)
    """The places of what is reserved, in their order."""
    demands: dict[Place, tuple[Key, Demand]] = field(default_factory=dict)
    sums: list[_Tally] = field(default_factory=lambda: [_Tally()])
    """What the first n of the queue come to, as far as it was asked for."""

    def add(self, key: Key, found: Standing) -> None:
        if found.claim == "Granted":
            self.granted.add(found.demand)
        elif found.claim == "Reserved":
            self.reserved.add(found.demand)
            del self.sums[bisect_left(self.queue, found.place) + 1 :]
            insort(self.queue, found.place)
            self.demands[found.place] = (key, found.demand)

    def remove(self, found: Standing) -> None:
        if found.claim == "Granted":
            self.granted.add(found.demand, -1)
        elif found.claim == "Reserved":
            self.reserved.add(found.demand, -1)
            at = bisect_left(self.queue, found.place)
            del self.queue[at], self.demands[found.place], self.sums[at + 1 :]

    def before(self, place: Place) -> _Tally:
        """What is granted, and reserved by what was received before this place."""
        at, total = bisect_left(self.queue, place), _Tally()
        total.add(self.granted)
        if len(self.queue) - at < at + 1 - len(self.sums):
            # the newest is asked for most: from the nearer end
            total.add(self.reserved)
            for other in self.queue[at:]:
                total.add(self.demands[other][1], -1)
            return total
        while len(self.sums) <= at:
            more = _Tally()
            more.add(self.sums[-1])
            more.add(self.demands[self.queue[len(self.sums) - 1]][1])
            self.sums.append(more)
        total.add(self.sums[at])
        return total

    def after(self, place: Place) -> list[Key]:
        return [self.demands[p][0] for p in self.queue[bisect_left(self.queue, place) :]]


class Ledger:
    """What is granted and reserved under each policy."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._seen: dict[Key, tuple[object, ...]] = {}
        """Which version of what, under which policy, is entered."""
        self._entries: dict[Key, _Entry] = {}
        self._books: defaultdict[str, _Book] = defaultdict(_Book)
        self._shut_out: defaultdict[str, dict[Key, Place]] = defaultdict(dict)

    def taken(self, policy: str, key: Key, place: Place | None = None) -> Demand:
        """What others take of a policy's platform that this application does not come before.

        Args:
            policy: its name.
            key: of the application.
            place: where a change of it stands in the order of receipt; None: its own form.
        """
        self.changed(key)
        entry = self._entries.get(key)
        if entry is None:
            return {}
        found = self._books[policy].before(place or entry.place)
        if entry.standing.claim == "Granted":
            # approved, and not judged yet: without its own part
            found.add(entry.standing.demand, -1)
        return found

    def changed(self, key: Key) -> Iterable[Key]:
        """Takes a change in; whom else it may concern.

        What gives room concerns those who were shut out for want of it; what takes room before
        others, those who stand behind it.
        """
        if key.kind == "Agency":
            rows = list(self._cache.of_kind("CloudApplication", f"agency-{key.name}"))
            return {other for raw in rows for other in self._with_changes(Key.of(raw))}
        if key.kind == "CloudApplication":
            return self._with_changes(key)
        return self._noted(key) if key.kind == "ResourceChange" else ()

    def _with_changes(self, key: Key) -> set[Key]:
        """An application, and the changes of it: what they take beyond what it has."""
        about = [Key.of(r) for r in self._cache.about(key) if r["kind"] == "ResourceChange"]
        return {other for each in (key, *about) for other in self._noted(each)}

    def _noted(self, key: Key) -> set[Key]:
        raw, policy = self._cache.get(key), self._policy(key.namespace)
        # a change is entered as its system stands
        system = self._system(raw) if raw and key.kind == "ResourceChange" else raw
        seen = None
        if raw and policy and system:
            seen = (version_of(raw), version_of(system), policy)
        if seen == self._seen.get(key):
            return set()
        old = self._entries.get(key)
        new = None
        self._seen.pop(key, None)
        if raw and policy and system and seen:
            self._seen[key] = seen
            new = _Entry(policy, _standing(raw, system))
        return self._enter(key, old, new) - {key} if old != new else set()

    def _system(self, raw: Json) -> Json | None:
        """The application that a change names, by name and uid."""
        named = raw["spec"]["applicationRef"]
        key = Key("CloudApplication", raw["metadata"]["namespace"], named["name"])
        found = self._cache.get(key)
        return found if found and found["metadata"]["uid"] == named["uid"] else None

    def _policy(self, namespace: str) -> str | None:
        office = self._cache.get(Key("Agency", "", namespace.removeprefix("agency-")))
        return str(office["spec"]["policy"]) if office else None

    def _enter(self, key: Key, old: _Entry | None, new: _Entry | None) -> set[Key]:
        touched: set[Key] = set()
        if old is not None:
            self._books[old.policy].remove(old.standing)
            self._shut_out[old.policy].pop(key, None)
            touched |= self._let_in(old, new)
        self._entries.pop(key, None)
        if new is not None:
            self._entries[key] = new
            self._books[new.policy].add(key, new.standing)
            if new.standing.lacks_room:
                self._shut_out[new.policy][key] = new.place
            # one that is first seen is the newest, or nobody was judged yet
            if old is not None and new.standing.claim == "Reserved":
                touched.update(self._books[new.policy].after(new.place))
        return touched

    def _let_in(self, old: _Entry, new: _Entry | None) -> set[Key]:
        """Who may find room: all, where a grant shrank; those behind, where a place did."""
        waiting = self._shut_out[old.policy]
        if old.standing.claim == "Granted":
            return set(waiting)
        if old.standing.claim == "Reserved" and (new is None or new.standing.claim != "Granted"):
            return {key for key, place in waiting.items() if place > old.place}
        return set()


def _standing(raw: Json, system: Json) -> Standing:
    application = CloudApplication.model_validate(system)
    if raw["kind"] == "ResourceChange":
        return standing_of(ResourceChange.model_validate(raw), application)
    return standing(application)
