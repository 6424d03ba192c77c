"""How far a request has come: order, turn, generation, effect, and stages that are pinned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.requests import Approval, Check, Effect, RequestStatus
from mandate.rules.progress import Progress, pinned_stages, progress
from tests.unit.builders import approval, check

STAGES = ("acceptance", "review")
PASSING, FAILING = (check(),), (check(passed=False),)
YES, NO = approval(), approval("Refused")
HELD = Effect(effective=True)


def status(
    approvals: dict[str, Approval] | None = None,
    effects: dict[str, Effect] | None = None,
    stages: tuple[str, ...] = (),
) -> RequestStatus:
    return RequestStatus(approvals=approvals or {}, effects=effects or {}, stages=stages)


@pytest.mark.rule("A09-lifecycle", "X-order", "X-bound")
@pytest.mark.parametrize(
    ("approvals", "expected"),
    [
        ({}, Progress(pending="acceptance")),
        (
            {"acceptance.1": YES},
            Progress(("acceptance",), pending="review", effects={"acceptance.1": HELD}),
        ),
        (
            {"review.1": YES, "acceptance.1": YES},
            Progress(STAGES, effects={"acceptance.1": HELD, "review.1": HELD}),
        ),
        ({"review.1": YES}, Progress(pending="acceptance")),
        ({"acceptance.2": YES, "review.2": YES}, Progress(pending="acceptance")),
        ({"acceptance.11": YES, "acceptance.10": NO}, Progress(pending="acceptance")),
        ({"consent.1": NO}, Progress(pending="acceptance")),
        (
            {"acceptance.1": NO, "review.1": YES},
            Progress(refused="acceptance", effects={"acceptance.1": HELD}),
        ),
        (
            {"acceptance.1": YES, "review.1": NO},
            Progress(
                ("acceptance",),
                refused="review",
                effects={"acceptance.1": HELD, "review.1": HELD},
            ),
        ),
    ],
    ids=[
        "nothing-decided",
        "first-stage",
        "all-stages-in-any-order-of-keys",
        "out-of-turn",
        "another-generation",
        "generation-1-is-not-11",
        "no-such-stage",
        "refused-at-once",
        "refused-at-last",
    ],
)
def test_stages_are_walked_in_their_order(
    approvals: dict[str, Approval], expected: Progress
) -> None:
    assert progress(STAGES, status(approvals), 1, PASSING) == expected


@pytest.mark.rule("X-bound")
def test_generation_11_does_not_count_what_was_decided_on_1() -> None:
    made = progress(STAGES, status({"acceptance.1": YES, "review.1": YES}), 11, PASSING)
    assert made == Progress(pending="acceptance")


@pytest.mark.rule("A13-accept")
def test_an_approval_over_a_failing_check_takes_no_effect() -> None:
    failing = (check("Complete", passed=False), check("InScope", passed=False))
    made = progress(STAGES, status({"acceptance.1": YES, "review.1": YES}), 1, failing)
    reason = "by then it failed: Complete, InScope; edit the form"
    effects = {"acceptance.1": Effect(effective=False, reason=reason)}
    assert made == Progress(ineffective="acceptance", effects=effects)


def test_an_advisory_failure_leaves_an_approval_its_effect() -> None:
    advised = (check(passed=False, blocking=False),)
    made = progress(STAGES, status({"acceptance.1": YES}), 1, advised)
    assert made.approved == ("acceptance",)


def test_a_refusal_takes_effect_over_a_failing_check() -> None:
    made = progress(STAGES, status({"acceptance.1": NO}), 1, FAILING)
    assert (made.refused, made.effects) == ("acceptance", {"acceptance.1": HELD})


@pytest.mark.rule("X-identity")
@pytest.mark.parametrize(
    "unstamped",
    [
        approval(by=None),
        approval("Refused", by=None),
        approval().model_copy(update={"at": None}),
        approval().model_copy(update={"by": None}),
    ],
    ids=["approval", "refusal", "undated", "unnamed"],
)
def test_a_decision_that_the_api_server_did_not_stamp_takes_no_effect(unstamped: Approval) -> None:
    made = progress(STAGES, status({"acceptance.1": unstamped}), 1, PASSING)
    reason = "the API server did not name and date it"
    effects = {"acceptance.1": Effect(effective=False, reason=reason)}
    assert made == Progress(ineffective="acceptance", effects=effects)


@pytest.mark.rule("X-final")
@pytest.mark.parametrize(
    ("effect", "checks", "approved"),
    [
        (HELD, FAILING, ("acceptance",)),
        (Effect(effective=False, reason="by then it failed"), PASSING, ()),
    ],
    ids=["effective-stays", "ineffective-stays"],
)
def test_what_came_of_a_decision_stands(
    effect: Effect, checks: tuple[Check, ...], approved: tuple[str, ...]
) -> None:
    before = status({"acceptance.1": YES}, {"acceptance.1": effect})
    made = progress(STAGES, before, 1, checks)
    assert made.approved == approved
    assert made.effects == {"acceptance.1": effect}


def test_what_came_of_other_generations_is_kept() -> None:
    earlier = {"acceptance.1": Effect(effective=True)}
    made = progress(STAGES, status({"acceptance.1": NO, "acceptance.2": YES}, earlier), 2, PASSING)
    assert made.effects == {"acceptance.1": HELD, "acceptance.2": HELD}


@pytest.mark.rule("X-final", "X-order")
@pytest.mark.parametrize(
    ("before", "generation", "expected"),
    [
        (status(stages=("old",)), 1, ("new",)),
        (status({"old.1": YES}, stages=("old",)), 1, ("old",)),
        (status({"old.1": YES}, stages=("old",)), 2, ("new",)),
        (status({"old.1": YES}, stages=("old",)), 11, ("new",)),
        (status({"old.11": YES}, stages=("old",)), 1, ("new",)),
        (status({"old.1": NO, "old.2": YES}, stages=("old",)), 2, ("old",)),
        (status({"old.1": YES}), 1, ("new",)),
    ],
    ids=[
        "undecided",
        "decided",
        "an-earlier-generation",
        "1-is-not-11",
        "11-is-not-1",
        "decided-anew",
        "never-read",
    ],
)
def test_stages_are_pinned_once_one_is_decided(
    before: RequestStatus, generation: int, expected: tuple[str, ...]
) -> None:
    assert pinned_stages(before, generation, ("new",)) == expected


generations = st.sampled_from([1, 2, 11])
checks = st.sampled_from([(), PASSING, FAILING, (check(passed=False, blocking=False),)])
histories = st.dictionaries(
    st.builds("{}.{}".format, st.sampled_from(["acceptance", "review", "consent"]), generations),
    st.builds(approval, st.sampled_from(["Approved", "Refused"]), by=st.sampled_from(["li", None])),
)


@given(histories, generations, checks, checks)
def test_progress_is_the_same_when_it_is_walked_again(
    history: dict[str, Approval], generation: int, then: tuple[Check, ...], now: tuple[Check, ...]
) -> None:
    first = progress(STAGES, status(history), generation, then)
    again = progress(STAGES, status(history, dict(first.effects)), generation, now)
    assert again == first


@pytest.mark.rule("A09-lifecycle")
@given(histories, generations, checks)
def test_the_approved_stages_lead_up_to_one_end(
    history: dict[str, Approval], generation: int, then: tuple[Check, ...]
) -> None:
    made = progress(STAGES, status(history), generation, then)
    reached = len(made.approved)
    assert made.approved == STAGES[:reached]
    ends = [end for end in (made.pending, made.refused, made.ineffective) if end]
    assert ends == list(STAGES[reached : reached + 1])


@pytest.mark.rule("X-bound")
@given(histories, generations, checks)
def test_only_what_was_decided_on_this_generation_counts(
    history: dict[str, Approval], generation: int, then: tuple[Check, ...]
) -> None:
    own = {k: a for k, a in history.items() if k.split(".")[1] == str(generation)}
    whole = progress(STAGES, status(history), generation, then)
    assert whole == progress(STAGES, status(own), generation, then)
