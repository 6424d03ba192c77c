"""The change form of annex 2, and the sheet by which a change is carried out (annex 1, 7.1)."""

from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.resourcechange import ResourceChangeSpec, ResourceChangeStatus
from mandate.render.documents.environment import page
from mandate.render.documents.forms import host_total
from mandate.render.documents.sheets import Case, decision_lines


def change_form(spec: ResourceChangeSpec, policy: GovernancePolicySpec) -> str:
    """The change form (变更申请表) as HTML, complete in every field.

    Args:
        spec: the form.
        policy: whose cloud it is, and which operating systems its form prints.
    """
    return page(
        "change.html.j2",
        title=f"{policy.cloud_titles.title}系统变更申请表",
        spec=spec,
        total=host_total(spec.added_hosts or ()),
        systems=policy.operating_systems,
    )


def change_sheet(
    spec: ResourceChangeSpec, status: ResourceChangeStatus, case: Case, policy: GovernancePolicySpec
) -> str:
    """The change sheet (资源变更确认单) as HTML, for three to sign (G71-confirm).

    It holds what was decided and nothing of what came later: it is drawn again as it was.
    """
    lines = decision_lines(case.kind, status, policy)
    return page(
        "change-sheet.html.j2",
        title=f"{policy.cloud_titles.title}资源变更确认单",
        spec=spec,
        total=host_total(spec.added_hosts or ()),
        systems=policy.operating_systems,
        materiality=status.materiality,
        reasons=status.materiality_reasons,
        lines=[line for line in lines if line.key in ("change", "declare-major")],
        case=case,
        provider=policy.parties.provider,
        authority=policy.parties.authority,
    )
