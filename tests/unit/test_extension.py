"""A trial is as much longer as was consented to, and a consent takes a system on trial."""

from datetime import UTC, datetime

import pytest

from mandate.api.cloudapplication import Phase
from mandate.api.meta import Json, find_condition
from mandate.api.requests import Decision
from mandate.api.trialextension import TrialExtension
from mandate.rules.application import decide
from mandate.rules.request import RequestPlan
from mandate.rules.trial import judge_extension
from tests.unit.builders import NOW, approval, check, example
from tests.unit.endings import case, granted, stored, world


def extension(decision: Decision | None = None, days: int = 10) -> TrialExtension:
    """The example's, with what was decided on it and took effect."""
    raw = example("life/trial-extension.yaml")
    raw["metadata"] |= {"uid": "e-1", "generation": 1, "creationTimestamp": NOW.isoformat()}
    raw["spec"] |= {"days": days}
    decided: Json = {}
    if decision is not None:
        effects = {"extension.1": {"effective": True}}
        decided = {"approvals": {"extension.1": approval(decision).wire()}, "effects": effects}
    return TrialExtension.model_validate(raw | {"status": decided})


def judged(request: TrialExtension, phase: Phase = "Trial") -> RequestPlan:
    here = case(request, app=stored(granted(), phase=phase))
    return judge_extension(here, request, request.spec.wire(), NOW)


def outcome(plan: RequestPlan) -> tuple[object, str]:
    ready = find_condition(plan.status.conditions, "Ready")
    assert ready is not None
    return getattr(plan.status, "phase", None), ready.reason


@pytest.mark.rule("A14-trial")
def test_what_was_consented_to_is_added_to_the_days() -> None:
    # 30 days end on Thursday 2026-12-24, 40 on Monday 2027-01-04 (the 3rd is a Sunday)
    for requests, days, ends in (
        ([extension()], 30, datetime(2026, 12, 24, 16, tzinfo=UTC)),
        ([extension("Refused")], 30, datetime(2026, 12, 24, 16, tzinfo=UTC)),
        ([extension("Approved")], 40, datetime(2027, 1, 4, 16, tzinfo=UTC)),
    ):
        trial = decide(world(*requests), NOW).status.trial
        assert trial is not None
        assert (trial.days, trial.ends_at) == (days, ends)


@pytest.mark.rule("A14-trial")
def test_it_takes_the_authoritys_consent() -> None:
    filed = judged(extension())
    assert outcome(filed) == ("Submitted", "AwaitingDecision")
    assert [turn.may for turn in filed.status.awaiting] == [("Approved", "Refused")]
    assert filed.status.checks == (check("OnTrial"),)
    assert outcome(judged(extension("Approved"))) == ("Approved", "Extended")
    assert outcome(judged(extension("Refused"))) == ("Refused", "Refused")


@pytest.mark.rule("A14-trial")
@pytest.mark.parametrize("phase", ["Approved", "Running", "Exiting"])
def test_what_is_not_on_trial_is_not_extended(phase: Phase) -> None:
    plan = judged(extension(), phase)
    assert [turn.may for turn in plan.status.awaiting] == [("Refused",)]
    said = f"the application is {phase}, not on trial (A14-trial, article 14)"
    assert plan.status.checks == (check("OnTrial", passed=False, message=said),)
