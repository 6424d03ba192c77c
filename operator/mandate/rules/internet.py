"""The internet gate: closed until the filing is verified (annex 1, 3.2 and 4.2; G32-filing)."""

from mandate.rules.case import Case


def is_open(case: Case, *, launched: bool) -> bool:
    """Whether the system may be reached from the internet."""
    return False
