"""What a system goes through once it is approved: trial, changes, reclaim."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from mandate.api.meta import ATOMIC, KubeModel


class TrialPeriod(KubeModel):
    """The trial as it runs (article 14); its first day is not counted."""

    started_at: Annotated[datetime, Field(description="When everything granted was there (UTC).")]
    days: Annotated[int, Field(ge=1, description="How many days, extensions among them.")]
    ends_at: Annotated[datetime, Field(description="The end of its last day, local (UTC).")]


class Reclaim(KubeModel):
    """What was reclaimed at the end (article 17)."""

    objects: Annotated[
        dict[str, Annotated[int, Field(ge=1)]],
        Field(
            default_factory=dict,
            max_length=256,
            description="How many objects of which resource were in its namespace just before it "
            "was deleted, such as deployments.apps; what it had none of is left out.",
        ),
    ]
    inventory: Annotated[
        dict[str, Annotated[str, Field(max_length=64)]],
        Field(
            default_factory=dict,
            max_length=64,
            description="What its namespace used of the amounts of its quota then.",
        ),
    ]
    reclaimed_at: Annotated[
        datetime | None, Field(description="When all was gone (UTC); absent: it is going.")
    ] = None


class CarriedChange(KubeModel):
    """An approved change as far as it is carried out (article 16)."""

    uid: Annotated[str, Field(max_length=36, description="Of the ResourceChange.")]
    name: Annotated[str, Field(max_length=253, description="Its name.")]
    in_use: Annotated[
        tuple[Annotated[str, Field(max_length=256)], ...],
        Field(
            max_length=32,
            description="What is to be freed before it: a quota is not cut below what is in use.",
        ),
        ATOMIC,
    ] = ()
    counted_at: Annotated[
        datetime | None,
        Field(description="Since when it is in `allocation` (UTC); the list is in this order."),
    ] = None
    applied_at: Annotated[
        datetime | None, Field(description="Since when the cluster is as it says (UTC).")
    ] = None
