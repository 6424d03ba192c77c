"""People on forms: who signs for a system, and whom to call."""

from typing import Annotated

from pydantic import Field

from mandate.api.fields import Day, Email, Line, Phone
from mandate.api.meta import KubeModel


class Contact(KubeModel):
    """A person of the form, with the three ways to reach them."""

    name: Annotated[Line, Field(description="姓名.")]
    office_phone: Annotated[Phone | None, Field(description="办公电话.")] = None
    email: Annotated[Email | None, Field(description="电子邮箱.")] = None
    mobile_phone: Annotated[Phone, Field(description="移动电话.")]


class PhoneContact(KubeModel):
    """Somebody to call."""

    name: Annotated[Line, Field(description="姓名.")]
    phone: Annotated[Phone, Field(description="电话.")]


class EmergencyContact(PhoneContact):
    """Somebody to call at any hour (G38-contact; annex 1, 3.8)."""

    effective_from: Annotated[Day | None, Field(description="From when on; absent: at once.")] = (
        None
    )
