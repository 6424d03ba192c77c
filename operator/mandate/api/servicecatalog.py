"""`ServiceCatalog`: what the cloud offers, in three levels (政务云服务目录, A10-catalogue)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import NAME_IS_A_LABEL, Line, Name, ShortLine, Size
from mandate.api.hosts import Architecture, DiskType
from mandate.api.meta import AS_SET, KubeModel, Resource, Schema, cel, keyed_by, validated
from mandate.api.prices import PRICE_RULES, Currency, Price


class HostBounds(KubeModel):
    """What one machine of a host type may be; what is absent is not bounded."""

    architectures: Annotated[
        tuple[Architecture, ...],
        Field(min_length=1, max_length=3, description="CPU架构."),
        AS_SET,
    ]
    maximum_cores: Annotated[int | None, Field(ge=1, le=1024, description="CPU(核), at most.")] = (
        None
    )
    maximum_memory: Annotated[Size | None, Field(description="内存, at most.")] = None
    disk_types: Annotated[
        tuple[DiskType, ...] | None,
        Field(min_length=1, max_length=3, description="系统盘 and 数据盘: the types there are."),
        AS_SET,
    ] = None
    maximum_disk: Annotated[Size | None, Field(description="One disk, at most.")] = None


class QuotaResource(KubeModel):
    """What one unit of an item counts in a namespace's quota."""

    name: Annotated[
        str,
        Field(
            max_length=253,
            pattern=r"^(requests\.[a-z0-9][a-z0-9.-]*/|count/)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
            description="The quota's key: of a device that pods ask for, such as "
            "requests.nvidia.com/gpu, or of objects, such as count/databases.example.org.",
        ),
        validated(
            cel(
                "self != 'count/virtualmachines.kubevirt.io'",
                "machines are counted by the table of hosts",
            )
        ),
    ]
    per_unit: Annotated[
        str,
        Field(
            max_length=16,
            pattern=r"^[0-9]{1,9}([KMGT]i)?$",
            description="What one unit counts, such as 1 or 100Gi.",
        ),
    ]


class CatalogItem(KubeModel):
    """One service of the catalogue."""

    id: Annotated[Name, Field(description="Names the item.")]
    group: Annotated[
        Literal["Infrastructure", "SupportSoftware", "Security", "Implementation"],
        Field(
            description="一级分类 (annex 1, 2.2): 基础设施服务, 支撑软件服务, 安全保障服务 or "
            "实施服务."
        ),
    ]
    category2: Annotated[ShortLine, Field(description="二级分类, such as 计算服务.")]
    category3: Annotated[ShortLine, Field(description="三级分类, such as 弹性云服务器.")]
    title: Annotated[
        ShortLine,
        Field(description="服务名称: what a host's hostType names, where the item is a host type."),
    ]
    unit: Annotated[ShortLine, Field(description="计量单位: what is counted, such as 台.")]
    description: Annotated[Line | None, Field(description="服务说明.")] = None
    host: Annotated[
        HostBounds | None, Field(description="Where the item is a host type: what it may be.")
    ] = None
    provisioning: Annotated[
        Literal["Cluster", "Provider"],
        Field(
            description="Cluster: granted by Kubernetes. Provider: handed over by the provider, "
            "who confirms it (physical machines, colocation, appliances)."
        ),
    ]
    storage_per_unit: Annotated[
        Size | None,
        Field(
            description="What one unit stores, where the item is a storage service: counts as "
            "storage of a change (article 16)."
        ),
    ] = None
    quota_resource: Annotated[
        QuotaResource | None, Field(description="What it counts in the namespace's quota.")
    ] = None
    price: Annotated[
        Price | None,
        Field(description="What it costs a day; absent: it is not billed by this catalogue."),
        PRICE_RULES,
    ] = None


_ITEM_RULES = Schema(
    {
        "x-kubernetes-validations": [
            cel(
                "!has(self.host) || self.group == 'Infrastructure'",
                "a host is an infrastructure service",
                ".host",
            ),
            cel(
                "!has(self.quotaResource) || self.provisioning == 'Cluster'",
                "what the provider hands over has no quota",
                ".quotaResource",
            ),
            cel(
                "!has(self.price) || has(self.host) || !(has(self.price.perCore) || "
                "has(self.price.perGibMemory) || has(self.price.disks))",
                "cores, memory and disks are priced of a host type alone",
                ".price",
            ),
        ]
    }
)
_Item = Annotated[CatalogItem, _ITEM_RULES]


class ServiceCatalogSpec(KubeModel):
    """What there is."""

    title: Annotated[Line, Field(description="What the catalogue is called, with its date.")]
    currency: Annotated[
        Currency | None, Field(description="Of its prices; without it nothing has a price.")
    ] = None
    items: Annotated[
        tuple[_Item, ...],
        Field(min_length=1, max_length=500, description="The services."),
        keyed_by("id"),
    ]


class ServiceCatalog(Resource):
    """The services that applications choose from (article 10)."""

    model_config = ConfigDict(json_schema_extra={"x-kubernetes-validations": [NAME_IS_A_LABEL]})

    kind: Literal["ServiceCatalog"] = "ServiceCatalog"
    spec: Annotated[
        ServiceCatalogSpec,
        Field(description="What there is."),
        validated(
            cel(
                "has(self.currency) || self.items.all(i, !has(i.price))",
                "prices are of a currency",
                ".currency",
            )
        ),
    ]
