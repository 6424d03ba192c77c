"""What runs: the fold of the forms, machine by machine (article 16; annex 1, 4.4).

What was approved, with what each change that was carried out added, and without what it took
away, in the order in which that was done. The grant is made of it and of nothing else.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.hosts import (
    Allocation,
    DataDisk,
    DiskType,
    Host,
    Machine,
    MachineRecord,
    Service,
    SystemDisk,
)
from mandate.api.requests import Approval
from mandate.api.resourcechange import (
    ChangedHost,
    ResourceChangeSpec,
    ServiceChange,
)
from mandate.rules.less import approved_hosts, approved_services

ServiceKey = tuple[str, str, str | None, str]
"""What tells a service from another: both categories, its name and its specification."""


def allocation(spec: CloudApplicationSpec, made: Approval | None = None) -> Allocation:
    """The machines and services of an approved form, machine by machine.

    Args:
        spec: the form.
        made: the approval, which may be of less than was asked for (A14-sizing); None: of all.
    """
    return Allocation(
        machines=tuple(_machines(approved_hosts(spec, made))),
        services=tuple(approved_services(spec, made)),
    )


def after(granted: Allocation, change: ResourceChangeSpec) -> Allocation:
    """What runs once a change is carried out on what ran before (A16-change).

    A machine or service that it names and that is not there is left out: its check says so.
    """
    rows = {row.host_ref: row for row in change.changed_hosts or ()}
    kept = (_changed(m, rows.get(m.ref)) for m in granted.machines)
    machines = (*(m for m in kept if m is not None), *_machines(change.added_hosts or ()))
    # rows as they were filed, unless a change speaks of services
    services = granted.services
    if change.services:
        services = tuple(_services(granted.services, change.services))
    # a copy is not validated: what is too much is found by the change's checks
    return granted.model_copy(update={"machines": machines, "services": services})


def fold(granted: Allocation, changes: Iterable[ResourceChangeSpec]) -> Allocation:
    """What runs after these changes, in their order (A16-change)."""
    for change in changes:
        granted = after(granted, change)
    return granted


def recorded(granted: Allocation, records: Iterable[MachineRecord]) -> Allocation:
    """What runs, with the addresses and names that the provider recorded (G44-ip).

    Of two records of one machine the later one stands.
    """
    known = {record.host_ref: record for record in records}

    def noted(machine: Machine) -> Machine:
        record = known.get(machine.ref)
        if record is None:
            return machine
        name = record.host_name or machine.host_name
        return machine.model_copy(update={"ip_address": record.ip_address, "host_name": name})

    return granted.model_copy(update={"machines": tuple(map(noted, granted.machines))})


def service_key(service: Service) -> ServiceKey:
    """What tells this service from another."""
    return (service.category2, service.category3, service.service_name, service.specification)


def disk_types(machine: Machine) -> tuple[DiskType | None, DiskType | None]:
    """The types that its system disk and data disk have once they are changed.

    The change form has no column for it: a disk that had none gets the other one's (ours).
    """
    system = machine.system_disk.type
    data = machine.data_disk.type if machine.data_disk else None
    return system or data, data or system


def _machines(rows: Iterable[Host]) -> Iterator[Machine]:
    for host in rows:
        for ordinal in range(host.quantity):
            yield Machine(
                host_id=host.id,
                ordinal=ordinal,
                host_name=host.host_name,
                host_type=host.host_type,
                cpu_cores=host.cpu_cores,
                memory=host.memory,
                system_disk=host.system_disk,
                data_disk=host.data_disk,
                network=host.network,
                ports=host.ports,
            )


def _changed(machine: Machine, row: ChangedHost | None) -> Machine | None:
    """A machine after its row; None: it was released."""
    if row is None:
        return machine
    if row.action == "Release":
        return None
    system, data = disk_types(machine)
    size = row.data_disk.after
    update = {
        "cpu_cores": row.cpu_cores.after,
        "memory": row.memory.after,
        "system_disk": SystemDisk(size=row.system_disk.after, type=system),
        "data_disk": None if size == "0" else DataDisk(size=size, type=data),
    }
    return machine.model_copy(update=update)


def _services(granted: Iterable[Service], rows: Iterable[ServiceChange]) -> Iterator[Service]:
    found: dict[ServiceKey, Service] = {}
    amounts: Counter[ServiceKey] = Counter()
    for service in granted:
        found.setdefault(service_key(service), service)
        amounts[service_key(service)] += service.quantity
    for row in rows:
        key = service_key(row)
        found.setdefault(key, Service.model_validate(row.model_dump(exclude={"action"})))
        amounts[key] += row.quantity if row.action == "Add" else -row.quantity
    for key, service in found.items():
        if amounts[key] > 0:
            yield service.model_copy(update={"quantity": amounts[key]})
