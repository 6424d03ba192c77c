"""A suspension closes and keeps; lifted, the system is as it would be without it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.meta import Json, find_condition
from mandate.api.requests import Decision
from mandate.api.suspension import Suspension, SuspensionStatus
from mandate.render import grant_objects
from mandate.rules.application import decide
from mandate.rules.suspension import Suspended, judge_suspension, suspended
from tests.unit.builders import NOW
from tests.unit.endings import case, decision, stored, suspension, world

LATER = NOW + timedelta(hours=2)
PROVIDER = {"origin": "Provider", "reportTo": None}
HOLD = {"effect": "Preserve", "reportTo": None}


def judged(request: Suspension, phase: str = "Trial") -> SuspensionStatus:
    here = case(request)
    here = replace(here, application=stored(here.application, phase=phase))
    plan = judge_suspension(here, request, request.spec.wire(), LATER)
    assert isinstance(plan.status, SuspensionStatus)
    return plan.status


def awaited(status: SuspensionStatus) -> dict[str, tuple[str, ...]]:
    return {turn.stage: turn.may for turn in status.awaiting}


def said(status: SuspensionStatus) -> str:
    ready = find_condition(status.conditions, "Ready")
    assert ready is not None
    return f"{ready.status} {ready.reason}: {ready.message}"


def objects(*requests: Suspension) -> list[Json]:
    plan = decide(world(*requests), LATER)
    assert plan.grant is not None
    return grant_objects(plan.grant)


@pytest.mark.rule("A23-suspend")
def test_the_authoritys_waits_for_another_of_its_people_and_lasts_until_it_is_lifted() -> None:
    filed = judged(suspension())
    assert (filed.phase, awaited(filed)) == ("Submitted", {"suspension": ("Approved", "Refused")})
    assert suspended(case(suspension())).keeps is False
    decided = suspension(decided={"suspension": decision()})
    status = judged(decided)
    assert (status.phase, awaited(status)) == ("InForce", {"lift": ("Approved",)})
    assert suspended(case(decided)) == Suspended(interrupted_by=("s",))
    hold = suspension(HOLD, decided={"suspension": decision()})
    assert suspended(case(hold)) == Suspended(held_by=("s",))
    lifted = suspension(decided={"suspension": decision(), "lift": decision(LATER)})
    status = judged(lifted)
    assert (status.phase, awaited(status), status.lifted_at) == ("Lifted", {}, LATER)
    assert said(status).startswith("True Lifted: lifted at 2026-11-24T10:00:00+00:00")
    assert suspended(case(lifted)).interrupted_by == ()


@pytest.mark.rule("A23-suspend")
def test_a_refused_suspension_never_was_in_force() -> None:
    refused = suspension(decided={"suspension": decision(made="Refused")})
    status = judged(refused)
    assert (status.phase, awaited(status), status.lifted_at) == ("Refused", {}, None)
    assert suspended(case(refused)).keeps is False


@pytest.mark.rule("G49-interrupt")
def test_the_providers_is_in_force_at_once_and_ends_in_three_ways() -> None:
    filed = suspension(PROVIDER)
    status = judged(filed)
    assert status.phase == "InForce"
    assert said(status).startswith("False InForce: in force since it was filed; awaiting")
    assert awaited(status) == {
        "ratification": ("Approved", "Refused"),
        "restored": ("Approved",),
    }
    assert suspended(case(filed)).interrupted_by == ("s",)
    ratified = suspension(PROVIDER, decided={"ratification": decision()})
    status = judged(ratified)
    assert status.phase == "InForce"
    assert set(awaited(status)) == {"restored", "lift"}
    assert suspended(case(ratified)).interrupted_by == ("s",)
    for ended in (
        {"ratification": decision(LATER, "Refused")},
        {"restored": decision(LATER)},
        {"ratification": decision(), "restored": decision(LATER)},
        {"ratification": decision(), "lift": decision(LATER)},
    ):
        over = suspension(PROVIDER, decided=ended)
        status = judged(over)
        assert (status.phase, awaited(status), status.lifted_at) == ("Lifted", {}, LATER), ended
        assert suspended(case(over)).keeps is False, ended


@pytest.mark.rule("A23-suspend")
@pytest.mark.parametrize("phase", ["Submitted", "Accepted", "Refused", "Exited"])
def test_what_was_not_granted_is_not_suspended(phase: str) -> None:
    status = judged(suspension(), phase)
    assert awaited(status) == {"suspension": ("Refused",)}
    (check,) = status.checks
    assert "A23-suspend" in check.message


@pytest.mark.rule("A23-suspend", "G49-interrupt")
def test_an_interruption_closes_and_lets_no_pod_start_and_a_hold_leaves_it_running() -> None:
    plan = decide(world(suspension(decided={"suspension": decision()})), LATER)
    assert plan.grant is not None
    assert plan.grant.regime.closed
    assert plan.grant.regime.frozen
    assert plan.grant.quota["pods"] == "0"
    assert not plan.grant.regime.deleted
    said = find_condition(plan.status.conditions, "Suspended")
    assert said is not None
    assert (said.status, said.message) == ("True", "interrupted by s")
    held = decide(world(suspension(HOLD, decided={"suspension": decision()})), LATER)
    assert held.grant is not None
    assert not held.grant.regime.closed
    assert not held.grant.regime.frozen
    said = find_condition(held.status.conditions, "LegalHold")
    assert said is not None
    assert said.status == "True"


_WAYS: dict[str, tuple[Json, list[dict[str, Decision]]]] = {
    "authority": ({}, [{}, {"suspension": "Approved"}, {"suspension": "Refused"}]),
    "provider": (PROVIDER, [{}, {"ratification": "Approved"}, {"ratification": "Refused"}]),
    "hold": (HOLD, [{}, {"suspension": "Approved"}]),
}


@st.composite
def _several(draw: st.DrawFn) -> list[tuple[str, Suspension, bool]]:
    """Suspensions in any state: what it does, itself, and whether it is in force (by hand)."""
    found = []
    for number in range(draw(st.integers(0, 4))):
        way = draw(st.sampled_from(sorted(_WAYS)))
        changes, starts = _WAYS[way]
        start = draw(st.sampled_from(starts))
        lifted = draw(st.booleans()) and "Approved" in start.values()
        decided = {stage: decision(made=made) for stage, made in start.items()}
        if lifted:
            decided["lift"] = decision(LATER)
        begun = "Approved" in start.values() or (way == "provider" and not start)
        request = suspension(changes, decided, f"s{number}")
        found.append((way, request, begun and not lifted))
    return found


@pytest.mark.rule("A23-suspend", "G49-interrupt")
@given(_several())
def test_what_is_granted_depends_on_those_in_force_alone(
    several: list[tuple[str, Suspension, bool]],
) -> None:
    now = objects(*(request for _, request, _ in several))
    if any(way != "hold" and runs for way, _, runs in several):
        one = suspension(decided={"suspension": decision()})
        assert now == objects(one)
        assert now != objects()
    else:
        # lifted one by one, each object is to the byte what it was before
        assert now == objects()


@pytest.mark.rule("X-level")
@given(_several())
def test_a_second_look_changes_nothing(several: list[tuple[str, Suspension, bool]]) -> None:
    here = case(*(request for _, request, _ in several))
    for _, request, _ in several:
        first = judge_suspension(here, request, request.spec.wire(), LATER).status
        again = request.model_copy(update={"status": SuspensionStatus.model_validate(first.wire())})
        second = judge_suspension(here, again, request.spec.wire(), LATER).status
        assert second.wire() == first.wire()
