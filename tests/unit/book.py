"""The same town reckoned by hand: what was filed and decided, and what that must come to.

It shares nothing with the rules: whole days are counted on another library's calendar, what is
past is kept as it happened, and each rule is said once more in the fewest words.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

Json = dict[str, Any]
ONE = timedelta(days=1)
APP = "bus-portal"
SIGNED = ("sign-agency", "sign-provider", "sign-authority")
OBJECTED = ("objection-agency", "objection-provider", "objection-authority")
AGENCY, PROVIDER = frozenset({"alice", "aiguo"}), frozenset({"pei", "peter"})
_DECIDERS = {
    frozenset({"bob"}): (
        "acceptance", "review", "extension", "launch", "withdraw-filing", "suspension",
        "ratification", "lift", "exit", "sign-authority", "objection-authority",
    ),
    frozenset({"sue"}): ("verification", "withdrawal"),
    PROVIDER: ("confirm-provider", "restored", "sign-provider", "objection-provider"),
    AGENCY: ("grant", "sign-agency", "objection-agency"),
}  # fmt: skip
DECIDERS = {stage: who for who, stages in _DECIDERS.items() for stage in stages}
STAGES = tuple(DECIDERS)
ACTORS = ("alice", "aiguo", "bob", "clerk", "sue", "pei", "peter")


@dataclass(frozen=True)
class Law:
    """The figures that this town lives by."""

    zone: tzinfo
    worked: Callable[[date], bool]
    agreement: bool = True
    term_months: int = 6
    renewals: int = 2
    hold_days: int = 1
    trial_days: int = 30
    notice_days: int = 30
    guest_days: int = 30
    integrated_by: date = date(2024, 6, 28)
    """The last day for what the register asks of the system."""

    def day(self, instant: datetime) -> date:
        """The day on which something is."""
        return instant.astimezone(self.zone).date()

    def begins(self, day: date) -> datetime:
        """The first instant of a day."""
        return datetime.combine(day, time(), self.zone)

    def rolled(self, day: date) -> date:
        """This day, or the next that is worked."""
        while not self.worked(day):
            day += ONE
        return day

    def working(self, start: datetime, count: int) -> date:
        """The n-th working day after the day of an instant."""
        day = self.day(start)
        for _ in range(count):
            day = self.rolled(day + ONE)
        return day

    def months(self, day: date, count: int) -> date:
        """The same day so many months later, or that month's last; worked, or the next that is."""
        year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
        last = date(year + (month == 11), (month + 1) % 12 + 1, 1) - ONE
        return self.rolled(date(year, month + 1, min(day.day, last.day)))


@dataclass
class Filing:
    """One request, and what was decided on it."""

    kind: str
    spec: Json
    writers: set[str]
    at: datetime
    """When the present form was received."""
    generation: int = 1
    made: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def when(self, stage: str, decision: str = "Approved") -> datetime | None:
        """When this was decided on the present form."""
        known, at = self.made.get(f"{stage}.{self.generation}", ("", None))
        return at if known == decision else None

    def open(self, stage: str) -> bool:
        """Whether a stage is undecided on the present form."""
        return f"{stage}.{self.generation}" not in self.made

    @property
    def present(self) -> list[str]:
        """What was decided on the present form."""
        return [d for key, (d, _) in self.made.items() if key.endswith(f".{self.generation}")]


@dataclass(frozen=True)
class Leaving:
    """When an approved exit does what."""

    closes: datetime
    holds: datetime
    deletes: datetime


@dataclass
class Book:
    """Who filed and decided what, and how the one system is that it is all about."""

    law: Law
    now: datetime
    filings: dict[str, Filing] = field(default_factory=dict)
    consented: datetime | None = None
    """The consent that stands; it goes with its agreement."""
    launched: datetime | None = None
    reclaimed: datetime | None = None
    handed_in: datetime | None = None
    """When the evaluation that is owed after the launch was there for the first time."""
    ended: dict[str, str] = field(default_factory=dict)
    """What became of the agreements that are over."""

    def of(self, kind: str) -> Iterator[tuple[str, Filing]]:
        """What was filed of a kind, by name, in that order."""
        return ((n, f) for n, f in list(self.filings.items()) if f.kind == kind)

    @property
    def app(self) -> Filing:
        """The system's application."""
        return self.filings[APP]

    @property
    def today(self) -> date:
        """The day."""
        return self.law.day(self.now)

    @property
    def granted(self) -> datetime | None:
        """Since when it is granted: by its chain of decisions and nothing else."""
        return self.app.when("review") if self.app.when("acceptance") else None

    @property
    def begun(self) -> datetime | None:
        """Since when everything is there: what is hosted, the provider confirms."""
        hosted = self.app.spec["onboardingType"] == "Colocation"
        return self.app.when("confirm-provider") if hosted else self.granted

    @property
    def trial_ends(self) -> date | None:
        """The last day of the trial."""
        if self.begun is None:
            return None
        days = self.app.spec.get("trialDays") or self.law.trial_days
        more = sum(f.spec["days"] for _, f in self.of("TrialExtension") if f.when("extension"))
        return self.law.rolled(self.law.day(self.begun) + (days + more) * ONE)

    def in_force(self, effect: str) -> list[str]:
        """The suspensions of an effect that are in force."""
        return [n for n, f in self.of("Suspension") if f.spec["effect"] == effect and stands(f)]

    def leaving(self, filing: Filing) -> Leaving | None:
        """When an exit does what, once it is approved."""
        made = filing.when("exit")
        if made is None:
            return None
        planned = self.law.begins(date.fromisoformat(filing.spec["plannedExitDate"]))
        closes = max(made, planned)
        day = self.law.day(closes)
        holds = self.law.begins(day + ONE)
        return Leaving(closes, holds, self.law.begins(day + (1 + self.law.hold_days) * ONE))

    def covers(self, filing: Filing) -> bool:
        """Whether an exit is this system's: the whole unit's ends what it had by then."""
        made = filing.when("exit")
        if made is None or self.granted is None:
            return False
        return "applicationRef" in filing.spec or self.granted <= made

    @property
    def leaves(self) -> Leaving | None:
        """The exit that begins first."""
        found = [self.leaving(f) for _, f in self.of("ExitRequest") if self.covers(f)]
        return min((x for x in found if x), key=lambda x: x.closes, default=None)

    @property
    def ending(self) -> str:
        """How far its end is; empty: it lives."""
        if self.reclaimed:
            signed = any(is_signed(f) for _, f in self.of("ExitRequest"))
            return "completed" if signed else "reclaimed"
        if self.leaves is None or self.now < self.leaves.closes:
            return ""
        return "closed" if self.now < self.leaves.holds else "held"

    @property
    def phase(self) -> str:
        """Its phase."""
        if self.granted is None:
            refused = self.app.when("acceptance", "Refused") or self.app.when("review", "Refused")
            return "Refused" if refused else "Accepted" if self.app.present else "Submitted"
        if self.ending:
            return "Exited" if self.ending == "completed" else "Exiting"
        if self.launched:
            return "Running"
        return "Launching" if self.consented else "Trial" if self.begun else "Approved"

    @property
    def under_way(self) -> bool:
        """Whether it is launched, or is about to be."""
        return bool(self.launched or self.consented)

    @property
    def expired(self) -> bool:
        """Whether its trial ended in nothing."""
        over = self.trial_ends is not None and self.today > self.trial_ends
        return over and not self.under_way and not self.ending

    @property
    def interrupted(self) -> bool:
        """Whether its network is closed."""
        return bool(self.in_force("Interrupt") or self.expired or self.ending)

    @property
    def online(self) -> Filing | None:
        """The request whose filing was verified last, where the system may be on the internet."""
        asked = [f for _, f in self.of("LaunchRequest") if f.spec.get("internetFiling")]
        verified = [(at, f) for f in asked if (at := f.when("launch"))]
        if not verified or not self.launched or "Internet" not in self.app.spec["networks"]:
            return None
        return max(verified, key=lambda found: found[0])[1]

    def counts(self, kind: str) -> list[datetime]:
        """When reports of a type were verified that say passed and stand."""
        filed = [f for _, f in self.of("AssessmentReport") if f.spec["type"] == kind]
        passed = [f for f in filed if f.spec["result"] == "Passed" and not f.when("withdrawal")]
        return [at for f in passed if (at := f.when("verification"))]

    @property
    def lapsed(self) -> bool:
        """Whether its agreement is over and no other is in force."""
        running = any(self.is_in_force(name) for name, _ in self.of("ServiceAgreement"))
        return "Expired" in self.ended.values() and not running

    def is_in_force(self, name: str) -> bool:
        """Whether an agreement is."""
        filing = self.filings[name]
        signed = filing.spec["term"] > 0 or all(filing.when(s) for s in SIGNED)
        return signed and name not in self.ended

    def last_day(self, name: str) -> date | None:
        """The last day of an agreement that was signed; months count from the first signing."""
        spec = self.filings[name].spec
        first = self.filings[spec["first"]]
        signed = [at for s in SIGNED if (at := first.when(s))]
        if len(signed) < len(SIGNED):
            return None
        months = self.law.term_months * (spec["term"] + 1)
        return self.law.months(self.law.day(max(signed)), months)


def stands(filing: Filing) -> bool:
    """Whether a suspension is in force: the provider's at once, the authority's by decision."""
    provider = filing.spec["origin"] == "Provider"
    ends = (filing.when("lift"), filing.when("restored"), filing.when("ratification", "Refused"))
    return bool((provider or filing.when("suspension")) and not any(ends))


def is_signed(filing: Filing) -> bool:
    """Whether the provider confirmed what is gone and all three signed the sheet."""
    return all(filing.when(stage) for stage in ("confirm-provider", *SIGNED))
