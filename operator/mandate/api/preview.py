"""What an approval would do to the cluster, object by object, before it is decided."""

from typing import Annotated, Literal

from pydantic import Field

from mandate.api.meta import ATOMIC, KubeModel

LONGEST = 16384
"""Of one text, in characters."""
MOST_FIELDS = 500


class FieldChange(KubeModel):
    """One field of an object that stays."""

    path: Annotated[
        str, Field(max_length=512, description="Which, such as /spec/hard/requests.cpu (RFC 6901).")
    ]
    before: Annotated[
        str | None,
        Field(max_length=LONGEST, description="What is there, as JSON; absent: nothing is."),
    ] = None
    after: Annotated[
        str | None,
        Field(max_length=LONGEST, description="What will be, as JSON; absent: nothing will."),
    ] = None


class ObjectChange(KubeModel):
    """One object that an approval makes, changes or takes away."""

    kind: Annotated[str, Field(max_length=63, description="Of the object.")]
    name: Annotated[str, Field(max_length=253, description="Of the object.")]
    operation: Annotated[
        Literal["Create", "Update", "Delete"], Field(description="What is done to it.")
    ]
    manifest: Annotated[
        str | None,
        Field(
            max_length=LONGEST,
            description="The whole object as JSON, if created; a longer one is cut, with its "
            "sha256 at the end.",
        ),
    ] = None
    fields: Annotated[
        tuple[FieldChange, ...] | None,
        Field(max_length=MOST_FIELDS, description="What changes of it, if updated."),
        ATOMIC,
    ] = None


Preview = Annotated[
    tuple[ObjectChange, ...],
    Field(
        max_length=64,
        description="What approving as asked does to the granted namespace; part of the basis. "
        "Who works in it is its agency's list of members, and not part of it. Absent once nothing "
        "can be approved.",
    ),
    ATOMIC,
]
