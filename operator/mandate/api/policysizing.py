"""What a policy says about amounts: what the platform has, and what is reasonable to ask for."""

from typing import Annotated

from pydantic import Field

from mandate.api.fields import Size, TotalSize
from mandate.api.hosts import DiskType
from mandate.api.meta import KubeModel, cel, keyed_by, validated

CpuAmount = Annotated[
    str,
    Field(max_length=16),
    validated(cel("self.matches('^[0-9]{1,6}m?$')", "must be cores such as 1 or 500m")),
]


class ComputeAmount(KubeModel):
    """An amount of CPU and memory, and of the nodes' own disk."""

    cpu: Annotated[CpuAmount, Field(description="Cores, such as 500m.")]
    memory: Annotated[Size, Field(description="Memory, such as 512Mi.")]
    ephemeral_storage: Annotated[
        Size | None, Field(description="Disk of the node's own, such as 2Gi; absent: unbounded.")
    ] = None


class DiskCapacity(KubeModel):
    """What the platform has of one disk type."""

    type: Annotated[DiskType, Field(description="The form's disk type.")]
    size: Annotated[TotalSize, Field(description="All of it.")]


class Capacity(KubeModel):
    """What the platform can grant in all; what is pending counts as taken."""

    cpu_cores: Annotated[int, Field(ge=1, le=100_000_000, description="Cores.")]
    memory: Annotated[TotalSize, Field(description="Memory.")]
    storage: Annotated[
        tuple[DiskCapacity, ...],
        Field(min_length=1, max_length=8, description="Storage by disk type."),
        keyed_by("type"),
    ]


class HostSize(KubeModel):
    """One machine beyond which an approver is asked to look twice."""

    cpu_cores: Annotated[int | None, Field(ge=1, le=1024, description="CPU(核).")] = None
    memory: Annotated[Size | None, Field(description="内存.")] = None
    storage: Annotated[Size | None, Field(description="系统盘 and 数据盘 together.")] = None


class ApplicationSize(KubeModel):
    """One application beyond which an approver is asked to look twice."""

    machines: Annotated[int | None, Field(ge=1, le=500, description="主机数量.")] = None
    cpu_cores: Annotated[int | None, Field(ge=1, le=512_000, description="CPU(核).")] = None
    memory: Annotated[TotalSize | None, Field(description="内存.")] = None
    storage: Annotated[TotalSize | None, Field(description="All disks.")] = None


class Sizing(KubeModel):
    """What normal running reasonably needs (articles 13, 14): more asks for an opinion."""

    per_host: Annotated[HostSize | None, Field(description="One machine.")] = None
    per_application: Annotated[ApplicationSize | None, Field(description="One application.")] = None
