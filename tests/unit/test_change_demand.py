"""What a change takes of the platform until it is carried out: others are judged by it."""

import pytest

from mandate.api.meta import Json
from mandate.api.resourcechange import ResourceChange
from mandate.rules.change_demand import place_of
from mandate.runtime.cache import Key
from tests.unit.builders import UID as SYSTEM
from tests.unit.builders import host
from tests.unit.changes import form, release
from tests.unit.test_capacity import GRANTED, TYPE, Books, approved, failing, raw

UID = "0000000c-0000-0000-0000-000000000000"


def change(minute: int, status: Json | None = None, version: int = 1, **tables: object) -> Json:
    """A change of `a`, which runs with 3 cores: one machine of 4 cores more."""
    tables = tables or {"addedHosts": [host(id="more")]}
    return {
        "apiVersion": "mandate.dev/v1alpha1",
        "kind": "ResourceChange",
        "metadata": {
            "name": "c",
            "namespace": "agency-transport",
            "uid": UID,
            "generation": 1,
            "resourceVersion": str(version),
            "creationTimestamp": f"2026-11-24T08:{minute:02}:00Z",
        },
        "spec": form(**tables) | {"applicationRef": {"name": "a", "uid": SYSTEM}},
        "status": {"observedGeneration": 1, "stages": ["change"]} | (status or {}),
    }


def system(status: Json, version: int = 1) -> Json:
    """The application `a`."""
    found = raw("a", 1, status, version)
    found["metadata"]["uid"] = SYSTEM
    return found


APPROVED = approved("change") | {"effects": {"change.1": {"effective": True}}, "phase": "Approved"}


@pytest.fixture
def books() -> Books:
    """The books with `a`, granted 3 cores, and `b`, which was received at minute 5."""
    found = Books()
    found.put(system(GRANTED))
    found.put(raw("b", 5))
    return found


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize(
    ("minute", "status", "taken"),
    [
        (4, {}, 7),
        (6, {}, 3),
        (6, APPROVED, 7),
        (4, {"phase": "Refused"}, 3),
        (4, failing("Proven"), 3),
        (4, failing("HighRiskPorts", blocking=False), 7),
        (4, APPROVED | {"implementedAt": "2026-11-24T09:00:00Z"}, 3),
    ],
    ids=["earlier", "later", "approved", "refused", "only-refusable", "advised", "implemented"],
)
def test_what_a_change_adds_is_reserved_or_taken(
    books: Books, minute: int, status: Json, taken: int
) -> None:
    books.put(change(minute, status))
    assert books.cores("b") == taken


@pytest.mark.rule("A14-sizing")
def test_what_its_system_has_by_now_is_not_counted_twice(books: Books) -> None:
    books.put(change(6, APPROVED))
    counted = {"uid": UID, "name": "c", "countedAt": "2026-11-24T09:00:00Z"}
    machines = [*GRANTED["allocation"]["machines"]]
    machines.append(machines[0] | {"hostId": "more", "cpuCores": 4})
    grown = GRANTED | {"allocation": {"machines": machines}, "changes": [counted]}
    books.put(system(grown, 2))
    assert books.cores("b") == 7


@pytest.mark.rule("A14-sizing")
def test_what_it_gives_back_is_nobodys_before_it_is_carried_out(books: Books) -> None:
    books.put(change(4, APPROVED, changedHosts=[release("app-0", 3, "1Gi")]))
    assert books.cores("b") == 3


@pytest.mark.rule("A14-sizing")
def test_its_own_part_is_not_in_its_way_and_what_came_before_it_is(books: Books) -> None:
    it = change(6)
    books.put(it)
    place = place_of(ResourceChange.model_validate(it))
    taken = books.ledger.taken("luan", Key("CloudApplication", "agency-transport", "a"), place)
    # the 4 cores of `b`, and not the 3 that its own system has
    assert taken[TYPE, "CPU cores"] == 4


@pytest.mark.rule("A14-sizing")
def test_one_that_was_shut_out_is_looked_at_when_room_comes_free(books: Books) -> None:
    assert books.put(change(6, failing("Capacity"))) == set()
    assert books.drop(raw("b", 5, version=2)) == {"c"}
    # and one that is withdrawn gives its place to who waits behind it
    books.put(change(2, version=3))
    books.put(raw("b", 5, failing("Capacity"), 4))
    assert books.drop(change(2, version=5)) == {"b"}
    assert books.cores("b") == 3
