"""Stories that the random ones of `test_town` found, told straight.

The town asserts on the way that a second look at what was just written writes nothing, and that
nothing changes before a rule said that it was due.
"""

from datetime import timedelta

import pytest

from mandate.api.meta import Json
from tests.unit.book import APP, Book, Law
from tests.unit.builders import example
from tests.unit.papers import best
from tests.unit.player import Player
from tests.unit.town import BEGINS, LUAN, Town

DAY = timedelta(days=1)


def filed(law: Json | None = None, **changes: object) -> tuple[Player, Town]:
    """An application that was just filed, on a Monday."""
    town = Town(law or {})
    player = Player(town, Book(Law(LUAN, lambda day: day.weekday() < 5, term_months=12), BEGINS))
    form = example("applications/bus-portal.yaml")["spec"] | changes
    player.files(APP, "CloudApplication", form, "alice")
    return player, town


def leave(player: Player, what: str = "termination") -> str:
    """An exit is filed for the day after tomorrow, and approved; its name."""
    name = player.somebody_files(best, what)
    assert player.decides("bob", name, "exit", "Approved")
    return name


def holds(town: Town) -> set[str]:
    """The conditions that hold of the system."""
    return {c["type"] for c in town.status()["conditions"] if c["status"] == "True"}


def clock(town: Town, stage: str) -> Json:
    """A clock of the application."""
    found: Json = next(c for c in town.status()["clocks"] if c["stage"] == stage)
    return found


@pytest.mark.rule("G91-term", "X-level", "A17-exit")
def test_what_exits_is_told_of_no_expired_agreement_from_the_first_look_on() -> None:
    terms = example("policy.yaml")["spec"]["agreement"] | {"renewals": 0}
    player, town = filed({"agreement": terms})
    player.is_granted()
    player.is_launched()
    # its renewals are none: the book would have two
    town.wait(player.book.now + 370 * DAY)
    assert "AgreementExpired" in holds(town)
    player.book.now = town.now
    leave(player)
    town.wait(town.now + 3 * DAY)
    assert town.status()["phase"] == "Exiting"
    assert "AgreementExpired" not in holds(town)


@pytest.mark.rule("A17-exit")
def test_the_units_exit_ends_nothing_that_was_granted_after_it() -> None:
    player, town = filed()
    player.decides("bob", APP, "acceptance", "Refused")
    leave(player, "unit-exit")
    # the refused form is filed again, and approved this time
    player.edits("alice", APP, {"systemName": "公交新系统"})
    player.is_granted()
    player.passes(10 * DAY)
    assert town.status()["phase"] == "Trial"
    assert town.reclaimed == []


@pytest.mark.rule("A14-provision", "A17-exit")
def test_nobody_confirms_what_was_reclaimed_before_it_was_handed_over() -> None:
    player, town = filed(onboardingType="Colocation")
    for stage in ("acceptance", "review"):
        player.decides("bob", APP, stage, "Approved")
    leave(player)
    player.passes(2 * DAY)
    assert [turn["stage"] for turn in town.status()["awaiting"]] == ["confirm-provider"]
    player.passes(3 * DAY)
    assert len(town.reclaimed) == 1
    assert "awaiting" not in town.status()
    # gone within the days it was to be provided in: its clock stops in time
    assert "closedAt" in clock(town, "provision")
    assert not player.decides("pei", APP, "confirm-provider", "Approved")


@pytest.mark.rule("G33-mlps", "X-clock")
def test_an_evaluation_withdrawn_in_time_is_missed_at_its_day_and_not_at_some_later_look() -> None:
    player, town = filed()
    player.is_granted()
    player.is_launched()
    report = player.somebody_files(best, "evaluation")
    player.decides("sue", report, "verification", "Approved")
    player.decides("sue", report, "withdrawal", "Approved")
    # launched on 2024-03-04, so until 2024-09-04
    player.passes(184 * DAY)
    assert "MlpsReportOverdue" not in holds(town)
    player.passes(DAY)
    assert "MlpsReportOverdue" in holds(town)


@pytest.mark.rule("G33-mlps", "A17-exit")
def test_what_left_owes_no_evaluation() -> None:
    player, town = filed()
    player.is_granted()
    player.is_launched()
    leave(player)
    player.passes(300 * DAY)
    assert len(town.reclaimed) == 1
    assert "MlpsReportOverdue" not in holds(town)
    assert not clock(town, "mlpsReport")["breached"]


@pytest.mark.rule("A15-launch", "A17-exit")
def test_what_leaves_is_neither_launched_nor_billed() -> None:
    player, town = filed()
    player.is_granted()
    report = player.somebody_files(best, "onboarding")
    player.decides("sue", report, "verification", "Approved")
    launch = player.somebody_files(best, "launch")
    player.decides("bob", launch, "launch", "Approved")
    term = f"{APP}-term-0"
    for who, stage in (("alice", "sign-agency"), ("pei", "sign-provider")):
        assert player.decides(who, term, stage, "Approved")
    leave(player)
    player.passes(3 * DAY)
    assert not player.decides("bob", term, "sign-authority", "Approved")
    (turn,) = town.status(term)["awaiting"]
    assert turn["may"] == ["Refused"]
    assert "billingFrom" not in town.status()


@pytest.mark.rule("A07-reclaim", "X-clock")
def test_a_reclaim_is_judged_anew_when_what_it_rests_on_is_overdue() -> None:
    player, town = filed()
    player.is_granted()
    leave(player)
    player.passes(3 * DAY)
    # of what exits no look at the application tells that the day is over
    reclaim = player.somebody_files(best, "reclaim")

    def said() -> str:
        return " ".join(check["message"] for check in town.status(reclaim)["checks"])

    assert "is not over" in said()
    player.passes(200 * DAY)
    assert "is not over" not in said()
