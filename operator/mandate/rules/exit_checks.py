"""The checks on an exit before it is decided (articles 7 and 17; annex 2)."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from mandate.api.agency import Agency
from mandate.api.cloudapplication import BEFORE_APPROVAL, CloudApplication
from mandate.api.exitrequest import ExitRequest, ExitRequestSpec
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.hosts import Allocation
from mandate.api.requests import Check
from mandate.api.rulebook import cite
from mandate.rules.checks import blocking_check
from mandate.rules.integration import not_unmet
from mandate.rules.request import Law


def exit_checks(
    request: ExitRequest,
    agency: Agency,
    systems: tuple[CloudApplication, ...],
    law: Law,
    now: datetime,
) -> tuple[Check, ...]:
    """The judgements on an exit, all of them blocking (A17-exit, A07-reclaim).

    Args:
        request: the exit.
        agency: whose systems they are.
        systems: the system it is about, or all that the agency has.
        law: the policy the agency stands under, and its calendar.
        now: the time (UTC).
    """
    spec = request.spec
    found = [
        blocking_check("Complete", _mistaken(spec, agency, systems), cite("A17-exit")),
        blocking_check("SystemStands", _not_there(spec, systems), cite("A17-exit")),
    ]
    if spec.exit_type in ("System", "Unit"):
        found.append(blocking_check("ResourcesMatch", _differing(spec, systems), cite("A17-exit")))
    if spec.reclaim is not None:
        found.append(
            blocking_check("NoticeGiven", _too_soon(spec, law.policy), cite("A07-reclaim"))
        )
        unmet = not_unmet(spec.reclaim, agency, systems[0].metadata, law, now)
        found.append(blocking_check("RequirementUnmet", unmet, cite("A07-reclaim")))
    return tuple(found)


def _mistaken(
    spec: ExitRequestSpec, agency: Agency, systems: tuple[CloudApplication, ...]
) -> Iterator[str]:
    """What the form says of the unit and the system and is not so (A17-exit)."""
    if spec.applicant_unit != agency.spec.title:
        yield f"applicantUnit is {spec.applicant_unit!r}, the agency is {agency.spec.title!r}"
    if spec.system_name is not None and spec.system_name != systems[0].spec.system_name:
        yield f"systemName is {spec.system_name!r}, it is {systems[0].spec.system_name!r}"


def _not_there(spec: ExitRequestSpec, systems: tuple[CloudApplication, ...]) -> Iterator[str]:
    """What cannot exit, or stands in the way of the unit's exit (A17-exit)."""
    for system in systems:
        name, phase = system.metadata.name, system.status.phase
        if spec.exit_type == "Unit":
            if phase in (None, "Submitted", "Accepted"):
                yield f"{name} is not decided yet: withdraw it, or wait for its decision"
        elif phase in (*BEFORE_APPROVAL, "Exiting", "Exited"):
            yield f"{name} is {phase or 'not judged yet'}: there is nothing that could exit"


def _differing(spec: ExitRequestSpec, systems: tuple[CloudApplication, ...]) -> Iterator[str]:
    """Where 退出资源 is not what runs (A17-exit): machines by name, services by theirs.

    Of a unit, what all its systems have that are not gone; one that has nothing here any more
    lists in its own words what it leaves.
    """
    listed: Counter[tuple[bool, str]] = Counter()
    for line in spec.resources or ():
        listed[line.kind == "VirtualMachine", line.description] += line.quantity
    runs: Counter[tuple[bool, str]] = Counter()
    for granted in map(_given, systems):
        runs.update((True, machine.host_name) for machine in granted.machines)
        for service in granted.services:
            runs[False, service.service_name or service.category3] += service.quantity
    if spec.exit_type == "Unit" and not runs:
        return
    for key in sorted(listed.keys() | runs.keys()):
        if listed[key] != runs[key]:
            kind = "VirtualMachine" if key[0] else "another kind"
            yield f"resources: {listed[key]} of {key[1]!r} ({kind}) are listed, {runs[key]} run"


def _given(system: CloudApplication) -> Allocation:
    """What a system has of the cloud."""
    reclaim = system.status.reclaim
    gone = reclaim is not None and reclaim.reclaimed_at is not None
    return Allocation() if gone else system.status.allocation or Allocation()


def _too_soon(spec: ExitRequestSpec, policy: GovernancePolicySpec) -> Iterator[str]:
    """Whether the unit has the policy's days from the notice on (A07-reclaim)."""
    days = policy.exit.reclaim_notice_days if policy.exit else None
    if spec.reclaim is None or days is None:
        return
    first = spec.reclaim.notice_date + timedelta(days=days + 1)
    if spec.planned_exit_date < first:
        yield (
            f"plannedExitDate is before {first}: the unit was told on {spec.reclaim.notice_date} "
            f"and has {days} days"
        )
