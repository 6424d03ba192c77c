"""`Agency`: a using unit (使用单位), its members, its policy and its register of systems."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import Line, Name
from mandate.api.meta import ATOMIC, Condition, KubeModel, Resource, cel, keyed_by, validated
from mandate.api.people import PhoneContact
from mandate.api.prices import DailyCost
from mandate.api.register import CloudUse, Register


class Member(KubeModel):
    """A person or group that acts for the agency, by the name it logs in with."""

    kind: Annotated[Literal["User", "Group"], Field(description="User or Group.")]
    name: Annotated[
        str,
        Field(min_length=1, max_length=256, description="As the API server knows it."),
        validated(
            cel(
                r"self.matches('^[^\\s\\p{Z}\\p{C}\"\'\\\\]+$')",
                "must have no blanks, quotes, backslashes or control characters",
            ),
            cel(
                "!self.startsWith('system:')",
                "a system: identity is no member or guest of an agency",
            ),
        ),
    ]


class AgencySpec(KubeModel):
    """Who the agency is and who acts for it."""

    title: Annotated[Line, Field(description="The unit's full name, as its forms carry it.")]
    policy: Annotated[Name, Field(description="The GovernancePolicy it stands under.")]
    members: Annotated[
        tuple[Member, ...],
        Field(min_length=1, max_length=64, description="Who acts for it."),
        ATOMIC,
    ]
    contacts: Annotated[
        tuple[PhoneContact, ...] | None,
        Field(max_length=16, description="Whom the authority calls."),
        ATOMIC,
    ] = None
    systems: Register = ()


class AgencyStatus(KubeModel):
    """Whether the agency can file."""

    observed_generation: Annotated[
        int, Field(ge=0, description="The generation this status speaks of.")
    ] = 0
    namespace: Annotated[
        str | None, Field(max_length=63, description="Its namespace of requests.")
    ] = None
    open_systems: Annotated[
        int | None,
        Field(
            ge=0,
            description="How many of its systems were granted and have not exited; while there "
            "is one, the agency is not deleted.",
        ),
    ] = None
    cloud_use: Annotated[
        CloudUse | None, Field(description="How its registered systems stand (articles 3, 27).")
    ] = None
    cost: Annotated[
        DailyCost | None,
        Field(description="What a day of its systems that are billed costs, as they run now."),
    ] = None
    conditions: Annotated[
        tuple[Condition, ...],
        Field(max_length=16, description="The state of each aspect of the agency."),
        keyed_by("type"),
    ] = ()


class Agency(Resource):
    """A using unit of the cloud (article 7)."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "self.metadata.name.matches('^[a-z]([a-z0-9-]*[a-z0-9])?$') && "
                    "!self.metadata.name.contains('--') && self.metadata.name.size() <= 28",
                    "metadata.name must be a DNS label of at most 28 characters that starts with "
                    "a letter and has no '--'",
                )
            ]
        }
    )

    kind: Literal["Agency"] = "Agency"
    spec: Annotated[AgencySpec, Field(description="Who the agency is.")]
    status: Annotated[AgencyStatus, Field(description="Whether it can file.")] = AgencyStatus()

    @property
    def namespace(self) -> str:
        """The namespace of its requests."""
        return f"agency-{self.metadata.name}"
