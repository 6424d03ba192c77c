"""Stages beside the course: open once it is done, such as the withdrawal of what was verified."""

from dataclasses import replace

from mandate.api.assessmentreport import AssessmentReport
from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Json
from mandate.api.requests import decision_key
from mandate.rules.request import Form, Judged, aside


def beside(form: Form, judged: Judged, stage: str, read: Json | None = None) -> Judged:
    """What was judged, with a stage that can be approved now that the course is done (X-order).

    Args:
        form: the request as it is stored.
        judged: where it stands.
        stage: the one beside its course.
        read: what its decider reads beside the form.
    """
    if not judged.complete:
        return judged
    status = form.status.model_copy(update={"checks": judged.checks})
    found = aside(replace(form, status=status), stage, read)
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
