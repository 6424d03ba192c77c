"""An agency with its people, for one test on the real API."""

import copy
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import yaml

from hack.controlplane.controlplane import ControlPlane
from hack.site import LUAN, SOON, Actor, Answer, Site, eventually
from mandate.api.meta import Json

_API = "/apis/mandate.dev/v1alpha1"
SETTINGS = {
    "MANDATE_RESYNC_SECONDS": "2",
    "MANDATE_LEASE_SECONDS": "4",
    "MANDATE_LEASE_RENEW_SECONDS": "3",
    "MANDATE_LEASE_RETRY_SECONDS": "0.5",
}
"""The operator's, in tests: what a watch would miss, or a killed leader left, is found soon."""


@contextmanager
def bare_site() -> Iterator[Site]:
    """A control plane with Mandate on it, Lu'an's appointments and no law, and the operator."""
    with ControlPlane.start() as plane:
        here = Site(plane)
        here.install(weaken=os.environ.get("MANDATE_MUTANT"))
        here.start_operator(settings=SETTINGS)
        here.bootstrap.kubectl("apply", "-f", str(LUAN / "access.yaml"))
        yield here


@contextmanager
def luan_site() -> Iterator[Site]:
    """A control plane with Mandate and Lu'an on it, and the operator running."""
    with bare_site() as here:
        clerk = here.actor("clerk", "luan-authority")
        files = ("policy.yaml", "calendar.yaml", "catalog.yaml")
        clerk.kubectl("apply", *(part for f in files for part in ("-f", str(LUAN / f))))
        yield here


def squat(site: Site, name: str, marks: Json | None = None) -> Json:
    """A namespace of somebody else's, by a name that the operator would give.

    Args:
        site: where.
        name: of the namespace.
        marks: its labels and annotations; some that are not ours unless given.
    """
    boss, path = site.bootstrap, "/api/v1/namespaces"
    marks = marks or {"labels": {"team": "x"}, "annotations": {"note": "别动"}}
    metadata = {"name": name, **marks}
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    with site.without_guards("namespaces"):
        eventually(lambda: boss.call("POST", path, body).code == 201, SOON, "no guard")
    body = body | {"metadata": {"name": "probe--probe"}}
    probe = f"{path}?dryRun=All"
    eventually(lambda: boss.call("POST", probe, body).code == 403, SOON, "the guard is back")
    return boss.call("GET", f"{path}/{name}").body


def example_application() -> Json:
    """Lu'an's example form."""
    found: Json = yaml.safe_load((LUAN / "applications" / "bus-portal.yaml").read_text())
    return found


@dataclass(frozen=True)
class Office:
    """An agency, its member, and an approver of Lu'an."""

    site: Site
    name: str
    member: Actor
    approver: Actor
    clerk: Actor
    patience: float = SOON
    """How long it waits for what is to come, in seconds."""

    @classmethod
    def open(
        cls,
        site: Site,
        seed: str,
        filer: str | None = None,
        patience: float = SOON,
        **spec: object,
    ) -> "Office":
        """Makes an agency of its own for a test, and waits until it can file."""
        name = cls.name_for(seed)
        user = filer or f"member-{name[1:]}"
        office = cls(
            site,
            name,
            site.actor(user),
            site.actor("bob", "luan-approvers"),
            site.actor("clerk", "luan-authority"),
            patience,
        )
        body: Json = yaml.safe_load((LUAN / "agencies" / "transport.yaml").read_text())
        body["metadata"]["name"] = name
        body["spec"] |= {"members": [{"kind": "User", "name": user}]} | spec
        made = office.clerk.call("POST", f"{_API}/agencies", body)
        assert made.code == 201, made.message
        eventually(office.agency_ready, patience, f"agency {name} can file")
        # the API server's authorizer learns of the new binding a moment later
        eventually(lambda: office.file(dry_run=True).code == 201, patience, f"{user} can file")
        return office

    @staticmethod
    def name_for(seed: str) -> str:
        """The agency's name."""
        # `hack.mutants` runs a test more than once on one control plane
        seed += os.environ.get("MANDATE_MUTANT_ROUND", "")
        return f"t{hashlib.sha256(seed.encode()).hexdigest()[:8]}"

    @property
    def provider(self) -> Actor:
        """Somebody of the provider's."""
        return self.site.actor("paula", "luan-provider")

    @property
    def namespace(self) -> str:
        """Its namespace of requests."""
        return f"agency-{self.name}"

    @property
    def forms(self) -> str:
        """The path of its applications."""
        return f"{_API}/namespaces/{self.namespace}/cloudapplications"

    def agency_ready(self) -> bool:
        """Whether the agency can file."""
        body = self.clerk.call("GET", f"{_API}/agencies/{self.name}").body
        conditions = body.get("status", {}).get("conditions", [])
        return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)

    def form(self, name: str = "bus-portal") -> Json:
        """A form that is complete and in scope, for this agency."""
        body = copy.deepcopy(example_application())
        body["metadata"] = {"name": name, "namespace": self.namespace}
        return body

    def file(self, body: Json | None = None, dry_run: bool = False) -> Answer:
        """Files a form as the member."""
        path = self.forms + ("?dryRun=All" if dry_run else "")
        return self.member.call("POST", path, body or self.form())

    def read(self, name: str = "bus-portal") -> Json:
        """The application as the approver sees it."""
        return self.approver.call("GET", f"{self.forms}/{name}").body

    def until(self, name: str = "bus-portal", **status: object) -> Json:
        """The application once these keys of its status have these values."""

        def look() -> Json | None:
            found = self.read(name)
            here = found.get("status", {})
            return found if all(here.get(k) == v for k, v in status.items()) else None

        return eventually(look, self.patience, f"{name} has {status}")

    def awaits(self, stage: str, name: str = "bus-portal") -> Json:
        """The application once it awaits this stage."""

        def look() -> Json | None:
            found = self.read(name)
            awaiting = found.get("status", {}).get("awaiting", [])
            current = found.get("status", {}).get("observedGeneration")
            here = current == found.get("metadata", {}).get("generation")
            return found if here and [a["stage"] for a in awaiting] == [stage] else None

        return eventually(look, self.patience, f"{name} awaits {stage}")

    def decide(
        self,
        stage: str,
        decision: str = "Approved",
        *,
        name: str = "bus-portal",
        who: Actor | None = None,
        **fields: object,
    ) -> Answer:
        """Patches a decision on what is there, as the approver unless somebody else is named."""
        found = self.read(name)
        awaiting = found.get("status", {}).get("awaiting", [])
        basis = awaiting[0]["basis"] if awaiting else "0" * 64
        key = f"{stage}.{found['metadata']['generation']}"
        entry = {"decision": decision, "basis": basis, "opinion": "同意"} | fields
        body = {"status": {"approvals": {key: entry}}}
        return self.patch_status(body, name=name, who=who)

    def patch_status(
        self, body: Json, *, name: str = "bus-portal", who: Actor | None = None
    ) -> Answer:
        """A merge patch of the status."""
        path = f"{self.forms}/{name}/status"
        return (who or self.approver).call("PATCH", path, body, "application/merge-patch+json")

    def approve(self, name: str = "bus-portal") -> Json:
        """Files the form and takes it through both stages; the application once granted."""
        assert self.file(self.form(name)).code == 201
        for stage in ("acceptance", "review"):
            self.awaits(stage, name)
            answer = self.decide(stage, name=name)
            assert answer.code == 200, answer.message

        def granted() -> Json | None:
            found = self.read(name)
            ready = [c for c in found["status"]["conditions"] if c["type"] == "Ready"]
            return found if ready and ready[0]["status"] == "True" else None

        return eventually(granted, self.patience, f"{name} is granted")
