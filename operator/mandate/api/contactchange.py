"""`ContactChange`: other emergency contacts, told in time (应急联系人变更, annex 1, 3.8)."""

from typing import Annotated, Literal

from pydantic import Field

from mandate.api.fields import Day, Signature
from mandate.api.meta import ATOMIC, Resource
from mandate.api.people import PhoneContact
from mandate.api.requests import AboutSystem, RequestStatus


class ContactChangeSpec(AboutSystem):
    """Who is called from when on; all of them, those that stay too (G38-contact)."""

    contacts: Annotated[
        tuple[PhoneContact, ...],
        Field(min_length=1, max_length=16, description="应急联系人: all, from that day on."),
        ATOMIC,
    ]
    effective_from: Annotated[Day, Field(description="生效日期.")]
    signature: Annotated[Signature, Field(description="签章: seal, signature and date.")]


class ContactChangeStatus(RequestStatus):
    """Where the change stands; nobody decides it."""

    phase: Annotated[
        Literal["Submitted", "Effective"] | None, Field(description="How far it is.")
    ] = None


class ContactChange(Resource):
    """Other emergency contacts of a system (annex 1, 3.8)."""

    kind: Literal["ContactChange"] = "ContactChange"
    spec: Annotated[ContactChangeSpec, Field(description="Who is called from when on.")]
    status: Annotated[ContactChangeStatus, Field(description="Where it stands.")] = (
        ContactChangeStatus()
    )
