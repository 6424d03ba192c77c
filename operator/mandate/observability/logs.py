"""Logs: one line an event, for a terminal or as JSON, and never what somebody wrote in a form.

What is logged is chosen, not filtered: messages are constant, details stand in fields, and no
field takes a text of a form, of an opinion or of the API server, whose sentences repeat what was
sent. An exception's own words can do the same, so of a traceback the places and the classes are
logged and the words are not, whoever logs it.
"""

import json
import logging
import sys
import traceback
from types import TracebackType

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from mandate.api.meta import Json
from mandate.settings import Settings

_CONSOLE = "%(asctime)s %(levelname)s %(name)s %(message)s"
_JSON = "%(levelname)s %(name)s %(message)s"
_RENAMED = {"levelname": "level", "name": "logger", "exc_info": "trace"}
# what kopf hangs on its records: its reference of the object becomes ours
_KOPFS = ("k8s_ref", "k8s_skip", "settings")
_NOT_FIELDS = frozenset({*RESERVED_ATTRS, *_KOPFS, "taskName"})

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure(settings: Settings) -> None:
    """Sends the root logger to standard error in the chosen format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(settings.log_format))
    handler.addFilter(_adopt)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    # the framework reports each event it hands over: ours say what came of it
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)


def formatter(log_format: str) -> logging.Formatter:
    """The formatter of that name, `json` or `console`."""
    if log_format == "json":
        return _Json(
            _JSON, timestamp="time", rename_fields=_RENAMED, reserved_attrs=sorted(_NOT_FIELDS)
        )
    return _Console(_CONSOLE)


def identity(kind: str, namespace: str, name: str, raw: Json | None = None) -> Json:
    """The fields by which a line says which object it is about.

    Args:
        kind: of the object.
        namespace: of the object; empty for one of the cluster.
        name: of the object.
        raw: the object, for its uid and generation, if it is there.
    """
    metadata = raw["metadata"] if raw else {}
    named = {"kind": kind, "namespace": namespace, "name": name}
    more = {key: metadata.get(key) for key in ("uid", "generation")}
    return {"object": named | more}


def without_words(error: BaseException | None) -> str:
    """Where an exception and its causes came from and of what class they are; not what they say."""
    parts: list[str] = []
    while error is not None:
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhile handling\n".join(parts)


class _Json(JsonFormatter):
    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        return without_words(ei[1])


class _Console(logging.Formatter):
    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        return without_words(ei[1])

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        fields = {k: v for k, v in record.__dict__.items() if k not in _NOT_FIELDS}
        # as JSON: a line break in a value starts no line of its own
        said = [f"{k}={json.dumps(v, ensure_ascii=False, default=str)}" for k, v in fields.items()]
        return " ".join([super().formatMessage(record), *said])


def _adopt(record: logging.LogRecord) -> bool:
    reference = getattr(record, "k8s_ref", None)
    if isinstance(reference, dict):
        record.object = {k: v for k, v in reference.items() if k != "apiVersion"}
    return True
