"""An agency's register of all its systems, on the cloud and off it (articles 3, 7, 27)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import Day, Document, Line, Name, Uid
from mandate.api.meta import KubeModel, cel, keyed_by, validated

MAXIMUM_SYSTEMS = 200
Place = Literal["OnCloud", "Migrating", "Excepted", "OffCloud", "NotInUse"]
"""Where a system is: off the cloud is what neither the law excepts nor a plan moves in time."""


class LegalException(KubeModel):
    """The law or document that provides otherwise (articles 3 and 4)."""

    citation: Annotated[Line, Field(description="Title and article of the law or document.")]


class DataIntegration(KubeModel):
    """What integrates a system into the unified data platform (article 7, A07-reclaim)."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "has(self.metOn) == has(self.evidence)",
                    "is required if and only if metOn says when it was met",
                    ".evidence",
                )
            ]
        }
    )

    requirement: Annotated[Line, Field(description="系统整合要求: what the unit is to do.")]
    due_on: Annotated[Day, Field(description="要求完成日期: the last day for it.")]
    met_on: Annotated[
        Day | None, Field(description="完成日期: when it was met; absent: it is not.")
    ] = None
    evidence: Annotated[Document | None, Field(description="What shows that it was met.")] = None


class RegisteredSystem(KubeModel):
    """One system of the agency, wherever it runs."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "has(self.application) || has(self.runsOn)",
                    "is required where no application brings the system onto the cloud",
                    ".runsOn",
                ),
                cel(
                    "!has(self.applicationUid) || has(self.application)",
                    "is required where applicationUid says which one",
                    ".application",
                ),
                cel(
                    "!has(self.migrateBy) || has(self.runsOn)",
                    "is for what runs off the cloud: say where in runsOn",
                    ".migrateBy",
                ),
                cel(
                    "!has(self.exception) || has(self.runsOn)",
                    "is for what runs off the cloud: say where in runsOn",
                    ".exception",
                ),
            ]
        }
    )

    id: Annotated[Name, Field(description="What the register knows it by.")]
    name: Annotated[Line, Field(description="政务信息系统名称.")]
    built_on: Annotated[
        Day, Field(description="建成日期; from the policy's cloudFirstSince on it is new.")
    ]
    application: Annotated[
        Name | None,
        Field(description="The CloudApplication in the agency's namespace that brings it there."),
    ] = None
    application_uid: Annotated[
        Uid | None,
        Field(
            description="The metadata.uid of that one; absent: the first of its name that is "
            "granted, and no later one."
        ),
    ] = None
    runs_on: Annotated[
        Literal["OwnMachineRoom", "OwnHardware", "OwnCloud", "OtherCloud"] | None,
        Field(
            description="Where it runs while it is not on the cloud: 独立机房, 自购硬件, 自建云 "
            "or 其他云; absent: nowhere else."
        ),
    ] = None
    migrate_by: Annotated[
        Day | None, Field(description="计划迁移日期: by when an existing system moves.")
    ] = None
    exception: Annotated[
        LegalException | None, Field(description="Where the law provides otherwise (article 3).")
    ] = None
    data_integration: Annotated[
        DataIntegration | None,
        Field(description="整合至一体化数据基础平台 (article 7); absent: nothing is asked."),
    ] = None


Register = Annotated[
    tuple[RegisteredSystem, ...],
    Field(
        max_length=MAXIMUM_SYSTEMS,
        description="The register of all its systems, on the cloud and off it (A03-preference).",
    ),
    keyed_by("id"),
    validated(
        cel(
            "self.all(s, !has(s.application) || self.exists_one(t, has(t.application) && "
            "t.application == s.application))",
            "an application brings one system onto the cloud",
        )
    ),
]


class SystemStanding(KubeModel):
    """How one registered system stands."""

    id: Annotated[Name, Field(description="As the register knows it.")]
    place: Annotated[Place, Field(description="Where it is.")]
    application: Annotated[
        Name | None, Field(description="As the register names it; absent: it was never granted.")
    ] = None
    application_uid: Annotated[
        str | None,
        Field(
            max_length=64,
            description="Of the application that was granted for it first, or that it names.",
        ),
    ] = None
    self_paid: Annotated[
        bool | None,
        Field(description="On the cloud at its line authority's own cost (article 4)."),
    ] = None
    integration: Annotated[
        Literal["Due", "Overdue", "Met"] | None,
        Field(description="How its dataIntegration stands; absent: nothing is asked."),
    ] = None


class CloudUse(KubeModel):
    """How far the agency uses the cloud: what its funds can be based on (article 27)."""

    since: Annotated[datetime, Field(description="Since when it is so (UTC).")]
    in_use: Annotated[int, Field(ge=0, description="Systems in use, wherever they run.")]
    on_cloud: Annotated[
        int, Field(ge=0, description="Of these, the ones that the cloud's resources are granted.")
    ]
    migrating: Annotated[
        int, Field(ge=0, description="Existing ones whose day to move is not over.")
    ]
    excepted: Annotated[int, Field(ge=0, description="Those that a law excepts.")]
    off_cloud: Annotated[int, Field(ge=0, description="The others: not as article 3 wants it.")]
    integration_overdue: Annotated[
        int, Field(ge=0, description="On the cloud, and not integrated in time (article 7).")
    ]
    systems: Annotated[
        tuple[SystemStanding, ...],
        Field(max_length=MAXIMUM_SYSTEMS, description="Each, in the register's order."),
        keyed_by("id"),
    ] = ()
    unregistered: Annotated[
        tuple[Name, ...] | None,
        Field(max_length=1000, description="Granted applications that the register misses."),
    ] = None
