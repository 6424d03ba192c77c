"""Reports and launches of the bus portal, as they are filed, judged and decided."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeVar

from mandate.api.assessmentreport import AssessmentReport
from mandate.api.cloudapplication import CloudApplication, CloudApplicationStatus, Phase
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Json, Resource
from mandate.api.requests import Approval, RequestStatus, decision_key
from mandate.rules.application import Outcome, Plan, World, decide
from mandate.rules.case import Case
from mandate.rules.judges import JUDGES
from mandate.rules.request import RequestPlan
from tests.unit.builders import (
    NOW,
    UID,
    agency,
    application,
    approval,
    calendar,
    changed,
    example,
    policy,
)

R = TypeVar("R", AssessmentReport, LaunchRequest)

LAUNCH_DAY = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in Lu'an; the example's papers are of before."""
GRANTED = Outcome(True, "Granted", "namespace transport--bus-portal is in place")
SITE = {"networks": ["GovernmentExtranet", "Internet"], "website": {"domains": ["bus.luan.cn"]}}
"""The parts of a form that make the bus portal a site on the internet."""


def system(
    phase: Phase = "Trial", changes: Json | None = None, started: datetime = NOW
) -> CloudApplication:
    """The bus portal in a phase of its life; the changes are to its form."""
    trial = {
        "startedAt": started.isoformat(),
        "days": 30,
        "endsAt": (started + timedelta(days=30)).isoformat(),
    }
    status = CloudApplicationStatus.model_validate({"phase": phase, "trial": trial})
    return application(changes, status=status)


def filing(*domains: str) -> Json:
    """A permit and a filing of these domains."""
    document = {"title": "许可", "uri": "https://files.example/p.pdf", "sha256": "5a" * 32}
    return {
        "domains": list(domains or ("bus.luan.cn",)),
        "permit": document,
        "filingNumber": "皖ICP备1号",
    }


def _filed(path: str, name: str, changes: Json) -> Json:
    raw = example(path)
    raw["metadata"] |= {"name": name, "uid": f"uid-of-{name}", "generation": 1}
    raw["metadata"] |= {"creationTimestamp": "2026-12-29T08:00:00Z"}
    spec = changed(raw["spec"], changes)
    assert spec["applicationRef"]["uid"] == UID
    return raw | {"spec": spec}


def report(name: str = "onboarding", **changes: object) -> AssessmentReport:
    """An onboarding security test by an accredited assessor; the changes are to its form."""
    raw = _filed("life/assessment-report.yaml", name, changes)
    return AssessmentReport.model_validate(raw)


def launch(name: str = "launch", **changes: object) -> LaunchRequest:
    """A launch with its three tests passed; the changes are to its form."""
    return LaunchRequest.model_validate(_filed("life/launch-request.yaml", name, changes))


def case(
    *requests: Resource,
    app: CloudApplication | None = None,
    law: GovernancePolicy | None = None,
) -> Case:
    """The bus portal on trial, with what was filed about it."""
    found = app or system()
    stored = found.spec.wire()
    return Case(found, stored, agency(), law or policy(), calendar(), requests=requests)


def judged(found: Case, request: Resource, now: datetime = LAUNCH_DAY) -> RequestPlan:
    """One look at a request."""
    assert isinstance(request, AssessmentReport | LaunchRequest)
    return JUDGES[request.kind](found, request, request.spec.wire(), now)


def stored(request: R, status: RequestStatus) -> R:
    """The request with a status, through JSON as it comes back from the API server."""
    return type(request).model_validate(request.wire() | {"status": status.wire()})


def decided(request: R, *stages: str, found: Case | None = None, at: datetime = LAUNCH_DAY) -> R:
    """The request after each of these stages was approved and seen, in their order."""
    found = found or case()
    for stage in stages:
        before = judged(found, request, at).status
        assert [w.stage for w in before.awaiting if "Approved" in w.may] == [stage], before.checks
        made = Approval(decision="Approved", basis=before.awaiting[0].basis, by="bob", at=at)
        key = decision_key(stage, 1)
        now_made = before.model_copy(update={"approvals": before.approvals | {key: made}})
        after = judged(found, stored(request, now_made), at).status
        assert after.effects[key].effective, after.effects
        request = stored(request, after)
    return request


def verified(
    name: str = "onboarding", at: datetime = LAUNCH_DAY, **changes: object
) -> AssessmentReport:
    """A report that support has verified."""
    return decided(report(name, **changes), "verification", at=at)


@cache
def good() -> AssessmentReport:
    """The one report that the bus portal's launch takes, verified."""
    return verified()


def launched(
    *requests: Resource,
    app: CloudApplication | None = None,
    law: GovernancePolicy | None = None,
    now: datetime = LAUNCH_DAY,
) -> Plan:
    """One look at the approved application with what was filed about it."""
    found = app or application()
    approvals = {"acceptance.1": approval(), "review.1": approval()}
    if not found.status.approvals:
        status = found.status.model_copy(update={"approvals": approvals})
        found = found.model_copy(update={"status": status})
    world = World(
        found, found.spec.wire(), agency(), law or policy(agreement=None), calendar(),
        requests=requests,
    )  # fmt: skip
    return decide(world, now, GRANTED)
