"""An amendment takes the place of what it amends, once all three have signed (annex 1, 9.3)."""

from datetime import date

import pytest

from mandate.rules.agreement_chain import amendment
from tests.unit.agreements import THREE, Story
from tests.unit.builders import NOW
from tests.unit.test_agreement_terms import (
    DAY,
    FIRST_END,
    SECOND,
    SECOND_END,
    SIGNED,
    TERM,
    THIRD,
    running,
    span,
)


def amended(story: Story) -> str:
    """An amendment of what is in force, filed."""
    record = amendment(story.case())
    assert record is not None
    story.file(record)
    story.look()
    name: str = record["metadata"]["name"]
    return name


@pytest.mark.rule("G94-copies", "G91-term")
def test_an_amendment_takes_its_place_once_all_three_have_signed() -> None:
    story = running()
    story.now = SIGNED + 30 * DAY
    name = amended(story)
    assert name == f"{TERM}-a1"
    assert story.agreement(name).spec.amendment_of == TERM
    # one at a time
    assert amendment(story.case()) is None
    for stage in THREE[:2]:
        story.decide(name, stage)
    assert story.agreements() == {TERM: "InForce", name: "Signing"}
    story.decide(name, THREE[2])
    assert story.agreements() == {TERM: "Superseded", name: "InForce"}
    # its last day stays
    assert span(story, name) == (date(2026, 12, 25), date(2027, 11, 25))
    assert story.awaited(TERM) == []
    assert story.app.status.launched_at == SIGNED


@pytest.mark.rule("G94-copies", "G91-term")
def test_what_was_amended_goes_on_as_amended() -> None:
    story = running()
    name = amended(story)
    story.sign(name)
    story.look(FIRST_END)
    assert story.agreements() == {TERM: "Superseded", name: "Renewed", SECOND: "InForce"}
    assert story.agreement(SECOND).spec.previous == name
    assert span(story, SECOND) == (date(2027, 11, 26), date(2028, 11, 27))
    # and a renewal can be amended
    again = amended(story)
    assert again == f"{SECOND}-a1"
    assert story.agreement(again).spec.previous == name
    story.sign(again)
    assert story.agreements()[SECOND] == "Superseded"
    story.look(SECOND_END)
    assert story.agreements()[THIRD] == "InForce"
    assert span(story, THIRD) == (date(2028, 11, 28), date(2029, 11, 26))


@pytest.mark.rule("G94-copies")
def test_a_refused_amendment_changes_nothing() -> None:
    story = running()
    name = amended(story)
    story.decide(name, "sign-agency", "Refused")
    assert story.agreements() == {TERM: "InForce", name: "Refused"}
    assert story.condition("AgreementExpired") is None
    assert amended(story) == f"{TERM}-a2"


@pytest.mark.rule("G94-copies")
def test_what_is_over_is_not_amended() -> None:
    story = running()
    name = amended(story)
    for stage in THREE[:2]:
        story.decide(name, stage)
    story.look(FIRST_END)
    (turn,) = story.agreement(name).status.awaiting
    assert turn.may == ("Refused",)
    # a signature that was made when it still was open comes too late as well
    assert story.agreements()[TERM] == "Renewed"


@pytest.mark.rule("G94-copies")
def test_nothing_in_force_is_nothing_to_amend() -> None:
    story = Story(NOW)
    assert amendment(story.case()) is None
    story.consent()
    assert amendment(story.case()) is None
