"""What a policy says about changes of what runs (article 16)."""

from typing import Annotated, Literal

from pydantic import Field

from mandate.api.assessmentreport import ReportType
from mandate.api.clocks import Period
from mandate.api.fields import Day, Line, TotalSize
from mandate.api.meta import AS_SET, KubeModel, cel, keyed_by, validated


class ChangeThresholds(KubeModel):
    """What a minor change adds at most; more of any one makes it major (A16-major).

    What is absent makes none major.
    """

    hosts: Annotated[
        int | None, Field(ge=0, le=500, description="云主机: machines that are no physical ones.")
    ] = None
    cpu_cores: Annotated[int | None, Field(ge=0, le=512_000, description="CPU(核).")] = None
    memory: Annotated[TotalSize | None, Field(description="内存: 80 (GB) is written 80Gi.")] = None
    storage: Annotated[
        TotalSize | None, Field(description="存储: disks and storage services; 5 (TB) is 5Ti.")
    ] = None


class AutomaticLimits(KubeModel):
    """What a change adds at most to be approved by rule: each of the four (G410-elastic)."""

    hosts: Annotated[int, Field(ge=0, le=500, description="云主机.")]
    cpu_cores: Annotated[int, Field(ge=0, le=512_000, description="CPU(核).")]
    memory: Annotated[TotalSize, Field(description="内存.")]
    storage: Annotated[TotalSize, Field(description="存储.")]


class KeyPeriod(KubeModel):
    """Days on which a change takes an opinion (重大活动期间, annex 1, 4.5; G45-duty)."""

    title: Annotated[Line, Field(description="What it is for.")]
    first: Annotated[Day, Field(description="Its first day.")]
    last: Annotated[Day, Field(description="Its last day.")]


class ChangeTerms(KubeModel):
    """How what runs is changed (article 16)."""

    major_over: Annotated[
        ChangeThresholds, Field(description="重大变更: beyond which additions a change is major.")
    ]
    summed_over: Annotated[
        Period | None,
        Field(
            description="For how long the additions of a change count together with those of later "
            "changes of the same system (A16-split); absent: each counts alone."
        ),
    ] = None
    major_reports: Annotated[
        tuple[ReportType, ...],
        Field(max_length=5, description="The tests that a major change passes."),
        AS_SET,
    ] = ()
    major_evidence: Annotated[
        Literal["BeforeApproval", "BeforeCompletion"],
        Field(
            description="When a major change needs its reports: to be approved, or only to be "
            "signed once it is implemented. Its technical plan it always needs to be approved."
        ),
    ]
    automatic_up_to: Annotated[
        AutomaticLimits | None,
        Field(
            description="Up to which additions a change is approved by this rule (annex 1, 4.10): "
            "none that is major, adds a service, or of which a check says anything, and none "
            "without `capacity`. Absent: people decide each (article 16)."
        ),
    ] = None
    key_periods: Annotated[
        tuple[
            Annotated[
                KeyPeriod,
                validated(cel("self.first <= self.last", "must not be before first", ".last")),
            ],
            ...,
        ],
        Field(max_length=64, description="重保期: when a change takes an opinion."),
        keyed_by("title"),
    ] = ()
