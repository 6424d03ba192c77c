"""The forms of annex 2, filled, as it lays them out (A11-form, A17-exit)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mandate.api import quantity
from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.exitrequest import ExitRequestSpec
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.hosts import Host
from mandate.render.documents import chinese
from mandate.render.documents.environment import page


@dataclass(frozen=True, slots=True)
class HostTotal:
    """The last row (总计) of a host table: Σ row × quantity; sizes in G."""

    cpu_cores: int
    memory: Decimal
    system_disk: Decimal
    data_disk: Decimal
    quantity: int


def host_total(hosts: Sequence[Host]) -> HostTotal:
    """The total of a host table, which nobody enters (annex 2)."""
    return HostTotal(
        cpu_cores=sum(h.cpu_cores * h.quantity for h in hosts),
        memory=_total((h.memory, h.quantity) for h in hosts),
        system_disk=_total((h.system_disk.size, h.quantity) for h in hosts),
        data_disk=_total((h.data_disk.size, h.quantity) for h in hosts if h.data_disk),
        quantity=sum(h.quantity for h in hosts),
    )


def _total(rows: Iterable[tuple[str, int]]) -> Decimal:
    """The sum of sizes, each times its quantity, in G."""
    return chinese.in_gibibytes(
        sum((quantity.parse(size) * count for size, count in rows), Decimal(0))
    )


def application_form(spec: CloudApplicationSpec, policy: GovernancePolicySpec) -> str:
    """The application form (上云申请表) as HTML, complete in every field.

    Args:
        spec: the form.
        policy: whose cloud it is, and which operating systems its form prints.
    """
    return page(
        "application.html.j2",
        title=f"{policy.cloud_titles.title}系统上云申请表",
        spec=spec,
        total=host_total(spec.hosts),
        systems=policy.operating_systems,
    )


def exit_form(spec: ExitRequestSpec, policy: GovernancePolicySpec) -> str:
    """The exit form (退出申请表) as HTML, complete in every field.

    What the authority ends (articles 7 and 23) is rendered on the same form, its type and
    fields marked as ours.

    Args:
        spec: the form.
        policy: whose cloud it is.
    """
    return page(
        "exit.html.j2",
        title=f"{policy.cloud_titles.title}系统退出申请表",
        spec=spec,
        cloud=policy.cloud_titles,
        nobody={"name": None, "office_phone": None, "email": None, "mobile_phone": None},
    )
