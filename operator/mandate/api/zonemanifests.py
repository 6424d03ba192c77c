"""What a `LandingZone` may put into a granted namespace: the one list of kinds, and their fields.

A kind is here only if it bounds nothing, opens nothing, lets nobody in, holds no secret and runs
nothing: what does is decided on by forms. Each one is a right of the operator's in every
namespace, and a line of the guards `zones` and `operator`.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StrictInt, StrictStr, model_validator

from mandate.api.meta import GROUP, KubeModel

ZONE_LABEL = f"{GROUP}/zone"
"""On each object that a zone makes: the zone's name."""

_LABEL_VALUE = r"^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$"
_QUALIFIED = r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$"
# read by everybody who may read the namespace's objects, and by each mount of it
_DATA_BYTES = 65_536

_Key = Annotated[StrictStr, Field(max_length=253, pattern=_QUALIFIED)]
_LabelValue = Annotated[StrictStr, Field(max_length=63, pattern=_LABEL_VALUE)]


class _Strict(KubeModel):
    """What is not named here is refused: the API server must store what was rendered."""

    model_config = ConfigDict(extra="forbid")


class ZoneMetadata(_Strict):
    """The template's part of `metadata`; the namespace and the marks are the operator's."""

    name: Annotated[
        StrictStr,
        Field(max_length=253, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9-]*[a-z0-9])*$"),
    ]
    labels: dict[_Key, _LabelValue] = Field(default_factory=dict, max_length=32)
    annotations: dict[_Key, StrictStr] = Field(default_factory=dict, max_length=32)

    @model_validator(mode="after")
    def _no_marks(self) -> Self:
        marks = [k for k in (*self.labels, *self.annotations) if k.startswith(f"{GROUP}/")]
        if marks:
            raise ValueError(f"{marks[0]} is the operator's mark")
        return self


class ZoneConfigMap(_Strict):
    """A ConfigMap of texts."""

    api_version: Literal["v1"]
    kind: Literal["ConfigMap"]
    metadata: ZoneMetadata
    data: Annotated[
        dict[Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9_.-]+$")], StrictStr],
        Field(min_length=1, max_length=64),
    ]

    @model_validator(mode="after")
    def _not_too_large(self) -> Self:
        if sum(len(text.encode()) for text in self.data.values()) > _DATA_BYTES:
            raise ValueError(f"data holds more than {_DATA_BYTES} bytes")
        return self


class ZoneExpression(_Strict):
    """One requirement of a label selector."""

    key: _Key
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: Annotated[tuple[_LabelValue, ...], Field(min_length=1, max_length=16)] | None = None


class ZoneSelector(_Strict):
    """A label selector; an empty one takes all pods."""

    match_labels: Annotated[dict[_Key, _LabelValue], Field(min_length=1, max_length=16)] | None = (
        None
    )
    match_expressions: (
        Annotated[tuple[ZoneExpression, ...], Field(min_length=1, max_length=16)] | None
    ) = None


_Pods = (
    Annotated[StrictInt, Field(ge=0, le=10_000)]
    | Annotated[StrictStr, Field(max_length=4, pattern=r"^(100|[0-9]{1,2})%$")]
)


class ZoneBudget(_Strict):
    """How many pods may be away at once, as a number or a share such as `50%`."""

    selector: ZoneSelector
    min_available: _Pods | None = None
    max_unavailable: _Pods | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.min_available is None) == (self.max_unavailable is None):
            raise ValueError("either minAvailable or maxUnavailable is given")
        return self


class ZonePodDisruptionBudget(_Strict):
    """A PodDisruptionBudget."""

    api_version: Literal["policy/v1"]
    kind: Literal["PodDisruptionBudget"]
    metadata: ZoneMetadata
    spec: ZoneBudget


@dataclass(frozen=True, slots=True)
class ZoneKind:
    """A kind that a zone may render, as the API server names it."""

    api_version: str
    plural: str
    model: type[ZoneConfigMap] | type[ZonePodDisruptionBudget]

    @property
    def group(self) -> str:
        """The API group; empty for the core one."""
        return self.api_version.rpartition("/")[0]


ZONE_KINDS: dict[str, ZoneKind] = {
    "ConfigMap": ZoneKind("v1", "configmaps", ZoneConfigMap),
    "PodDisruptionBudget": ZoneKind("policy/v1", "poddisruptionbudgets", ZonePodDisruptionBudget),
}
"""Every kind that a zone may render, by name; nothing else is ever applied by one."""
