"""The types that forms are made of: one line of text, a digest, a size, a document.

Every string is bounded (an unbounded one makes CEL refuse its rule, and an agency could
fill etcd with it: X-input) and free of control characters; blank text is no answer.
"""

import json
from datetime import date
from typing import Annotated

from pydantic import Field

from mandate.api.meta import KubeModel, Schema, cel, validated

VISIBLE = r"[^\s\p{Z}\p{C}\p{M}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}]"
"""A character that can be seen, as an RE2 class; text without one is blank.

RE2's `\\s` is ASCII alone: a full-width space (U+3000) is blank too. So are marks without a
letter, variation selectors among them, and letters that are drawn as nothing: the Hangul
fillers and the Braille blank.
"""

_BLANK = cel(f"self.matches({json.dumps(VISIBLE)})", "must not be blank")
_ONE_LINE = cel(
    r"!self.matches('[\\p{Cc}\\p{Zl}\\p{Zp}]')", "must be one line without control characters"
)
# what an approver reads must be what is stored
_ONE_DIRECTION = cel(
    r"!self.matches('[\\x{061C}\\x{200E}\\x{200F}\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}]')",
    "must not turn the direction of writing",
)
_PARAGRAPHS = cel(
    r"!self.matches('[^\\P{Cc}\\n\\t]')", "must not contain control characters but line breaks"
)

Uid = Annotated[str, Field(max_length=36, pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""A metadata.uid."""

Line = Annotated[
    str, Field(min_length=1, max_length=256), validated(_BLANK, _ONE_LINE, _ONE_DIRECTION)
]
"""One line of free text, not blank."""

ShortLine = Annotated[
    str, Field(min_length=1, max_length=64), validated(_BLANK, _ONE_LINE, _ONE_DIRECTION)
]
"""One line in a table, which may have many rows."""

_LONG = validated(_BLANK, _PARAGRAPHS, _ONE_DIRECTION)
Paragraphs = Annotated[str, Field(min_length=1, max_length=8192), _LONG]
"""Free text of several lines, not blank."""

# all the decisions on a request must fit into it
Opinion = Annotated[str, Field(min_length=1, max_length=2048), _LONG]
"""An approver's opinion, of several lines."""

Reason = Annotated[str, Field(min_length=1, max_length=1024), _LONG]
"""Why something is asked for, of several lines."""

Phone = Annotated[
    str,
    Field(max_length=32),
    validated(cel(r"self.matches('^[+]?[0-9][0-9 ()-]{4,30}$')", "must be a telephone number")),
]

Email = Annotated[
    str,
    Field(max_length=254),
    validated(cel(r"self.matches('^[^@\\s\\p{C}]+@[^@\\s\\p{C}]+$')", "must be an e-mail address")),
]

Day = Annotated[
    date,
    Field(description="A day, as YYYY-MM-DD."),
    validated(cel("self.getFullYear() >= 1900", "must be a day since 1900")),
]

Name = Annotated[str, Field(max_length=63, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
"""A DNS label."""

NAME_IS_A_LABEL = cel(
    "self.metadata.name.matches('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$')",
    "metadata.name must be a DNS label: others refer to it",
)

Count = Annotated[int, Field(ge=0, le=1_000_000_000_000)]

_SIZE_SYNTAX = r"^[0-9]{1,9}([.][0-9]{1,3})?([KMGTP]i?|k)?$"
_SIZE_MESSAGE = "must be a size such as 8Gi: the form's 8 (G) is written 8Gi"


def _at_most(limit: str) -> Schema:
    return validated(
        cel(f"self.matches('{_SIZE_SYNTAX}') && (self == '0' || isQuantity(self))", _SIZE_MESSAGE),
        cel(
            f"!self.matches('{_SIZE_SYNTAX}') || "
            f"quantity(self).compareTo(quantity('{limit}')) <= 0",
            f"must be at most {limit}",
        ),
        cel(
            f"!self.matches('{_SIZE_SYNTAX}') || self == '0' || "
            "quantity(self).compareTo(quantity('1Mi')) >= 0",
            "must be 0 or at least 1Mi: the form's 8 (G) is written 8Gi",
        ),
    )


Size = Annotated[str, Field(max_length=16), _at_most("1Pi")]
"""A size in bytes as a quantity: 0, or 1Mi to 1Pi."""

TotalSize = Annotated[str, Field(max_length=16), _at_most("1024Pi")]
"""A size of a whole platform in bytes as a quantity: 0, or 1Mi to 1024Pi."""

Money = Annotated[
    str,
    Field(max_length=20),
    validated(
        cel("self.matches('^[0-9]{1,15}([.][0-9]{1,2})?$')", "must be an amount such as 1200000.00")
    ),
]
"""An amount in yuan (元) as a decimal string: an amount is never a float."""

Sha256 = Annotated[
    str,
    Field(max_length=64),
    validated(cel("self.matches('^[0-9a-f]{64}$')", "must be a sha256 in 64 lower-case digits")),
]

Uri = Annotated[
    str,
    Field(max_length=1024),
    validated(
        cel(
            r"self.matches('^[a-z][a-z0-9+.-]*://[^\\s\\p{Z}\\p{C}]+$')",
            "must be a URI such as https://files.example/plan.pdf",
        )
    ),
]

Domain = Annotated[
    str,
    Field(max_length=253),
    validated(
        cel(
            r"self.matches('^([\\p{L}\\p{N}]([\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?[.])+[\\p{L}]{2,}$')",
            "must be a domain name such as www.example.gov.cn",
        )
    ),
]

Cidr = Annotated[
    str,
    Field(max_length=49),
    validated(
        cel(
            "isCIDR(self) && cidr(self) == cidr(self).masked()",
            "must be a CIDR such as 10.0.0.0/8, with no bits set beyond its prefix",
        )
    ),
]

IpAddress = Annotated[
    str,
    Field(max_length=45),
    validated(
        cel(
            "isIP(self) && ip.isCanonical(self)",
            "must be an address such as 192.168.100.1, in its shortest form",
        )
    ),
]

Port = Annotated[int, Field(ge=1, le=65535)]


class Document(KubeModel):
    """A document kept elsewhere, pinned by its digest."""

    title: Annotated[Line, Field(description="What the document is called.")]
    uri: Annotated[Uri, Field(description="Where it is kept.")]
    sha256: Annotated[Sha256, Field(description="The sha256 of its bytes.")]


class Signature(KubeModel):
    """Seal, signature and date at the foot of a form (签章)."""

    unit_seal: Annotated[
        Document, Field(description="申请单位（盖章）: the sealed scan or the e-seal's file.")
    ]
    contact_name: Annotated[Line, Field(description="联系人（签字）: who signed.")]
    date: Annotated[Day, Field(description="年 月 日: when it was signed.")]
