"""The tripartite agreement (三方协议) as the text that the three parties sign (annex 1)."""

from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.serviceagreement import ServiceAgreementSpec
from mandate.render.documents import chinese
from mandate.render.documents.environment import page


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
