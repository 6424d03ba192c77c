"""What the services of a catalogue cost (annex 1, 5; A31-budget)."""

from typing import Annotated

from pydantic import Field

from mandate.api.hosts import DiskType
from mandate.api.meta import ATOMIC, KubeModel, Schema, cel, keyed_by

Amount = Annotated[
    str,
    Field(
        max_length=17,
        pattern=r"^(0|[1-9][0-9]{0,9})(\.[0-9]{1,6})?$",
        description="An amount of the catalogue's currency for one day, such as 3.20.",
    ),
]
"""Exact: a string of decimal digits, never a float."""

Currency = Annotated[
    str, Field(max_length=3, pattern=r"^[A-Z]{3}$", description="Of ISO 4217, such as CNY.")
]


class DailyCost(KubeModel):
    """What a billed day costs, of what runs now (article 31; ours)."""

    per_day: Annotated[
        str,
        Field(
            max_length=32,
            pattern=r"^[0-9]+\.[0-9]{2}$",
            description="By the catalogue's prices, rounded half up to two decimals.",
        ),
    ]
    currency: Annotated[Currency, Field(description="The catalogue's.")]
    unpriced: Annotated[
        tuple[Annotated[str, Field(max_length=256)], ...],
        Field(max_length=16, description="What runs and has no price, the first of it."),
        ATOMIC,
    ] = ()


class DiskPrice(KubeModel):
    """What a disk of one type costs."""

    type: Annotated[DiskType, Field(description="类型.")]
    per_gib: Annotated[Amount, Field(description="For each Gi (the forms' G) and day.")]


class Price(KubeModel):
    """What an item costs for each day; what is absent costs nothing by itself."""

    per_unit: Annotated[
        Amount | None,
        Field(description="For each unit of the item; of a host type, for each machine."),
    ] = None
    per_core: Annotated[Amount | None, Field(description="For each core of a machine.")] = None
    per_gib_memory: Annotated[
        Amount | None, Field(description="For each Gi of a machine's memory.")
    ] = None
    disks: Annotated[
        tuple[DiskPrice, ...] | None,
        Field(min_length=1, max_length=3, description="For the disks of a machine, by type."),
        keyed_by("type"),
    ] = None


PRICE_RULES = Schema(
    {
        "x-kubernetes-validations": [
            cel(
                "has(self.perUnit) || has(self.perCore) || has(self.perGibMemory) || "
                "has(self.disks)",
                "a price names an amount; without one the item has no price",
            )
        ]
    }
)
