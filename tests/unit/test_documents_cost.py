"""The statement on paper and for spreadsheets: what was computed, and no formula of a form's."""

import csv
import io
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.meta import Json
from mandate.api.servicecatalog import ServiceCatalog
from mandate.cli.cost import Books, report
from mandate.render.documents import AgencyCost, Period, SystemCost, cost_sheet, cost_table
from mandate.render.documents.costs import unit_days
from tests.unit.builders import agency, calendar, catalog, policy
from tests.unit.changes import Works, cores
from tests.unit.paper import read
from tests.unit.test_cost import DATABASE, priced

pytestmark = pytest.mark.rule("A31-budget")
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def books(prices: ServiceCatalog | None = None) -> Books:
    return Books(agency(), policy(catalog="luan"), calendar(), prices or priced())


def launched(works: Works, since: str | None = "2026-03-05") -> Json:
    """The application as it is stored, billed from a day on."""
    raw = works.objects["app"]
    return raw | {"status": raw["status"] | ({"billingFrom": since} if since else {})}


def costs(works: Works, prices: ServiceCatalog | None = None, **spec: str) -> AgencyCost:
    raw = launched(works)
    raw["spec"] = raw["spec"] | spec
    changes = tuple(o for o in works.objects.values() if o["kind"] == "ResourceChange")
    return books(prices).costs(((raw, changes),), MARCH)


def changed_works() -> Works:
    works = Works.on_trial(services=[DATABASE])
    works.wait(days=8)
    works.change("grow", changedHosts=[cores(8, 16)])
    works.decide("grow", "change")
    return works


def table(found: AgencyCost) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(cost_table([found], MARCH))))


def test_the_sheet_has_each_line_the_sums_and_how_they_are_rounded() -> None:
    sheet = read(cost_sheet(costs(changed_works()), MARCH, "六安市政务云服务目录", "CNY"))
    assert sheet.texts[0] == "政务云资源费用清单"
    assert sheet.values["计费期间"] == "2026年3月1日至2026年3月31日"
    # 1614.00 of machines, 1800.00 of two databases
    assert sheet.values["合计"] == "3414.00"
    assert sheet.values["小计（计费27天）"] == "3414.00"
    rows = [row for row in sheet.rows if row and row[0].isdigit()]
    assert rows == [
        ["1", "弹性云服务器", "台", "81", "2", "162.00"],
        ["2", "弹性云服务器", "核", "608", "1.50", "912.00"],
        ["3", "弹性云服务器", "内存（G）", "864", "0.40", "345.60"],
        ["4", "弹性云服务器", "SATA硬盘（G）", "19440", "0.01", "194.40"],
        ["5", "国产关系型数据库", "套", "54", "33.333333", "1800.00"],
    ]
    assert "四舍五入到分" in sheet.texts[-1]


def test_the_sheet_names_what_has_no_price_who_pays_and_what_is_not_told() -> None:
    works = changed_works()
    priceless = costs(works, priced({}), funding="Other", lineAuthority="省交通厅")
    sheet = read(cost_sheet(priceless, MARCH, "目录", "CNY"))
    assert "app（费用由省交通厅承担）" in sheet.texts
    assert "目录未定价，未计费：弹性云服务器、国产关系型数据库" in sheet.texts
    del works.objects["grow"]
    sheet = read(cost_sheet(costs(works), MARCH, "目录", "CNY"))
    assert [t for t in sheet.texts if t.startswith("未出账：what runs is not")]
    assert sheet.values["合计"] == "0.00"


def test_the_table_has_a_row_a_line() -> None:
    rows = table(costs(changed_works()))
    assert len(rows) == 5
    assert rows[1] == {
        "agency": "transport", "application": "app", "system": "六安公交出行服务平台",
        "paid_by": "", "from": "2026-03-01", "to": "2026-03-31", "billed_days": "27",
        "item": "ecs", "title": "弹性云服务器", "measure": "Core", "unit_days": "608",
        "price_per_day": "1.50", "currency": "CNY", "cost": "912.00", "note": "",
    }  # fmt: skip


def test_the_table_names_what_has_no_price_and_what_is_not_told() -> None:
    works = changed_works()
    notes = [(r["title"], r["cost"], r["note"]) for r in table(costs(works, priced({})))]
    assert notes == [
        ("弹性云服务器", "", "no price in the catalogue"),
        ("国产关系型数据库", "", "no price in the catalogue"),
    ]
    del works.objects["grow"]
    (row,) = table(costs(works))
    assert row["cost"] == ""
    assert row["note"].startswith("what runs is not what was approved")


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        " =1",
        "　=1",
        "\t=1",
        "\r=1",
        "\n=1",
    ],
    ids=ascii,
)
def test_what_people_wrote_begins_no_formula(text: str) -> None:
    (row,) = table(AgencyCost("a", "A", (SystemCost("app", text, text, None, text),)))
    for cell in (row["system"], row["paid_by"], row["note"]):
        assert cell.startswith(("'", "�"))
        assert text.strip() in cell


@pytest.mark.rule("X-input")
@given(st.text(max_size=20))
def test_no_text_makes_a_cell_of_its_own_a_row_or_a_formula(text: str) -> None:
    found = cost_table([AgencyCost("a", "A", (SystemCost("app", text, None, None, text),))], MARCH)
    (row,) = csv.DictReader(io.StringIO(found))
    assert not row["system"].lstrip().startswith(tuple("=+-@＝＋－＠"))
    assert row["billed_days"] == ""
    assert found.count("\r\n") == 2


def test_amounts_are_shown_to_four_decimals() -> None:
    assert [unit_days(Fraction(*a)) for a in ((3, 2), (1, 3), (1, 20_000), (6000, 1))] == [
        "1.5", "0.3333", "0.0001", "6000",
    ]  # fmt: skip


def test_the_report_has_a_line_a_system_and_the_sum() -> None:
    found = costs(changed_works(), funding="Other", lineAuthority="省交通厅")
    lines = list(report(found, "CNY"))
    assert lines[0] == "transport  六安市交通运输局"
    assert lines[1].split() == ["app", "27", "days", "3414.00", "paid", "by", "省交通厅"]
    assert lines[-1].split() == ["total", "3414.00", "CNY"]


def test_a_system_on_trial_is_not_on_it_nor_a_change_of_another() -> None:
    works = changed_works()
    assert books().costs(((launched(works, None), ()),), MARCH).systems == ()
    other = works.objects["grow"]
    other["spec"]["applicationRef"]["uid"] = "another"
    assert "a change is gone" in costs(works).systems[0].why


def test_today_is_the_jurisdictions() -> None:
    assert books().today(datetime(2026, 3, 31, 16, tzinfo=UTC)) == date(2026, 4, 1)
    assert books(catalog(currency=None, items=priced({}).wire()["spec"]["items"])).currency == ""
