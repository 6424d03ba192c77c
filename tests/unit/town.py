"""A town in virtual time: requests as an API server keeps them, the rules, and who decided what.

What the guards refuse on a real API server is refused here by a few lines of their own, so that
the rules meet what they meet there: decisions on what is awaited, forms that are frozen.
"""

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mandate.api.cloudapplication import CloudApplication
from mandate.api.kinds import BY_NAME
from mandate.api.meta import API_VERSION, Json, Resource
from mandate.rules.application import Outcome, Plan, World, decide
from mandate.rules.history import application_facts, request_facts
from mandate.rules.judges import JUDGES
from mandate.rules.record import Fact
from mandate.rules.request import Form
from tests.unit.builders import agency, calendar, example, form, policy

BEGINS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, 09:00 in Lu'an."""
_ROUNDS = 12


@dataclass(frozen=True)
class Decided:
    """One decision that was accepted."""

    request: str
    stage: str
    generation: int
    decision: str
    at: datetime


@dataclass
class Town:
    """One system, and everything that was filed about it."""

    now: datetime = BEGINS
    law: Json = field(default_factory=dict)
    objects: dict[str, Json] = field(default_factory=dict)
    decided: list[Decided] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)
    plan: Plan | None = None

    def file(self, name: str, kind: str, spec: Json) -> None:
        """Files a request."""
        self.objects[name] = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": {
                "name": name,
                "namespace": "agency-transport",
                "uid": f"{len(self.objects):08x}-0000-0000-0000-000000000000",
                "generation": 1,
                "creationTimestamp": self.now.isoformat(),
            },
            "spec": spec,
            "status": {},
        }
        self.settle()

    def apply(self, **changes: object) -> None:
        """Files the bus portal's application."""
        self.file("app", "CloudApplication", form(**changes))

    def about(self, path: str, **changes: object) -> Json:
        """An example's spec, about this town's system."""
        spec = copy.deepcopy(example(path)["spec"])
        named: Json = spec | {"applicationRef": {"name": "app", "uid": self.uid}}
        return named | changes

    @property
    def uid(self) -> str:
        """The uid of the application."""
        uid: str = self.objects["app"]["metadata"]["uid"]
        return uid

    def status(self, name: str = "app") -> Json:
        """The status of a request."""
        found: Json = self.objects[name]["status"]
        return found

    def decide(self, name: str, stage: str, decision: str) -> bool:
        """A decision by somebody who may; whether the guards took it."""
        raw = self.objects[name]
        generation = raw["metadata"]["generation"]
        turn = next((a for a in self.status(name).get("awaiting", []) if a["stage"] == stage), None)
        key = f"{stage}.{generation}"
        if turn is None or decision not in turn["may"] or key in self.approvals(name):
            return False
        self.status(name).setdefault("approvals", {})[key] = {
            "decision": decision,
            "basis": turn["basis"],
            "opinion": "同意" if decision == "Approved" else "不同意",
            "by": "bob",
            "at": self.now.isoformat(),
        }
        self.decided.append(Decided(name, stage, generation, decision, self.now))
        self.settle()
        return True

    def approvals(self, name: str) -> Json:
        """The decisions on a request."""
        found: Json = self.status(name).get("approvals", {})
        return found

    def edit(self, name: str, **changes: object) -> bool:
        """An edit of a form; whether the guards took it: what was approved is frozen."""
        raw = self.objects[name]
        present = f".{raw['metadata']['generation']}"
        made = {k: a for k, a in self.approvals(name).items() if k.endswith(present)}
        effects = self.status(name).get("effects", {})
        stages = self.status(name).get("stages", [])
        reopened = any(
            (name == "app" and a["decision"] == "Refused")
            or effects.get(k, {}).get("effective") is False
            for k, a in made.items()
        )
        bound = bool(stages) and f"{stages[-1]}{present}" in made and not reopened
        if bound or (not reopened and any(a["decision"] == "Approved" for a in made.values())):
            return False
        raw["spec"] = raw["spec"] | changes
        raw["metadata"]["generation"] += 1
        raw["metadata"]["managedFields"] = [
            {"manager": "kubectl", "time": self.now.isoformat(), "fieldsV1": {"f:spec": {}}}
        ]
        self.settle()
        return True

    def settle(self) -> None:
        """Looks at everything until nothing changes any more.

        Raises:
            AssertionError: it does not come to rest.
        """
        for _ in range(_ROUNDS):
            before = copy.deepcopy([o["status"] for o in self.objects.values()])
            self._look()
            if before == [o["status"] for o in self.objects.values()]:
                return
        raise AssertionError("what is looked at again and again never comes to rest")

    def _look(self) -> None:
        if "app" not in self.objects:
            return
        plan = decide(self.world(), self.now)
        self._keep("app", plan.status.wire())
        if plan.grant is not None:
            granted = Outcome(True, "Granted", "in place")
            plan = decide(self.world(), self.now, granted)
            self._keep("app", plan.status.wire())
        self.plan = plan
        for record in plan.records:
            if record["metadata"]["name"] not in self.objects:
                self.file(record["metadata"]["name"], record["kind"], record["spec"])
        case = self.world().case()
        assert case is not None
        for name in [n for n in self.objects if n != "app"]:
            raw = self.objects[name]
            judge = JUDGES.get(raw["kind"])
            if judge is not None:
                made = judge(case, self.model(name), raw["spec"], self.now)
                self._keep(name, made.status.wire())

    def _keep(self, name: str, status: Json) -> None:
        """Writes a status as the operator does: decisions are not its own."""
        kept = {k: v for k, v in status.items() if k != "approvals" and v not in ([], {}, None)}
        made = self.approvals(name)
        self.objects[name]["status"] = kept | ({"approvals": made} if made else {})
        for fact in self._told(name):
            self.facts.setdefault(fact.key, fact)

    def _told(self, name: str) -> list[Fact]:
        world = self.world()
        if name == "app":
            law = world.policy
            assert law is not None
            return list(application_facts(world.application, world.form, law))
        request = self.model(name)
        status = getattr(request, "status")  # noqa: B009 - every request has one
        told = Form(request.metadata, self.objects[name]["spec"], status)
        return list(request_facts(self.objects[name]["kind"], told, policy(**self.law)))

    def model(self, name: str) -> Resource:
        """A request as the rules see it."""
        raw = self.objects[name]
        return BY_NAME[raw["kind"]].model.model_validate(raw)

    def world(self) -> World:
        """All that the application's life depends on."""
        return World(
            application=CloudApplication.model_validate(self.objects["app"]),
            form=self.objects["app"]["spec"],
            agency=agency(),
            policy=policy(**self.law),
            calendar=calendar(),
            requests=tuple(self.model(n) for n in self.objects if n != "app"),
        )
