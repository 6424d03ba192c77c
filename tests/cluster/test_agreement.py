"""Consent, three signatures, a year, an objection: on the real API, in the story's time."""

import hashlib
import json
import signal
from datetime import date
from functools import partial
from http import HTTPStatus

import pytest

from hack.site import SOON, Actor, Answer, Site, eventually, sealed
from mandate.api.meta import Json
from mandate.api.stages import BY_KIND
from tests.cluster import kinds
from tests.cluster.office import SETTINGS, Office

_API = "/apis/mandate.dev/v1alpha1"
_MERGE = "application/merge-patch+json"
TERM, NEXT = "bus-portal-term-0", "bus-portal-term-1"


class Table:
    """Where the three parties sign: an office with a granted system, and the provider."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.site = office.site
        self.provider = office.site.actor("pei", "luan-provider")
        self.uid: str = office.approve()["metadata"]["uid"]
        office.until(phase="Trial")
        self._test()

    @property
    def signers(self) -> dict[str, Actor]:
        """Who signs what."""
        return {
            "sign-agency": self.office.member,
            "sign-provider": self.provider,
            "sign-authority": self.office.approver,
        }

    def path(self, plural: str, name: str = "") -> str:
        return f"{_API}/namespaces/{self.office.namespace}/{plural}/{name}".rstrip("/")

    def read(self, name: str = TERM, plural: str = "serviceagreements") -> Json:
        return self.office.approver.call("GET", self.path(plural, name)).body

    def status(self, name: str = TERM, plural: str = "serviceagreements") -> Json:
        """Its status; empty while it is not there."""
        found = self.office.approver.call("GET", self.path(plural, name))
        status: Json = found.body.get("status", {}) if found.code == HTTPStatus.OK else {}
        return status

    def until(self, name: str = TERM, **status: object) -> Json:
        """An agreement once its status has these values."""

        def look() -> Json | None:
            here = self.status(name)
            return self.read(name) if all(here.get(k) == v for k, v in status.items()) else None

        return eventually(look, SOON, f"{name} has {status}")

    def decide(
        self, who: Actor, stage: str, decision: str = "Approved", *,
        name: str = TERM, plural: str = "serviceagreements", **fields: object,
    ) -> Answer:  # fmt: skip
        """A decision on what is awaited there."""

        def awaited() -> Json | None:
            turns = self.status(name, plural).get("awaiting", [])
            return next((t for t in turns if t["stage"] == stage and decision in t["may"]), None)

        turn = eventually(awaited, SOON, f"{name} awaits {stage}")
        entry = {"decision": decision, "basis": turn["basis"], "opinion": "同意"}
        entry |= (sealed(stage) if decision == "Approved" else {}) | fields
        body = {"status": {"approvals": {f"{stage}.1": entry}}}
        return who.call("PATCH", self.path(plural, name) + "/status", body, _MERGE)

    def file(self, kind: str, name: str, **changes: object) -> None:
        """A form of a kind as its example has it."""
        body = kinds.form(kind, self.office.namespace, name)
        body["spec"]["applicationRef"]["uid"] = self.uid
        body["spec"] = {k: v for k, v in (body["spec"] | changes).items() if v is not None}
        filed = self.office.member.call("POST", self.path(BY_KIND[kind].plural), body)
        assert filed.code == 201, filed.message

    def _test(self) -> None:
        """What a launch takes: an onboarding test of today, verified."""
        day: Json = {"date": str(self.site.now().date()), "validUntil": None}
        self.file("AssessmentReport", "onboarding", **day)
        answer = self.decide(
            self.site.actor("sue", "luan-support"), "verification",
            name="onboarding", plural="assessmentreports",
        )  # fmt: skip
        assert answer.code == 200, answer.message
        verified = partial(self.status, "onboarding", "assessmentreports")
        eventually(lambda: verified().get("phase") == "Verified", SOON, "it is verified")

    def consent(self, name: str = "bus-portal-launch") -> None:
        """The agency asks for the launch, and the authority consents."""
        self.file("LaunchRequest", name)
        answer = self.decide(self.office.approver, "launch", name=name, plural="launchrequests")
        assert answer.code == 200, answer.message

    def sign(self, name: str = TERM) -> None:
        """All three sign."""
        for stage, who in self.signers.items():
            answer = self.decide(who, stage, name=name)
            assert answer.code == 200, answer.message

    def entries(self) -> list[Json]:
        """The system's dossier."""
        path = f"{_API}/dossiers?fieldSelector=spec.subject.uid%3D{self.uid}"
        parts = self.site.bootstrap.call("GET", path).body["items"]
        return [e for part in parts for e in part["spec"]["entries"]]

    def condition(self, kind: str) -> Json | None:
        found = self.office.read()["status"]["conditions"]
        return next((c for c in found if c["type"] == kind), None)


@pytest.fixture
def table(office: Office) -> Table:
    return Table(office)


def html_of(entries: list[Json], sha256: str) -> str:
    """The text of this digest, as the dossier kept it."""
    parts = [e for e in entries if e["kind"] in ("Rendered", "Continued")]
    at = next(n for n, e in enumerate(parts) if sha256[:16] in e["key"])
    text = parts[at]["data"]
    for entry in parts[at + 1 :]:
        if entry["kind"] != "Continued":
            break
        text += entry["data"]
    data: Json = json.loads(text)
    html: str = data["html"]
    return html


@pytest.mark.rule("A15-launch", "G94-copies", "G91-term", "X-dossier")
def test_consent_agreement_three_signatures_running(table: Table) -> None:
    office = table.office
    assert table.read()["code"] == 404
    table.consent()
    filed = table.until(phase="Signing")
    office.until(phase="Launching")
    assert filed["spec"]["systemName"] == "六安公交出行服务平台"
    assert [a["name"] for a in filed["spec"]["annexes"]] == ["application", "allocation"]
    assert [t["stage"] for t in filed["status"]["awaiting"]] == list(table.signers)

    # the whole text was on record before it could be signed
    digest = filed["status"]["textSha256"]
    html = html_of(table.entries(), digest)
    assert hashlib.sha256(html.encode()).hexdigest() == digest
    assert "三方协议" in html
    assert filed["spec"]["annexes"][1]["sha256"] in html

    # each under its own identity
    wrong = {"sign-agency": table.provider, "sign-provider": office.approver}
    wrong["sign-authority"] = office.member
    for stage, who in wrong.items():
        refused = table.decide(who, stage)
        assert refused.code == 403, refused.message
        assert "X-identity" in refused.message
    table.sign()
    running = office.until(phase="Running")["status"]
    agreement = table.until(phase="InForce")["status"]
    made = agreement["approvals"]
    assert {k: v["by"] for k, v in made.items()} == {
        f"{stage}.1": who.user for stage, who in table.signers.items()
    }
    assert {v["basis"] for v in made.values()} == {filed["status"]["awaiting"][0]["basis"]}
    assert agreement["textSha256"] == digest
    assert running["launchedAt"] == max(v["at"] for v in made.values())
    assert running["billingFrom"] == agreement["inForceFrom"]

    space = table.site.bootstrap.call("GET", f"/api/v1/namespaces/{office.name}--bus-portal")
    eventually(
        lambda: _environment(table) == "formal",
        SOON,
        "the environment is formal in place",
    )
    assert _uid(table) == space.body["metadata"]["uid"]
    kinds = [e["kind"] for e in table.entries()]
    assert {"Rendered", "Annexed", "InForce", "Running"} <= set(kinds)


def _environment(table: Table) -> str:
    path = f"/api/v1/namespaces/{table.office.name}--bus-portal"
    labels = table.site.bootstrap.call("GET", path).body["metadata"]["labels"]
    found: str = labels["mandate.dev/environment"]
    return found


def _uid(table: Table) -> str:
    path = f"/api/v1/namespaces/{table.office.name}--bus-portal"
    found: str = table.site.bootstrap.call("GET", path).body["metadata"]["uid"]
    return found


@pytest.mark.rule("G91-term")
def test_a_year_later_it_renews_itself_and_an_objection_ends_it(table: Table) -> None:
    table.consent()
    table.sign()
    first = table.until(phase="InForce")["status"]
    begun, last = date.fromisoformat(first["inForceFrom"]), date.fromisoformat(first["expiresOn"])
    # a year, and on if that day is a day off: at most a long holiday
    assert 365 <= (last - begun).days <= 365 + 11
    table.site.advance(days=(last - begun).days + 1)
    renewed = table.until(NEXT, phase="InForce")
    assert renewed["spec"]["previous"] == TERM
    assert "approvals" not in renewed["status"]
    assert renewed["status"]["textSha256"] == first["textSha256"]
    table.until(TERM, phase="Renewed")
    assert table.condition("AgreementExpired") is None

    silent = table.decide(table.provider, "objection-provider", name=NEXT, opinion=None)
    assert silent.code == 422
    assert "needs an opinion" in silent.message
    objected = table.decide(table.provider, "objection-provider", name=NEXT, opinion="价格须重议")
    assert objected.code == 200, objected.message
    later = table.until(NEXT, phase="InForce")["status"]
    ends = date.fromisoformat(later["expiresOn"])
    table.site.advance(days=(ends - last).days + 1)
    table.until(NEXT, phase="Expired")
    expired = eventually(lambda: table.condition("AgreementExpired"), SOON, "it is said")
    assert expired["status"] == "True"
    # what runs is left
    assert table.office.read()["status"]["phase"] == "Running"
    assert _environment(table) == "formal"
    assert table.read("bus-portal-term-2")["code"] == 404
    # and a new consent opens a new agreement
    table.consent("again")
    table.until(f"{TERM}-r1", phase="Signing")


@pytest.mark.rule("A15-launch", "G94-copies", "A13-accept")
def test_a_refusal_by_the_provider_ends_it(table: Table) -> None:
    table.consent()
    silent = table.decide(table.provider, "sign-provider", "Refused", opinion=None)
    assert silent.code == 422
    assert "a refusal carries an opinion" in silent.message
    assert table.decide(table.provider, "sign-provider", "Refused").code == 200
    assert "awaiting" not in table.until(phase="Refused")["status"]
    assert table.office.until(phase="Trial")["status"].get("launchedAt") is None


@pytest.mark.rule("G94-copies", "G72-confirm")
def test_a_signature_carries_its_sealed_scan_and_nothing_else_does(table: Table) -> None:
    table.consent()
    signing = table.until(phase="Signing")["status"]
    turn = signing["awaiting"][1]
    assert (turn["signs"], turn["sealRequired"]) == (signing["textSha256"], True)
    scan = sealed("sign-provider")["seal"]
    decide = partial(table.decide, table.provider, "sign-provider")
    for seal, because in (
        (None, "sign-provider is sealed too (G94-copies, annex 1, 9.2 to 9.5): write `seal`"),
        (scan | {"sha256": turn["signs"]}, "the seal of sign-provider is the unsigned text itself"),
        (scan | {"sha256": "A" * 64}, "must be a sha256 in 64 lower-case digits"),
        (scan | {"uri": "on my desk"}, "must be a URI such as"),
    ):
        refused = decide(seal=seal)
        assert refused.code == 422, refused.message
        assert because in refused.message
    unsigned = decide("Refused", seal=scan)
    assert unsigned.code == 422
    assert "a refusal signs nothing" in unsigned.message
    assert decide(seal=scan).code == 200
    made = table.status()["approvals"]["sign-provider.1"]
    assert made["seal"] == scan
    term = f"ServiceAgreement/{TERM}/{table.read()['metadata']['uid'][:8]}"
    kept = eventually(
        lambda: next(
            (e for e in table.entries() if e["key"] == f"{term}.decided.sign-provider.1"), None
        ),
        SOON,
        "the signature is on record",
    )
    assert json.loads(kept["data"])["seal"] == scan
    # what is no signature takes none
    table.office.file(table.office.form("bus-cards"))
    table.office.awaits("acceptance", "bus-cards")
    other = table.office.decide("acceptance", name="bus-cards", seal=scan)
    assert other.code == 422
    assert "acceptance is no signature" in other.message


@pytest.mark.rule("X-duty", "A17-delete", "G94-copies")
def test_nobody_but_the_operator_files_edits_or_deletes_an_agreement(
    table: Table, site: Site
) -> None:
    table.consent()
    found = table.until(phase="Signing")
    path = table.path("serviceagreements")
    forged = {k: found[k] for k in ("apiVersion", "kind", "spec")}
    forged["metadata"] = {"name": "forged", "namespace": table.office.namespace}
    shorter = {"spec": {"validityMonths": 1}}
    for who in (*table.signers.values(), table.office.clerk):
        assert who.call("POST", path, forged).code == 403
        assert who.call("PATCH", f"{path}/{TERM}", shorter, _MERGE).code == 403
        assert who.call("DELETE", f"{path}/{TERM}").code == 403
    # an administrator has the right, and the guard refuses
    root = site.bootstrap
    for answer in (
        root.call("POST", path, forged),
        root.call("PATCH", f"{path}/{TERM}", shorter, _MERGE),
        root.call("DELETE", f"{path}/{TERM}"),
    ):
        assert answer.code == 403
        assert "is the operator's record" in answer.message
    # and the operator, which may file, neither edits nor deletes
    operator = site.operator_account()
    assert operator.call("PATCH", f"{path}/{TERM}", shorter, _MERGE).code == 403
    assert operator.call("DELETE", f"{path}/{TERM}").code == 403


@pytest.mark.rule("X-level", "A15-launch")
def test_a_killed_operator_files_no_second_one(table: Table) -> None:
    table.consent()
    table.site.stop_operator(signal.SIGKILL)
    table.site.start_operator(settings=SETTINGS)
    table.sign()
    table.office.until(phase="Running")
    items = table.site.bootstrap.call("GET", table.path("serviceagreements")).body["items"]
    assert [i["metadata"]["name"] for i in items] == [TERM]
