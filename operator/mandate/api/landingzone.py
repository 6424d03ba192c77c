"""`LandingZone`: the authority's own templates for what stands in every granted namespace."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.cloudapplication import ProtectionLevel, SystemType
from mandate.api.fields import NAME_IS_A_LABEL, Name
from mandate.api.meta import AS_SET, ATOMIC, Condition, KubeModel, Resource, cel, keyed_by
from mandate.api.zonemanifests import ZONE_KINDS

MOST_TEMPLATES = 16
_KINDS = " or ".join(ZONE_KINDS)


class ZoneSelection(KubeModel):
    """Which systems; what is left out is not asked for, and all that is given must hold."""

    agencies: Annotated[
        tuple[Name, ...] | None,
        Field(min_length=1, max_length=256, description="Those of these agencies."),
        AS_SET,
    ] = None
    protection_levels: Annotated[
        tuple[ProtectionLevel, ...] | None,
        Field(min_length=1, max_length=6, description="等级保护级别, as on the form."),
        AS_SET,
    ] = None
    system_types: Annotated[
        tuple[SystemType, ...] | None,
        Field(min_length=1, max_length=7, description="系统类型, as on the form."),
        AS_SET,
    ] = None


class ZoneTemplate(KubeModel):
    """One object in each namespace."""

    name: Annotated[Name, Field(description="Names the template, in what is said of it.")]
    template: Annotated[
        str,
        Field(
            min_length=1,
            max_length=16384,
            description=f"One manifest, a {_KINDS} without a namespace, as a Jinja2 template. Its "
            "variables: agency, unit, application, systemName, systemType, protectionLevel, "
            "networks, namespace, policy, environment (trial or formal).",
        ),
    ]


class LandingZoneSpec(KubeModel):
    """What is made, and where."""

    policy: Annotated[Name, Field(description="The systems of this GovernancePolicy's agencies.")]
    selector: Annotated[ZoneSelection | None, Field(description="Which of them; absent: all.")] = (
        None
    )
    preview_only: Annotated[
        bool | None,
        Field(description="true: it is judged and previewed, and applies and removes nothing."),
    ] = None
    templates: Annotated[
        tuple[ZoneTemplate, ...],
        Field(min_length=1, max_length=MOST_TEMPLATES, description="One object each."),
        keyed_by("name"),
    ]


class ZonePreview(KubeModel):
    """An object that it makes of the example system."""

    template: Annotated[str, Field(max_length=63, description="Of which template.")]
    kind: Annotated[str, Field(max_length=63, description="Its kind.")]
    name: Annotated[str, Field(max_length=253, description="Its name.")]


class LandingZoneStatus(KubeModel):
    """Whether it is applied."""

    observed_generation: Annotated[
        int, Field(ge=0, description="The generation this status speaks of.")
    ] = 0
    namespaces: Annotated[
        int | None,
        Field(ge=0, description="How many granted namespaces it is for."),
    ] = None
    preview: Annotated[
        tuple[ZonePreview, ...],
        Field(max_length=MOST_TEMPLATES, description="What it makes in each, by an example."),
        ATOMIC,
    ] = ()
    conditions: Annotated[
        tuple[Condition, ...],
        Field(max_length=16, description="Ready: what it renders stands in each of them."),
        keyed_by("type"),
    ] = ()


class LandingZone(Resource):
    """The authority's templates, beside what an application is granted (X-zone)."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                NAME_IS_A_LABEL,
                cel("self.metadata.name.size() <= 63", "metadata.name is at most 63 characters"),
            ]
        }
    )

    kind: Literal["LandingZone"] = "LandingZone"
    spec: Annotated[LandingZoneSpec, Field(description="What is made, and where.")]
    status: Annotated[LandingZoneStatus, Field(description="Whether it is applied.")] = (
        LandingZoneStatus()
    )
