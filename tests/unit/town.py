"""A town in virtual time: requests as an API server keeps them, and the rules that judge them.

What the guards refuse on a real API server `gates` refuses here, so that the rules meet what they
meet there: decisions on what is awaited, by those who may; no edits of what is frozen.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from mandate.api.cloudapplication import CloudApplication
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.kinds import BY_NAME
from mandate.api.meta import API_VERSION, Json, Resource
from mandate.api.serviceagreement import ServiceAgreement
from mandate.rules.agreement import needs_text
from mandate.rules.agreement_history import agreement_facts
from mandate.rules.application import Outcome, Plan, World, decide
from mandate.rules.case import Unit
from mandate.rules.history import application_facts, request_facts
from mandate.rules.judges import JUDGES
from mandate.rules.record import Fact
from mandate.rules.request import Form, RequestPlan
from tests.unit.builders import agency, calendar, policy
from tests.unit.gates import may_decide, may_edit, may_file
from tests.unit.papers import register
from tests.unit.seen import grant_seen, request_seen, system_seen

BEGINS = datetime(2024, 3, 4, 1, 0, tzinfo=UTC)
"""A Monday, 09:00 in Lu'an."""
LUAN = ZoneInfo("Asia/Shanghai")
APP = "bus-portal"
_ROUNDS = 12
_SECOND = timedelta(seconds=1)
_SHEET = {"sha256": "5e" * 32, "dossierHead": "0d" * 32}
_ANNEXES = [{"name": "allocation", "title": "政务云资源分配清单", "sha256": "a" * 64}]


@dataclass
class Town:
    """One system, and everything that was filed about it."""

    law: Json = field(default_factory=dict)
    now: datetime = BEGINS
    objects: dict[str, Json] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    plan: Plan | None = None
    """The application's, as it was last judged."""
    reclaimed: list[datetime] = field(default_factory=list)
    """When its namespace was deleted."""
    _dues: dict[str, datetime | None] = field(default_factory=dict)
    _models: dict[str, Resource] = field(default_factory=dict)
    _writes: int = 0
    _policy: GovernancePolicy | None = None

    def file(self, name: str, kind: str, spec: Json, who: str) -> bool:
        """Somebody files a request; whether the guards took it."""
        if not may_file(kind, spec, who):
            return False
        number = len(self.objects)
        self.objects[name] = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": {
                "name": name,
                "namespace": "agency-transport",
                "annotations": {"mandate.dev/requested-by": who},
                "uid": f"{number:08x}-0000-4000-8000-000000000000",
                "generation": 1,
                "creationTimestamp": self.now.isoformat(),
            },
            "spec": spec,
            "status": {},
        }
        self.settle()
        return True

    @property
    def uid(self) -> str:
        """The uid of the application."""
        uid: str = self.objects[APP]["metadata"]["uid"]
        return uid

    def status(self, name: str = APP) -> Json:
        """The status of a request."""
        found: Json = self.objects[name]["status"]
        return found

    def approvals(self, name: str) -> Json:
        """The decisions on a request."""
        found: Json = self.status(name).get("approvals", {})
        return found

    def decide(self, who: str, name: str, stage: str, decision: str) -> bool:
        """Somebody decides; whether the guards took it."""
        raw = self.objects[name]
        key = f"{stage}.{raw['metadata']['generation']}"
        turn = next((a for a in self.status(name).get("awaiting", []) if a["stage"] == stage), None)
        if turn is None or decision not in turn["may"] or key in self.approvals(name):
            return False
        if not may_decide(raw, stage, who):
            return False
        self.status(name).setdefault("approvals", {})[key] = {
            "decision": decision,
            "basis": turn["basis"],
            "opinion": "同意" if decision == "Approved" else "不同意",
            "by": who,
            "at": self.now.isoformat(),
        }
        self._written(name)
        self.settle()
        return True

    def edit(self, who: str, name: str, changes: Json) -> bool:
        """An edit of a form; whether the guards took it: what was approved is frozen."""
        raw = self.objects[name]
        metadata = raw["metadata"]
        if not may_edit(raw, who):
            return False
        raw["spec"] = {k: v for k, v in (raw["spec"] | changes).items() if v is not None}
        metadata["generation"] += 1
        metadata["annotations"]["mandate.dev/requested-by"] += f"\n{who}"
        metadata["managedFields"] = [
            {"manager": "kubectl", "time": self.now.isoformat(), "fieldsV1": {"f:spec": {}}}
        ]
        self._written(name)
        self.settle()
        return True

    def wait(self, until: datetime) -> None:
        """Time goes on; nothing changes but when a rule said that it was due.

        Raises:
            AssertionError: something changed before.
        """
        while True:
            coming = [at for at in self._dues.values() if at is not None and at > self.now]
            at = min(coming, default=until)
            if at >= until:
                break
            self._rests(at - _SECOND)
            self.now = at
            self.settle()
        if at > until and until - self.now <= _SECOND:
            # nothing is due, and looking again and again takes its time
            self.now = until
            return
        self.now = until
        if until in self._dues.values():
            self.settle()
        else:
            self._rests(until)

    def settle(self) -> None:
        """Looks at everything until nothing changes any more.

        Raises:
            AssertionError: it does not come to rest.
        """
        for _ in range(_ROUNDS):
            before = self._writes
            self._look()
            if before == self._writes:
                return
        raise AssertionError("what is looked at again and again never comes to rest")

    def standing(self) -> dict[str, object]:
        """How everything stands, by the names that the book has."""
        assert self.plan is not None
        system = dict(system_seen(self.status(), LUAN)) | dict(grant_seen(self.plan.grant))
        found = {f"{APP}.{key}": value for key, value in system.items()}
        for name, raw in self.objects.items():
            found |= {f"{name}.{key}": value for key, value in request_seen(raw, LUAN)}
        return found

    def world(self) -> World:
        """All that the application's life depends on."""
        self._policy = self._policy or policy(**self.law)
        app = self.model(APP)
        assert isinstance(app, CloudApplication)
        about = tuple(self.model(n) for n in self.objects if n != APP)
        form, law = self.objects[APP]["spec"], self._policy
        return World(app, form, _OFFICE, law, _CALENDAR, requests=about)

    def model(self, name: str) -> Resource:
        """A request as the rules see it."""
        if name not in self._models:
            raw = self.objects[name]
            self._models[name] = BY_NAME[raw["kind"]].model.model_validate(raw)
        return self._models[name]

    def _written(self, name: str) -> None:
        self._models.pop(name, None)
        self._writes += 1

    def _rests(self, instant: datetime) -> None:
        before, self.now = self._writes, max(self.now, instant)
        self._look()
        assert self._writes == before, "something changed that was not due"

    def _look(self) -> None:
        self._look_at_application()
        for name in [n for n in self.objects if n != APP]:
            plan = self._judged(name)
            self._dues[name] = plan.due
            if self._keep(name, plan.status.wire()):
                # a second look at what was just written writes nothing
                assert self._judged(name).status == plan.status
            self._draw_sheet(name)

    def _look_at_application(self) -> None:
        plan = self._decided()
        outcome = self._carried_out(plan)
        if outcome is not None:
            plan = self._decided(outcome)
        self.plan, self._dues[APP] = plan, plan.due
        for record in plan.records:
            name, spec = record["metadata"]["name"], {"annexes": _ANNEXES} | record["spec"]
            if name not in self.objects:
                self.file(name, record["kind"], spec, "operator")

    def _decided(self, outcome: Outcome | None = None) -> Plan:
        plan = decide(self.world(), self.now, outcome)
        if self._keep(APP, plan.status.wire()):
            # a second look at what was just written writes nothing
            assert decide(self.world(), self.now, outcome).status == plan.status
        return plan

    def _carried_out(self, plan: Plan) -> Outcome | None:
        """What comes of a grant: it stands; or its inventory is taken, and then it is deleted."""
        if plan.grant is None:
            return None
        if not plan.grant.regime.deleted:
            return Outcome(True, "Granted", "in place")
        assert not plan.grant.regime.kept
        if "reclaim" not in self.status():
            return Outcome(False, "Reclaiming", "it goes", inventory={"pods": "0"})
        self.reclaimed.append(self.now)
        return Outcome(False, "Reclaimed", "it is gone", reclaimed=True)

    def _judged(self, name: str) -> RequestPlan:
        request, spec = self.model(name), self.objects[name]["spec"]
        case = self.world().case()
        assert case is not None
        if isinstance(request, ServiceAgreement) and needs_text(case, request):
            text = sha256(json.dumps(spec).encode()).hexdigest()
            status = request.status.model_copy(update={"text_sha256": text})
            request = request.model_copy(update={"status": status})
        if "applicationRef" in spec:
            return JUDGES[request.kind](case, request, spec, self.now)  # type: ignore[attr-defined]
        unit = Unit(_OFFICE, case.policy, _CALENDAR, case.systems)
        return JUDGES["ExitRequest"](unit, request, spec, self.now)

    def _draw_sheet(self, name: str) -> None:
        """What is signed at an exit, once the provider confirmed."""
        generation = self.objects[name]["metadata"]["generation"]
        confirmed = f"confirm-provider.{generation}" in self.approvals(name)
        if confirmed and name != APP and "sheet" not in self.status(name):
            self.status(name)["sheet"] = _SHEET
            self._written(name)

    def _keep(self, name: str, status: Json) -> bool:
        """Writes a status as the operator does: decisions are not its own. Whether it changed."""
        before, made = self.status(name), self.approvals(name)
        kept = {k: v for k, v in status.items() if k != "approvals" and v not in ([], {}, None)}
        now = kept | ({"approvals": made} if made else {})
        if now == before:
            return False
        self.objects[name]["status"] = now
        self._written(name)
        for fact in self._told(name):
            self.facts.setdefault(fact.key, fact)
        return True

    def _told(self, name: str) -> list[Fact]:
        world, request = self.world(), self.model(name)
        assert world.policy is not None
        if name == APP:
            return list(application_facts(world.application, world.form, world.policy))
        kind = self.objects[name]["kind"]
        status = getattr(request, "status")  # noqa: B009 - every request has one
        told = Form(request.metadata, self.objects[name]["spec"], status)
        more = agreement_facts(request) if isinstance(request, ServiceAgreement) else ()
        return [*request_facts(kind, told, world.policy), *more]


_OFFICE, _CALENDAR = agency(systems=register("2024-06-28")), calendar()
