"""A request of any kind about a system, filed and decided by those who may, on the real API."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass

from hack.site import SOON, Actor, Answer, eventually, sealed
from mandate.api.meta import API_VERSION, Json
from mandate.api.requests import decision_key
from mandate.api.stages import BY_KIND
from tests.cluster import kinds
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"


@dataclass(frozen=True)
class Filing:
    """One request in an office's namespace."""

    office: Office
    kind: str
    name: str

    @property
    def forms(self) -> str:
        """The path of the kind in the namespace."""
        plural = BY_KIND[self.kind].plural
        return f"/apis/{API_VERSION}/namespaces/{self.office.namespace}/{plural}"

    def form(self, changes: Mapping[str, object], about: str | None = "bus-portal") -> Json:
        """The kind's example about a system of this office, with these fields of its spec."""
        body = kinds.form(self.kind, self.office.namespace, self.name)
        spec = body["spec"] | copy.deepcopy(dict(changes))
        if about is not None:
            uid = self.office.read(about)["metadata"]["uid"]
            spec["applicationRef"] = {"name": about, "uid": uid}
        body["spec"] = {k: v for k, v in spec.items() if v is not None}
        return body

    def file(
        self, who: Actor, changes: Mapping[str, object], about: str | None = "bus-portal"
    ) -> Answer:
        """Files it."""
        return who.call("POST", self.forms, self.form(changes, about))

    def read(self) -> Json:
        """What is on the server."""
        return self.office.approver.call("GET", f"{self.forms}/{self.name}").body

    def until(self, phase: str, *stages: str) -> Json:
        """The request once it has this phase and awaits these stages."""

        def look() -> Json | None:
            status = self.read().get("status", {})
            awaited = {turn["stage"] for turn in status.get("awaiting", [])}
            here = status.get("phase") == phase and awaited == set(stages)
            return self.read() if here else None

        return eventually(look, SOON, f"{self.name} is {phase} and awaits {stages}")

    def decide(
        self, stage: str, who: Actor, decision: str = "Approved", **fields: object
    ) -> Answer:
        """Decides on what is there."""
        found = self.read()
        turns = {t["stage"]: t for t in found.get("status", {}).get("awaiting", [])}
        key = decision_key(stage, found["metadata"]["generation"])
        basis = turns.get(stage, {}).get("basis", "0" * 64)
        entry = {"decision": decision, "basis": basis, "opinion": "同意"}
        entry |= (sealed(stage) if decision == "Approved" else {}) | fields
        body = {"status": {"approvals": {key: entry}}}
        return who.call("PATCH", f"{self.forms}/{self.name}/status", body, MERGE)

    def decided(self, stage: str, who: Actor, decision: str = "Approved") -> None:
        """Decides, and sees that it was taken."""
        answer = self.decide(stage, who, decision)
        assert answer.code == 200, answer.message


def dossier(office: Office, uid: str) -> list[Json]:
    """The entries of a subject's dossier, in their order."""
    path = f"/apis/{API_VERSION}/dossiers?fieldSelector=spec.subject.uid%3D{uid}"
    parts: list[Json] = office.site.bootstrap.call("GET", path).body["items"]
    parts.sort(key=lambda part: int(part["spec"]["part"]))
    return [entry for part in parts for entry in part["spec"]["entries"]]


def facts(office: Office, uid: str) -> dict[str, str]:
    """What a dossier says, by its keys; the data of long ones is put together."""
    out: dict[str, str] = {}
    last = ""
    for entry in dossier(office, uid):
        if entry["kind"] == "Continued":
            out[last] += entry["data"]
        else:
            last = entry["key"]
            out[last] = entry["data"]
    return out
