"""How long the calendars still speak: the first end of those that policies name."""

from datetime import UTC, datetime, timedelta

import pytest

from mandate.api.meta import Json
from mandate.rules.calendar_end import remaining
from tests.unit.builders import example

pytestmark = pytest.mark.rule("X-clock")
# the last day of 2026 ends in Lu'an when it is 16:00 in London
NOW = datetime(2026, 12, 29, 16, 0, tzinfo=UTC)


def policy(calendar: str = "china") -> Json:
    return {"metadata": {"name": "p"}, "spec": {"calendar": calendar}}


def calendar(name: str = "china", **spec: str) -> Json:
    raw = example("calendar.yaml")
    return raw | {"metadata": raw["metadata"] | {"name": name}, "spec": raw["spec"] | spec}


def test_a_calendar_ends_with_its_last_day_in_its_own_zone() -> None:
    assert remaining([policy()], [calendar()], NOW) == timedelta(days=2)
    assert remaining([policy()], [calendar(timeZone="UTC")], NOW) == timedelta(days=2, hours=8)
    assert remaining([policy()], [calendar()], NOW + timedelta(days=3)) == timedelta(days=-1)


def test_of_those_that_are_named_the_first_end_counts_and_no_other() -> None:
    later = calendar("later", validThrough="2027-12-31")
    sooner = calendar("sooner", validThrough="2026-12-30")
    both = [policy(), policy("later")]
    assert remaining(both, [calendar(), later, sooner], NOW) == timedelta(days=2)
    assert remaining([*both, policy("sooner")], [calendar(), later, sooner], NOW) == timedelta(
        days=1
    )
    assert remaining([], [calendar()], NOW) is None


@pytest.mark.parametrize(
    "there", [[], [calendar("other")], [calendar(timeZone="Asia/Lu'an")], [calendar(weekend="x")]]
)
def test_one_that_is_missing_or_unusable_leaves_nothing(there: list[Json]) -> None:
    assert remaining([policy()], there, NOW) == timedelta()
