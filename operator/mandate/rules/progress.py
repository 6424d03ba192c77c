"""How far a request has come through its stages (A09-lifecycle, X-order, X-final)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mandate.api.requests import Approval, Check, Effect, RequestStatus, decision_key
from mandate.rules.checks import failures
from mandate.rules.less import as_asked

Objection = Callable[[Approval], str]
"""Why an approval can have no effect by what it says; empty: it can."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a generation of a request stands."""

    approved: tuple[str, ...] = ()
    """The stages that were approved with effect, in their order."""
    pending: str | None = None
    """The stage whose turn it is."""
    refused: str | None = None
    """The stage at which it was refused."""
    ineffective: str | None = None
    """The stage whose approval took no effect."""
    effects: Mapping[str, Effect] = field(default_factory=dict)
    """What came of each decision, by its key."""


@dataclass(frozen=True, slots=True)
class Walked:
    """How far a generation has come through its groups of stages."""

    approved: tuple[str, ...]
    """In their order; those of the present group that are, among them."""
    pending: tuple[str, ...] = ()
    """The stages whose turn it is: those of one group."""
    refused: str | None = None
    ineffective: str | None = None
    effects: Mapping[str, Effect] = field(default_factory=dict)


def pinned_stages(
    status: RequestStatus, generation: int, current: tuple[str, ...]
) -> tuple[str, ...]:
    """The stages of this generation: as the policy has them, until one of them is decided.

    A policy edited later does not add a stage to what was already decided.

    Args:
        status: of the request.
        generation: the present one.
        current: the stages as the policy has them now.
    """
    decided = any(key.rpartition(".")[2] == str(generation) for key in status.approvals)
    return status.stages if decided and status.stages else current


def progress(
    stages: tuple[str, ...],
    status: RequestStatus,
    generation: int,
    checks: tuple[Check, ...],
    objection: Objection = as_asked,
) -> Progress:
    """Walks the stages in their order up to the first that is not approved with effect.

    A decision out of turn counts for nothing. What came of a decision is judged once, by the
    checks that hold when it is first seen, and stands from then on.

    Args:
        stages: of this generation.
        status: with the decisions and what came of the earlier ones.
        generation: the present one; decisions on others count for nothing.
        checks: the judgements as they are now.
        objection: what is wrong with an approval itself.
    """
    effects = dict(status.effects)
    approved: list[str] = []
    for stage in stages:
        key = decision_key(stage, generation)
        decision = status.approvals.get(key)
        if decision is None:
            return Progress(tuple(approved), pending=stage, effects=effects)
        effects.setdefault(key, _effect(decision, checks, objection))
        if not effects[key].effective:
            return Progress(tuple(approved), ineffective=stage, effects=effects)
        if decision.decision == "Refused":
            return Progress(tuple(approved), refused=stage, effects=effects)
        approved.append(stage)
    return Progress(tuple(approved), effects=effects)


def _effect(decision: Approval, checks: tuple[Check, ...], objection: Objection) -> Effect:
    if decision.by is None or decision.at is None:
        return Effect(effective=False, reason="the API server did not name and date it")
    wrong = objection(decision) if decision.decision == "Approved" else ""
    if wrong:
        return Effect(effective=False, reason=f"{wrong}; edit the form")
    failing = failures(checks, blocking=True)
    if decision.decision == "Approved" and failing:
        names = ", ".join(c.type for c in failing)
        return Effect(effective=False, reason=f"by then it failed: {names}; edit the form")
    return Effect(effective=True)
