"""Evidence, launch and the internet gate on the real API: refused by name, opened, closed."""

from functools import partial

import pytest

from hack.site import SOON, Answer, Site, eventually
from mandate.api.meta import Json
from tests.cluster import kinds
from tests.cluster.laws import enact
from tests.cluster.office import Office
from tests.cluster.pad import FILING, MERGE, Pad

_LAW = "launching"
_FINALIZER = "service.kubernetes.io/load-balancer-cleanup"


@pytest.fixture(scope="module")
def law(site: Site) -> str:
    """Lu'an's policy without the agreement: the consent launches."""
    stages = {
        "luan-approvers": ["acceptance", "review", "launch", "withdraw-filing"],
        "luan-support": ["verification", "withdrawal"],
    }
    enact(site, _LAW, stages, without="agreement")
    return _LAW


@pytest.fixture
def pad(site: Site, law: str, request: pytest.FixtureRequest) -> Pad:
    return Pad(Office.open(site, request.node.name, policy=law))


@pytest.mark.rule("A14-level3", "A14-tests", "A15-launch", "G32-filing", "X-order")
def test_a_launch_is_refused_at_the_api_by_the_name_of_what_is_missing(pad: Pad) -> None:
    tests = kinds.form("LaunchRequest", "", "")["spec"]["tests"]
    bad = tests | {"security": tests["security"] | {"result": "NotPassed"}}
    pad.file("LaunchRequest", "launch", tests=bad)
    pad.awaits("LaunchRequest", "launch", "launch", "Refused")
    answer = pad.decide(pad.authority, "LaunchRequest", "launch", "launch")
    assert answer.code == 422
    for said in (
        "launch cannot be Approved now (X-order, ours): see status.awaiting and status.checks; ",
        "tests.security says NotPassed: put it right and test again (A14-tests, ",
        "no OnboardingSecurityTest report is filed (A14-level3, article 14)",
        "internetFiling is missing: name its permit, filing number and domains (G32-filing",
    ):
        assert said in answer.message, answer.message
    # what is put right is not missing any more, and what is not still is
    right = {"spec": {"tests": tests, "internetFiling": FILING}}
    edited = pad.member.call("PATCH", pad.path("LaunchRequest", "launch"), right, MERGE)
    assert edited.code == 200, edited.message
    pad.awaits("LaunchRequest", "launch", "launch", "Refused")
    pad.report()
    said = "no OnboardingSecurityTest report counts: onboarding-test is not verified"
    eventually(
        lambda: said in pad.decide(pad.authority, "LaunchRequest", "launch", "launch").message,
        SOON,
        "the launch is judged anew when a report is filed",
    )
    pad.verify()
    # that a report is verified is seen by the launch that rests on it
    pad.approve(pad.authority, "LaunchRequest", "launch", "launch")
    found = pad.office.until(phase="Running")
    approvals = pad.authority.call("GET", pad.path("LaunchRequest", "launch")).body["status"]
    decided = approvals["approvals"]["launch.2"]["at"]
    assert found["status"]["launchedAt"] == decided
    assert found["status"]["billingFrom"] == decided[:10]
    eventually(
        lambda: pad.labels()["mandate.dev/environment"] == "formal",
        SOON,
        "it is formal",
    )


@pytest.mark.rule("A14-level3", "X-order")
def test_a_report_that_was_withdrawn_launches_nothing(pad: Pad) -> None:
    pad.report()
    pad.verify()
    pad.file("LaunchRequest", "launch", internetFiling=FILING)
    pad.awaits("LaunchRequest", "launch", "launch", "Approved", "Refused")
    pad.approve(pad.support, "AssessmentReport", "onboarding-test", "withdrawal", "Approved")
    pad.awaits("LaunchRequest", "launch", "launch", "Refused")
    answer = pad.decide(pad.authority, "LaunchRequest", "launch", "launch")
    assert answer.code == 422
    assert "onboarding-test was withdrawn (A14-level3, article 14)" in answer.message
    # it stays on record, and another one counts
    path = pad.path("AssessmentReport", "onboarding-test")
    assert pad.authority.call("GET", path).body["status"]["phase"] == "Withdrawn"
    assert pad.member.call("DELETE", path).code == 403
    pad.report("second-test")
    pad.verify("second-test")
    pad.awaits("LaunchRequest", "launch", "launch", "Approved", "Refused")


@pytest.mark.rule("A14-level3", "X-identity")
def test_only_support_verifies(pad: Pad) -> None:
    pad.report()
    pad.awaits("AssessmentReport", "onboarding-test", "verification", "Approved", "Refused")
    for who in (pad.member, pad.authority):
        answer = pad.decide(who, "AssessmentReport", "onboarding-test", "verification")
        assert answer.code == 403, answer.message


@pytest.mark.rule("G32-filing", "A15-launch")
def test_the_way_to_the_internet_opens_with_the_filing_and_closes_with_its_end(pad: Pad) -> None:
    for before in (pad.service("web", type="LoadBalancer"), pad.ingress("probe")):
        assert before.code == 403
        assert "to the internet (G32-filing" in before.message
    closed = pad.approved_network()
    pad.launch()
    pad.opens()
    eventually(lambda: pad.quota()["services.loadbalancers"] == "2", SOON, "the quota opens")
    assert pad.quota()["services.nodeports"] == "4"
    internet: Json = {
        "from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}],
        "ports": [{"protocol": "TCP", "port": 443}],
    }
    eventually(lambda: internet in pad.approved_network()["ingress"], SOON, "the network opens")
    cleaned = {"finalizers": [_FINALIZER]}
    path = f"{pad.space}/services/web"
    entrances: dict[str, Json] = {
        "web": {"type": "LoadBalancer"},
        "port": {"type": "NodePort"},
        "outer": {"externalIPs": ["203.0.113.7"]},
    }
    for name, spec in entrances.items():
        made = eventually(partial(_made, pad, name, spec), SOON, "the quota's figure is known")
        assert made.code == 201, made.message
    assert pad.member.call("PATCH", path, {"metadata": cleaned}, MERGE).code == 200
    assert pad.service("second", type="LoadBalancer").code == 201
    third = pad.service("third", type="LoadBalancer")
    assert third.code == 403
    assert "exceeded quota: mandate" in third.message

    pad.approve(pad.authority, "LaunchRequest", "launch", "withdraw-filing", "Approved")
    pad.closes()
    eventually(lambda: pad.quota()["services.loadbalancers"] == "0", SOON, "the quota closes")
    rules = eventually(lambda: _without(pad.approved_network(), internet), SOON, "the network")
    # nor by what the platform's ingress still has of it
    assert rules["ingress"] == [{"from": [{"podSelector": {}}]}]
    assert rules["egress"] == closed["egress"]
    assert pad.office.read()["status"]["phase"] == "Running"
    # what was made meanwhile is there, changes no more, and can only go
    touched = {"metadata": {"labels": {"team": "a"}}}
    answer = pad.member.call("PATCH", path, touched, MERGE)
    assert answer.code == 403
    assert "would open" in answer.message
    assert "(G32-filing" in answer.message
    assert pad.member.call("DELETE", path).code == 200
    wider = {"spec": {"externalIPs": ["203.0.113.9"]}}
    assert pad.member.call("PATCH", path, wider, MERGE).code == 403
    # nor does it come by an address on the way
    address = {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}}
    answer = pad.office.site.bootstrap.call("PATCH", f"{path}/status", address, MERGE)
    assert answer.code == 403, answer.body
    assert "(G32-filing" in answer.message
    gone = pad.member.call("PATCH", path, {"metadata": {"finalizers": None}}, MERGE)
    assert gone.code == 200, gone.message
    inner = {"spec": {"type": "ClusterIP", "externalIPs": None}}
    assert pad.member.call("PATCH", f"{pad.space}/services/outer", inner, MERGE).code == 200

    # a new filing opens again; of two that were verified in one second the later name is last
    pad.file("LaunchRequest", "refiling", internetFiling=FILING)
    pad.approve(pad.authority, "LaunchRequest", "refiling", "launch")
    eventually(
        lambda: pad.labels().get("mandate.dev/internet") == "open",
        SOON,
        "it opens again",
    )


@pytest.mark.rule("G33-mlps")
def test_the_evaluation_report_is_overdue_six_months_after_the_launch(pad: Pad) -> None:
    pad.launch()
    pad.office.site.advance(days=190)
    _overdue(pad, "True")
    pad.report("evaluation", type="MlpsEvaluation")
    pad.verify("evaluation")
    _overdue(pad, "False")
    clocks = {c["stage"]: c for c in pad.office.read()["status"]["clocks"]}
    assert clocks["mlpsReport"]["breached"] is True


def _overdue(pad: Pad, status: str) -> None:
    def look() -> bool:
        conditions = pad.office.read()["status"]["conditions"]
        return any(c["type"] == "MlpsReportOverdue" and c["status"] == status for c in conditions)

    eventually(look, SOON, f"MlpsReportOverdue is {status}")


def _made(pad: Pad, name: str, spec: Json) -> Answer | None:
    """The answer to a new Service, unless the quota's figure is not known yet."""
    answer = pad.service(name, **spec)
    return None if "exceeded quota" in answer.message else answer


def _without(policy: Json, rule: Json) -> Json | None:
    return policy if rule not in policy["ingress"] else None
