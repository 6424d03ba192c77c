"""Approving less than was asked for, never more (article 14; A14-sizing)."""

from collections.abc import Iterator

from mandate.api import quantity
from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.hosts import ApprovedHost, Host, Service
from mandate.api.requests import Approval
from mandate.api.rulebook import cite


def as_asked(made: Approval) -> str:
    """Why a decision of any other stage or kind cannot approve less; empty: it does not try."""
    if made.approved_hosts is None and made.approved_services is None:
        return ""
    return (
        "less than asked is approved at the last stage of an application alone "
        f"({cite('A14-sizing')})"
    )


def beyond(spec: CloudApplicationSpec, made: Approval) -> str:
    """What an approval holds beyond what was asked for; empty: nothing."""
    found = "; ".join((*_hosts_beyond(spec, made), *_services_beyond(spec, made)))
    return f"{found[:800]}: at most what the form asks for ({cite('A14-sizing')})" if found else ""


def approved_hosts(spec: CloudApplicationSpec, made: Approval | None) -> Iterator[Host]:
    """The rows of hosts as they were approved; a row of which none was approved is left out."""
    less = {row.id: row for row in (made.approved_hosts if made else None) or ()}
    for host in spec.hosts:
        row = less.get(host.id)
        if row is None:
            yield host
        elif row.quantity != 0:
            yield _reduced(host, row)


def approved_services(spec: CloudApplicationSpec, made: Approval | None) -> Iterator[Service]:
    """The rows of services as they were approved, without those of which there is none."""
    less = {row.row: row.quantity for row in (made.approved_services if made else None) or ()}
    for number, service in enumerate(spec.services or (), start=1):
        amount = less.get(number, service.quantity)
        if amount:
            yield service.model_copy(update={"quantity": amount})


def _reduced(host: Host, row: ApprovedHost) -> Host:
    changes: dict[str, object] = {}
    if row.quantity is not None:
        changes["quantity"] = row.quantity
    if row.cpu_cores is not None:
        changes["cpu_cores"] = row.cpu_cores
    if row.memory is not None:
        changes["memory"] = row.memory
    if row.system_disk is not None:
        changes["system_disk"] = host.system_disk.model_copy(update={"size": row.system_disk})
    if row.data_disk is not None and host.data_disk is not None:
        changes["data_disk"] = host.data_disk.model_copy(update={"size": row.data_disk})
    return host.model_copy(update=changes)


def _hosts_beyond(spec: CloudApplicationSpec, made: Approval) -> Iterator[str]:
    asked = {host.id: host for host in spec.hosts}
    for row in made.approved_hosts or ():
        host = asked.get(row.id)
        if host is None:
            yield f"approvedHosts[{row.id}] is no row of the form"
            continue
        if row.quantity != 0 and row.memory is not None and not quantity.parse(row.memory):
            yield f"approvedHosts[{row.id}]: a machine needs memory"
        counts = (
            ("quantity", row.quantity, host.quantity),
            ("cpuCores", row.cpu_cores, host.cpu_cores),
        )
        for name, amount, most in counts:
            if amount is not None and amount > most:
                yield f"approvedHosts[{row.id}].{name} {amount} over {most}"
        for name, size, bound in _sizes(row, host):
            if size is not None and quantity.parse(size) > quantity.parse(bound):
                yield f"approvedHosts[{row.id}].{name} {size} over {bound}"


def _sizes(row: ApprovedHost, host: Host) -> Iterator[tuple[str, str | None, str]]:
    yield "memory", row.memory, host.memory
    yield "systemDisk", row.system_disk, host.system_disk.size
    yield "dataDisk", row.data_disk, host.data_disk.size if host.data_disk else "0"


def _services_beyond(spec: CloudApplicationSpec, made: Approval) -> Iterator[str]:
    asked = spec.services or ()
    for row in made.approved_services or ():
        if row.row > len(asked):
            yield f"approvedServices[{row.row}] is no row of the form"
        elif row.quantity > asked[row.row - 1].quantity:
            most = asked[row.row - 1].quantity
            yield f"approvedServices[{row.row}].quantity {row.quantity} over {most}"
