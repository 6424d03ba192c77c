"""Failures of reconciles, logged once each and not at each try."""

import logging

import aiohttp
from pydantic import ValidationError

from mandate.api.meta import Json
from mandate.kube.errors import ApiError
from mandate.observability.logs import identity
from mandate.runtime.cache import Key

_log = logging.getLogger("mandate")
_FIELDS = 10


def described(error: BaseException) -> Json:
    """What of an error is logged: its class and what names the cause, no text that was sent.

    Of the API server's answer that is the code, its word for it and the call; its sentence
    stands on the object, or in the API server's audit log.
    """
    found: Json = {"error": type(error).__name__}
    if isinstance(error, ApiError):
        return found | {"code": error.code, "reason": error.reason, "call": error.call}
    if isinstance(error, ValidationError):
        wrong = error.errors(include_url=False, include_context=False, include_input=False)
        fields = [f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in wrong[:_FIELDS]]
        return found | {"fields": fields}
    if isinstance(error, aiohttp.ClientConnectionError):
        # no connection, nothing sent: it names the address and the cause
        return found | {"detail": str(error)[:200]}
    return found


class FailureLog:
    """Which failure of which key was last told."""

    def __init__(self) -> None:
        self._told: dict[Key, Json] = {}

    def failed(self, key: Key, raw: Json | None, error: Exception, wait: float) -> None:
        """Logs a failure: the first of its kind as a warning, its repetitions for debugging.

        Args:
            key: what was reconciled.
            raw: the object, if it is still there.
            error: an unexpected one is logged with where it came from.
            wait: until it is tried again, in seconds.
        """
        found = described(error)
        level = logging.DEBUG if self._told.get(key) == found else logging.WARNING
        self._told[key] = found
        expected = isinstance(error, (ApiError, aiohttp.ClientError, OSError, ValidationError))
        _log.log(
            level,
            "reconcile failed and is tried again",
            extra=identity(*key, raw) | found | {"retry_seconds": round(wait, 2)},
            exc_info=None if expected else error,
        )

    def conflicted(self, key: Key, raw: Json | None) -> None:
        """A conflict is no failure: the object has moved on, and is looked at again."""
        _log.debug("object changed meanwhile", extra=identity(*key, raw))

    def went_well(self, key: Key, raw: Json | None) -> None:
        """Says so, if the last thing that was told was a failure."""
        if self._told.pop(key, None) is not None:
            _log.info("reconcile went well again", extra=identity(*key, raw))
