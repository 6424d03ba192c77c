"""What a system costs: figures by hand, over launches, changes in mid-period, and the end."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.cloudapplication import CloudApplicationStatus
from mandate.api.hosts import Allocation
from mandate.api.meta import Json
from mandate.api.servicecatalog import ServiceCatalog
from mandate.rules.cost import Span, Statement, UntoldError, billed, daily_cost, statement
from tests.unit.builders import catalog, example, host
from tests.unit.changes import Works, cores, release

pytestmark = pytest.mark.rule("A31-budget")
DATABASE = {
    "category2": "数据库服务",
    "category3": "关系型数据库",
    "specification": "1套",
    "quantity": 2,
}
PRICES: Json = {
    "ecs": {
        "perUnit": "2",
        "perCore": "1.50",
        "perGibMemory": "0.40",
        "disks": [{"type": "SATA", "perGib": "0.01"}],
    },
    "database": {"perUnit": "33.333333"},
}
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def priced(prices: Json = PRICES, **fields: object) -> ServiceCatalog:
    """Lu'an's catalogue with these prices alone."""
    items = [
        {k: v for k, v in item.items() if k != "price"}
        | ({"price": prices[item["id"]]} if item["id"] in prices else {})
        for item in example("catalog.yaml")["spec"]["items"]
    ]
    return catalog(items=items, **({"currency": "CNY"} | fields))


def spans(works: Works, since: str = "2026-03-05", gone: str = "") -> tuple[Span, ...]:
    """What is billed of a system that was launched on a day."""
    case = works.world().case()
    assert case is not None
    more: Json = {"billingFrom": since}
    more |= {"reclaim": {"reclaimedAt": gone}} if gone else {}
    status = CloudApplicationStatus.model_validate(works.status() | more)
    app = case.application.model_copy(update={"status": status})
    return billed(replace(case, application=app))


def rows(found: Statement) -> list[tuple[object, ...]]:
    return [(x.item.id, x.measure, x.amount, str(x.price), str(x.cost)) for x in found.lines]


def changed_on(works: Works, day: int, hour: int = 0) -> None:
    """`db-0` grows from 8 to 16 cores on a day of March, hours after 09:00 in Lu'an."""
    works.wait(days=day - 2, hours=hour)
    works.change("grow", changedHosts=[cores(8, 16)])
    works.decide("grow", "change")


def test_nothing_is_billed_before_the_launch() -> None:
    works = Works.on_trial()
    case = works.world().case()
    assert case is not None
    assert billed(case) == ()
    assert statement((), priced(), *MARCH).total == 0


def test_a_month_with_a_launch_in_it() -> None:
    # two machines of 4 cores, 8G and 240G, one of 8 cores, 16G and 240G, from the 5th: 27 days
    found = statement(spans(Works.on_trial()), priced(), *MARCH)
    assert (found.days, found.currency, found.unpriced) == (27, "CNY", ())
    assert rows(found) == [
        ("ecs", "Unit", 3 * 27, "2", "162.00"),
        ("ecs", "Core", 16 * 27, "1.50", "648.00"),
        ("ecs", "Memory", 32 * 27, "0.40", "345.60"),
        ("ecs", "SATA", 720 * 27, "0.01", "194.40"),
    ]
    # 50.00 a day
    assert found.total == Decimal("1350.00")


@pytest.mark.rule("A16-change")
def test_a_change_in_mid_period_is_billed_from_its_day_on() -> None:
    works = Works.on_trial()
    changed_on(works, 10)
    found = statement(spans(works), priced(), *MARCH)
    # 5 days of 16 cores, and 22 of 24, the 10th among them
    assert rows(found)[1] == ("ecs", "Core", 5 * 16 + 22 * 24, "1.50", "912.00")
    # 5 × 50.00 + 22 × 62.00
    assert (found.days, found.total) == (27, Decimal("1614.00"))


@pytest.mark.rule("A16-change")
@pytest.mark.parametrize(
    ("hour", "amount"),
    [(14, 5 * 16 + 22 * 24), (15, 6 * 16 + 21 * 24)],
    ids=["23:00", "midnight"],
)
def test_the_day_of_a_change_is_the_jurisdictions(hour: int, amount: int) -> None:
    works = Works.on_trial()
    changed_on(works, 10, hour)
    assert rows(statement(spans(works), priced(), *MARCH))[1][2] == amount


@pytest.mark.rule("A16-change")
def test_what_is_released_on_a_day_is_not_billed_for_it() -> None:
    works = Works.on_trial()
    works.used = {}
    works.wait(days=8)
    works.change("less", changedHosts=[release("app-1")])
    works.decide("less", "change")
    # 5 days of 3 machines, 22 of 2
    assert rows(statement(spans(works), priced(), *MARCH))[0][2] == 5 * 3 + 22 * 2


@pytest.mark.rule("A16-change")
def test_two_changes_on_one_day_count_as_the_last_and_one_before_the_launch_as_ever() -> None:
    works = Works.on_trial()
    changed_on(works, 10)
    works.change("more", changedHosts=[cores(16, 32)])
    works.decide("more", "change")
    assert rows(statement(spans(works), priced(), *MARCH))[1][2] == 5 * 16 + 22 * 40
    assert rows(statement(spans(works, "2026-03-20"), priced(), *MARCH))[1][2] == 12 * 40


@pytest.mark.rule("A17-exit")
def test_the_day_of_the_reclaim_is_not_billed_nor_any_after_it() -> None:
    works = Works.on_trial()
    changed_on(works, 10)
    # 00:30 on the 12th in Lu'an
    found = statement(spans(works, gone="2026-03-11T16:30:00Z"), priced(), *MARCH)
    assert (found.days, found.total) == (7, 5 * Decimal("50.00") + 2 * Decimal("62.00"))
    # reclaimed on the very day of the change, and before the launch
    assert statement(spans(works, gone="2026-03-10T02:00:00Z"), priced(), *MARCH).days == 5
    assert spans(works, since="2026-03-20", gone="2026-03-12T02:00:00Z") == ()


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 2, 1), date(2026, 3, 4), 0),
        (date(2026, 2, 1), date(2026, 3, 5), 1),
        (date(2026, 3, 9), date(2026, 3, 9), 1),
        (date(2026, 3, 9), date(2026, 3, 10), 2),
        (date(2027, 1, 1), date(2027, 12, 31), 365),
    ],
)
def test_both_ends_of_a_period_count(first: date, last: date, days: int) -> None:
    works = Works.on_trial()
    changed_on(works, 10)
    assert statement(spans(works), priced(), first, last).days == days


def test_services_beyond_hosts_are_billed_and_a_line_is_rounded_once_half_up() -> None:
    works = Works.on_trial(services=[DATABASE])
    found = statement(spans(works), priced(), *MARCH)
    # 54 × 33.333333 = 1799.999982; rounded day by day it would be 1799.82
    assert rows(found)[4] == ("database", "Unit", 54, "33.333333", "1800.00")
    one = statement(
        spans(works), priced({"database": {"perUnit": "0.0025"}}), *[date(2026, 3, 9)] * 2
    )
    # 2 × 0.0025 = 0.005
    assert [str(line.cost) for line in one.lines] == ["0.01"]
    less = priced({"database": {"perUnit": "0.002499"}})
    assert str(statement(spans(works), less, *[date(2026, 3, 9)] * 2).total) == "0.00"


def test_half_a_gib_is_half_and_a_disk_without_a_price_of_its_type_costs_nothing() -> None:
    disks = {"systemDisk": {"size": "40Gi", "type": "SSD"}, "dataDisk": None}
    works = Works.on_trial(hosts=[host(memory="1536Mi", **disks)])
    found = statement(spans(works), priced(), date(2026, 3, 9), date(2026, 3, 9))
    assert rows(found) == [
        ("ecs", "Unit", 1, "2", "2.00"),
        ("ecs", "Core", 4, "1.50", "6.00"),
        ("ecs", "Memory", Fraction(3, 2), "0.40", "0.60"),
    ]


def test_what_has_no_price_is_named_and_not_taken_for_free() -> None:
    backup = DATABASE | {"category2": "备份服务", "category3": "云主机备份"}
    works = Works.on_trial(services=[backup, DATABASE | {"category3": "图数据库"}])
    found = statement(spans(works), priced({"database": {"perUnit": "1"}}), *MARCH)
    assert found.lines == ()
    assert found.unpriced == ("弹性云服务器", "云主机备份", "图数据库")
    # of days that are not billed nothing is named
    assert statement(spans(works), priced(), date(2026, 2, 1), date(2026, 2, 3)).unpriced == ()


def test_without_a_currency_nothing_has_a_price() -> None:
    with pytest.raises(UntoldError, match=r"ServiceCatalog luan has no currency.*A31-budget"):
        statement((), priced({}, currency=None), *MARCH)


def test_what_runs_and_cannot_be_told_day_by_day_is_not_billed_by_guess() -> None:
    works = Works.on_trial()
    changed_on(works, 10)
    del works.objects["grow"]
    with pytest.raises(UntoldError, match=r"a change is gone.*A31-budget"):
        spans(works)


def test_without_its_calendar_nobody_knows_the_day() -> None:
    works = Works.on_trial()
    changed_on(works, 10)
    case = works.world().case()
    assert case is not None
    status = CloudApplicationStatus.model_validate(works.status() | {"billingFrom": "2026-03-05"})
    app = case.application.model_copy(update={"status": status})
    with pytest.raises(UntoldError, match=r"WorkCalendar china is not there.*A31-budget"):
        billed(replace(case, application=app, calendar=None))


@given(st.integers(5, 30), st.integers(0, 40), st.integers(0, 40))
def test_periods_that_meet_add_up_in_days_and_amounts(day: int, cut: int, gone: int) -> None:
    """Rounding aside: the amounts are exact."""
    first, last = date(2026, 3, 1), date(2026, 4, 30)
    rows = [
        Span(date(2026, 3, 5), date(2026, 3, day + 1), runs(4)),
        Span(date(2026, 3, day + 1), date(2026, 4, 1) + timedelta(days=gone), runs(8)),
    ]
    middle = first + timedelta(days=cut)
    parts = [
        statement(rows, priced(), first, middle),
        statement(rows, priced(), middle + timedelta(days=1), last),
    ]
    whole = statement(rows, priced(), first, last)
    assert sum(p.days for p in parts) == whole.days
    for measure in ("Unit", "Core", "Memory", "SATA"):
        amounts = [sum(x.amount for x in p.lines if x.measure == measure) for p in (*parts, whole)]
        assert amounts[0] + amounts[1] == amounts[2]


def runs(cpu: int) -> Allocation:
    works = Works.on_trial(hosts=[host(cpuCores=cpu)])
    return Allocation.model_validate(works.status()["allocation"])


def test_a_day_costs_what_it_is_billed() -> None:
    allocation = Allocation.model_validate(Works.on_trial().status()["allocation"])
    found = daily_cost(allocation, priced())
    assert found is not None
    assert found.wire() == {"perDay": "50.00", "currency": "CNY", "unpriced": []}
    assert daily_cost(allocation, None) is None
    assert daily_cost(allocation, priced({}, currency=None)) is None
    unpriced = daily_cost(allocation, priced({}))
    assert unpriced is not None
    assert unpriced.wire() == {
        "perDay": "0.00",
        "currency": "CNY",
        "unpriced": ["弹性云服务器"],
    }


def test_the_status_of_a_granted_system_shows_what_a_day_costs_as_it_runs() -> None:
    works = Works.on_trial(law={"catalog": "luan"})
    assert works.status()["cost"]["currency"] == "CNY"
    before = Decimal(works.status()["cost"]["perDay"])
    changed_on(works, 3)
    core = next(i for i in catalog().spec.items if i.id == "ecs").price
    assert core is not None
    assert core.per_core is not None
    assert Decimal(works.status()["cost"]["perDay"]) - before == 8 * Decimal(core.per_core)
    assert "cost" not in Works.on_trial().status()
