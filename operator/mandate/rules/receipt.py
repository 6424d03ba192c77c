"""When the API received a generation of a form (A13-accept, X-clock)."""

from collections.abc import Mapping
from datetime import datetime

from mandate.api.meta import ObjectMeta
from mandate.api.requests import Approval


def received(metadata: ObjectMeta, approvals: Mapping[str, Approval], now: datetime) -> datetime:
    """When the present generation of a form was received.

    The first one when the object was made. A later one when its form was last written, which
    only `managedFields` tells. Whoever may edit the form can plant entries there, and an
    edit of nothing but labels can refresh one; so it is held between what the API server itself
    vouches for: the latest decision on an earlier generation, and the first on this one or now.

    Args:
        metadata: of the request.
        approvals: all decisions on it, by `<stage>.<generation>`.
        now: the time (UTC); the receipt of a form that nobody is said to have written.
    """
    earliest, latest = metadata.creation_timestamp or now, now
    if metadata.generation <= 1:
        return earliest
    for key, approval in approvals.items():
        if approval.at is None:
            continue
        if int(key.rpartition(".")[2]) < metadata.generation:
            earliest = max(earliest, approval.at)
        else:
            latest = min(latest, approval.at)
    written = [
        entry.time
        for entry in metadata.managed_fields
        if entry.time is not None and not entry.subresource and "f:spec" in entry.fields_v1
    ]
    return max(earliest, min(max(written, default=latest), latest))
