"""Kubernetes quantities: read exactly, and written as the API server writes them."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes.utils.quantity import parse_quantity

from mandate.api import quantity

SUFFIXES = ["", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
# no form holds more than 1Pi
POWERS = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5}
# every amount below an exbibyte: more than 500 machines of the largest size take
BYTES = st.integers(min_value=0, max_value=10**18 - 1)
NO_QUANTITIES = [
    *("", " ", "Gi", "8gi", "8GI", "8K", "8 Gi", " 8Gi", "8Gi\n", "+8", "-8", "1e3", "1E3"),
    *(".5Gi", "5.Gi", "1,5Gi", "1_000", "８Gi", "Infinity", "NaN", "8GiB", "1" * 25),
    "0." + "1" * 10,
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("1", "1"),
        ("500m", "0.5"),
        ("1m", "0.001"),
        ("1k", "1000"),
        ("1Ki", "1024"),
        ("80G", "80000000000"),
        ("80Gi", "85899345920"),
        ("8Gi", "8589934592"),
        ("1.5Ti", "1649267441664"),
        ("5Ti", "5497558138880"),
        ("0.1Ki", "102.4"),
        ("2Ei", "2305843009213693952"),
        ("007", "7"),
    ],
    ids=str,
)
def test_a_quantity_is_read_by_its_suffix(text: str, value: str) -> None:
    assert quantity.parse(text) == Decimal(value)


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    "text",
    NO_QUANTITIES,
    ids=repr,
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity such as 8Gi"):
        quantity.parse(text)


@given(
    whole=st.integers(min_value=0, max_value=10**18 - 1),
    fraction=st.text("0123456789", max_size=9),
    suffix=st.sampled_from(SUFFIXES),
)
def test_reading_agrees_with_the_official_client(whole: int, fraction: str, suffix: str) -> None:
    text = f"{whole}.{fraction}{suffix}" if fraction else f"{whole}{suffix}"
    with localcontext(prec=60):  # theirs rounds to the context's digits
        assert quantity.parse(text) == parse_quantity(text)


@given(
    whole=st.integers(min_value=0, max_value=10**9 - 1),
    thousandths=st.integers(min_value=0, max_value=999),
    suffix=st.sampled_from(sorted(POWERS)),
)
def test_reading_what_a_form_may_hold_is_exact(whole: int, thousandths: int, suffix: str) -> None:
    exact = Fraction(whole * 1000 + thousandths, 1000) * 1024 ** POWERS[suffix]
    assert Fraction(quantity.parse(f"{whole}.{thousandths:03}{suffix}")) == exact


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("1", "1"),
        ("1000", "1k"),
        ("1023", "1023"),
        ("1024", "1Ki"),
        ("1536", "1536"),
        ("512000", "500Ki"),
        ("1000000000", "1G"),
        ("1610612736", "1536Mi"),
        ("1073741824", "1Gi"),
        ("35165044736", "33536Mi"),
        ("9007199254740993", "9007199254740993"),
        ("0.5", "1"),
        ("1023.001", "1Ki"),
    ],
    ids=str,
)
def test_a_size_is_written_in_canonical_form(value: str, text: str) -> None:
    assert quantity.size(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("2", "2"),
        ("2.000", "2"),
        ("0.5", "500m"),
        ("16.3", "16300m"),
        ("0.0001", "1m"),
        ("1.0001", "1001m"),
        ("1000", "1k"),
        ("1500", "1500"),
    ],
    ids=str,
)
def test_cores_are_written_in_canonical_form(value: str, text: str) -> None:
    assert quantity.cores(Decimal(value)) == text


@given(BYTES)
def test_a_written_size_reads_back_as_the_same_bytes(amount: int) -> None:
    assert quantity.parse(quantity.size(Decimal(amount))) == amount


@given(BYTES.filter(bool))
def test_no_written_size_could_carry_a_greater_suffix(amount: int) -> None:
    text = quantity.size(Decimal(amount))
    number, suffix = int(text.rstrip("KMGTPEik")), text.lstrip("0123456789")
    step = 1024 if suffix.endswith("i") else 1000
    assert number % step != 0
    assert suffix.endswith("i") == (amount % 1024 == 0)


@given(st.integers(min_value=0, max_value=10**12))
def test_written_cores_read_back_to_the_thousandth(thousandths: int) -> None:
    value = Decimal(thousandths) / 1000
    assert quantity.parse(quantity.cores(value)) == value


def test_every_digit_of_a_quantity_counts() -> None:
    text = "123456789012345678.123456789"
    assert Fraction(quantity.parse(f"{text}Ei")) == Fraction(text) * 1024**6


def test_a_size_beyond_an_exabyte_reads_back() -> None:
    assert quantity.parse(quantity.size(Decimal(10**18 + 1))) == 10**18 + 1
