"""A system on trial, with what is filed about it and how its grant looks, on the real API."""

from hack.site import SOON, Actor, Answer, eventually
from mandate.api.meta import API_VERSION, Json
from mandate.api.stages import BY_KIND
from tests.cluster import kinds
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"
_SITE = {
    "networks": ["GovernmentExtranet", "Internet"],
    "website": {"domains": ["bus.luan.cn"]},
}
_DOCUMENT = {"title": "许可", "uri": "https://files.luan.example/p.pdf", "sha256": "5a" * 32}
FILING = {"domains": ["bus.luan.cn"], "permit": _DOCUMENT, "filingNumber": "皖ICP备1号"}


class Pad:
    """A system on trial under a policy without an agreement, and what is filed about it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.member = office.member
        self.authority = office.approver
        self.support = office.site.actor("sue", "luan-support")
        self.space = f"/api/v1/namespaces/{office.name}--bus-portal"
        self._try_out()

    def _try_out(self) -> None:
        form = self.office.form()
        form["spec"] |= _SITE
        form["spec"]["hosts"][0] |= {"network": "Internet", "ports": [443]}
        assert self.office.file(form).code == 201
        for stage in ("acceptance", "review"):
            self.office.awaits(stage)
            answer = self.office.decide(stage)
            assert answer.code == 200, answer.message
        self.office.until(phase="Trial")

    def path(self, kind: str, name: str = "") -> str:
        here = f"/apis/{API_VERSION}/namespaces/{self.office.namespace}/{BY_KIND[kind].plural}"
        return f"{here}/{name}" if name else here

    def file(self, kind: str, name: str, **changes: object) -> None:
        form = kinds.form(kind, self.office.namespace, name)
        uid = self.office.read()["metadata"]["uid"]
        form["spec"] |= {"applicationRef": {"name": "bus-portal", "uid": uid}} | changes
        form["spec"].pop("validUntil", None)
        made = self.member.call("POST", self.path(kind), form)
        assert made.code == 201, made.message

    def report(self, name: str = "onboarding-test", **changes: object) -> None:
        """A report of today, without an end."""
        today: Json = {"date": str(self.office.site.now().date())}
        self.file("AssessmentReport", name, **today | changes)

    def awaits(self, kind: str, name: str, stage: str, *may: str) -> Json:
        """The request once this can be decided at this stage."""

        def look() -> Json | None:
            found = self.authority.call("GET", self.path(kind, name)).body
            generation = found["metadata"]["generation"]
            status = found.get("status", {})
            turns = {a["stage"]: a["may"] for a in status.get("awaiting", [])}
            current = status.get("observedGeneration") == generation
            return found if current and turns.get(stage) == list(may) else None

        return eventually(look, SOON, f"{kind} {name} awaits {stage}")

    def decide(self, who: Actor, kind: str, name: str, stage: str) -> Answer:
        """Approves at a stage what is there."""
        found = who.call("GET", self.path(kind, name)).body
        turns = {a["stage"]: a["basis"] for a in found["status"].get("awaiting", [])}
        entry = {"decision": "Approved", "basis": turns.get(stage, "0" * 64), "opinion": "同意"}
        key = f"{stage}.{found['metadata']['generation']}"
        body = {"status": {"approvals": {key: entry}}}
        return who.call("PATCH", f"{self.path(kind, name)}/status", body, MERGE)

    def approve(self, who: Actor, kind: str, name: str, stage: str, *may: str) -> None:
        self.awaits(kind, name, stage, *(may or ("Approved", "Refused")))
        answer = self.decide(who, kind, name, stage)
        assert answer.code == 200, answer.message

    def verify(self, name: str = "onboarding-test") -> None:
        self.approve(self.support, "AssessmentReport", name, "verification")

    def launch(self) -> None:
        """Through evidence and consent to formal running, with the site's filing."""
        self.report()
        self.verify()
        self.file("LaunchRequest", "launch", internetFiling=FILING)
        self.approve(self.authority, "LaunchRequest", "launch", "launch")
        self.office.until(phase="Running")

    def labels(self) -> Json:
        found: Json = self.office.site.bootstrap.call("GET", self.space).body["metadata"]["labels"]
        return found

    def quota(self) -> Json:
        path = f"{self.space}/resourcequotas/mandate"
        found: Json = self.office.site.bootstrap.call("GET", path).body["spec"]["hard"]
        return found

    def approved_network(self) -> Json:
        """The spec of the network policy that opens what was approved."""
        here = self.space.replace("/api/v1", "/apis/networking.k8s.io/v1")
        path = f"{here}/networkpolicies/mandate-approved"
        found: Json = self.office.site.bootstrap.call("GET", path).body["spec"]
        return found

    def service(self, name: str, **spec: object) -> Answer:
        """A Service, as the member makes it."""
        body = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name},
            "spec": {"ports": [{"port": 443}]} | spec,
        }
        return self.member.call("POST", f"{self.space}/services", body)

    def ingress(self, name: str) -> Answer:
        """An Ingress, as the member makes it."""
        body = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": name},
            "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 443}}}},
        }
        path = self.space.replace("/api/v1", "/apis/networking.k8s.io/v1")
        return self.member.call("POST", f"{path}/ingresses", body)

    def opens(self) -> None:
        eventually(
            lambda: self.labels().get("mandate.dev/internet") == "open",
            SOON,
            "it opens",
        )
        # the guard reads the namespace from its own cache
        eventually(lambda: self.ingress("probe").code == 201, SOON, "the guard knows")

    def closes(self) -> None:
        eventually(lambda: "mandate.dev/internet" not in self.labels(), SOON, "it closes")
        eventually(lambda: self.ingress("again").code == 403, SOON, "the guard knows")
