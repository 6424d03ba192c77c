"""Sheets that the regulation asks for and prints none of: their layout is ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from mandate.api.exitrequest import ExitRequestSpec
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.hosts import Allocation, ApprovedHost
from mandate.api.requests import Approval, Effect, RequestStatus
from mandate.api.stages import BY_KIND
from mandate.api.suspension import SuspensionSpec, SuspensionStatus
from mandate.api.systemlife import Reclaim
from mandate.render.documents import chinese, labels
from mandate.render.documents.environment import page


@dataclass(frozen=True, slots=True)
class Case:
    """The request a sheet is about, and the witness of its record.

    Attributes:
        unit: the agency's title.
        system: the system's name, or what stands for several.
        kind: of the request, such as `ExitRequest`.
        request: its namespace and name, with a slash between.
        uid: its metadata.uid.
        dossier_head: the hash of the last entry of its dossier; None: it was not read.
        zone: the jurisdiction's.
    """

    unit: str
    system: str
    kind: str
    request: str
    uid: str
    dossier_head: str | None
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision as the sheets list it; `notes`: its cuts, and where it was sealed."""

    key: str
    """The stage as the API has it."""
    stage: str
    """As the sheets call it."""
    generation: int
    approval: Approval
    effect: Effect | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """What one system gave back.

    Attributes:
        name: the system's.
        allocation: what ran when it was closed.
        reclaim: what its namespace held at the end, as far as that was counted.
    """

    name: str
    allocation: Allocation
    reclaim: Reclaim


@dataclass(frozen=True, slots=True)
class ExitReceipt:
    """How far an exit went, and the inventory; an instant that is None is still to come."""

    closed_at: datetime | None
    held_at: datetime | None
    reclaimed_at: datetime | None
    systems: tuple[Reclaimed, ...]


def decision_cover(case: Case, status: RequestStatus, policy: GovernancePolicySpec) -> str:
    """The cover of a decided request as HTML: each decision, and the dossier's head.

    Args:
        case: the request.
        status: its decisions, of all generations.
        policy: whose titles its stages carry.
    """
    return page(
        "cover.html.j2",
        title=f"{labels.REQUEST[case.kind]}决定书",
        case=case,
        regulation=policy.title,
        lines=list(decision_lines(case.kind, status, policy)),
    )


def allocation_list(unit: str, system: str, allocation: Allocation) -> str:
    """What a system was allocated (政务云资源分配清单) as HTML, an annex of its agreement.

    Args:
        unit: the agency's title.
        system: the system's name.
        allocation: what runs.
    """
    return page(
        "allocation.html.j2",
        title="政务云资源分配清单",
        unit=unit,
        system=system,
        allocation=allocation,
    )


def exit_sheet(
    spec: ExitRequestSpec, receipt: ExitReceipt, case: Case, policy: GovernancePolicySpec
) -> str:
    """The exit sheet (资源退出确认单) with its inventory, for three to sign (G72-confirm)."""
    return page(
        "exit-sheet.html.j2",
        title=f"{policy.cloud_titles.title}资源退出确认单",
        spec=spec,
        receipt=receipt,
        case=case,
        provider=policy.parties.provider,
        authority=policy.parties.authority,
    )


def suspension_report(
    spec: SuspensionSpec, status: SuspensionStatus, case: Case, policy: GovernancePolicySpec
) -> str:
    """The report of a suspension to the cyber-security authority (A23-suspend, article 23).

    Raises:
        ValueError: it is not reported: only what the authority interrupts is (`reportTo`).
    """
    if spec.report_to is None:
        raise ValueError(f"{case.request} names nobody to report to: reportTo")
    restored = status.lifted_at
    return _report(
        case,
        policy,
        recipient=spec.report_to,
        measure=spec.effect,
        origin=labels.ORIGIN[spec.origin],
        cause=spec.cause,
        times={
            "发生时间": chinese.instant(spec.occurred_at, case.zone),
            "恢复时间": chinese.instant(restored, case.zone) if restored else "尚未恢复",
        },
        evidence=spec.document,
        lines=list(decision_lines(case.kind, status, policy)),
    )


def termination_report(
    spec: ExitRequestSpec, status: RequestStatus, case: Case, policy: GovernancePolicySpec
) -> str:
    """The report of a termination to the cyber-security authority (A23-suspend, article 23).

    Raises:
        ValueError: it is not reported: only a Termination is (`reportTo`).
    """
    if spec.report_to is None:
        raise ValueError(f"{case.request} names nobody to report to: reportTo")
    return _report(
        case,
        policy,
        recipient=spec.report_to,
        measure="Termination",
        origin=labels.ORIGIN["Authority"],
        cause=spec.reason,
        times={"计划终止日期": chinese.day(spec.planned_exit_date)},
        evidence=None,
        lines=list(decision_lines(case.kind, status, policy)),
    )


def _report(case: Case, policy: GovernancePolicySpec, **values: object) -> str:
    return page(
        "security-report.html.j2",
        title=f"{policy.cloud_titles.title}网络安全处置情况报告",
        case=case,
        regulation=policy.title,
        authority=policy.parties.authority,
        provider=policy.parties.provider,
        **values,
    )


def decision_lines(
    kind: str, status: RequestStatus, policy: GovernancePolicySpec
) -> Iterator[DecisionLine]:
    """The decisions, in the order in which they were made.

    Times are whole seconds. Of those within one, a stage stands after what it opens after
    (X-order); which of two that are open together came first is not known.

    Args:
        kind: of the request, such as `ExitRequest`.
        status: with its decisions.
        policy: which names an application's stages.
    """
    rules = policy.stages.cloud_application
    own = {rule.name: rule.title for rule in rules if rule.title}
    # what leaves the form open is decided before what closes it
    course = sorted(BY_KIND[kind].stages, key=lambda stage: stage.freezes)
    named = [stage.name for stage in course]
    if BY_KIND[kind].policy_stages:
        named = [rule.name for rule in rules] + named

    def order(key: str) -> tuple[int, str, int, str]:
        stage, _, generation = key.rpartition(".")
        at = status.approvals[key].at
        turn = named.index(stage) if stage in named else len(named)
        return int(generation), at.isoformat() if at else "", turn, stage

    for key in sorted(status.approvals, key=order):
        stage, _, generation = key.rpartition(".")
        approval = status.approvals[key]
        yield DecisionLine(
            key=stage,
            stage=own.get(stage) or labels.STAGE.get(stage, stage),
            generation=int(generation),
            approval=approval,
            effect=status.effects.get(key),
            notes=tuple(_notes(approval)),
        )


def _notes(approval: Approval) -> Iterator[str]:
    """What was approved less than asked (article 14); the scan with signature and seal."""
    seal = approval.seal
    if seal is not None:
        yield f"盖章件：{seal.title}（{seal.uri}，sha256 {seal.sha256}）"
    for host in approval.approved_hosts or ():
        yield f"核减：主机{host.id}，" + "、".join(_cut(host))
    for service in approval.approved_services or ():
        yield f"核减：服务第{service.row}行，数量{service.quantity}"


def _cut(host: ApprovedHost) -> Iterator[str]:
    if host.quantity is not None:
        yield f"数量{host.quantity}"
    if host.cpu_cores is not None:
        yield f"CPU{host.cpu_cores}核"
    sizes = {"内存": host.memory, "系统盘": host.system_disk, "数据盘": host.data_disk}
    for label, size in sizes.items():
        if size is not None:
            yield f"{label}{chinese.number(chinese.gibibytes(size))}G"
