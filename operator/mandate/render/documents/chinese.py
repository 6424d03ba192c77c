"""Days, instants, numbers and sizes as Chinese official documents write them."""

import re
from datetime import date, datetime, tzinfo
from decimal import Context, Decimal

from mandate.api import quantity
from mandate.api.clocks import Period

_GIB = Decimal(1024) ** 3
# a size has at most 30 decimal places in G: bytes are whole, and 1 byte is 2^-30 G
_EXACT = Context(prec=60)
_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_LARGEST = 9999
_ZEROS = re.compile("零+")
_UNITS = {"workingDays": "个工作日", "days": "日", "months": "个月"}


def day(value: date) -> str:
    """`2026年11月24日`."""
    return f"{value.year}年{value.month}月{value.day}日"


def instant(value: datetime, zone: tzinfo) -> str:
    """`2026年11月24日16时00分00秒（UTC+08:00）`: an instant in the jurisdiction's zone.

    Raises:
        ValueError: the instant is naive: it would be read in whatever zone the reader is in.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} carries no zone")
    local = value.astimezone(zone)
    offset = local.strftime("%z")
    return f"{day(local)}{local:%H时%M分%S秒}（UTC{offset[:3]}:{offset[3:5]}）"


def gibibytes(size: str) -> Decimal:
    """A size as the forms write it, in G: `8Gi` is 8.

    Raises:
        ValueError: `size` is no quantity.
    """
    return in_gibibytes(quantity.parse(size))


def in_gibibytes(size: Decimal) -> Decimal:
    """A size in bytes as the forms write it, in G, exactly."""
    return _EXACT.divide(size, _GIB)


def number(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: `8`, `0.5`."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def numeral(value: int) -> str:
    """`6` as `六`, `12` as `十二`, `105` as `一百零五`: the agreement counts copies and years so.

    Raises:
        ValueError: not within 0 to 9999.
    """
    if not 0 <= value <= _LARGEST:
        raise ValueError(f"{value} is not within 0 to {_LARGEST}")
    places = zip(reversed(f"{value:04}"), _PLACES, strict=True)
    digits = "".join(
        _DIGITS[int(d)] + (place if d != "0" else "") for d, place in reversed([*places])
    )
    short = _ZEROS.sub("零", digits).strip("零") or "零"
    return short.removeprefix("一") if short.startswith("一十") else short


def period(value: Period) -> str:
    """A length of time in the agreement's words: `3日`, `6个月`, `5个工作日`."""
    return f"{value.amount}{_UNITS[value.unit]}"


def term(months: int) -> str:
    """How long an agreement runs: `一年` where it is whole years, else `十八个月`."""
    years, rest = divmod(months, 12)
    return f"{numeral(months)}个月" if rest or not years else f"{numeral(years)}年"
