"""The lives that the faults fall into, as their people lead them; they talk to the API directly."""

from collections.abc import Callable
from random import Random

from hack.site import Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office

PATIENCE = 180.0
"""For the operator's part of a step, in seconds; it may be killed many times meanwhile."""
_MERGE = "application/merge-patch+json"


def _nothing() -> None:
    """What happens between the steps of an undisturbed life."""


def lead(site: Site, seed: str, between: Callable[[], None] = _nothing) -> Office:
    """Leads a life from the agency to the granted application, refused once on the way.

    Args:
        site: where.
        seed: the agency's name is made of it.
        between: called after each step of the people, while the operator does its part.
    """
    office = Office.open(site, seed, patience=PATIENCE)
    assert office.file(_careless(office)).code == 201
    between()
    _decided(office, "acceptance", "Refused")
    between()
    _again(office)
    between()
    for stage in ("acceptance", "review"):
        _decided(office, stage, "Approved")
        between()
    granted(office)
    _joined(office)
    between()
    _let_in(office, office.namespace, f"{office.name}--bus-portal")
    return office


def wander(site: Site, seed: str, chance: Random) -> Office:
    """Leads a life whose turns are drawn: how often refused, at which stage, how it ends.

    Args:
        site: where.
        seed: the agency's name is made of it.
        chance: of which the same draws make the same life.
    """
    office = Office.open(site, seed, patience=PATIENCE)
    assert office.file(_careless(office)).code == 201
    # each title once: an edit that changes nothing is none, and the form stays refused
    for number in chance.sample(range(1, 100), chance.randint(1, 3)):
        if office.read()["spec"]["materials"].get("onboardingPlan") and chance.random() < 0.5:
            _decided(office, "acceptance", "Approved")
            _decided(office, "review", "Refused")
        else:
            _decided(office, "acceptance", "Refused")
        if chance.random() < 0.3:
            _joined(office)
            _let_in(office, office.namespace)
        _again(office, title=f"第{number}路公交")
    end = chance.choice(["granted", "granted", "withdrawn", "waits"])
    if end == "withdrawn":
        office.awaits("acceptance")
        assert office.member.call("DELETE", f"{office.forms}/bus-portal").code == 200
    elif end == "granted":
        for stage in ("acceptance", "review"):
            _decided(office, stage, "Approved")
        granted(office)
        _joined(office)
        _let_in(office, office.namespace, f"{office.name}--bus-portal")
    else:
        office.awaits("acceptance")
    return office


def granted(office: Office) -> None:
    """Waits until the application is granted."""

    def found() -> bool:
        status = office.read().get("status", {})
        ready = [c["status"] for c in status.get("conditions", []) if c["type"] == "Ready"]
        return "namespace" in status and ready == ["True"]

    eventually(found, office.patience, "bus-portal is granted")


def _careless(office: Office) -> Json:
    form = office.form()
    del form["spec"]["materials"]["onboardingPlan"]
    return form


def _decided(office: Office, stage: str, decision: str) -> None:
    office.awaits(stage)
    answer = office.decide(stage, decision)
    assert answer.code == 200, answer.message


def _again(office: Office, **changes: str) -> None:
    """The agency mends its refused form."""
    office.until(phase="Refused")
    whole = office.form()["spec"]
    if "title" in changes:
        whole["systemName"] = changes["title"]
    answer = office.member.call("PATCH", f"{office.forms}/bus-portal", {"spec": whole}, _MERGE)
    assert answer.code == 200, answer.message


def _let_in(office: Office, *namespaces: str) -> None:
    """Waits until the new member can work in these."""
    bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings/mandate-members"

    def found() -> bool:
        answers = [office.site.bootstrap.call("GET", bindings.format(n)) for n in namespaces]
        return all("newcomer" in str(answer.body.get("subjects")) for answer in answers)

    eventually(found, office.patience, "the new member is let in")


def _joined(office: Office) -> None:
    """The authority adds somebody to the agency's members."""
    members = [{"kind": "User", "name": office.member.user}, {"kind": "User", "name": "newcomer"}]
    path = f"/apis/mandate.dev/v1alpha1/agencies/{office.name}"
    answer = office.clerk.call("PATCH", path, {"spec": {"members": members}}, _MERGE)
    assert answer.code == 200, answer.message
