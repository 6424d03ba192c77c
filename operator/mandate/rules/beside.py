"""Stages beside the course: open once it is done, such as the withdrawal of what was verified."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mandate.api.assessmentreport import AssessmentReport
from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Json
from mandate.api.requests import Approval, Awaiting, Effect, decision_key
from mandate.rules.basis import basis
from mandate.rules.progress import progress
from mandate.rules.request import Form, Judged


@dataclass(frozen=True, slots=True)
class Aside:
    """A stage beside the course: it can be approved when the course is done, and not refused."""

    stage: str
    approval: Approval | None = None
    """The approval that took effect."""
    awaiting: tuple[Awaiting, ...] = ()
    effects: Mapping[str, Effect] = field(default_factory=dict)


def aside(
    form: Form,
    stage: str,
    read: Json | None = None,
    cites: str | None = None,
    *,
    opinion_required: bool = False,
) -> Aside:
    """A stage beside the course, open until it is approved (X-order).

    Its refusal would open the form again: who does not confirm waits.

    Args:
        form: as it is stored.
        stage: which.
        read: what its decider reads beside the form.
        opinion_required: whether its approval needs an opinion.
        cites: what the decision cites besides its basis; `read` has it too.
    """
    generation = form.metadata.generation
    made = progress((stage,), form.status, generation, ())
    if made.approved:
        found = form.status.approvals[decision_key(stage, generation)]
        return Aside(stage, found, effects=made.effects)
    turn = Awaiting(
        stage=stage,
        may=("Approved",),
        basis=basis(form.metadata, form.spec, form.status.checks, read),
        opinion_required=opinion_required,
        cites=cites,
    )
    return Aside(stage, None, (turn,), made.effects)


def beside(
    form: Form,
    judged: Judged,
    stage: str,
    read: Json | None = None,
    cites: str | None = None,
) -> Judged:
    """What was judged, with a stage that can be approved now that the course is done (X-order).

    Args:
        form: the request as it is stored.
        judged: where it stands.
        stage: the one beside its course.
        read: what its decider reads beside the form.
        cites: what the decision cites besides its basis; `read` has it too.
    """
    if not judged.complete:
        return judged
    status = form.status.model_copy(update={"checks": judged.checks})
    found = aside(replace(form, status=status), stage, read, cites)
    more: Json = {
        "awaiting": (*judged.base["awaiting"], *found.awaiting),
        "effects": judged.base["effects"] | found.effects,
    }
    return replace(judged, base=judged.base | more)


def withdrawn(request: AssessmentReport | LaunchRequest, stage: str) -> bool:
    """Whether what was approved was withdrawn at this stage beside its course.

    The decision counts as soon as it is made: what it ends must not outlive it for a moment.
    """
    status, key = request.status, decision_key(stage, request.metadata.generation)
    made, effect = status.approvals.get(key), status.effects.get(key)
    if made is None or made.decision != "Approved" or made.by is None or made.at is None:
        return False
    return effect is None or effect.effective
