"""The tripartite agreement (三方协议) as the text that the three parties sign (annex 1)."""

from collections.abc import Iterator

from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.hosts import Allocation
from mandate.api.serviceagreement import Annex, ServiceAgreementSpec
from mandate.render.documents import chinese
from mandate.render.documents.environment import digest, page
from mandate.render.documents.forms import application_form
from mandate.render.documents.sheets import allocation_list


def agreement_text(spec: ServiceAgreementSpec, policy: GovernancePolicySpec) -> str:
    """The agreement as HTML: the text whose `digest` each party signs (G94-copies).

    The wording is annex 1's. Clause 6.5 stands only where the unit's own equipment is hosted
    (G65-hosting). Names, hotline, term and annexes are the agreement's, the rest of the
    figures the policy's.

    Args:
        spec: what is agreed on.
        policy: under which. Its `agreement` has the renewals (9.1) and copies (9.4), its
            `timeLimits` the periods `mlpsReport` (3.3), `contactNotice` (3.8) and
            `forceMajeure` (8.2); a clause whose limit is missing names no figure.

    Raises:
        ValueError: the policy launches without an agreement.
    """
    if policy.agreement is None:
        raise ValueError("the policy has no agreement: fill in spec.agreement")
    return page(
        "agreement.html.j2",
        title=f"{policy.cloud_titles.title}管理使用服务三方协议",
        cloud=policy.cloud_titles.title,
        regulation=policy.title,
        a=spec,
        terms=policy.agreement,
        periods={limit.name: chinese.period(limit) for limit in policy.time_limits},
    )


def agreement_annexes(
    unit: str,
    form: CloudApplicationSpec,
    allocation: Allocation,
    policy: GovernancePolicySpec,
) -> Iterator[tuple[Annex, str]]:
    """The annexes, which have the force of the text (annex 1, 9.5; G94-copies).

    Args:
        unit: the agency's title.
        form: the application as it was approved.
        allocation: what runs.
        policy: whose cloud it is.

    Yields:
        Each annex with its document, as HTML.
    """
    documents = {
        "application": (
            f"{policy.cloud_titles.title}系统上云申请表",
            application_form(form, policy),
        ),
        "allocation": (
            "政务云资源分配清单",
            allocation_list(unit, form.system_name, allocation),
        ),
    }
    for name, (title, html) in documents.items():
        yield Annex(name=name, title=title, sha256=digest(html)), html
