"""An agency's namespace of requests, and whether it can file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from mandate.api.agency import Agency, AgencyStatus, Member
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.kinds import REQUESTS
from mandate.api.meta import GROUP, set_condition
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.cloud_use import Applied, CloudUsePlan, cloud_use
from mandate.rules.cost import together
from mandate.rules.request import Law, ready_condition


@dataclass(frozen=True, slots=True)
class Office:
    """What an agency gets: its namespace of requests and its members' rights there."""

    namespace: str
    uid: str
    agency: str
    policy: str
    separation_of_duties: str
    members: tuple[Member, ...]
    quota: dict[str, str]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why the members of an agency cannot file yet."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class AgencyPlan:
    """What is to be: the status, and the office unless the policy is missing."""

    status: AgencyStatus
    office: Office | None
    due: datetime | None = None
    """When time alone next changes the answer (UTC)."""


def decide_agency(
    agency: Agency,
    policy: GovernancePolicy | None,
    now: datetime,
    obstacle: Obstacle | None = None,
    applications: Iterable[Applied] = (),
    calendar: WorkCalendar | None = None,
) -> AgencyPlan:
    """What the agency's status and office should be.

    Args:
        agency: the agency.
        policy: the one it names, if it is there.
        now: for conditions that change (UTC).
        obstacle: why its members cannot file yet; None if they can.
        applications: all of its; while one is granted, it is not deleted (A17-delete).
        calendar: the one that the policy names, if it is there.
    """
    applied = tuple(applications)
    status = partial(_status, agency, applied, now)
    if policy is None:
        text = f"GovernancePolicy {agency.spec.policy} does not exist; apply it"
        return AgencyPlan(status(None, "PolicyNotFound", text), None)
    use = cloud_use(agency, applied, Law(policy.spec, calendar), now)
    office = Office(
        namespace=agency.namespace,
        uid=agency.metadata.uid,
        agency=agency.metadata.name,
        policy=agency.spec.policy,
        separation_of_duties=policy.spec.separation_of_duties,
        members=agency.spec.members,
        quota=_quota(policy.spec.maximum_open_requests),
    )
    if obstacle is not None:
        return AgencyPlan(status(use, obstacle.reason, obstacle.message), office, use.due)
    return AgencyPlan(status(use, "CanFile", "its members can file requests"), office, use.due)


def _quota(maximum: int) -> dict[str, str]:
    """Nothing runs in a namespace of requests, and no agency fills etcd with forms."""
    forms = {f"count/{kind.plural}.{GROUP}": str(maximum) for kind in REQUESTS}
    return {"pods": "0", "services": "0", "persistentvolumeclaims": "0"} | forms


def _status(
    agency: Agency,
    applied: tuple[Applied, ...],
    now: datetime,
    use: CloudUsePlan | None,
    reason: str,
    message: str,
) -> AgencyStatus:
    generation = agency.metadata.generation
    ready = ready_condition(generation, now, reason, message, ready=reason == "CanFile")
    conditions = set_condition(agency.status.conditions, ready)
    return AgencyStatus(
        observed_generation=generation,
        namespace=agency.namespace,
        open_systems=sum(a.granted for a in applied),
        cloud_use=use.use if use else agency.status.cloud_use,
        cost=together(a.cost for a in applied if a.granted and a.cost is not None),
        conditions=set_condition(conditions, use.condition) if use else conditions,
    )
