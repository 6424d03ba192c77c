"""Where an agency's systems run, by its register: what article 3 wants, and the basis for funds."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mandate.api.agency import Agency
from mandate.api.cloudapplication import Phase
from mandate.api.meta import Condition, Json, ObjectMeta
from mandate.api.register import CloudUse
from mandate.rules.agency import decide_agency
from mandate.rules.cloud_use import Applied, CloudUsePlan, cloud_use
from mandate.rules.history import agency_facts
from mandate.rules.integration import duty_of
from mandate.rules.request import Law
from tests.unit.builders import LATER, NOW, agency, calendar, changed, policy, rules
from tests.unit.endings import at

OLD = "00000000-0000-4000-8000-000000000001"
NEW = "00000000-0000-4000-8000-000000000002"
LAW = Law(rules(), calendar())
"""New is what is built since 2024-02-02."""


def entry(name: str = "road-works", **changes: object) -> Json:
    """An existing system in a machine room of its own; what is changed to None is left out."""
    system = {"id": name, "name": "公路养护", "builtOn": "2019-05-08", "runsOn": "OwnMachineRoom"}
    return changed(system, changes)


def judged(
    *entries: Json, applied: tuple[Applied, ...] = (), now: datetime = NOW, law: Law = LAW
) -> CloudUsePlan:
    return cloud_use(agency(systems=list(entries)), applied, law, now)


def applied(name: str = "bus-portal", phase: Phase | None = "Running") -> Applied:
    return Applied(name, f"uid-{name}", phase)


def said(plan: CloudUsePlan) -> tuple[str, str]:
    return plan.condition.status, plan.condition.reason


@pytest.mark.rule("A03-preference")
@pytest.mark.parametrize(
    ("changes", "place", "why"),
    [
        ({}, "OffCloud", "it has no migrateBy, and no exception cites a law"),
        ({"migrateBy": "2026-11-24"}, "Migrating", ""),
        ({"migrateBy": "2026-11-23"}, "OffCloud", "it was to migrate by 2026-11-23"),
        # the day before, and the day on which the Measures came into force
        ({"builtOn": "2024-02-01", "migrateBy": "2027-01-01"}, "Migrating", ""),
        (
            {"builtOn": "2024-02-02", "migrateBy": "2027-01-01"},
            "OffCloud",
            "built since 2024-02-02, it is to be on the cloud",
        ),
        ({"exception": {"citation": "某法第四条"}}, "Excepted", ""),
        ({"builtOn": "2025-01-01", "exception": {"citation": "某法第四条"}}, "Excepted", ""),
        ({"runsOn": None, "application": "not-granted-yet"}, "NotInUse", ""),
    ],
)
def test_off_the_cloud_is_what_no_plan_and_no_law_allows(
    changes: Json, place: str, why: str
) -> None:
    plan = judged(entry(**changes))
    assert [s.place for s in plan.use.systems] == [place]
    assert plan.use.off_cloud == (place == "OffCloud")
    assert said(plan) == (("False", "OffCloud") if why else ("True", "AsRequired"))
    if why:
        start = f"road-works runs on OwnMachineRoom: {why}"
        assert plan.condition.message == f"{start} (A03-preference, articles 3 and 27)"


@pytest.mark.rule("A03-preference")
@pytest.mark.parametrize("where", ["OwnMachineRoom", "OwnHardware", "OwnCloud", "OtherCloud"])
def test_whatever_is_not_the_shared_cloud_is_off_it(where: str) -> None:
    plan = judged(entry(runsOn=where))
    assert plan.use.off_cloud == 1
    assert f"runs on {where}" in plan.condition.message


@pytest.mark.rule("A03-preference")
@pytest.mark.parametrize(
    ("phase", "place"),
    [
        (None, "OffCloud"),
        ("Submitted", "OffCloud"),
        ("Accepted", "OffCloud"),
        ("Refused", "OffCloud"),
        ("Approved", "OnCloud"),
        ("Trial", "OnCloud"),
        ("Running", "OnCloud"),
        ("Exiting", "OnCloud"),
        ("Exited", "OffCloud"),
    ],
)
def test_a_system_is_on_the_cloud_from_its_grant_to_its_exit(
    phase: Phase | None, place: str
) -> None:
    plan = judged(entry(application="bus-portal"), applied=(applied(phase=phase),))
    (system,) = plan.use.systems
    assert system.place == place
    assert system.application_uid == ("uid-bus-portal" if place == "OnCloud" else None)


@pytest.mark.rule("A03-preference", "A04-scope")
def test_a_system_on_the_cloud_at_its_own_cost_says_so() -> None:
    own = Applied("bus-portal", "uid-bus-portal", "Running", self_paid=True)
    entries = (entry(application="bus-portal"), entry("other", application="bus-cards"))
    plan = judged(*entries, applied=(own, applied("bus-cards")))
    assert [s.self_paid for s in plan.use.systems] == [True, None]
    # one that was not granted costs nothing
    early = Applied("bus-portal", "uid-bus-portal", "Accepted", self_paid=True)
    assert judged(entries[0], applied=(early,)).use.systems[0].self_paid is None


@pytest.mark.rule("A03-preference")
def test_the_share_counts_all_systems_in_use_wherever_they_run() -> None:
    plan = judged(
        entry("portal", application="bus-portal", runsOn=None),
        entry("cards", application="bus-cards"),
        entry("law", exception={"citation": "某法第四条"}),
        entry("moving", migrateBy="2027-06-30"),
        entry("room"),
        entry("planned", runsOn=None, application="planned"),
        applied=(applied(), applied("bus-cards", "Trial"), applied("planned", "Submitted")),
    )
    use = plan.use
    assert (use.in_use, use.on_cloud) == (5, 2)
    assert (use.migrating, use.excepted, use.off_cloud) == (1, 1, 1)
    # and only what is off it is said
    assert plan.condition.message == (
        "room runs on OwnMachineRoom: it has no migrateBy, and no exception cites a law "
        "(A03-preference, articles 3 and 27)"
    )
    assert plan.due == at("2027-07-01 00:00")


@pytest.mark.rule("A03-preference")
def test_what_was_granted_and_is_in_no_entry_is_named() -> None:
    found = (applied("b-system"), applied("a-system"), applied("gone", "Exited"), applied())
    plan = judged(entry(application="bus-portal"), applied=found)
    assert plan.use.unregistered == ("a-system", "b-system")
    assert said(plan) == ("Unknown", "Unregistered")
    assert "a-system, b-system" in plan.condition.message
    assert said(judged(applied=found)) == ("Unknown", "NoRegister")
    # what is off the cloud is said whatever else is missing
    assert said(judged(entry(), applied=found)) == ("False", "OffCloud")


@pytest.mark.rule("A03-preference", "A07-reclaim")
def test_a_later_application_of_the_name_does_not_take_over_an_entry() -> None:
    duty = {"requirement": "接入一体化数据基础平台", "dueOn": "2026-11-30"}
    mine = entry("portal", application="bus-portal", runsOn=None, dataIntegration=duty)
    older, newer = Applied("bus-portal", OLD, "Running"), Applied("bus-portal", NEW, "Running")
    first = judged(mine, applied=(older,))
    assert [(s.place, s.application_uid) for s in first.use.systems] == [("OnCloud", OLD)]
    # until one is granted the entry is of whichever comes
    early = judged(mine, applied=(Applied("bus-portal", OLD, "Accepted"),))
    assert early.use.systems[0].application_uid is None
    then = stored(first.use, (first.condition,), mine)
    for found in ((), (replace(older, phase="Exited"),), (newer,)):
        plan = cloud_use(then, found, LAW, NOW)
        assert [(s.place, s.application_uid) for s in plan.use.systems] == [("NotInUse", OLD)]
    assert plan.use.unregistered == ("bus-portal",)
    assert "is an earlier one's until it has their applicationUid" in plan.condition.message
    # what was asked of the older one is not asked of it, nor can it be reclaimed for that
    assert duty_of(then, ObjectMeta(name="bus-portal", uid=OLD)) is not None
    assert duty_of(then, ObjectMeta(name="bus-portal", uid=NEW)) is None
    # and it stays so
    still = stored(plan.use, (plan.condition,), mine)
    assert cloud_use(still, (newer,), LAW, LATER).use == plan.use
    # the authority enters it as another system, or gives it that entry
    for entries, places in (
        ((entry("again", application="bus-portal"),), 1),
        ((mine | {"applicationUid": NEW},), 1),
        # an entry that names another application forgets the first
        ((mine | {"application": "bus-cards"}, entry("b", application="bus-portal")), 2),
    ):
        then = stored(first.use, (first.condition,), *entries)
        use = cloud_use(then, (newer,), LAW, NOW).use
        assert (use.systems[-1].application_uid, use.on_cloud, len(use.systems)) == (NEW, 1, places)
        assert use.unregistered is None


@pytest.mark.rule("A03-preference")
def test_time_alone_moves_what_was_to_migrate_and_without_a_calendar_no_day_is_over() -> None:
    moving, law = entry(migrateBy="2026-11-24"), Law(rules(), None)
    over = at("2026-11-25 00:00")
    assert judged(moving).due == over
    assert judged(moving, now=over - timedelta(seconds=1)).use.migrating == 1
    assert judged(moving, now=over).use.off_cloud == 1
    assert judged(moving, now=over).due is None
    assert judged(moving, now=LATER, law=law).use.migrating == 1


@pytest.mark.rule("A03-preference")
def test_a_policy_without_a_day_knows_no_new_systems() -> None:
    law = Law(rules(cloudFirstSince=None), calendar())
    assert judged(entry(builtOn="2026-01-01", migrateBy="2027-01-01"), law=law).use.migrating == 1


@pytest.mark.rule("A07-reclaim")
@pytest.mark.parametrize(
    ("changes", "phase", "standing"),
    [
        ({"dueOn": "2026-11-24"}, "Running", "Due"),
        ({"dueOn": "2026-11-23"}, "Running", "Overdue"),
        ({"dueOn": "2026-11-23", "metOn": "2026-11-20"}, "Running", "Met"),
        # what is not on the cloud is not to be integrated
        ({"dueOn": "2026-11-23"}, "Submitted", None),
    ],
)
def test_what_is_on_the_cloud_is_integrated_in_time(
    changes: Json, phase: Phase, standing: str | None
) -> None:
    duty = {"requirement": "接入一体化数据基础平台"} | changes
    plan = judged(
        entry(application="bus-portal", dataIntegration=duty), applied=(applied(phase=phase),)
    )
    assert [s.integration for s in plan.use.systems] == [standing]
    assert plan.use.integration_overdue == (standing == "Overdue")
    assert plan.due == (at("2026-11-25 00:00") if standing == "Due" else None)


def stored(use: CloudUse, conditions: tuple[Condition, ...], *entries: Json) -> Agency:
    status = {
        "observedGeneration": 1,
        "cloudUse": json.loads(json.dumps(use.wire())),
        "conditions": [c.wire() for c in conditions],
    }
    return agency(systems=list(entries), status=status)


@pytest.mark.rule("X-level", "A03-preference")
@given(
    built=st.dates(date(2020, 1, 1), date(2027, 1, 1)),
    migrate=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    phase=st.sampled_from([None, "Submitted", "Trial", "Exited"]),
    later=st.integers(0, 3_000_000),
)
# a new system may not wait: nothing changes when its day is over
@example(built=date(2025, 1, 1), migrate=date(2026, 11, 24), phase=None, later=28_800)
def test_a_second_look_says_the_same_and_only_a_change_moves_since(
    built: date, migrate: date | None, phase: Phase | None, later: int
) -> None:
    moving = entry(builtOn=str(built), migrateBy=str(migrate) if migrate else None)
    entries = [entry("portal", application="bus-portal"), moving]
    found = (applied(phase=phase),)
    first = decide_agency(agency(systems=entries), policy(), NOW, None, found, calendar())
    assert first.status.cloud_use is not None
    assert first.status.cloud_use.since == NOW
    old = stored(first.status.cloud_use, first.status.conditions, *entries)
    now = NOW + timedelta(seconds=later)
    again = decide_agency(old, policy(), now, None, found, calendar())
    if first.due is None or now < first.due:
        assert again.status.cloud_use == first.status.cloud_use
        assert again.status.conditions == first.status.conditions
    else:
        assert again.status.cloud_use is not None
        assert again.status.cloud_use.since == now


@pytest.mark.rule("A03-preference", "X-dossier")
def test_each_change_goes_on_record_once() -> None:
    plan = judged(entry(), entry("cards", application="bus-cards"), applied=(applied("bus-cards"),))
    found = stored(plan.use, (plan.condition,), entry())
    (fact,) = [f for f in agency_facts(found, found.spec.wire()) if f.kind == "CloudUse"]
    # the same again is the same fact, another within the same second is another
    assert [f.key for f in agency_facts(found, found.spec.wire())].count(fact.key) == 1
    fewer = stored(judged(entry()).use, (plan.condition,), entry())
    assert fact.key not in [f.key for f in agency_facts(fewer, fewer.spec.wire())]
    assert fact.text == (
        "1 of 2 systems in use are on the cloud, 1 are off it without a plan or a law "
        "(A03-preference, articles 3 and 27)"
    )
    assert (fact.at, fact.event) == (NOW, "Warning")
    assert fact.data["cloudUse"]["onCloud"] == 1


def test_without_its_policy_what_was_judged_stays() -> None:
    plan = judged(entry())
    found = stored(plan.use, (plan.condition,), entry())
    kept = decide_agency(found, None, LATER).status
    assert kept.cloud_use == plan.use
    assert plan.condition in kept.conditions


@pytest.mark.rule("A03-preference", "X-dossier")
def test_of_an_agency_that_was_not_judged_nothing_is_recorded() -> None:
    found = agency()
    assert "CloudUse" not in [f.kind for f in agency_facts(found, found.spec.wire())]
