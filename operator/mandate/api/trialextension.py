"""`TrialExtension`: a longer trial, where truly necessary (延长试用, article 14)."""

from typing import Annotated, Literal

from pydantic import Field

from mandate.api.fields import Paragraphs, Signature
from mandate.api.meta import Resource
from mandate.api.requests import AboutSystem, RequestStatus


class TrialExtensionSpec(AboutSystem):
    """The form; annex 2 has none for it (ours)."""

    days: Annotated[
        int, Field(ge=1, le=3650, description="延长天数: how many days more, from the trial's end.")
    ]
    reason: Annotated[Paragraphs, Field(description="延长理由: why it is truly necessary.")]
    signature: Annotated[Signature, Field(description="签章: seal, signature and date.")]


class TrialExtensionStatus(RequestStatus):
    """Where the request stands."""

    phase: Annotated[
        Literal["Submitted", "Approved", "Refused"] | None, Field(description="How far it is.")
    ] = None


class TrialExtension(Resource):
    """An agency's request for a longer trial (article 14)."""

    kind: Literal["TrialExtension"] = "TrialExtension"
    spec: Annotated[TrialExtensionSpec, Field(description="The form.")]
    status: Annotated[TrialExtensionStatus, Field(description="Where it stands.")] = (
        TrialExtensionStatus()
    )
