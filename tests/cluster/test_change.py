"""A major change without its proof, on the real API: there is no way around it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from hack.site import Actor, Answer, Site
from mandate.api.meta import Json
from tests.cluster.changes import change, hosts, today, until_may, until_said, verified
from tests.cluster.filing import MERGE, Filing
from tests.cluster.life_forms import PLAN
from tests.cluster.office import SETTINGS, Office

_REFUSED = (403, 409, 422)


@dataclass(frozen=True)
class Works:
    """A system on trial, a major change of it that is blocked, and one of another's approved."""

    office: Office
    blocked: Filing
    proven: Filing
    report: Filing

    @property
    def root(self) -> Actor:
        """Whom RBAC refuses nothing."""
        return self.office.site.bootstrap

    @property
    def space(self) -> str:
        """The granted namespace's path."""
        return f"/api/v1/namespaces/{self.office.name}--bus-portal"

    def granted(self) -> list[object]:
        """What is granted, and what is written down of that."""
        quota = self.root.call("GET", f"{self.space}/resourcequotas").body["items"]
        limits = self.root.call("GET", f"{self.space}/limitranges").body["items"]
        return [
            self.root.call("GET", self.space).body["metadata"]["labels"],
            [item["spec"] for item in (*quota, *limits)],
            self.office.read()["spec"],
            self.office.read()["status"]["allocation"],
        ]


@pytest.fixture(scope="module")
def standing(site: Site) -> Works:
    """The two systems, and their major changes."""
    office = Office.open(site, "changes")
    office.approve()
    blocked = change(office, "big", **hosts("more", 12))
    office.approve("tram-portal")
    plan = PLAN | {"date": today(site)}
    planned = {"technicalPlan": plan, "plannedImplementation": today(site, 30)}
    proven = change(office, "proven", "tram-portal", **hosts("more", 12), **planned)
    until_said(proven, "Proven", "no Performance report is filed")
    report = verified(office, "performance", "Performance", "tram-portal")
    until_said(proven, "Proven", "no Security report is filed")
    verified(office, "security", "Security", "tram-portal")
    until_may(proven, "change", "Approved", "Refused")
    proven.decided("change", office.approver)
    proven.until("Approved")
    until_said(blocked, "Proven", "technicalPlan is missing")
    return Works(office, blocked, proven, report)


@pytest.fixture(scope="module", params=["running", "stopped"])
def works(standing: Works, request: pytest.FixtureRequest) -> Iterator[Works]:
    """The same with the operator at work, and stopped."""
    site = standing.office.site
    if request.param == "stopped":
        site.stop_operator()
    yield standing
    if request.param == "stopped":
        site.start_operator(settings=SETTINGS)


def _patch(who: Actor, path: str, body: Json) -> Answer:
    return who.call("PATCH", path, body, MERGE)


def _forced(works: Works, path: str, change: Callable[[Json], object]) -> Answer:
    """`kubectl replace --force`: deleted and made anew."""
    found = works.root.call("GET", path).body
    change(found)
    for written in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
        found["metadata"].pop(written, None)
    args = ("replace", "--force", "--cascade=background", "--timeout=5s", "-f", "-")
    done = works.root.kubectl(*args, stdin=json.dumps(found), check=False)
    return Answer(403 if done.returncode else 200, {"message": done.stderr})


def _quota(works: Works) -> str:
    return f"{works.space}/resourcequotas/mandate"


def _more(found: Json) -> None:
    found["spec"]["hard"]["requests.cpu"] = "1000"


def _app(works: Works) -> str:
    return f"{works.office.forms}/bus-portal"


def _second(kind: str, spec: Json) -> Callable[[Works], Answer]:
    body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "second"}, "spec": spec}
    return lambda w: w.root.call("POST", f"{w.space}/{kind.lower()}s", body)


def _as_minor(works: Works) -> Answer:
    path = f"{works.blocked.forms}/big/status"
    return _patch(works.root, path, {"status": {"materiality": "Minor", "checks": []}})


_LESS_PROOF = {"sha256": "9d" * 32}
ATTEMPTS: dict[str, tuple[Callable[[Works], Answer], str]] = {
    "approve": (
        lambda w: w.blocked.decide("change", w.office.approver),
        "it is major: adds 12 hosts, over 10; adds 48 cores, over 40; adds 96Gi of memory, over "
        "80Gi; technicalPlan is missing: a major change submits it anew; no Performance report "
        "is filed; no Security report is filed (A16-major",
    ),
    "approve-as-root": (
        lambda w: w.blocked.decide("change", w.root), "has every verb, which is no appointment",
    ),
    "call-it-minor": (_as_minor, "only the operator writes this part of the status"),
    "edit-the-application": (
        lambda w: _patch(w.office.member, _app(w), {"spec": {"hosts": []}}), "is frozen (A16-",
    ),
    "edit-the-application-as-root": (
        lambda w: _patch(w.root, _app(w), {"spec": {"systemName": "另一个"}}), "is frozen (A16-",
    ),
    "write-the-allocation": (
        lambda w: _patch(w.root, f"{_app(w)}/status", {"status": {"allocation": None}}),
        "only the operator writes this part of the status",
    ),
    "write-it-off-as-carried-out": (
        lambda w: _patch(w.root, f"{_app(w)}/status", {"status": {"changes": [
            {"uid": w.blocked.read()["metadata"]["uid"], "name": "big",
             "countedAt": "2026-01-01T00:00:00Z"},
        ]}}),
        "only the operator writes this part of the status",
    ),
    "raise-the-quota": (
        lambda w: _patch(w.root, _quota(w), {"spec": {"hard": {"requests.cpu": "1000"}}}),
        "is set by an approved application (A16-change",
    ),
    "delete-the-quota": (
        lambda w: w.root.call("DELETE", _quota(w)), "is set by an approved application (A16-",
    ),
    "replace-the-quota-by-force": (
        lambda w: _forced(w, _quota(w), _more), "is set by an approved application (A16-change",
    ),
    "a-second-quota": (
        _second("ResourceQuota", {"hard": {"requests.cpu": "1000"}}),
        "is set by an approved application (A16-change",
    ),
    "a-second-limit-range": (
        _second("LimitRange", {"limits": [{"type": "Container", "default": {"cpu": "64"}}]}),
        "is set by an approved application (A16-change",
    ),
    "relabel-the-namespace": (
        lambda w: _patch(w.root, w.space, {"metadata": {"labels": {"mandate.dev/managed": None}}}),
        "is granted by an approved application",
    ),
    "make-another-namespace": (
        lambda w: w.root.call("POST", "/api/v1/namespaces", {
            "metadata": {"name": f"{w.office.name}--more"},
        }),
        "is granted by no approved application (G310-sublet",
    ),
    "delete-the-application": (
        lambda w: w.root.call("DELETE", _app(w)), "was granted and is not deleted (A17-delete",
    ),
    "replace-the-application-by-force": (
        lambda w: _forced(w, _app(w), lambda f: f["spec"]["hosts"][0].update(quantity=14)),
        "was granted and is not deleted (A17-delete",
    ),
    "another-form-of-the-same-name": (
        lambda w: w.office.file(w.office.form()), "already exists",
    ),
    "more-by-what-was-approved": (
        lambda w: _patch(w.office.member, f"{w.proven.forms}/proven", {
            "spec": hosts("more", 100),
        }),
        "is frozen (A16-change",
    ),
    "another-plan-after-the-approval": (
        lambda w: _patch(w.root, f"{w.proven.forms}/proven", {
            "spec": {"technicalPlan": _LESS_PROOF},
        }),
        "is frozen (A16-change",
    ),
    "delete-what-was-approved": (
        lambda w: w.root.call("DELETE", f"{w.proven.forms}/proven"), "(A17-delete",
    ),
    "other-evidence-after-its-verification": (
        lambda w: _patch(w.office.member, f"{w.report.forms}/performance", {
            "spec": {"document": _LESS_PROOF},
        }),
        "is frozen (A16-change",
    ),
    "delete-the-evidence": (
        lambda w: w.root.call("DELETE", f"{w.report.forms}/performance"), "(A17-delete",
    ),
}  # fmt: skip
"""What somebody tries to get by a blocked change, or by an approved one, and the refusal."""


@pytest.mark.rule("A16-major", "A16-change", "A17-delete", "X-closed")
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_there_is_no_way_around_a_blocked_change(works: Works, attempt: str) -> None:
    before = works.granted()
    tries, because = ATTEMPTS[attempt]
    answer = tries(works)
    assert answer.code in _REFUSED, answer.message
    assert because in answer.message
    assert works.granted() == before
    assert "change.1" not in works.blocked.read()["status"].get("approvals", {})


@pytest.mark.rule("A16-major", "X-closed", "X-order")
def test_deleted_and_filed_anew_it_is_as_blocked_as_before(works: Works) -> None:
    office = works.office
    filing = change(office, "again", **hosts("again", 12))
    path = f"{filing.forms}/again"
    # nothing was decided on it: it can be withdrawn
    assert office.member.call("DELETE", path).code == 200
    filing = change(office, "again", **hosts("again", 12))
    answer = filing.decide("change", office.approver)
    assert answer.code == 422
    assert "change cannot be Approved now (X-order" in answer.message
    assert office.member.call("DELETE", path).code == 200
