"""The checks on a change before it is decided (article 16; annex 1, 4.5; annex 2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mandate.api import quantity
from mandate.api.hosts import Allocation, DataDisk, Host, Machine
from mandate.api.meta import find_condition
from mandate.api.requests import Check
from mandate.api.resourcechange import ChangedHost, ResourceChange
from mandate.api.rulebook import cite
from mandate.rules.allocation import after, disk_types, service_key
from mandate.rules.capacity import CHECK as CAPACITY
from mandate.rules.capacity import over_capacity
from mandate.rules.case import Case, approval
from mandate.rules.catalogue import by_provider, not_there, outside
from mandate.rules.checks import advisory_check, blocking_check, host_faults, risky_ports
from mandate.rules.implementation import CHANGE
from mandate.rules.materiality import Additions
from mandate.rules.sizing import oversized

_A16 = cite("A16-change")
_STOPPED = ("Suspended", "TrialExpired", "AgreementExpired")
"""Conditions under which nothing new is granted."""
_MOST_MACHINES, _MOST_SERVICES = 500, 100


@dataclass(frozen=True, slots=True)
class Resulting:
    """What a change makes of a system, as rows of hosts."""

    touched: tuple[Host, ...]
    """The rows that are added, and the machines that are changed and stay."""
    all: tuple[Host, ...]
    """Every machine after it."""
    allocation: Allocation


def change_checks(
    case: Case, request: ResourceChange, added: Additions, now: datetime
) -> tuple[Check, ...]:
    """The judgements on a change but whether it is major (A16-change).

    Args:
        case: the system; `taken` is what others take of the platform.
        request: the change.
        added: what it adds.
        now: the time (UTC).
    """
    runs = case.application.status.allocation or Allocation()
    result = _resulting(case, request, runs)
    return (
        blocking_check("Complete", _mistaken(case, request, result), _A16),
        blocking_check("SystemStands", _stopped(case), _A16),
        blocking_check("MatchesRunning", _differing(case, request, runs), _A16),
        blocking_check("NoOtherChange", _crossing(case, request), _A16),
        *_of_the_result(case, request, result, added),
        advisory_check("KeyPeriod", _key_period(case, request, now), cite("G45-duty")),
    )


def is_open(change: ResourceChange) -> bool:
    """Whether a change may still change something: neither refused nor carried out."""
    status = change.status
    if status.implemented_at is not None or status.phase == "Refused":
        return False
    found = find_condition(status.conditions, "Ready")
    return found is None or found.reason != "Ineffective"


def comes_before(one: ResourceChange, other: ResourceChange) -> bool:
    """Whether a change was filed before another."""
    return _place(one) < _place(other)


def _place(change: ResourceChange) -> tuple[str, str]:
    at = change.metadata.creation_timestamp
    return (at.isoformat() if at else "", change.metadata.name)


def _of_the_result(
    case: Case, request: ResourceChange, result: Resulting, added: Additions
) -> Iterator[Check]:
    """What an application is checked for, of what the change makes of it (A10, A14, A23)."""
    policy, sizing = case.policy.spec, cite("A14-sizing")
    rows = case.application.spec.model_copy(
        update={"hosts": result.touched, "services": _more_services(request)}
    )
    system = rows.model_copy(update={"hosts": result.all})
    if policy.catalog is not None:
        found = outside(rows, case.catalog.spec.items) if case.catalog else None
        missing = iter([not_there(policy.catalog)])
        yield blocking_check("InCatalogue", found or missing, cite("A10-catalogue"))
    if policy.sizing is not None:
        each = policy.sizing.model_copy(update={"per_application": None})
        in_all = policy.sizing.model_copy(update={"per_host": None})
        much = [*oversized(rows, each), *(oversized(system, in_all) if added.any else ())]
        yield advisory_check("ReasonableSize", much, sizing)
    if policy.capacity is not None:
        elsewhere = by_provider(policy, case.catalog)
        over = over_capacity(system, case.taken, policy.capacity, elsewhere)
        yield blocking_check(CAPACITY, over if added.any else (), sizing)
    if policy.high_risk_ports:
        opened = rows.model_copy(update={"hosts": request.spec.added_hosts or ()})
        risky = risky_ports(opened, frozenset(policy.high_risk_ports))
        yield advisory_check("HighRiskPorts", risky, cite("A23-ports"))


def _more_services(request: ResourceChange) -> tuple[object, ...]:
    return tuple(s for s in request.spec.services or () if s.action == "Add")


def _mistaken(case: Case, request: ResourceChange, result: Resulting) -> Iterator[str]:
    """What the form says of unit, system and machines and cannot be (A16-change)."""
    spec, applied = request.spec, case.application.spec
    if spec.applicant_unit != case.agency.spec.title:
        yield f"applicantUnit is {spec.applicant_unit!r}, the agency is {case.agency.spec.title!r}"
    if spec.system_name != applied.system_name:
        yield f"systemName is {spec.system_name!r}, it is {applied.system_name!r}"
    yield from host_faults(result.touched, applied.networks, case.policy.spec)
    if len(result.allocation.machines) > _MOST_MACHINES:
        yield f"a system has at most {_MOST_MACHINES} machines; file a further system"
    if len(result.allocation.services) > _MOST_SERVICES:
        yield f"a system has at most {_MOST_SERVICES} services; file a further system"


def _stopped(case: Case) -> Iterator[str]:
    """Why nothing new is granted to the system (A16-change, G91-term)."""
    status = case.application.status
    if status.phase not in ("Trial", "Running"):
        yield f"the application is {status.phase or 'not judged yet'}: only what runs is changed"
    for kind in _STOPPED:
        found = find_condition(status.conditions, kind)
        if found is not None and found.status == "True":
            yield f"{kind}: {found.message}"


def _differing(case: Case, request: ResourceChange, runs: Allocation) -> Iterator[str]:
    """Where `before` is not what runs, with both values (A16-change)."""
    machines = {machine.ref: machine for machine in runs.machines}
    for row in request.spec.changed_hosts or ():
        machine = machines.get(row.host_ref)
        if machine is None:
            yield f"changedHosts[{row.host_ref}] does not run; status.allocation has what does"
        else:
            yield from _unlike(row, machine)
    # of a system that was taken over, what runs says more than the forms that are here
    used = _ids(case, request) | {machine.host_id for machine in runs.machines}
    for host in request.spec.added_hosts or ():
        if host.id in used:
            yield f"addedHosts[{host.id}]: the system has or had machines of this id; name another"
    yield from _services_unlike(request, runs)


def _unlike(row: ChangedHost, machine: Machine) -> Iterator[str]:
    where = f"changedHosts[{row.host_ref}]"
    data = machine.data_disk.size if machine.data_disk else "0"
    sizes = (
        ("memory", row.memory, machine.memory),
        ("systemDisk", row.system_disk, machine.system_disk.size),
        ("dataDisk", row.data_disk, data),
    )
    if row.cpu_cores.before != machine.cpu_cores:
        yield f"{where}.cpuCores.before is {row.cpu_cores.before}, {machine.cpu_cores} runs"
    for name, change, size in sizes:
        if quantity.parse(change.before) != quantity.parse(size):
            yield f"{where}.{name}.before is {change.before}, {size} runs"
    if row.host_name != machine.host_name:
        yield f"{where}.hostName is {row.host_name!r}, it is {machine.host_name!r}"
    if machine.ip_address is not None and row.ip_address != machine.ip_address:
        yield f"{where}.ipAddress is {row.ip_address}, it is {machine.ip_address}"
    types = disk_types(machine)
    for kind, change in zip(types, (row.system_disk, row.data_disk), strict=True):
        if kind is None and quantity.parse(change.after):
            yield f"{where} has no disk whose type the new one could have; add a host instead"


def _services_unlike(request: ResourceChange, runs: Allocation) -> Iterator[str]:
    """What is to be given back of services and is not there."""
    for number, row in enumerate(request.spec.services or (), start=1):
        there = sum(s.quantity for s in runs.services if service_key(s) == service_key(row))
        where = f"services[{number}] {row.category3!r} {row.specification!r}"
        if row.action == "Release" and row.quantity != there:
            yield f"{where}: {row.quantity} are released, {there} run"
        if row.action == "Reduce" and row.quantity >= there:
            yield f"{where}: {there} run, {row.quantity} less would leave none: write Release"


def _ids(case: Case, request: ResourceChange) -> set[str]:
    """The ids that the system's rows have or had."""
    mine = request.metadata.uid
    counted = {c.uid for c in case.application.status.changes if c.uid != mine}
    used = {host.id for host in case.application.spec.hosts}
    for change in case.of(ResourceChange):
        if change.metadata.uid in counted:
            used |= {host.id for host in change.spec.added_hosts or ()}
    return used


def _crossing(case: Case, request: ResourceChange) -> Iterator[str]:
    """What an earlier open change, or one that is approved, changes too (A16-change)."""
    mine = _touched(request)
    for other in case.of(ResourceChange):
        if other.metadata.uid == request.metadata.uid or not is_open(other):
            continue
        first = comes_before(other, request) or approval(other, CHANGE) is not None
        both = sorted(mine & _touched(other)) if first else []
        if both:
            said = f"{', '.join(both)}: ResourceChange {other.metadata.name} changes it too"
            yield f"{said}; wait until it is implemented or refused, or leave it out"


def _touched(change: ResourceChange) -> set[str]:
    """The machines, new rows and services given back that a change names."""
    spec = change.spec
    machines = {row.host_ref for row in spec.changed_hosts or ()}
    less = (s for s in spec.services or () if s.action != "Add")
    services = {" ".join(part for part in service_key(s) if part) for s in less}
    return machines | services | {f"{host.id} (new)" for host in spec.added_hosts or ()}


def _key_period(case: Case, request: ResourceChange, now: datetime) -> Iterator[str]:
    """Whether it would be carried out in a key period (G45-duty)."""
    terms, today = case.policy.spec.change, case.day(now)
    if terms is None:
        return
    planned = request.spec.planned_implementation
    day = max(planned, today) if today is not None else planned
    for period in terms.key_periods:
        if period.first <= day <= period.last:
            yield f"{day} is in {period.title} ({period.first} to {period.last}): say why then"


def _resulting(case: Case, request: ResourceChange, runs: Allocation) -> Resulting:
    """What the change makes of the system, as its checks read it."""
    rows = _rows(case, request)
    added = request.spec.added_hosts or ()
    then = after(runs, request.spec)
    changed = {row.host_ref for row in request.spec.changed_hosts or ()}
    machines = [_as_row(machine, rows) for machine in then.machines]
    stay = tuple(host for host in machines if host is not None and host.id in changed)
    return Resulting((*added, *stay), tuple(h for h in machines if h is not None), then)


def _rows(case: Case, request: ResourceChange) -> dict[str, Host]:
    """The row that each machine comes from: what no machine says stands there."""
    changes = case.of(ResourceChange)
    earlier = (h for c in changes for h in c.spec.added_hosts or ())
    mine = request.spec.added_hosts or ()
    # an id is used once: the application's own rows are never another's
    return {host.id: host for host in (*mine, *earlier, *case.application.spec.hosts)}


def _as_row(machine: Machine, rows: dict[str, Host]) -> Host | None:
    row = rows.get(machine.host_id)
    if row is None:
        return None
    size = machine.data_disk.size if machine.data_disk else "0"
    update = {
        "id": machine.ref,
        "cpu_cores": machine.cpu_cores,
        "memory": machine.memory,
        "system_disk": machine.system_disk,
        "data_disk": machine.data_disk or DataDisk(size=size),
        "quantity": 1,
    }
    return row.model_copy(update=update)
