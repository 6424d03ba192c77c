"""Hosts and services: the rows of the forms' resource tables (annex 2)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mandate.api import quantity
from mandate.api.fields import IpAddress, Name, Port, Reason, ShortLine, Size
from mandate.api.meta import AS_SET, ATOMIC, KubeModel, Schema, cel, keyed_by

Network = Literal["GovernmentExtranet", "Internet"]
DiskType = Literal["SATA", "SAS", "SSD"]
Architecture = Literal["ARM", "X86", "Other"]


class SystemDisk(KubeModel):
    """The system disk (系统盘); its type is required where there is one."""

    size: Annotated[Size, Field(description="容量(G): 40 on the form is 40Gi.")]
    type: Annotated[DiskType | None, Field(description="类型.")] = None


class DataDisk(KubeModel):
    """The data disk (数据盘), one a row; absent means none."""

    size: Annotated[Size, Field(description="容量(G): 200 on the form is 200Gi.")]
    type: Annotated[DiskType | None, Field(description="类型.")] = None


_TYPE_WITH_SIZE = Schema(
    {
        "x-kubernetes-validations": [
            cel(
                "self.size == '0' || !isQuantity(self.size) || "
                "quantity(self.size).compareTo(quantity('0')) == 0 || has(self.type)",
                "type is required: SATA, SAS or SSD",
                ".type",
            )
        ]
    }
)


class Host(KubeModel):
    """One row of the host table: `quantity` machines alike."""

    id: Annotated[Name, Field(description="Names the row for later changes (ours).")]
    host_type: Annotated[ShortLine, Field(description="主机类型: an item of the catalogue.")]
    host_name: Annotated[ShortLine, Field(description="主机名称, such as 应用服务器.")]
    cpu_architecture: Annotated[Architecture, Field(description="CPU架构.")]
    cpu_architecture_other: Annotated[
        ShortLine | None, Field(description="其他：＿, if and only if cpuArchitecture is Other.")
    ] = None
    cpu_cores: Annotated[int, Field(ge=1, le=1024, description="CPU(核) of one machine.")]
    memory: Annotated[Size, Field(description="内存(G) of one machine: 8 on the form is 8Gi.")]
    system_disk: Annotated[SystemDisk, Field(description="系统盘."), _TYPE_WITH_SIZE]
    data_disk: Annotated[
        DataDisk | None, Field(description="数据盘; absent means none."), _TYPE_WITH_SIZE
    ] = None
    operating_system: Annotated[ShortLine, Field(description="操作系统, as the policy lists them.")]
    network: Annotated[Network, Field(description="部署网络: one of the application's networks.")]
    ports: Annotated[
        tuple[Port, ...] | None,
        Field(max_length=64, description="开通端口 (TCP): absent means none open (ours here)."),
        AS_SET,
    ] = None
    quantity: Annotated[int, Field(ge=1, le=500, description="数量: how many machines.")]

    def disks(self) -> tuple[tuple[DiskType, Decimal], ...]:
        """The disks of one machine that are not empty, as (type, bytes)."""
        rows = (self.system_disk, self.data_disk)
        sized = ((d.type, quantity.parse(d.size)) for d in rows if d is not None)
        return tuple((kind, size) for kind, size in sized if kind is not None and size)


HOST_RULES = [
    cel(
        "(self.cpuArchitecture == 'Other') == has(self.cpuArchitectureOther)",
        "is required if and only if cpuArchitecture is Other",
        ".cpuArchitectureOther",
    ),
    cel("self.memory != '0'", "a machine needs memory", ".memory"),
]
HostRow = Annotated[Host, Schema({"x-kubernetes-validations": HOST_RULES})]


class Service(KubeModel):
    """One row of the table of other infrastructure services."""

    category2: Annotated[ShortLine, Field(description="二级分类, such as 网络服务.")]
    category3: Annotated[ShortLine, Field(description="三级分类, such as 弹性互联网IP地址.")]
    service_name: Annotated[ShortLine | None, Field(description="服务名称.")] = None
    specification: Annotated[ShortLine, Field(description="规格, such as 1个.")]
    quantity: Annotated[int, Field(ge=0, le=100_000, description="数量; 0 means not wanted.")]
    remark: Annotated[ShortLine | None, Field(description="备注.")] = None


class SelfProcured(KubeModel):
    """What the catalogue does not have: procured by the unit, never provisioned (article 10)."""

    id: Annotated[Name, Field(description="Names the row (ours).")]
    title: Annotated[ShortLine, Field(description="名称: what is procured.")]
    specification: Annotated[ShortLine, Field(description="规格, such as 1台.")]
    quantity: Annotated[int, Field(ge=1, le=100_000, description="数量.")]
    reason: Annotated[
        Reason, Field(description="Why no item that is near in function and configuration fits.")
    ]


class ApprovedHost(KubeModel):
    """Less of a row of hosts than was asked for; what is absent is approved as asked."""

    id: Annotated[Name, Field(description="The row of the form.")]
    quantity: Annotated[
        int | None, Field(ge=0, le=500, description="数量: at most what the row asks for; 0: none.")
    ] = None
    cpu_cores: Annotated[
        int | None, Field(ge=1, le=1024, description="CPU(核): at most what the row asks for.")
    ] = None
    memory: Annotated[Size | None, Field(description="内存: at most what the row asks for.")] = None
    system_disk: Annotated[
        Size | None, Field(description="系统盘容量: at most what the row asks for.")
    ] = None
    data_disk: Annotated[
        Size | None, Field(description="数据盘容量: at most what the row asks for.")
    ] = None


class ApprovedService(KubeModel):
    """Less of a row of services than was asked for."""

    row: Annotated[int, Field(ge=1, le=100, description="序号: the row of the form, from 1.")]
    quantity: Annotated[
        int, Field(ge=0, le=100_000, description="数量: at most what the row asks for; 0: none.")
    ]


MachineRef = Annotated[
    str,
    Field(max_length=68, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?-(0|[1-9][0-9]{0,2})$"),
]
"""One machine: the id of its row and its ordinal, such as `app-0`."""


class MachineRecord(KubeModel):
    """What the provider records of a machine that it hands over (annex 1, 4.4; G44-ip)."""

    host_ref: Annotated[MachineRef, Field(description="Which machine, such as app-0.")]
    ip_address: Annotated[IpAddress, Field(description="IP地址.")]
    host_name: Annotated[
        ShortLine | None, Field(description="主机名称; absent: as the form has it.")
    ] = None


class Machine(KubeModel):
    """One machine of what was granted: a later change finds it by `hostId` and `ordinal`."""

    host_id: Annotated[Name, Field(description="The row of the form it comes from.")]
    ordinal: Annotated[int, Field(ge=0, description="Its number within the row, from 0.")]
    host_name: Annotated[ShortLine, Field(description="主机名称.")]
    host_type: Annotated[ShortLine, Field(description="主机类型.")]
    cpu_cores: Annotated[int, Field(ge=0, description="Cores.")]
    memory: Annotated[Size, Field(description="Memory.")]
    system_disk: Annotated[SystemDisk, Field(description="The system disk.")]
    data_disk: Annotated[DataDisk | None, Field(description="The data disk.")] = None
    network: Annotated[Network, Field(description="The network it stands in.")]
    ports: Annotated[
        tuple[Port, ...] | None, Field(max_length=64, description="Open TCP ports."), AS_SET
    ] = None
    ip_address: Annotated[
        IpAddress | None, Field(description="IP地址, as the provider recorded it.")
    ] = None

    @property
    def ref(self) -> str:
        """How a change names it, such as `app-0`."""
        return f"{self.host_id}-{self.ordinal}"

    def disks(self) -> tuple[tuple[DiskType, Decimal], ...]:
        """The disks that are not empty, as (type, bytes)."""
        rows = (self.system_disk, self.data_disk)
        sized = ((d.type, quantity.parse(d.size)) for d in rows if d is not None)
        return tuple((kind, size) for kind, size in sized if kind is not None and size)


class Allocation(KubeModel):
    """What runs: the fold of the approved forms, machine by machine."""

    machines: Annotated[
        tuple[Machine, ...],
        Field(max_length=500, description="Each machine."),
        keyed_by("hostId", "ordinal"),
    ] = ()
    services: Annotated[
        tuple[Service, ...], Field(max_length=100, description="Services beyond hosts."), ATOMIC
    ] = ()
