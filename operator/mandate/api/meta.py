"""What every kind shares: the base model, object metadata, conditions, CEL rules."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

GROUP = "mandate.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

Json = dict[str, Any]
"""A JSON object as the API server sends it."""


def cel(
    rule: str, message: str, field_path: str | None = None, computed: str | None = None
) -> Json:
    """One `x-kubernetes-validations` entry.

    Args:
        rule: a CEL expression over `self`.
        message: what was refused, why, and the next step.
        field_path: the field to name in the error, relative to where the rule stands.
        computed: the message as a CEL expression, where it names what was found.
    """
    entry: Json = {"rule": rule, "message": message}
    more = {"fieldPath": field_path, "messageExpression": computed}
    return entry | {key: value for key, value in more.items() if value}


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """Adds keywords to the JSON schema of an annotated type; CEL rules add up."""

    keywords: Json

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Merges the keywords into what pydantic generates."""
        schema = handler(core_schema)
        rules = "x-kubernetes-validations"
        merged = {**schema, **self.keywords}
        if rules in schema and rules in self.keywords:
            merged[rules] = [*schema[rules], *self.keywords[rules]]
        return merged


def validated(*rules: Json) -> Schema:
    """CEL rules on an annotated type; see `cel`."""
    return Schema({"x-kubernetes-validations": list(rules)})


def keyed_by(*keys: str) -> Schema:
    """A list that is a map by these fields, so that two writers merge item by item."""
    return Schema({"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)})


AS_SET = Schema({"x-kubernetes-list-type": "set"})
"""A list of scalars without repetition."""

ATOMIC = Schema({"x-kubernetes-list-type": "atomic"})
"""A list that is replaced as a whole."""


class KubeModel(BaseModel):
    """Immutable, camelCase on the wire, tolerant when reading."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        # an error names the field; what stands in it may be a person's number
        hide_input_in_errors=True,
    )

    def wire(self) -> Json:
        """The JSON object the API server takes: camelCase, absent instead of null."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class ManagedFields(KubeModel):
    """Which fields one manager last wrote, and when."""

    time: datetime | None = None
    subresource: str = ""
    fields_v1: Json = Field(default_factory=dict)


class ObjectMeta(KubeModel):
    """The part of `metadata` that decisions are made on."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    managed_fields: tuple[ManagedFields, ...] = ()


class Resource(KubeModel):
    """An object of the group, as read from the API server."""

    api_version: Literal["mandate.dev/v1alpha1"] = "mandate.dev/v1alpha1"
    metadata: ObjectMeta


class Condition(KubeModel):
    """`metav1.Condition`: the latest known state of one aspect of an object."""

    type: Annotated[str, Field(max_length=63, description="What the condition is about.")]
    status: Annotated[Literal["True", "False", "Unknown"], Field(description="Whether it holds.")]
    observed_generation: Annotated[
        int, Field(ge=0, description="The generation of the object it was set on.")
    ] = 0
    last_transition_time: Annotated[
        datetime, Field(description="When `status` last changed (UTC).")
    ]
    reason: Annotated[
        str, Field(max_length=63, pattern="^[A-Za-z]+$", description="Why, as one word.")
    ]
    message: Annotated[str, Field(max_length=4096, description="Why, for people.")] = ""


def set_condition(existing: tuple[Condition, ...], new: Condition) -> tuple[Condition, ...]:
    """The conditions with `new` in place of its type's.

    `last_transition_time` stays as it was while `status` is the same, so that an unchanged
    object is not written again.

    Args:
        existing: the conditions as they are.
        new: the condition to set; its `last_transition_time` is now (UTC).

    Returns:
        The conditions, sorted by type.
    """
    for old in existing:
        if old.type == new.type and old.status == new.status:
            new = new.model_copy(update={"last_transition_time": old.last_transition_time})
    kept = [c for c in existing if c.type != new.type]
    return tuple(sorted([*kept, new], key=lambda c: c.type))


def find_condition(conditions: tuple[Condition, ...], kind: str) -> Condition | None:
    """The condition of that type, if it is set."""
    return next((c for c in conditions if c.type == kind), None)
