"""What a decision is made on, as one digest (X-bound)."""

from hashlib import sha256

import rfc8785

from mandate.api.meta import Json, ObjectMeta
from mandate.api.requests import Check


def basis(
    metadata: ObjectMeta, spec: Json, checks: tuple[Check, ...], also: Json | None = None
) -> str:
    """The sha256 over all that an approver reads, as RFC 8785 JSON.

    The uid keeps a decision from landing on another object of the same name, the generation
    and the form on an edited one, the checks on one that is judged otherwise by now.

    Args:
        metadata: of the request.
        spec: the form as the API server stores it, not as this version models it.
        checks: the judgements on it.
        also: what else is read, such as the digest of a text.

    Returns:
        64 lower-case hexadecimal digits.
    """
    read: Json = (also or {}) | {
        "uid": metadata.uid,
        "generation": metadata.generation,
        "spec": spec,
        "checks": [c.wire() for c in checks],
    }
    return sha256(rfc8785.dumps(read)).hexdigest()
