"""What the public reaches: the site as it is planned, and as it is filed (annex 1, 3.2 and 4.2)."""

from typing import Annotated

from pydantic import Field

from mandate.api.fields import Document, Domain, Line
from mandate.api.meta import AS_SET, KubeModel


class Website(KubeModel):
    """The site, where the system is one (annex 1, 3.2 and 4.2)."""

    domains: Annotated[
        tuple[Domain, ...], Field(min_length=1, max_length=32, description="Domain names."), AS_SET
    ]
    permit: Annotated[Document | None, Field(description="许可 by the competent office.")] = None
    filing_number: Annotated[Line | None, Field(description="备案号 of the internet filing.")] = (
        None
    )


class InternetFiling(KubeModel):
    """Permit and filing of what the public reaches (annex 1, 3.2 and 4.2)."""

    domains: Annotated[
        tuple[Domain, ...], Field(min_length=1, max_length=32, description="域名."), AS_SET
    ]
    permit: Annotated[Document, Field(description="许可或批准 by the competent office.")]
    filing_number: Annotated[Line, Field(description="网站备案号.")]
