"""Random actors make random moves on a system; what always holds, holds (hypothesis).

Beside the rules stands a small model that shares nothing with them: who approved what, and dates
counted with another library's calendar.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import is_workday
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.town import Town

_ZONE = ZoneInfo("Asia/Shanghai")
_LAST = datetime(2026, 11, 30, tzinfo=_ZONE)
_ONE = timedelta(days=1)
_ORDER = ("Submitted", "Accepted", "Approved", "Trial", "Launching", "Running", "Exiting", "Exited")
_STAGES = ("acceptance", "review", "launch", "extension", "verification", "withdrawal", "grant")


def after_working_days(start: datetime, count: int) -> date:
    """The n-th working day after the day of an instant, by the other calendar."""
    day = start.astimezone(_ZONE).date()
    while count:
        day += _ONE
        count -= is_workday(day)
    return day


def trial_day(start: datetime, days: int) -> date:
    """The last day of a trial: on a day off it ends on the next that is worked."""
    day = start.astimezone(_ZONE).date() + days * _ONE
    while not is_workday(day):
        day += _ONE
    return day


class Lives(RuleBasedStateMachine):
    """An agency, its approvers and the clock, at random."""

    def __init__(self) -> None:
        super().__init__()
        self.town = Town(law={"agreement": None})
        self.trial: datetime | None = None
        self.phases = ["Submitted"]
        self.accepted: dict[tuple[str, str], str] = {}

    @initialize(tried=st.booleans(), odd=st.booleans(), days=st.sampled_from([None, 15, 30]))
    def applies(self, tried: bool, odd: bool, days: int | None) -> None:
        asked = {} if days is None else {"trialDays": days}
        self.town.apply(classified=odd and not tried, **asked)
        # half of all lives begin with their trial, or few would come further
        for stage in ("acceptance", "review") if tried else ():
            self._accepted("app", stage, "Approved")

    @rule(hours=st.integers(1, 240))
    def time_goes_on(self, hours: int) -> None:
        self.town.now = min(self.town.now + timedelta(hours=hours), _LAST)
        self.town.settle()

    @rule(data=st.data(), stage=st.sampled_from(_STAGES), approve=st.booleans())
    def decides(self, data: st.DataObject, stage: str, approve: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.town.objects)))
        self._accepted(name, stage, "Approved" if approve else "Refused")

    def _accepted(self, name: str, stage: str, decision: str) -> bool:
        """Decides; keeps what the guards took, and when the trial began."""
        generation = self.town.objects[name]["metadata"]["generation"]
        taken = self.town.decide(name, stage, decision)
        if taken:
            self.accepted[name, f"{stage}.{generation}"] = decision
        if self.trial is None and self.town.status().get("trial"):
            self.trial = self.town.now
        return taken

    @rule(data=st.data())
    def decides_what_is_awaited(self, data: st.DataObject) -> None:
        open_now = [
            (name, turn["stage"])
            for name in sorted(self.town.objects)
            for turn in self.town.status(name).get("awaiting", [])
            if "Approved" in turn["may"]
        ]
        if open_now:
            name, stage = data.draw(st.sampled_from(open_now))
            assert self._accepted(name, stage, "Approved")

    @rule(name=st.sampled_from(["六安公交", "另一个系统"]))
    def edits_the_form(self, name: str) -> None:
        before = dict(self.accepted)
        if not self.town.edit("app", systemName=name, classified=False):
            present = f".{self.town.objects['app']['metadata']['generation']}"
            approved = [
                key
                for (owner, key), decision in before.items()
                if owner == "app" and key.endswith(present) and decision == "Approved"
            ]
            assert approved, "an edit was refused that nobody had decided on"

    @precondition(lambda self: "extension" not in self.town.objects)
    @rule(days=st.integers(1, 20))
    def asks_for_a_longer_trial(self, days: int) -> None:
        spec = self.town.about("life/trial-extension.yaml", days=days)
        self.town.file("extension", "TrialExtension", spec)

    @precondition(lambda self: "report" not in self.town.objects)
    @rule(passed=st.booleans())
    def files_a_report(self, passed: bool) -> None:
        day = self.town.now.astimezone(_ZONE).date()
        spec = self.town.about(
            "life/assessment-report.yaml",
            type="OnboardingSecurityTest",
            result="Passed" if passed else "NotPassed",
            date=day.isoformat(),
            validUntil=(day + 100 * _ONE).isoformat(),
        )
        self.town.file("report", "AssessmentReport", spec)

    @precondition(lambda self: "launch" not in self.town.objects)
    @rule()
    def asks_to_launch(self) -> None:
        spec = self.town.about("life/launch-request.yaml")
        spec.pop("internetFiling", None)
        self.town.file("launch", "LaunchRequest", spec)

    @precondition(lambda self: self.trial and not {"report", "launch"} & set(self.town.objects))
    @rule(consents=st.booleans())
    def hurries_to_the_launch(self, consents: bool) -> None:
        self.files_a_report(passed=True)
        self._accepted("report", "verification", "Approved")
        self.asks_to_launch()
        if consents:
            self._accepted("launch", "launch", "Approved")

    @invariant()
    def nothing_is_granted_without_its_chain_of_decisions(self) -> None:
        if "app" not in self.town.objects or self.town.plan is None:
            return
        generation = self.town.objects["app"]["metadata"]["generation"]
        chain = [self.accepted.get(("app", f"{s}.{generation}")) for s in ("acceptance", "review")]
        assert (self.town.plan.grant is not None) == (chain == ["Approved", "Approved"])

    @invariant()
    def no_decision_is_lost_or_altered(self) -> None:
        found = {
            (name, key): made["decision"]
            for name in self.town.objects
            for key, made in self.town.approvals(name).items()
        }
        assert found == self.accepted

    @invariant()
    def every_decision_is_on_record(self) -> None:
        told = {key.rpartition("decided.")[2] for key in self.town.facts if "decided." in key}
        assert {key for _, key in self.accepted} <= told

    @invariant()
    def every_clock_is_right(self) -> None:
        if "app" not in self.town.objects:
            return
        clocks = {c["stage"]: c for c in self.town.status().get("clocks", [])}
        for stage, days in (("acceptance", 5), ("review", 2), ("provision", 3)):
            if stage in clocks:
                start = datetime.fromisoformat(clocks[stage]["startedAt"])
                assert clocks[stage]["dueOn"] == after_working_days(start, days).isoformat()

    @invariant()
    def a_trial_ends_with_its_last_day_and_freezes(self) -> None:
        if self.trial is None or self.town.plan is None or self.town.plan.grant is None:
            return
        days = self.town.objects["app"]["spec"].get("trialDays", 30)
        if self.accepted.get(("extension", "extension.1")) == "Approved":
            days += self.town.objects["extension"]["spec"]["days"]
        over = self.town.now.astimezone(_ZONE).date() > trial_day(self.trial, days)
        consented = self.accepted.get(("launch", "launch.1")) == "Approved"
        regime = self.town.plan.grant.regime
        assert regime.frozen == regime.closed == (over and not consented)
        assert not regime.deleted

    @invariant()
    def a_launch_had_its_evidence(self) -> None:
        launched = [
            d for d in self.town.decided if d.stage == "launch" and d.decision == "Approved"
        ]
        if not launched:
            return
        verified = [d for d in self.town.decided if d.stage == "verification"]
        assert [d.decision for d in verified] == ["Approved"]
        assert verified[0].at <= launched[0].at
        assert self.town.objects["report"]["spec"]["result"] == "Passed"

    @invariant()
    def a_life_goes_forward(self) -> None:
        if "app" not in self.town.objects:
            return
        phase: str = self.town.status()["phase"]
        event(f"reached {phase}")
        if phase != self.phases[-1]:
            self.phases.append(phase)
        lived = [p for p in self.phases if p in _ORDER[2:]]
        assert lived == sorted(lived, key=_ORDER.index)


TestLives = pytest.mark.rule(
    "A09-lifecycle", "X-order", "X-final", "X-clock", "X-dossier", "X-level", "A14-trial"
)(Lives.TestCase)
TestLives.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
