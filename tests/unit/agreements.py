"""A system on its way from consent to agreement, as the rules alone carry it on."""

import json
from datetime import datetime
from hashlib import sha256

from mandate.api.cloudapplication import CloudApplication
from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Condition, Json, Resource, find_condition
from mandate.api.requests import Approval, Decision
from mandate.api.serviceagreement import ServiceAgreement
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.agreement import needs_text
from mandate.rules.application import Plan, World, decide
from mandate.rules.case import Case, Predecessor
from mandate.rules.judges import JUDGES
from mandate.rules.request import RequestPlan
from tests.unit.builders import (
    NOW,
    agency,
    application,
    approval,
    calendar,
    changed,
    example,
    policy,
)
from tests.unit.launches import GRANTED, launch, verified
from tests.unit.lives import status_with

ANNEXES = [{"name": "allocation", "title": "政务云资源分配清单", "sha256": "a" * 64}]
THREE = ("sign-agency", "sign-provider", "sign-authority")


def terms(**changes: object) -> Json:
    """The policy's agreement, with these changes."""
    found: Json = changed(example("policy.yaml")["spec"]["agreement"], changes)
    return found


class Story:
    """One system; `look` does what the operator does, until nothing changes any more."""

    def __init__(self, now: datetime, law: Json | None = None, days: Json | None = None) -> None:
        self.now = now
        self.law = policy(**(law or {}))
        self.calendar: WorkCalendar | None = calendar(**(days or {}))
        self.app: CloudApplication = application(
            status=status_with({"acceptance.1": approval(), "review.1": approval()})
        )
        test = verified("report", at=NOW, date="2026-11-20", validUntil=None)
        self.requests: dict[str, Resource] = {"report": test}
        self.predecessor: Predecessor | None = None
        self.plan = Plan(self.app.status)
        self.dues: dict[str, datetime | None] = {}
        self.look()

    def world(self) -> World:
        """All that is there."""
        return World(
            application=self.app,
            form=self.app.spec.wire(),
            agency=agency(),
            policy=self.law,
            calendar=self.calendar,
            requests=tuple(self.requests.values()),
            predecessor=self.predecessor,
        )

    def case(self) -> Case:
        """The system's case."""
        case = self.world().case()
        assert case is not None
        return case

    def look(self, at: datetime | None = None) -> Plan:
        """Looks at all of it, at a time, again and again until nothing changes."""
        self.now = at or self.now
        for _ in range(20):
            before = (self.app, dict(self.requests))
            self.plan = self.look_once()
            self.app = _stored(self.app, self.plan.status.wire())
            for record in self.plan.records:
                self.file(record)
            for name in list(self.requests):
                self.requests[name] = _stored(self.requests[name], self.judged(name).status.wire())
            if (self.app, self.requests) == before:
                return self.plan
        raise AssertionError("it does not come to rest")

    def look_once(self) -> Plan:
        """One look at the application; nothing is written or filed."""
        return decide(self.world(), self.now, GRANTED)

    def judged(self, name: str) -> RequestPlan:
        """One look at one request."""
        request, case = self.requests[name], self.case()
        if isinstance(request, ServiceAgreement) and needs_text(case, request):
            update = {"text_sha256": sha256(request.spec.model_dump_json().encode()).hexdigest()}
            status = request.status.model_copy(update=update)
            request = request.model_copy(update={"status": status})
        kind = type(request).__name__
        plan = JUDGES[kind](case, request, _spec(request), self.now)
        self.dues[name] = plan.due
        return plan

    def file(self, record: Json) -> None:
        """Takes a record as the API server does: one of that name stays as it is."""
        name = record["metadata"]["name"]
        if name not in self.requests:
            spec = {"annexes": ANNEXES} | record["spec"]
            self.requests[name] = ServiceAgreement.model_validate(
                record | {"metadata": self.metadata(name), "spec": spec}
            )

    def metadata(self, name: str) -> Json:
        """Of what is filed now."""
        return {
            "name": name,
            "namespace": "agency-transport",
            "uid": f"{len(self.requests):08}-0000-4000-8000-000000000000",
            "generation": 1,
            "creationTimestamp": self.now.isoformat(),
        }

    def ask(self, name: str, **changes: object) -> None:
        """The agency asks for the launch; the changes are to the form."""
        raw = launch(name, **changes).wire()
        self.requests[name] = LaunchRequest.model_validate(raw | {"metadata": self.metadata(name)})
        self.look()

    def consent(self, name: str = "launch", **changes: object) -> Plan:
        """The agency asks for the launch, and the authority consents."""
        self.ask(name, **changes)
        return self.decide(name, "launch")

    def decide(self, name: str, stage: str, decision: Decision = "Approved") -> Plan:
        """A decision on what is awaited, and what comes of it."""
        self.write(name, stage, decision)
        return self.look()

    def write(self, name: str, stage: str, decision: Decision = "Approved") -> None:
        """A decision on what is awaited; nobody looks yet."""
        status = self.status(name)
        (turn,) = [a for a in status.awaiting if a.stage == stage]
        assert decision in turn.may
        made = Approval(
            decision=decision, basis=turn.basis, opinion="意见", by="someone", at=self.now
        )
        approvals = status.approvals | {f"{stage}.1": made}
        self.requests[name] = self.requests[name].model_copy(
            update={"status": status.model_copy(update={"approvals": approvals})}
        )

    def sign(self, name: str = "bus-portal-term-0") -> Plan:
        """All three sign."""
        for stage in THREE:
            self.decide(name, stage)
        return self.plan

    def status(self, name: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - each kind's own
        """The stored status of a request."""
        return self.requests[name].status  # type: ignore[attr-defined]

    def agreement(self, name: str = "bus-portal-term-0") -> ServiceAgreement:
        """An agreement as it is stored."""
        found = self.requests[name]
        assert isinstance(found, ServiceAgreement)
        return found

    def agreements(self) -> dict[str, str | None]:
        """The phase of each agreement, by name."""
        return {
            name: r.status.phase
            for name, r in self.requests.items()
            if isinstance(r, ServiceAgreement)
        }

    def awaited(self, name: str) -> list[str]:
        """What can be decided on a request."""
        return [turn.stage for turn in self.status(name).awaiting]

    def condition(self, kind: str) -> Condition | None:
        """A condition of the application."""
        return find_condition(self.app.status.conditions, kind)


def _spec(request: Resource) -> Json:
    spec: Json = request.wire()["spec"]
    return spec


def _stored(found, status: Json):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The object with this status, through JSON as the API server has it."""
    raw = found.wire() | {"status": json.loads(json.dumps(status))}
    return type(found).model_validate(raw)
