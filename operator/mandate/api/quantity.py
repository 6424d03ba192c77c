"""Kubernetes quantities, exactly: `8Gi`, `500m`, `1.5Ti`; never a float.

Source: `k8s.io/apimachinery/pkg/api/resource`. Only the decimal and binary suffixes that
sizes and cores use are read; exponents (`1e3`) are refused: nobody writes them on a form.
"""

import re
from decimal import Context, Decimal

_BINARY = {s: Decimal(1024) ** i for i, s in enumerate(["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"])}
_DECIMAL = {"m": Decimal("0.001"), "k": Decimal(10) ** 3} | {
    s: Decimal(1000) ** i for i, s in enumerate(["M", "G", "T", "P", "E"], start=2)
}
_FACTORS = _BINARY | _DECIMAL
# 33 digits on the form times at most 19 of a suffix
_EXACT = Context(prec=60)
_SYNTAX = re.compile(r"([0-9]{1,24}(?:\.[0-9]{1,9})?)([KMGTPE]i|[mkMGTPE])?")


def parse(text: str) -> Decimal:
    """The value of a quantity: bytes for a size, cores for a CPU.

    Raises:
        ValueError: `text` is no quantity.
    """
    match = _SYNTAX.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is not a quantity such as 8Gi")
    return _EXACT.multiply(Decimal(match[1]), _FACTORS[match[2] or ""])


def size(value: Decimal) -> str:
    """A size in bytes in the API server's own canonical form (`1Gi`, never `1024Mi`).

    Written so, what the operator applies reads back unchanged, and a comparison of the two
    is an equality of strings.

    Args:
        value: bytes, at least 0; a fraction of a byte is rounded up.
    """
    amount = int(value.to_integral_value(rounding="ROUND_CEILING"))
    for suffix in ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki"):
        if amount and amount % int(_BINARY[suffix]) == 0:
            return f"{amount // int(_BINARY[suffix])}{suffix}"
    return _decimal(amount)


def cores(value: Decimal) -> str:
    """A CPU amount in cores in the API server's own canonical form (`2`, `500m`).

    Args:
        value: cores, at least 0; less than a thousandth is rounded up.
    """
    milli = int((value * 1000).to_integral_value(rounding="ROUND_CEILING"))
    return _decimal(milli // 1000) if milli % 1000 == 0 else f"{milli}m"


def _decimal(amount: int) -> str:
    for suffix in ("E", "P", "T", "G", "M", "k"):
        if amount and amount % int(_DECIMAL[suffix]) == 0:
            return f"{amount // int(_DECIMAL[suffix])}{suffix}"
    return str(amount)
