"""A system on trial as an API server keeps it, and the changes that are filed of it."""

import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from mandate.api.cloudapplication import CloudApplication
from mandate.api.hosts import Allocation
from mandate.api.kinds import BY_NAME
from mandate.api.meta import API_VERSION, Json, Resource
from mandate.api.resourcechange import ResourceChangeSpec
from mandate.render import grant_objects
from mandate.rules.application import Outcome, Plan, World, decide
from mandate.rules.judges import JUDGES
from tests.unit.builders import UID, agency, calendar, catalog, changed, example, host, policy
from tests.unit.builders import form as application_form

BEGINS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, 09:00 in Lu'an."""
HOSTS = [host(id="app", quantity=2), host(id="db", cpuCores=8, memory="16Gi")]
"""Two machines of 4 cores and 8Gi, one of 8 and 16Gi; disks of 40Gi and 200Gi, SATA."""
_ROUNDS = 12


@dataclass
class Works:
    """One system, its changes and reports, and the operator's rules that look at them."""

    law: Json = field(default_factory=dict)
    now: datetime = BEGINS
    objects: dict[str, Json] = field(default_factory=dict)
    used: Json | None = None
    """What is in use of its quota, where that is counted."""
    stands: bool = True
    """Whether the grant can be applied."""
    draws: bool = True
    """Whether sheets are drawn up."""
    plan: Plan | None = None

    @classmethod
    def on_trial(cls, law: Json | None = None, **fields: object) -> "Works":
        """A system that was approved, and is on trial."""
        works = cls(law=law or {})
        hosts: Json = {"hosts": HOSTS, "services": None}
        works.file("app", "CloudApplication", application_form(**(hosts | fields)))
        for stage in ("acceptance", "review"):
            works.decide("app", stage)
        assert works.status()["phase"] == "Trial"
        return works

    def file(self, name: str, kind: str, spec: Json) -> None:
        """Files a request."""
        uid = UID if name == "app" else f"{len(self.objects):08x}-0000-0000-0000-000000000000"
        metadata = {
            "name": name,
            "namespace": "agency-transport",
            "uid": uid,
            "generation": 1,
            "creationTimestamp": self.now.isoformat(),
        }
        document = {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
        self.objects[name] = document | {"status": {}}
        self.settle()

    def change(self, name: str, **fields: object) -> None:
        """Files a change with these tables."""
        self.file(name, "ResourceChange", form(**fields))

    def edit(self, name: str, **fields: object) -> None:
        """Files another generation of a form."""
        raw = self.objects[name]
        raw["spec"] = changed(raw["spec"], fields)
        raw["metadata"]["generation"] += 1
        self.settle()

    def may(self, name: str, stage: str) -> list[str]:
        """What can be decided at a stage."""
        return [m for a in self.status(name).get("awaiting", []) if a["stage"] == stage
                for m in a["may"]]  # fmt: skip

    def decide(self, name: str, stage: str, decision: str = "Approved", **more: object) -> None:
        """Decides what can be decided."""
        assert decision in self.may(name, stage), self.status(name)
        self.put(name, stage, decision, **more)

    def put(self, name: str, stage: str, decision: str = "Approved", **more: object) -> None:
        """Puts a decision there, and has it looked at."""
        raw = self.objects[name]
        (turn,) = [a for a in raw["status"]["awaiting"] if a["stage"] == stage]
        made = {"decision": decision, "basis": turn["basis"], "opinion": "审批意见", "by": "bob"}
        made |= {"at": self.now.isoformat()} | more
        key = f"{stage}.{raw['metadata']['generation']}"
        raw["status"].setdefault("approvals", {})[key] = made
        self.settle()

    def wait(self, **time: int) -> None:
        """Time passes."""
        self.now += timedelta(**time)
        self.settle()

    def status(self, name: str = "app") -> Json:
        """The status of a request."""
        found: Json = self.objects[name]["status"]
        return found

    @property
    def runs(self) -> dict[str, int]:
        """The cores of each machine that runs."""
        found = Allocation.model_validate(self.status()["allocation"])
        return {m.ref: m.cpu_cores for m in found.machines}

    def failing(self, name: str) -> dict[str, str]:
        """What is said by each check of a request that fails."""
        checks = self.status(name)["checks"]
        return {c["type"]: c["message"] for c in checks if not c["passed"]}

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
        plan = decide(self.world(), self.now)
        if plan.reads_use:
            plan = decide(replace(self.world(), used=self.used), self.now)
        self._keep("app", plan.status.wire())
        self.plan = plan
        if plan.grant is not None and self.stands:
            granted = Outcome(True, "Granted", "in place")
            self._keep("app", decide(self.world(), self.now, granted).status.wire())
        case = self.world().case()
        assert case is not None
        for name, raw in self.objects.items():
            if name != "app":
                plan_of = JUDGES[raw["kind"]](case, self._model(name), raw["spec"], self.now)
                self._keep(name, plan_of.status.wire())
                if self.draws and raw["status"].get("phase") == "Approved":
                    raw["status"].setdefault(
                        "sheet", {"sha256": "5e" * 32, "dossierHead": "de" * 32}
                    )

    def _keep(self, name: str, status: Json) -> None:
        """Writes a status as the operator does: decisions are not its own."""
        kept = {k: v for k, v in status.items() if k != "approvals" and v not in ([], {}, None)}
        made = self.status(name).get("approvals")
        self.objects[name]["status"] = kept | ({"approvals": made} if made else {})

    def _model(self, name: str) -> Resource:
        raw = self.objects[name]
        return BY_NAME[raw["kind"]].model.model_validate(raw)

    def world(self) -> World:
        """All that the application's life depends on."""
        law = policy(**self.law)
        # as the API server counts
        metadata = law.metadata.model_copy(update={"generation": 1})
        law = law.model_copy(update={"metadata": metadata})
        return World(
            application=CloudApplication.model_validate(self.objects["app"]),
            form=self.objects["app"]["spec"],
            agency=agency(),
            policy=law,
            calendar=calendar(),
            catalog=catalog() if law.spec.catalog else None,
            requests=tuple(self._model(n) for n in self.objects if n != "app"),
            render=grant_objects,
        )


def form(**fields: object) -> Json:
    """A change's form with these tables alone, planned for a day long gone."""
    spec = example("life/resource-change.yaml")["spec"]
    bare = {"addedHosts": None, "changedHosts": None, "services": None}
    named = {"applicationRef": {"name": "app", "uid": UID}}
    return changed(spec, {"plannedImplementation": "2026-01-05"} | bare | named | fields)


def model(**fields: object) -> ResourceChangeSpec:
    """A change's form as a model."""
    return ResourceChangeSpec.model_validate(form(**fields))


def row(ref: str = "db-0", **fields: object) -> Json:
    """A changed machine: as many cores and as much of everything as `db-0` has."""
    same = {
        "hostRef": ref,
        "hostName": "应用服务器",
        "cpuCores": {"before": 8, "after": 8},
        "memory": {"before": "16Gi", "after": "16Gi"},
        "systemDisk": {"before": "40Gi", "after": "40Gi"},
        "dataDisk": {"before": "200Gi", "after": "200Gi"},
        "action": "Increase",
    }
    return same | fields


def cores(before: int, after: int, ref: str = "db-0", **fields: object) -> Json:
    """A machine whose cores are changed."""
    action = "Increase" if after > before else "Reduce"
    return row(ref, cpuCores={"before": before, "after": after}, action=action, **fields)


def release(ref: str, cpu: int = 4, memory: str = "8Gi") -> Json:
    """A machine that is given back."""
    return row(
        ref,
        cpuCores={"before": cpu, "after": 0},
        memory={"before": memory, "after": "0"},
        systemDisk={"before": "40Gi", "after": "0"},
        dataDisk={"before": "200Gi", "after": "0"},
        action="Release",
    )
