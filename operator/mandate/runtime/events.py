"""Events (`events.k8s.io/v1`) with deterministic names: whoever posts one again finds it there."""

import logging
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus

from mandate.api.meta import Json
from mandate.kube.client import KubeClient
from mandate.kube.errors import ApiError
from mandate.observability.logs import identity
from mandate.rules.record import Fact
from mandate.runtime.failures import described

_log = logging.getLogger("mandate")
CONTROLLER = "mandate.dev/operator"


def name_of(about: Json, fact: Fact) -> str:
    """The name of the Event that says this fact of this object."""
    metadata = about["metadata"]
    digest = sha256(f"{metadata['uid']}/{fact.key}".encode()).hexdigest()[:16]
    return f"{metadata['name']}.{digest}"


async def post(kube: KubeClient, about: Json, fact: Fact) -> None:
    """Posts the Event of a fact, if it has one and it is not there yet.

    Raises:
        ApiError: the API server failed; a refusal for good, as of a namespace that is going, is
            logged and left at that: the dossier has the fact.
    """
    if fact.event is None:
        return
    try:
        await kube.create(_manifest(about, fact, fact.event, datetime.now(UTC)))
    except ApiError as error:
        if error.code == HTTPStatus.CONFLICT:
            return
        if not (error.is_final or error.code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)):
            raise
        metadata = about["metadata"]
        where = identity(about["kind"], metadata.get("namespace", ""), metadata["name"], about)
        _log.warning("an Event was refused", extra=where | described(error))


def _manifest(about: Json, fact: Fact, kind: str, now: datetime) -> Json:
    metadata = about["metadata"]
    # an Event on a cluster-scoped object stands in `default`, as the API server demands
    namespace = metadata.get("namespace", "default")
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": name_of(about, fact), "namespace": namespace},
        "eventTime": now.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "reportingController": CONTROLLER,
        "reportingInstance": CONTROLLER,
        "type": kind,
        "reason": fact.kind,
        "action": fact.kind,
        "note": fact.text[:1024],
        "regarding": {
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "name": metadata["name"],
            "namespace": metadata.get("namespace", ""),
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
    }
