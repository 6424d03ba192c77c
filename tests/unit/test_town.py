"""Random actors make random moves, legal and illegal, on a system in virtual time (hypothesis).

Beside the rules stands the book, which shares nothing with them: what each decision and each day
must come to, reckoned by hand. A story that differs from it is shrunk to its shortest.
"""

from datetime import date, timedelta

import pytest
from chinese_calendar import is_workday
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.unit.book import APP, Book, Law
from tests.unit.builders import example
from tests.unit.papers import Pick
from tests.unit.player import Player
from tests.unit.standing import standing
from tests.unit.town import BEGINS, LUAN, Town

_LAST = BEGINS + timedelta(days=800)
"""With the half year of an agreement's term, what the other calendar knows."""
_RANKS = {"Approved": 0, "Trial": 1, "Launching": 1, "Running": 2, "Exiting": 3, "Exited": 4}
"""A refused agreement leads back to the trial; nothing else leads back."""


def pick(data: st.DataObject) -> Pick:
    """Draws one of what there is."""
    return lambda options: data.draw(st.sampled_from(options))


class Lives(RuleBasedStateMachine):
    """An agency, its approvers, the provider and the clock, at random."""

    def __init__(self) -> None:
        super().__init__()
        self.ranks: list[int] = []

    @initialize(
        data=st.data(),
        begins=st.sampled_from(["filed", "granted", "launched"]),
        agreement=st.sampled_from([True, True, False]),
        hold=st.integers(0, 2),
        renewals=st.integers(0, 2),
    )
    def applies(
        self, data: st.DataObject, begins: str, agreement: bool, hold: int, renewals: int
    ) -> None:
        law = example("policy.yaml")["spec"]
        terms = law["agreement"] | {"termMonths": 6, "renewals": renewals}
        ends = law["exit"] | {"holdDays": hold}
        self.town = Town({"agreement": terms if agreement else None, "exit": ends})
        figures = Law(LUAN, is_workday, agreement, renewals=renewals, hold_days=hold)
        self.book = Book(figures, BEGINS)
        self.player = Player(self.town, self.book)
        self.player.applies(pick(data))
        # two thirds of all lives begin with their grant, or few would come further
        if begins != "filed":
            self.player.is_granted()
        if begins == "launched" and self.book.phase == "Trial":
            self.player.is_launched()

    @rule(hours=st.sampled_from([1, 24, 3 * 24, 20 * 24, 90 * 24]))
    def time_goes_on(self, hours: int) -> None:
        self.player.passes(min(timedelta(hours=hours), _LAST - self.book.now))

    @rule(data=st.data())
    def anybody_decides_anything(self, data: st.DataObject) -> None:
        self.player.somebody_decides(pick(data))

    @rule(data=st.data(), decision=st.sampled_from(["Approved", "Approved", "Approved", "Refused"]))
    def what_is_awaited_is_decided(self, data: st.DataObject, decision: str) -> None:
        self.player.what_is_awaited_is_decided(pick(data), decision)

    @rule(data=st.data())
    def somebody_files(self, data: st.DataObject) -> None:
        self.player.somebody_files(pick(data))

    @rule(data=st.data())
    def somebody_edits(self, data: st.DataObject) -> None:
        self.player.somebody_edits(pick(data))

    @invariant()
    def all_stands_as_the_book_says(self) -> None:
        """Phases, what is awaited, decisions, clocks, trial, agreement, regime, guests."""
        event(f"reached {self.book.phase}")
        seen, said = self.town.standing(), standing(self.book)
        keys = seen.keys() | said.keys()
        other = {k: (seen.get(k), said.get(k)) for k in keys if seen.get(k) != said.get(k)}
        assert not other, f"(seen, said): {other}"

    @invariant()
    def nothing_is_granted_without_its_chain_of_decisions(self) -> None:
        raw = self.town.objects[APP]
        present = f".{raw['metadata']['generation']}"
        made = {key: entry["decision"] for key, entry in self.town.approvals(APP).items()}
        chain = [made.get(f"{stage}{present}") for stage in ("acceptance", "review")]
        assert self.town.plan is not None
        if self.town.plan.grant is not None:
            assert chain == ["Approved", "Approved"]

    @invariant()
    def every_decision_is_on_record(self) -> None:
        told = {key.rpartition("decided.")[2] for key in self.town.facts if "decided." in key}
        assert {key for f in self.book.filings.values() for key in f.made} <= told

    @invariant()
    def nothing_is_reclaimed_before_its_planned_day_is_over(self) -> None:
        exits = [f for _, f in self.book.of("ExitRequest") if f.when("exit")]
        planned = [date.fromisoformat(f.spec["plannedExitDate"]) for f in exits]
        for at in self.town.reclaimed:
            assert min(planned) < at.astimezone(LUAN).date()

    @invariant()
    def a_life_goes_forward(self) -> None:
        self.ranks.append(_RANKS.get(self.book.phase, -1))
        lived = [rank for rank in self.ranks if rank >= 0]
        assert lived == sorted(lived)


TestLives = pytest.mark.rule(
    "A09-lifecycle", "X-order", "X-final", "X-clock", "X-dossier", "X-level", "X-duty",
    "A13-accept", "A14-trial", "A15-launch", "G32-filing", "G91-term", "G94-copies", "A23-suspend",
    "G49-interrupt", "A17-exit", "A07-reclaim", "G72-confirm", "A26-access", "G33-mlps",
)(Lives.TestCase)  # fmt: skip
TestLives.settings = settings(max_examples=settings().max_examples * 2 // 5, stateful_step_count=30)
