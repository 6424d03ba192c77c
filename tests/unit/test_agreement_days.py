"""Which days a term of an agreement lasts from and to (annex 1, 9.1)."""

from datetime import UTC, date, datetime

import pytest

from mandate.api.serviceagreement import ServiceAgreementStatus
from tests.unit.agreements import terms
from tests.unit.builders import calendar
from tests.unit.test_agreement_terms import (
    DAY,
    FIRST_END,
    SECOND,
    SIGNED,
    TERM,
    THIRD,
    reason,
    running,
    span,
)

ALL_WORKED: dict[str, object] = {"weekend": [], "holidays": [], "makeUpDays": [], "country": None}


@pytest.mark.rule("G91-term")
def test_a_last_day_that_the_calendar_does_not_know_yet_is_provisional() -> None:
    story = running()
    assert "to 2027-11-25 (provisional); then it renews itself" in reason(story, TERM)
    story.calendar = calendar(validThrough="2027-11-25")
    story.look(SIGNED + DAY)
    assert "to 2027-11-25; then it renews itself" in reason(story, TERM)


@pytest.mark.rule("G91-term")
def test_a_renewal_of_what_is_not_there_counts_no_days() -> None:
    story = running()
    story.look(FIRST_END)
    del story.requests[TERM]
    unseen = story.agreement(SECOND).model_copy(update={"status": ServiceAgreementStatus()})
    story.requests[SECOND] = unseen
    story.requests[SECOND] = unseen.model_copy(update={"status": story.judged(SECOND).status})
    assert span(story, SECOND) == (None, None)
    assert "in force from its signatures to a day not counted yet" in reason(story, SECOND)


@pytest.mark.rule("G91-term")
def test_a_signature_that_nobody_dated_dates_nothing() -> None:
    """Even where it is on record as one that took effect."""
    story = running()
    signed = story.agreement()
    undated = signed.status.approvals["sign-provider.1"].model_copy(update={"at": None})
    update = {
        "approvals": signed.status.approvals | {"sign-provider.1": undated},
        "in_force_from": None,
    }
    status = signed.status.model_copy(update=update)
    story.requests[TERM] = signed.model_copy(update={"status": status})
    story.look()
    assert span(story, TERM) == (date(2026, 11, 25), date(2027, 11, 25))


@pytest.mark.rule("G91-term")
def test_months_end_on_the_same_day_number_or_the_months_last() -> None:
    law: dict[str, object] = {"agreement": terms(termMonths=1)}
    story = running(datetime(2027, 1, 31, 2, tzinfo=UTC), law, ALL_WORKED)
    assert span(story, TERM) == (date(2027, 1, 31), date(2027, 2, 28))
    story.look(datetime(2027, 2, 28, 16, tzinfo=UTC))
    # counted from the 31st, not from the 28th
    assert span(story, SECOND) == (date(2027, 3, 1), date(2027, 3, 31))
    story.look(datetime(2027, 3, 31, 16, tzinfo=UTC))
    assert span(story, THIRD) == (date(2027, 4, 1), date(2027, 4, 30))


@pytest.mark.rule("G91-term")
def test_a_leap_days_agreement_ends_on_the_last_of_february() -> None:
    story = running(datetime(2028, 2, 29, 2, tzinfo=UTC), days=ALL_WORKED)
    assert span(story, TERM) == (date(2028, 2, 29), date(2029, 2, 28))
    story.look(datetime(2030, 1, 1, tzinfo=UTC))
    assert span(story, SECOND) == (date(2029, 3, 1), date(2030, 2, 28))


@pytest.mark.rule("G91-term")
def test_a_calendar_edited_later_moves_no_term_that_is_over() -> None:
    story = running()
    story.look(FIRST_END)
    # by a calendar that calls the last day off, it would have been the day after
    story.calendar = calendar(holidays=[{"date": "2027-11-25"}])
    story.look(FIRST_END + DAY)
    assert span(story, TERM) == (date(2026, 11, 25), date(2027, 11, 25))


@pytest.mark.rule("G91-term")
def test_without_its_calendar_a_term_neither_ends_nor_forgets_its_days() -> None:
    story = running()
    story.calendar = None
    story.look(FIRST_END + DAY)
    assert story.agreements() == {TERM: "InForce"}
    assert span(story, TERM) == (date(2026, 11, 25), date(2027, 11, 25))
