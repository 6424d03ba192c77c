"""Numbers, terms and sizes as Chinese documents write them."""

from decimal import Decimal

import pytest

from mandate.api.clocks import Period
from mandate.render.documents import chinese


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "零"),
        (1, "一"),
        (2, "二"),
        (6, "六"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (99, "九十九"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (297, "二百九十七"),
        (1200, "一千二百"),
        (1001, "一千零一"),
        (9999, "九千九百九十九"),
    ],
)
def test_numerals(value: int, written: str) -> None:
    assert chinese.numeral(value) == written


@pytest.mark.parametrize("value", [-1, 10_000])
def test_a_numeral_out_of_range_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="not within 0 to 9999"):
        chinese.numeral(value)


@pytest.mark.parametrize(
    ("months", "written"),
    [(1, "一个月"), (6, "六个月"), (12, "一年"), (18, "十八个月"), (36, "三年"), (1200, "一百年")],
)
def test_terms(months: int, written: str) -> None:
    assert chinese.term(months) == written


@pytest.mark.parametrize(
    ("amount", "unit", "written"),
    [(3, "days", "3日"), (6, "months", "6个月"), (5, "workingDays", "5个工作日")],
)
def test_periods(amount: int, unit: str, written: str) -> None:
    assert chinese.period(Period.model_validate({"amount": amount, "unit": unit})) == written


@pytest.mark.parametrize(
    ("size", "written"),
    [
        ("8Gi", "8"),
        ("0", "0"),
        ("1Ti", "1024"),
        ("100Gi", "100"),
        ("512Mi", "0.5"),
        ("1Mi", "0.0009765625"),
        # 10^9 / 2^30
        ("1G", "0.931322574615478515625"),
    ],
)
def test_sizes_in_g_are_exact(size: str, written: str) -> None:
    assert chinese.number(chinese.gibibytes(size)) == written


def test_a_number_has_no_exponent() -> None:
    assert chinese.number(Decimal("1E+3")) == "1000"
