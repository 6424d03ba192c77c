"""Logs: one line an event, for a terminal or as JSON. Forms and tokens are never logged."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

from mandate.settings import Settings

_FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"


def configure(settings: Settings) -> None:
    """Sends the root logger to standard error in the chosen format."""
    handler = logging.StreamHandler(sys.stderr)
    json = settings.log_format == "json"
    handler.setFormatter(JsonFormatter(_FIELDS) if json else logging.Formatter(_FIELDS))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    # the framework reports each event it hands over: ours say what came of it
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)
