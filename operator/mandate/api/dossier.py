"""`Dossier`: what happened to one subject, append-only and hash-chained (X-dossier).

The rules stand at the root of the schema, for one on `entries` would not be asked when
`entries` goes; there is no status subresource, which would be a second door. CEL has no hash
function: the API server keeps order and linkage, whoever verifies computes the digests.
The format is written down in `docs/dossier.md`.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import Sha256
from mandate.api.meta import ATOMIC, KubeModel, Resource, Schema, cel

MAXIMUM_ENTRIES = 500
"""Of one part; the next part opens with the last hash."""
MAXIMUM_DATA = 65_536
"""Characters of one entry's data; longer data goes on in further entries."""

SubjectKind = Literal["CloudApplication", "Agency", "GovernancePolicy"]


class Subject(KubeModel):
    """Whose dossier it is: by uid, for a name can be used again."""

    kind: Annotated[SubjectKind, Field(description="The subject's kind.")]
    namespace: Annotated[
        str | None, Field(max_length=63, description="Its namespace, if it has one.")
    ] = None
    name: Annotated[str, Field(max_length=253, description="Its name.")]
    uid: Annotated[str, Field(max_length=36, description="Its uid.")]


class Entry(KubeModel):
    """One thing that happened, sealed by its hash and the hash of the one before."""

    seq: Annotated[int, Field(ge=0, description="Its number within the part, from 0.")]
    at: Annotated[datetime, Field(description="When it happened (UTC).")]
    key: Annotated[
        str, Field(max_length=253, description="What tells it from the subject's other entries.")
    ]
    kind: Annotated[
        str,
        Field(max_length=63, description="What happened, as one word: Filed, Decided, Granted."),
    ]
    by: Annotated[
        str | None, Field(max_length=512, description="Who did it; absent: the rules themselves.")
    ] = None
    text: Annotated[str, Field(max_length=1024, description="What happened, for people.")]
    data: Annotated[
        str,
        Field(max_length=MAXIMUM_DATA, description="What it rests on, as RFC 8785 JSON."),
    ]
    previous: Annotated[Sha256, Field(description="The hash of the entry before.")]
    hash: Annotated[
        Sha256, Field(description="The sha256 of the RFC 8785 JSON of all its other fields.")
    ]


class DossierSpec(KubeModel):
    """One part of a dossier."""

    subject: Annotated[Subject, Field(description="Whose dossier it is.")]
    part: Annotated[int, Field(ge=0, description="Its number among the subject's parts, from 0.")]
    opens: Annotated[
        Sha256, Field(description="The last hash of the part before; 64 zeros in the first.")
    ]
    entries: Annotated[
        tuple[Entry, ...],
        Field(max_length=MAXIMUM_ENTRIES, description="What happened, in its order."),
        ATOMIC,
    ]


DOSSIER_RULES = Schema(
    {
        "x-kubernetes-validations": [
            cel(
                "self.spec.entries.size() >= oldSelf.spec.entries.size() && "
                "self.spec.entries.slice(0, oldSelf.spec.entries.size()) == oldSelf.spec.entries",
                "entries are appended; none is altered, dropped or moved (X-dossier, ours)",
            ),
            cel(
                "self.spec.subject == oldSelf.spec.subject && self.spec.part == oldSelf.spec.part "
                "&& self.spec.opens == oldSelf.spec.opens",
                "the head of a dossier never changes (X-dossier, ours)",
            ),
            cel(
                "self.spec.entries.all(i, e, e.seq == i && e.previous == "
                "(i == 0 ? self.spec.opens : self.spec.entries[i - 1].hash))",
                "entries are numbered from 0 and each names the hash of the one before "
                "(X-dossier, ours)",
            ),
        ]
    }
)


class Dossier(Resource):
    """One part of what happened to an application, an agency or a policy."""

    model_config = ConfigDict(json_schema_extra=DOSSIER_RULES.keywords)

    kind: Literal["Dossier"] = "Dossier"
    spec: Annotated[DossierSpec, Field(description="What happened.")]
