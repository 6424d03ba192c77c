"""Lu'an's `WorkCalendar`, from the years whose notice the `holidays` package has.

The package answers for later years too, with the statutory days alone and without a word that
nobody has announced the make-up days yet. Those years are left out: the calendar ends before.
"""

from collections.abc import Iterator
from datetime import date

from holidays import country_holidays

_COUNTRY = "CN"
_FIRST_YEAR = 2024
"""Of the measures: nothing is counted before."""
_HEAD = """\
# The PRC's working days, after the State Council's notice for each year: days off, and the weekend
# days that are worked in exchange (调休). Written by `make generate` (hack/calendars.py). A year
# announced since: edit the object in your API, as the notice has it, and move validThrough on.
"""


def calendar(first_year: int = _FIRST_YEAR) -> str:
    """The calendar from this year through the last one that was announced, as YAML."""
    years = range(first_year, last_announced(first_year) + 1)
    found = country_holidays(_COUNTRY, years=years, language="zh_CN")
    make_up_days = sorted(day for day in found.weekend_workdays if day.year in years)
    return _HEAD + "\n".join(_lines(sorted(found.items()), make_up_days, years[-1])) + "\n"


def last_announced(first_year: int) -> int:
    """The last year with make-up days: every notice has some, and nobody can compute them.

    Raises:
        ValueError: not even the first year was announced.
    """
    year = first_year
    while any(day.year == year for day in country_holidays(_COUNTRY, years=year).weekend_workdays):
        year += 1
    if year == first_year:
        raise ValueError(f"the holidays package has no notice for {first_year}")
    return year - 1


def _lines(days_off: list[tuple[date, str]], make_up_days: list[date], last: int) -> Iterator[str]:
    yield "apiVersion: mandate.dev/v1alpha1"
    yield "kind: WorkCalendar"
    yield "metadata:"
    yield "  name: china"
    yield "spec:"
    yield "  timeZone: Asia/Shanghai"
    yield "  weekend: [Saturday, Sunday]"
    yield f'  validThrough: "{last}-12-31"'
    yield f"  country: {_COUNTRY}"
    yield "  holidays:"
    for day, name in days_off:
        yield f'    - {{date: "{day}", name: {name}}}'
    yield "  makeUpDays:"
    for day in make_up_days:
        yield f'    - date: "{day}"'
