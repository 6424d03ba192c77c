"""What applications take of each policy's platform, kept up as they change.

Every change of an object passes through `changed`, so that no reconcile adds up all forms anew.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from mandate.api.cloudapplication import CloudApplication
from mandate.rules.capacity import Demand, Place, Standing, standing
from mandate.runtime.cache import Cache, Key, version_of


@dataclass(frozen=True, slots=True)
class _Entry:
    policy: str
    standing: Standing

    @property
    def place(self) -> Place:
        """Where it stands in the order of receipt."""
        return self.standing.place


@dataclass(slots=True)
class _Book:
    """One policy's platform."""

    granted: defaultdict[tuple[str, str], Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )
    queue: list[Place] = field(default_factory=list)
    """The places of what is reserved, in their order."""
    demands: dict[Place, tuple[Key, Demand]] = field(default_factory=dict)
    sums: list[Demand] = field(default_factory=lambda: [{}])
    """What the first n of the queue come to, as far as it was asked for."""

    def add(self, key: Key, found: Standing) -> None:
        if found.claim == "Granted":
            self._grant(found.demand, 1)
        elif found.claim == "Reserved":
            place = bisect_left(self.queue, found.place)
            insort(self.queue, found.place)
            self.demands[found.place] = (key, found.demand)
            del self.sums[place + 1 :]

    def remove(self, found: Standing) -> None:
        if found.claim == "Granted":
            self._grant(found.demand, -1)
        elif found.claim == "Reserved":
            place = bisect_left(self.queue, found.place)
            del self.queue[place], self.demands[found.place], self.sums[place + 1 :]

    def _grant(self, demand: Demand, sign: int) -> None:
        for what, amount in demand.items():
            self.granted[what] += sign * amount

    def before(self, place: Place) -> Demand:
        """What is granted, and reserved by what was received before this place."""
        count = bisect_left(self.queue, place)
        while len(self.sums) <= count:
            demand = self.demands[self.queue[len(self.sums) - 1]][1]
            self.sums.append(_sum(self.sums[-1], demand))
        return _sum(self.granted, self.sums[count])

    def after(self, place: Place) -> list[Key]:
        return [self.demands[p][0] for p in self.queue[bisect_left(self.queue, place) :]]


def _sum(one: Demand, other: Demand) -> Demand:
    return {k: one.get(k, Decimal(0)) + other.get(k, Decimal(0)) for k in {*one, *other}}


class Ledger:
    """What is granted and reserved under each policy."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._seen: dict[Key, tuple[int, str]] = {}
        """Which version of an application, under which policy, is entered."""
        self._entries: dict[Key, _Entry] = {}
        self._books: defaultdict[str, _Book] = defaultdict(_Book)
        self._shut_out: defaultdict[str, dict[Key, Place]] = defaultdict(dict)

    def taken(self, policy: str, key: Key) -> Demand:
        """What others take of a policy's platform that this application does not come before."""
        self.changed(key)
        entry = self._entries.get(key)
        if entry is None:
            return {}
        book = self._books[policy]
        if entry.standing.claim != "Granted":
            return book.before(entry.place)
        # approved, and not judged yet: without its own part
        own = {what: -amount for what, amount in entry.standing.demand.items()}
        return _sum(book.before(entry.place), own)

    def changed(self, key: Key) -> Iterable[Key]:
        """Takes a change in; whom else it may concern.

        What gives room concerns those who were shut out for want of it; what takes room before
        others, those who stand behind it.
        """
        if key.kind == "Agency":
            rows = list(self._cache.of_kind("CloudApplication", f"agency-{key.name}"))
            return {other for raw in rows for other in self._noted(Key.of(raw))}
        return self._noted(key) if key.kind == "CloudApplication" else ()

    def _noted(self, key: Key) -> set[Key]:
        raw, policy = self._cache.get(key), self._policy(key.namespace)
        seen = (version_of(raw), policy) if raw and policy else None
        if seen == self._seen.get(key):
            return set()
        old = self._entries.get(key)
        new = None
        self._seen.pop(key, None)
        if raw and policy and seen:
            self._seen[key] = seen
            new = _Entry(policy, standing(CloudApplication.model_validate(raw)))
        return self._enter(key, old, new) - {key} if old != new else set()

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
            if new.standing.claim == "Reserved":
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
