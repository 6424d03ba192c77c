"""What the API server answered, and whether the same is asked again."""

import json
import random
from http import HTTPStatus
from typing import Any

from mandate.api.meta import Json
from mandate.kube.errors import ApiError

_PAUSE_SECONDS = (0.1, 0.5)
_LONGEST_PAUSE_SECONDS = 2.0


def pause_after(error: Exception, *, writes: bool) -> float | None:
    """How long to wait until the same request, in seconds; None if it is not made again."""
    asked = 0.0
    if isinstance(error, ApiError) and error.code == HTTPStatus.TOO_MANY_REQUESTS:
        asked = error.retry_after_seconds
    elif writes or (isinstance(error, ApiError) and error.code < HTTPStatus.INTERNAL_SERVER_ERROR):
        return None
    pause = max(asked, random.uniform(*_PAUSE_SECONDS))  # noqa: S311 - no secret
    # who is to wait longer waits in the queue, and holds up nobody
    return pause if pause <= _LONGEST_PAUSE_SECONDS else None


def seconds_asked(wait: str) -> float:
    """A Retry-After as the API server writes it; something else may write a date."""
    return float(wait) if wait.isdecimal() else 0.0


def object_in(code: int, raw: bytes, call: str, wait: float) -> Json:
    """The object of an answer.

    Args:
        code: of the answer.
        raw: its body.
        call: verb and kind, for people.
        wait: what its Retry-After asks for, in seconds.

    Raises:
        ApiError: it was refused, or is no object of an API server.
    """
    try:
        answer: Any = json.loads(raw)
    except ValueError:
        answer = raw[:200].decode("utf-8", "replace")
    if not isinstance(answer, dict):
        # it is of something between us and the API server, whatever its status says
        raise ApiError(code, "NoObject", str(answer)[:200], call, wait)
    found: Json = answer
    if code >= HTTPStatus.BAD_REQUEST:
        reason, message = str(answer.get("reason", "")), str(answer.get("message", ""))
        raise ApiError(code, reason, message, call, wait)
    return found
