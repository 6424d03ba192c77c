"""A granted system with suspensions and exits about it, as the rules see them."""

import json
from datetime import UTC, datetime

from mandate.api.cloudapplication import CloudApplication, CloudApplicationStatus
from mandate.api.exitrequest import ExitRequest
from mandate.api.meta import Json, Resource
from mandate.api.requests import Approval, Decision
from mandate.api.suspension import Suspension
from mandate.rules.application import Outcome, World, decide
from mandate.rules.case import Case
from tests.unit.builders import NOW, agency, application, approval, calendar, changed, example
from tests.unit.builders import policy as luan
from tests.unit.lives import status_with

Decided = dict[str, Approval]
"""Decisions by their stages."""
GRANTED = Outcome(True, "Granted", "namespace transport--bus-portal is in place")


def at(text: str) -> datetime:
    """An instant (UTC) by the clock in Lu'an, such as `2026-12-01 00:00`."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def granted() -> CloudApplication:
    """The bus portal on trial since `NOW`."""
    app = application(status=status_with({"acceptance.1": approval(), "review.1": approval()}))
    stored = World(app, app.spec.wire(), agency(), luan(), calendar())
    return application(status=decide(stored, NOW, GRANTED).status)


def decision(when: datetime = NOW, made: Decision = "Approved") -> Approval:
    """A decision at an instant."""
    return Approval(decision=made, basis="0" * 64, by="somebody", at=when, opinion="同意")


def _request(path: str, name: str, changes: Json, decided: Decided) -> Json:
    raw = example(path)
    raw["metadata"] |= {
        "name": name,
        "uid": f"uid-{name}",
        "generation": 1,
        "creationTimestamp": NOW.isoformat(),
    }
    raw["spec"] = changed(raw["spec"], changes)
    keys = {f"{stage}.1": made.wire() for stage, made in decided.items()}
    effects = {key: {"effective": True} for key in keys}
    raw["status"] = json.loads(json.dumps({"approvals": keys, "effects": effects}, default=str))
    return raw


def suspension(
    changes: Json | None = None, decided: Decided | None = None, name: str = "s"
) -> Suspension:
    """A suspension of the bus portal with these decisions, which took effect."""
    raw = _request("life/suspension.yaml", name, changes or {}, decided or {})
    return Suspension.model_validate(raw)


def exit_request(
    changes: Json | None = None, decided: Decided | None = None, name: str = "x"
) -> ExitRequest:
    """An exit of the bus portal on 2026-12-01 with these decisions, which took effect."""
    given = {"plannedExitDate": "2026-12-01"} | (changes or {})
    return ExitRequest.model_validate(
        _request("life/exit-request.yaml", name, given, decided or {})
    )


def world(*requests: Resource, app: CloudApplication | None = None, **policy: object) -> World:
    """The bus portal and what was filed about it."""
    found = app or granted()
    law = luan(**policy)
    return World(found, found.spec.wire(), agency(), law, calendar(), requests=requests)


def case(*requests: Resource, app: CloudApplication | None = None, **policy: object) -> Case:
    """The same as a case."""
    found = world(*requests, app=app, **policy).case()
    assert found is not None
    return found


def stored(app: CloudApplication, **changes: object) -> CloudApplication:
    """The application with these fields of its status."""
    status = app.status.wire() | changes
    return application(status=CloudApplicationStatus.model_validate(status))
