"""`AccessGrant`: the unit lets the provider or a maintainer in, for a time (article 26)."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from mandate.api.agency import Member
from mandate.api.fields import Paragraphs
from mandate.api.meta import Resource, cel
from mandate.api.requests import AboutSystem, RequestStatus


class AccessGrantSpec(AboutSystem):
    """Who may enter the system's namespace, as what, what for and how long (A26-access)."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel("self.until > self.notBefore", "must be after notBefore", ".until")
            ]
        }
    )

    subject: Annotated[Member, Field(description="被授权人: who is let in.")]
    party: Annotated[Literal["Provider", "Maintainer"], Field(description="云服务商 or 维护单位.")]
    role: Annotated[
        Literal["view", "edit"], Field(description="权限: Kubernetes' own ClusterRole of the name.")
    ]
    purpose: Annotated[Paragraphs, Field(description="授权事由.")]
    not_before: Annotated[AwareDatetime, Field(description="起始时间.")]
    until: Annotated[
        AwareDatetime, Field(description="截止时间; the policy says how long at most.")
    ]


class AccessGrantStatus(RequestStatus):
    """Where the grant stands."""

    phase: Annotated[
        Literal["Submitted", "Approved", "Active", "Ended", "Refused"] | None,
        Field(description="How far it is."),
    ] = None


class AccessGrant(Resource):
    """Somebody's access to a system by its agency's own authorisation (article 26)."""

    kind: Literal["AccessGrant"] = "AccessGrant"
    spec: Annotated[AccessGrantSpec, Field(description="Who may enter.")]
    status: Annotated[AccessGrantStatus, Field(description="Where it stands.")] = (
        AccessGrantStatus()
    )
