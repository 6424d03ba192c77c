"""The head-room of the platform: what is taken, by whom, in which order, and what is left."""

from decimal import Decimal

import pytest

from mandate.api.cloudapplication import CloudApplication
from mandate.api.meta import Json
from mandate.api.requests import Check
from mandate.controllers.ledger import Ledger
from mandate.rules.capacity import Demand, standing
from mandate.rules.checks import application_checks
from mandate.runtime.cache import Cache, Key
from tests.unit.builders import agency, catalog, example, form, host, rules, spec

RULE = "(A14-sizing, article 14)"
# 4 cores, 8Gi, and 240Gi of SATA
ROW = host()
ROOM: Json = {"cpuCores": 10, "memory": "20Gi", "storage": [{"type": "SATA", "size": "600Gi"}]}
TYPE = "弹性云服务器"
GIB = Decimal(1024**3)


def found(capacity: Json, taken: Demand | None = None, *rows: Json) -> Check:
    law = rules(capacity=capacity)
    checks = application_checks(spec(hosts=list(rows) or [ROW]), agency(), law, None, taken)
    made = next(c for c in checks if c.type == "Capacity")
    assert made.blocking
    return made


@pytest.mark.rule("A14-sizing")
def test_what_is_exactly_left_can_be_had() -> None:
    assert found(ROOM, {(TYPE, "CPU cores"): Decimal(6)}).passed


@pytest.mark.rule("A14-sizing")
def test_every_machine_of_a_row_counts() -> None:
    assert found(ROOM, {}, host(quantity=2)).passed
    message = found(ROOM, {}, host(quantity=3)).message
    assert "CPU cores: 12 asked for, 10 left" in message
    assert "memory: 24Gi asked for, 20Gi left" in message
    assert "SATA: 720Gi asked for, 600Gi left" in message


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize(
    ("taken", "message"),
    [
        (
            {(TYPE, "CPU cores"): Decimal(7)},
            "CPU cores: 4 asked for, 3 left (10 there, 7 granted or reserved)",
        ),
        (
            {(TYPE, "memory"): 13 * GIB},
            "memory: 8Gi asked for, 7Gi left (20Gi there, 13Gi granted or reserved)",
        ),
        (
            {(TYPE, "SATA"): 361 * GIB},
            "SATA: 240Gi asked for, 239Gi left (600Gi there, 361Gi granted or reserved)",
        ),
        # never 1Ki cores
        (
            {(TYPE, "CPU cores"): Decimal(1024)},
            "CPU cores: 4 asked for, 0 left (10 there, 1024 granted or reserved)",
        ),
        # a capacity that was cut
        (
            {(TYPE, "CPU cores"): Decimal(12)},
            "CPU cores: 4 asked for, 0 left (10 there, 12 granted or reserved)",
        ),
    ],
)
def test_one_more_is_said_with_the_numbers(taken: Demand, message: str) -> None:
    made = found(ROOM, taken)
    assert (made.passed, made.message) == (False, f"{message} {RULE}")


@pytest.mark.rule("A14-sizing")
def test_a_disk_type_that_the_platform_has_not_is_not_left() -> None:
    row = host(dataDisk={"size": "1Gi", "type": "SSD"})
    assert (
        "SSD: 1Gi asked for, 0 left (0 there, 0 granted or reserved)"
        in found(ROOM, {}, row).message
    )


@pytest.mark.rule("A14-sizing", "A14-provision")
def test_what_the_provider_hands_over_takes_nothing_of_the_platform() -> None:
    metal = host(hostType="物理机", cpuCores=64, quantity=9)
    assert found(ROOM, {("物理机", "CPU cores"): Decimal(99)}, metal).passed
    # by the policy's list; by the catalogue alone, where the policy has none
    law = rules(capacity=ROOM, physicalHostTypes=None)
    for there, passed in ((None, False), (catalog(), True)):
        checks = application_checks(spec(hosts=[metal]), agency(), law, there)
        assert [c.passed for c in checks if c.type == "Capacity"] == [passed]


def raw(
    name: str, minute: int, status: Json | None = None, version: int = 1, **rows: object
) -> Json:
    """An application of 4 cores, received at this minute."""
    return {
        "apiVersion": "mandate.dev/v1alpha1",
        "kind": "CloudApplication",
        "metadata": {
            "name": name,
            "namespace": "agency-transport",
            "uid": name,
            "generation": 1,
            "resourceVersion": str(version),
            "creationTimestamp": f"2026-11-24T08:{minute:02}:00Z",
        },
        "spec": form(hosts=[host(**rows)]),
        "status": {"observedGeneration": 1, "stages": ["acceptance", "review"]} | (status or {}),
    }


def approved(*stages: str) -> Json:
    made = {"decision": "Approved", "basis": "0" * 64, "by": "bob", "at": "2026-11-24T09:00:00Z"}
    return {"approvals": {f"{stage}.1": made for stage in stages}}


def failing(kind: str, *, blocking: bool = True) -> Json:
    passed = {"type": "InScope", "passed": True, "blocking": True}
    return {"checks": [passed, {"type": kind, "passed": False, "blocking": blocking}]}


REFUSED: Json = {
    "approvals": {"acceptance.1": approved("x")["approvals"]["x.1"] | {"decision": "Refused"}}
}
GRANTED: Json = {
    "phase": "Trial",
    "allocation": {
        "machines": [
            {
                "hostId": "app", "ordinal": 0, "hostName": "a", "hostType": TYPE, "cpuCores": 3,
                "memory": "1Gi", "systemDisk": {"size": "0"}, "network": "GovernmentExtranet",
            }
        ]
    },
}  # fmt: skip


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize(
    ("status", "claim", "cores"),
    [
        ({}, "Reserved", 4),
        (approved("acceptance"), "Reserved", 4),
        (approved("acceptance", "review"), "Granted", 4),
        # less than asked was approved
        (GRANTED, "Granted", 3),
        (GRANTED | {"phase": "Exiting"}, "Granted", 3),
        (GRANTED | {"phase": "Exited"}, None, 0),
        (REFUSED, None, 0),
        (failing("Complete"), None, 0),
        (failing("HighRiskPorts", blocking=False), "Reserved", 4),
        (failing("Complete") | {"observedGeneration": 0}, "Reserved", 4),
        (
            approved("acceptance") | {"effects": {"acceptance.1": {"effective": False}}},
            None,
            0,
        ),
    ],
    ids=[
        "filed", "accepted", "approved", "granted", "exiting", "exited", "refused",
        "only-refusable", "advised", "judged-of-older", "without-effect",
    ],
)  # fmt: skip
def test_what_an_application_takes(status: Json, claim: str | None, cores: int) -> None:
    got = standing(CloudApplication.model_validate(raw("a", 0, status)))
    assert got.claim == claim
    assert got.demand.get((TYPE, "CPU cores"), 0) == cores
    assert not got.lacks_room


def office(policy: str = "luan", version: int = 1) -> Json:
    found = example("agencies/transport.yaml")
    found["metadata"] |= {"resourceVersion": str(version)}
    found["spec"]["policy"] = policy
    return found


class Books:
    """A cache and its ledger, told of every change as the operator tells it."""

    def __init__(self) -> None:
        self.cache = Cache()
        self.ledger = Ledger(self.cache)
        self.put(office())

    def put(self, found: Json) -> set[str]:
        self.cache.put(found)
        return {key.name for key in self.ledger.changed(Key.of(found))}

    def drop(self, found: Json) -> set[str]:
        self.cache.drop(found)
        return {key.name for key in self.ledger.changed(Key.of(found))}

    def cores(self, name: str, policy: str = "luan") -> Decimal:
        key = Key("CloudApplication", "agency-transport", name)
        return self.ledger.taken(policy, key).get((TYPE, "CPU cores"), Decimal(0))


@pytest.mark.rule("A14-sizing")
def test_what_was_received_earlier_comes_first() -> None:
    books = Books()
    for name, minute in (("c", 3), ("a", 1), ("b", 2)):
        books.put(raw(name, minute))
    assert [books.cores(name) for name in "abc"] == [0, 4, 8]
    # granted counts for all, whenever it was received
    books.put(raw("c", 3, GRANTED, 2))
    assert [books.cores(name) for name in "abc"] == [3, 7, 8]
    books.put(raw("a", 1, REFUSED, 3))
    assert [books.cores(name) for name in "ab"] == [3, 3]
    books.drop(raw("c", 3, GRANTED, 4))
    assert [books.cores(name) for name in "ab"] == [0, 0]


@pytest.mark.rule("A14-sizing")
def test_ones_own_part_is_not_in_ones_own_way() -> None:
    books = Books()
    books.put(raw("a", 1, approved("acceptance", "review")))
    books.put(raw("b", 2))
    assert [books.cores("a"), books.cores("b")] == [0, 4]


@pytest.mark.rule("A14-sizing")
def test_each_policy_has_its_own_platform() -> None:
    books = Books()
    books.put(raw("a", 1, GRANTED))
    books.put(raw("b", 2))
    assert books.cores("b") == 3
    books.put(office("county", version=2))
    assert books.cores("b", "county") == 3
    books.put(raw("c", 3))
    assert books.cores("c", "county") == 7
    assert books.cores("c", "luan") == 0


@pytest.mark.rule("A14-sizing")
def test_whom_a_change_concerns_is_looked_at_again() -> None:
    books = Books()
    assert books.put(raw("a", 1, GRANTED)) == set()
    assert books.put(raw("b", 2)) == set()
    # shut out for want of room, and for something else
    assert books.put(raw("c", 3, failing("Capacity"), 2)) == set()
    assert books.put(raw("d", 4, failing("Complete"), 2)) == set()
    assert books.put(raw("e", 5)) == set()
    # nothing of it takes less or more
    assert books.put(raw("e", 5, {"phase": "Submitted"}, 3)) == set()
    # one that stands before it gives up its place
    assert books.put(raw("b", 2, REFUSED, 4)) == {"c"}
    # one behind it does not concern it
    assert books.drop(raw("e", 5, version=5)) == set()
    # what was granted is given back
    assert books.put(raw("a", 1, GRANTED | {"phase": "Exited"}, 6)) == {"c"}
    # it finds room, before another
    assert books.put(raw("f", 6, version=7)) == set()
    assert books.put(raw("c", 3, version=8)) == {"f"}


def test_a_thousand_forms_come_to_what_each_of_them_asks_for() -> None:
    books = Books()
    for number in range(1000):
        books.put(raw(f"n{number}", number % 60))
    earlier = sorted((number % 60, f"n{number}") for number in range(1000))
    for place in (0, 17, 999, 500):
        assert books.cores(earlier[place][1]) == 4 * place
