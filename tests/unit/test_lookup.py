"""Which objects belong together: agencies, their policies, their applications."""

import pytest

from mandate.api.meta import Json
from mandate.controllers.lookup import Lookup
from mandate.runtime.cache import Cache, Key
from tests.unit.builders import example

DAYS = Key("WorkCalendar", "", "china")
LAW = Key("GovernancePolicy", "", "luan")
OFFICE = Key("Agency", "", "transport")
FORM = Key("CloudApplication", "agency-transport", "bus-portal")


def stored(path: str, **changes: Json) -> Json:
    raw = example(path)
    raw["metadata"]["resourceVersion"] = "1"
    return raw | changes


def ready(status: str) -> Json:
    condition = {
        "type": "Ready",
        "status": status,
        "lastTransitionTime": "2026-11-24T08:00:00Z",
        "reason": "CanFile",
    }
    return {"conditions": [condition]}


def lookup(*objects: Json) -> Lookup:
    cache = Cache()
    for raw in objects:
        cache.put(raw)
    return Lookup(cache)


def test_a_policy_is_found_by_its_name() -> None:
    here = lookup(stored("policy.yaml"))
    found = here.policy("luan")
    assert found is not None
    assert found.spec.calendar == "china"
    assert here.policy("hefei") is None


def test_a_calendar_is_found_by_its_name() -> None:
    found = lookup(stored("calendar.yaml")).calendar("china")
    assert found is not None
    assert found.spec.time_zone == "Asia/Shanghai"
    assert lookup().calendar("china") is None


@pytest.mark.parametrize(
    ("namespace", "status", "found"),
    [
        ("agency-transport", ready("True"), True),
        ("agency-transport", ready("False"), False),
        ("agency-transport", {}, False),
        ("transport", ready("True"), False),
        ("agency-agency-transport", ready("True"), False),
        ("agency-water", ready("True"), False),
        ("", ready("True"), False),
    ],
    ids=["ready", "not-ready", "new", "no-office", "twice", "another", "none"],
)
def test_an_agency_files_in_its_own_namespace_once_it_is_ready(
    namespace: str, status: Json, found: bool
) -> None:
    here = lookup(stored("agencies/transport.yaml", status=status))
    assert (here.filing_agency(namespace) is not None) is found


def objects() -> list[Json]:
    other = stored("agencies/transport.yaml", metadata={"name": "water", "resourceVersion": "1"})
    other["spec"]["policy"] = "hefei"
    elsewhere = stored(
        "applications/bus-portal.yaml",
        metadata={"name": "meter", "namespace": "agency-water", "resourceVersion": "1"},
    )
    return [
        stored("policy.yaml"),
        stored("agencies/transport.yaml"),
        stored("applications/bus-portal.yaml"),
        other,
        elsewhere,
    ]


@pytest.mark.rule("X-level")
@pytest.mark.parametrize(
    ("changed", "affected"),
    [
        (FORM, [FORM, OFFICE]),
        (OFFICE, [OFFICE, FORM]),
        (LAW, [LAW, OFFICE, FORM]),
        (DAYS, [LAW, OFFICE, FORM]),
        (Key("WorkCalendar", "", "hefei"), []),
        (Key("ServiceCatalog", "", "luan"), [LAW, OFFICE, FORM]),
        (Key("ServiceCatalog", "", "hefei"), []),
        (Key("GovernancePolicy", "", "wuhu"), [Key("GovernancePolicy", "", "wuhu")]),
        (Key("Agency", "", "gone"), [Key("Agency", "", "gone")]),
    ],
    ids=[
        "application",
        "agency",
        "policy",
        "calendar",
        "calendar-of-nobody",
        "catalogue",
        "catalogue-of-nobody",
        "policy-of-nobody",
        "deleted-agency",
    ],
)
def test_a_change_reaches_what_depends_on_it(changed: Key, affected: list[Key]) -> None:
    assert list(lookup(*objects()).affected(changed)) == affected


def test_ten_thousand_reconciles_read_an_agency_once() -> None:
    here = lookup(stored("agencies/transport.yaml", status=ready("True")), stored("policy.yaml"))
    agency, law = here.filing_agency("agency-transport"), here.policy("luan")
    assert here.filing_agency("agency-transport") is agency
    assert here.policy("luan") is law


@pytest.mark.rule("X-level")
def test_a_new_state_of_an_agency_is_read_anew_and_a_deleted_one_not_at_all() -> None:
    cache = Cache()
    here = Lookup(cache)
    first = stored("agencies/transport.yaml", status=ready("True"))
    cache.put(first)
    assert here.filing_agency("agency-transport") is not None
    second = stored("agencies/transport.yaml", status=ready("False"))
    second["metadata"]["resourceVersion"] = "2"
    cache.put(second)
    assert here.filing_agency("agency-transport") is None
    third = stored("agencies/transport.yaml", status=ready("True"))
    third["metadata"]["resourceVersion"] = "3"
    cache.put(third)
    assert here.filing_agency("agency-transport") is not None
    cache.drop(third)
    assert here.filing_agency("agency-transport") is None


@pytest.mark.rule("X-level", "A17-exit")
def test_the_exit_of_a_unit_reaches_all_its_systems_and_they_reach_it() -> None:
    leaves = stored("life/exit-request.yaml")
    del leaves["spec"]["applicationRef"]
    here = lookup(*objects(), leaves)
    request = Key.of(leaves)
    assert list(here.affected(request)) == [request, FORM]
    assert list(here.affected(FORM)) == [FORM, OFFICE, request]


def zone(name: str, policy: str, *agencies: str) -> Json:
    spec: Json = {"policy": policy, "templates": []}
    if agencies:
        spec["selector"] = {"agencies": list(agencies)}
    metadata = {"name": name, "resourceVersion": "1"}
    return {"kind": "LandingZone", "metadata": metadata, "spec": spec}


def told(here: Lookup, key: Key) -> set[str]:
    """The zones that a change reaches."""
    return {each.name for each in here.affected(key) if each.kind == "LandingZone"}


@pytest.mark.rule("X-level", "X-zone")
def test_a_change_reaches_the_zones_of_its_agency_alone() -> None:
    cache = Cache()
    here = Lookup(cache)
    zones = (
        zone("all", "luan"),
        zone("ours", "luan", "transport", "health"),
        zone("theirs", "luan", "health"),
        zone("hefei", "hefei"),
        zone("wuhu", "wuhu"),
    )
    for raw in (*objects(), *zones):
        cache.put(raw)
    assert told(here, FORM) == {"all", "ours"}
    assert told(here, Key("CloudApplication", "agency-water", "meter")) == {"hefei"}
    assert told(here, OFFICE) == {"all", "ours"}
    assert told(here, LAW) == {"all", "ours", "theirs"}
    assert told(here, Key("LandingZone", "", "wuhu")) == {"wuhu"}
    # what it leaves is told once, so that what was made there goes
    moved = stored("agencies/transport.yaml")
    moved["metadata"]["resourceVersion"] = "2"
    moved["spec"]["policy"] = "hefei"
    cache.put(moved)
    assert told(here, FORM) == {"all", "ours", "hefei"}
    assert told(here, OFFICE) == {"hefei"}
    cache.drop(moved)
    assert told(here, OFFICE) == {"hefei"}
    assert told(here, OFFICE) == set()


@pytest.mark.rule("A31-budget")
@pytest.mark.parametrize(
    ("status", "per_day"),
    [({}, None), ({"billingFrom": "2026-03-05"}, "63.84")],
    ids=["on-trial", "billed"],
)
def test_a_system_costs_its_agency_once_it_is_billed(status: Json, per_day: str | None) -> None:
    cost = {"cost": {"perDay": "63.84", "currency": "CNY", "unpriced": []}}
    there = stored("applications/bus-portal.yaml", status=cost | status)
    there["metadata"] |= {"namespace": "agency-transport", "uid": "u"}
    (found,) = lookup(there).applied("agency-transport")
    assert (found.cost.per_day if found.cost else None) == per_day
