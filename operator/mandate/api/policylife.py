"""What a policy says about a system's life: trial, evidence, agreement, exit."""

from typing import Annotated, Literal

from pydantic import Field

from mandate.api.assessmentreport import ReportType
from mandate.api.fields import Phone
from mandate.api.meta import AS_SET, KubeModel, Schema, cel, keyed_by

_DaysBefore = tuple[Annotated[int, Field(ge=1, le=3650)], ...]


class Trial(KubeModel):
    """How long a trial is, in calendar days (article 14)."""

    minimum_days: Annotated[int, Field(ge=1, le=3650, description="At least; itself included.")]
    maximum_days: Annotated[
        int, Field(ge=1, le=3650, description="At most without an extension; itself included.")
    ]
    default_days: Annotated[
        int, Field(ge=1, le=3650, description="Where the application asks for nothing.")
    ]
    early_launch: Annotated[
        bool, Field(description="Whether a tested system may launch before minimumDays are over.")
    ]
    warn_before_days: Annotated[
        _DaysBefore,
        Field(max_length=8, description="How many days before the end to warn."),
        AS_SET,
    ] = ()


TRIAL_RULES = Schema(
    {
        "x-kubernetes-validations": [
            cel(
                "self.minimumDays <= self.defaultDays && self.defaultDays <= self.maximumDays",
                "must be between minimumDays and maximumDays",
                ".defaultDays",
            )
        ]
    }
)


class RequiredReport(KubeModel):
    """One report that a system owes."""

    type: Annotated[ReportType, Field(description="Which.")]
    accredited: Annotated[
        bool, Field(description="Whether its assessor must be accredited by CNAS (article 14).")
    ]
    due: Annotated[
        Literal["Launch", "AfterLaunch"],
        Field(
            description="Launch: none without it. AfterLaunch: within timeLimits' mlpsReport "
            "(annex 1, 3.3)."
        ),
    ]


class EvidenceRule(KubeModel):
    """What systems of one protection level owe; a level that is missing owes nothing."""

    protection_level: Annotated[
        Literal["Level1", "Level2", "Level3", "Level4", "Level5"],
        Field(description="等级保护级别. A system that is NotGraded is not launched."),
    ]
    reports: Annotated[
        tuple[RequiredReport, ...],
        Field(max_length=5, description="The reports it owes."),
        keyed_by("type"),
    ]


class InternetEntrances(KubeModel):
    """How many entrances a system may have once its filing is verified (annex 1, 4.2; ours)."""

    load_balancers: Annotated[
        int, Field(ge=0, le=1000, description="Services of type LoadBalancer.")
    ]
    node_ports: Annotated[
        int,
        Field(
            ge=0,
            le=10_000,
            description="Node ports; a load balancer takes one a port, unless it allocates none.",
        ),
    ]


class AgreementTerms(KubeModel):
    """The terms of the tripartite agreement (annex 1, article 9)."""

    term_months: Annotated[
        int, Field(ge=1, le=1200, description="有效期, from the last signature (9.1).")
    ]
    renewals: Annotated[
        int, Field(ge=0, le=99, description="续约: at most how many times without objection (9.1).")
    ]
    copies_per_party: Annotated[int, Field(ge=1, le=99, description="各方各执: copies (9.4).")]
    provider_hotline: Annotated[
        Phone, Field(description="7×24 故障报修电话 of the provider (4.7).")
    ]
    remind_before_days: Annotated[
        _DaysBefore,
        Field(max_length=8, description="How many days before the end of a term to remind."),
        AS_SET,
    ] = ()


class ExitTerms(KubeModel):
    """How a system leaves (articles 7 and 17); what is absent is not waited for."""

    hold_days: Annotated[
        int | None,
        Field(ge=0, le=3650, description="Days between closed and deleted, within `reclaim`."),
    ] = None
    reclaim_notice_days: Annotated[
        int | None,
        Field(ge=0, le=3650, description="Days from the notice on before anything is reclaimed."),
    ] = None
