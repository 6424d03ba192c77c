"""Argo CD shows what the rules say: each script, on statuses that the rules made."""

import json
from datetime import timedelta

import pytest
import yaml

from hack.argocd import FOLDER
from mandate.api.kinds import KINDS
from mandate.api.meta import Json, KubeModel
from mandate.rules.application import Outcome, decide
from mandate.rules.trial import judge_extension
from tests.unit.builders import LATER, NOW, application, approval, world
from tests.unit.endings import case, granted, stored
from tests.unit.lives import status_with
from tests.unit.lua import health
from tests.unit.test_extension import extension

YES, NO = approval(), approval("Refused")
SCRIPTED = [kind.name for kind in KINDS if kind.has_status]
APPROVED = {"acceptance.1": YES, "review.1": YES}
GRANTING = Outcome(granted=False, reason="Granting", message="the namespace is being made")
GRANTED = Outcome(granted=True, reason="Granted", message="namespace is in place")


def wired(kind: str, status: KubeModel, generation: int = 1) -> Json:
    """As the API server has it, without the form."""
    document: Json = {
        "apiVersion": "mandate.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": "bus-portal", "generation": generation},
        "status": status.wire(),
    }
    return json.loads(json.dumps(document))  # type: ignore[no-any-return]


def judged(name: str) -> Json:
    """An application in the state of one test file, as the rules judge it."""
    approvals, form, now, outcome = {
        "unseen": ({}, {}, NOW, None),
        "awaiting": ({}, {}, NOW, None),
        "accepted": ({"acceptance.1": YES}, {}, NOW, None),
        "only-refusable": ({}, {"classified": True}, NOW, None),
        "refused": ({"acceptance.1": NO}, {}, NOW, None),
        "ineffective": ({"acceptance.1": approval(by=None)}, {}, NOW, None),
        "breached": ({}, {}, NOW + timedelta(days=14), None),
        "granting": (APPROVED, {}, NOW, GRANTING),
        "granted": (APPROVED, {}, NOW, GRANTED),
    }[name]
    app = application(form, status=status_with(approvals))
    status = decide(world(app), now, outcome).status
    return wired("CloudApplication", status, generation=2 if name == "unseen" else 1)


def upstream() -> list[tuple[str, str, str]]:
    """Argo CD's own test file: the state's name, the status and the message."""
    tests = yaml.safe_load((FOLDER / "CloudApplication" / "health_test.yaml").read_text("utf-8"))
    return [
        (
            t["inputPath"].removeprefix("testdata/").removesuffix(".yaml"),
            *t["healthStatus"].values(),
        )
        for t in tests["tests"]
    ]


@pytest.mark.rule("A09-lifecycle", "A13-accept", "X-clock")
@pytest.mark.parametrize(("name", "status", "message"), upstream())
def test_argo_cd_shows_where_an_application_stands(name: str, status: str, message: str) -> None:
    assert health(judged(name)) == (status, message)


@pytest.mark.rule("A09-lifecycle")
@pytest.mark.parametrize("name", [name for name, *_ in upstream()])
def test_argo_cds_test_data_is_what_the_rules_say(name: str) -> None:
    path = FOLDER / "CloudApplication" / "testdata" / f"{name}.yaml"
    assert yaml.safe_load(path.read_text("utf-8")) == judged(name)


@pytest.mark.rule("A14-trial")
def test_a_request_waits_for_the_authority_and_then_is_healthy() -> None:
    here = stored(granted(), phase="Trial")

    def shown(decided: str | None) -> str:
        request = extension(decided)  # type: ignore[arg-type]
        plan = judge_extension(case(request, app=here), request, request.spec.wire(), NOW)
        return health(wired("TrialExtension", plan.status))[0]

    assert [shown(d) for d in (None, "Approved", "Refused")] == ["Suspended", "Healthy", "Degraded"]


@pytest.mark.rule("A14-trial")
def test_a_trial_that_ended_without_a_launch_is_degraded() -> None:
    found = decide(world(granted()), LATER)
    status, message = health(wired("CloudApplication", found.status))
    assert (status, message.startswith("the trial ended at")) == ("Degraded", True)


@pytest.mark.rule("A09-lifecycle")
@pytest.mark.parametrize("kind", SCRIPTED)
def test_what_the_operator_has_not_seen_is_progressing(kind: str) -> None:
    stati: tuple[Json, ...] = ({}, {"status": {}}, {"status": {"approvals": {}, "conditions": []}})
    for status in stati:
        document = {"kind": kind, "metadata": {"generation": 1}} | status
        assert health(document)[0] == "Progressing"


@pytest.mark.rule("X-identity")
def test_argo_cd_is_offered_no_action() -> None:
    assert sorted(folder.name for folder in FOLDER.iterdir()) == sorted(SCRIPTED)
    assert not [*FOLDER.rglob("action*"), *FOLDER.rglob("discovery.lua")]


def test_a_namespace_that_is_anothers_waits_for_who_may_let_it_be_taken_over() -> None:
    taken = Outcome(granted=False, reason="NamespaceTaken", message="namespace is another's")
    app = application(status=status_with(APPROVED))
    status = decide(world(app), NOW, taken).status
    assert [turn.stage for turn in status.awaiting] == ["takeover"]
    found = health(wired("CloudApplication", status))
    assert found[0] == "Suspended"
    assert found[1].startswith("awaiting takeover by the authority")
    assert "namespace is another's" in found[1]
