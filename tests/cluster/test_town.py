"""Random lives on the real API come to what the book says: a slice of `tests/unit/test_town.py`.

The people, what they try and the book are the same; the guards are real, and so is the operator.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from functools import partial
from math import ceil
from random import Random

import pytest
import yaml

from hack.site import LUAN, Site
from mandate.api.meta import Json
from mandate.api.stages import STAGE_TABLE, Party
from tests.cluster.laws import enact
from tests.cluster.real_town import RealTown
from tests.unit.book import Book, Law
from tests.unit.player import Place, Player
from tests.unit.standing import pass_time, standing, turning_points

_LAW = "town"
_ONE = timedelta(days=1)
_GROUPS = {
    "luan-approvers": Party.AUTHORITY,
    "luan-provider": Party.PROVIDER,
    "luan-support": Party.SUPPORT,
}
_SEEDS = (23, 29, 38, 53)
"""Of the lives that are led side by side: each draws the same whenever it is led."""
_ROUNDS, _ACTS = 10, 2
_INTEGRATED_IN = 60 * _ONE
"""After that what the register asks is overdue, and the system can be reclaimed."""
_SPANS = (1, 1, 3, 20, 100)
"""In days."""


class Life:
    """One system whose people do what its seed draws."""

    def __init__(self, seed: int, now: datetime, place: Callable[[Book], Place]) -> None:
        self.chance = Random(seed)  # noqa: S311 - a story, no secret
        # every day is worked under the calendar of `enact`
        overdue = now.date() + _INTEGRATED_IN
        law = Law(UTC, lambda _: True, term_months=6, renewals=1, integrated_by=overdue)
        self.book = Book(law, now)
        self.player = Player(place(self.book), self.book)
        self.phases: set[object] = set()
        """Those that anything in it was in."""

    def begins(self) -> None:
        """It is applied for, and for most approved and launched."""
        self.player.applies(self.chance.choice)
        begins = self.chance.choice(["filed", "granted", "launched", "launched"])
        if begins != "filed":
            self.player.is_granted()
        if begins == "launched" and self.book.phase == "Trial":
            self.player.is_launched()

    def acts(self) -> None:
        """Something happens."""
        for _ in range(_ACTS):
            self.player.acts(self.chance.choice)
        self.settles()

    def settles(self) -> None:
        """Waits until all stands as its book says."""
        self.player.place.wait(self.book.now)
        self.phases |= {v for k, v in standing(self.book).items() if k.endswith(".phase")}


def lead(lives: Sequence[Life], advance: Callable[[int], None]) -> None:
    """Leads lives side by side, in the same days.

    Args:
        lives: which.
        advance: moves the time by so many days.
    """
    chance = Random(0)  # noqa: S311 - a story, no secret
    with ThreadPoolExecutor(len(lives)) as pool:
        list(pool.map(Life.begins, lives))
        for _ in range(_ROUNDS):
            list(pool.map(Life.acts, lives))
            until = lives[0].book.now + chance.choice(_SPANS) * _ONE
            while (days := _days_until_something(lives, until)) > 0:
                advance(days)
                for life in lives:
                    pass_time(life.book, life.book.now + days * _ONE)
                list(pool.map(Life.settles, lives))


def _days_until_something(lives: Sequence[Life], until: datetime) -> int:
    """In how many days something happens by itself, or else until then."""
    coming = [
        point - life.book.now
        for life in lives
        for point in turning_points(life.book)
        if life.book.now < point < until
    ]
    return ceil(min([*coming, until - lives[0].book.now]) / _ONE)


@pytest.mark.timeout(600)
@pytest.mark.rule(
    "A09-lifecycle", "X-order", "X-duty", "X-clock", "A15-launch", "G91-term", "A23-suspend",
    "A17-exit", "A26-access",
)  # fmt: skip
def test_random_lives_come_to_what_the_book_says(site: Site) -> None:
    terms: Json = yaml.safe_load((LUAN / "policy.yaml").read_text("utf-8"))["spec"]["agreement"]
    stages = {
        group: sorted({s.name for row in STAGE_TABLE for s in row.stages if s.decided_by is party})
        for group, party in _GROUPS.items()
    }
    enact(site, _LAW, stages, agreement=terms | {"termMonths": 6, "renewals": 1})
    # in the morning of a day: nothing happens by itself while people act
    morning = datetime.combine(site.now().date() + _ONE, time(6), UTC)
    site.advance(seconds=int((morning - site.now()).total_seconds()))
    now = site.now()
    lives = [Life(n, now, partial(RealTown, site, _LAW, f"town {n}")) for n in _SEEDS]
    lead(lives, site.advance)
    seen = {phase for life in lives for phase in life.phases}
    assert seen >= _SEEN, _SEEN - seen


_SEEN = {"Trial", "Running", "Exited", "InForce", "Expired", "Lifted", "Verified", "Completed"}
"""What these seeds come to: others might never leave the first form."""
