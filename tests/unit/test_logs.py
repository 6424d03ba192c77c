"""What is logged: each thing once, about which object, and nothing that somebody wrote."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from typing import Any

import aiohttp
import kopf
import pytest

from mandate.api.meta import Json
from mandate.observability.logs import configure
from mandate.runtime.cache import Key
from mandate.settings import Settings
from tests.unit.builders import UID
from tests.unit.desk import SECRETS, TOKEN, Desk, echo


@contextmanager
def logged(**settings: Any) -> Iterator[StringIO]:  # noqa: ANN401 - any setting
    """What the real handler writes to standard error."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with redirect_stderr(StringIO()) as written:
        configure(Settings(**settings))
        yield written
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(params=["json", "console"])
def log(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """The log at its most talkative, in each format."""
    with logged(log_format=request.param, log_level="DEBUG") as written:
        yield written


class Lines:
    def __init__(self, written: StringIO) -> None:
        self._written = written

    def new(self) -> list[Json]:
        """The lines since the last call, but those of the event loop."""
        rows = [json.loads(row) for row in self._written.getvalue().splitlines()]
        self._written.seek(0)
        self._written.truncate()
        return [row for row in rows if row["logger"] != "asyncio"]


@pytest.fixture
def json_lines() -> Iterator[Lines]:
    with logged(log_format="json", log_level="INFO") as written:
        yield Lines(written)


ERRORS = [
    *(echo(code) for code in (400, 403, 409, 422, 429, 500)),
    ValueError(f"cannot render {' '.join(SECRETS)} with {TOKEN}"),
    KeyError("王丽"),
    TimeoutError(f"{TOKEN}"),
    aiohttp.ClientPayloadError(f"{' '.join(SECRETS)}"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: f"{type(e).__name__}{str(e)[:3]}")
def test_an_error_that_repeats_the_form_leaves_nothing_of_it_in_the_log(
    error: Exception, log: StringIO
) -> None:
    desk = Desk("acceptance", "review")
    desk.kube.error = error
    desk.reconcile(times=3)
    text = log.getvalue()
    assert "bus-portal" in text
    assert [secret for secret in SECRETS if secret in _unescaped(text)] == []


def test_a_form_that_cannot_be_read_is_named_by_field_and_not_repeated(log: StringIO) -> None:
    desk = Desk()
    desk.raw["spec"]["systemOwner"] = {"name": ["王丽"], "mobilePhone": {"at": "13800000009"}}
    desk.reconcile()
    text = log.getvalue()
    assert "spec.systemOwner.name: string_type" in text
    assert [secret for secret in SECRETS if secret in _unescaped(text)] == []


def _unescaped(text: str) -> str:
    r"""As a reader of JSON sees it: \\u738b is a secret too."""
    return text + text.encode().decode("unicode_escape", "replace")


def test_any_librarys_traceback_keeps_the_places_and_loses_the_words(log: StringIO) -> None:
    def inner() -> None:
        raise KeyError(SECRETS[0])

    try:
        try:
            inner()
        except KeyError as error:
            raise ValueError(TOKEN) from error
    except ValueError:
        logging.getLogger("somebody.else").exception("failed")
    text = log.getvalue()
    assert "in inner" in text
    assert "builtins.KeyError" in text
    assert "builtins.ValueError" in text
    assert [secret for secret in SECRETS if secret in _unescaped(text)] == []


def test_an_error_names_its_call_code_and_word_and_not_its_sentence() -> None:
    assert str(echo(422)) == "422 Invalid to apply ResourceQuota"
    assert "王丽" not in repr(echo(422))
    assert "王丽" in echo(422).message  # for the object's own status


def test_a_line_about_an_object_says_which(json_lines: Lines) -> None:
    desk = Desk()
    desk.kube.refused, desk.kube.error = "CloudApplication", echo(500)
    desk.reconcile()
    recorded, line = json_lines.new()
    assert recorded["object"] == line["object"]
    assert line["object"] == {
        "kind": "CloudApplication",
        "namespace": "agency-transport",
        "name": "bus-portal",
        "uid": UID,
        "generation": 1,
    }
    assert (line["level"], line["message"]) == ("WARNING", "reconcile failed and is tried again")
    assert (line["code"], line["reason"], line["call"]) == (500, "Invalid", "apply ResourceQuota")
    assert line["logger"] == "mandate"


def _failures(lines: Lines) -> list[int]:
    return [line["code"] for line in lines.new() if line["message"].startswith("reconcile failed")]


def test_a_failure_is_told_once_and_so_is_its_end(json_lines: Lines) -> None:
    desk = Desk()
    desk.kube.refused, desk.kube.error = "CloudApplication", echo(500)
    desk.reconcile(times=5)
    assert _failures(json_lines) == [500]
    desk.kube.error = echo(503)
    desk.reconcile(times=5)
    assert _failures(json_lines) == [503]
    desk.kube.error = None
    desk.reconcile(times=2)
    said = [line["message"] for line in json_lines.new()]
    assert said.count("reconcile went well again") == 1


def test_a_conflict_is_no_failure(json_lines: Lines) -> None:
    desk = Desk()
    desk.kube.refused, desk.kube.error = "CloudApplication", echo(409)
    desk.reconcile(times=3)
    assert {line["message"] for line in json_lines.new()} == {"recorded"}


def _recorded(lines: Lines) -> list[tuple[str, str, str]]:
    found = [line for line in lines.new() if line["message"] == "recorded"]
    return [(line["level"], line["fact"], line["key"].partition(".")[2]) for line in found]


def test_what_happened_is_told_once(json_lines: Lines) -> None:
    desk = Desk("acceptance", "review")
    desk.reconcile(times=3)
    told = _recorded(json_lines)
    # what its agency's register asks of it, under the digest of that
    assert [entry[1] for entry in told if entry not in told[:5]][:2] == [
        "IntegrationRequired",
        "Granted",
    ]
    assert [entry for entry in told if entry[1] != "IntegrationRequired"][:6] == [
        ("INFO", "Filed", "1"),
        ("INFO", "Decided", "acceptance.1"),
        ("INFO", "Decided", "review.1"),
        ("INFO", "Effective", "acceptance.1"),
        ("INFO", "Effective", "review.1"),
        ("INFO", "Granted", "Granted.1"),
    ]
    assert len(told) == len(set(told))


def test_a_refusal_is_told_with_who_and_without_the_opinion(json_lines: Lines) -> None:
    desk = Desk("acceptance", decision="Refused")
    desk.reconcile(times=2)
    (told,) = [line for line in json_lines.new() if line["fact"] == "Decided"]
    assert (told["decision"], told["by"], told["level"]) == ("Refused", "reviewer", "INFO")
    assert len(told["head"]) == 64
    assert "opinion" not in told


def test_a_decision_without_effect_is_a_warning(json_lines: Lines) -> None:
    desk = Desk("acceptance", classified=True)
    desk.reconcile(times=2)
    assert ("WARNING", "Ineffective", "acceptance.1") in _recorded(json_lines)
    assert json_lines.new() == []


def test_a_grant_that_is_refused_is_a_warning_once(json_lines: Lines) -> None:
    desk = Desk("acceptance", "review")
    desk.kube.error = echo(422)
    desk.reconcile(times=4)
    warned = [line for line in _recorded(json_lines) if line[0] == "WARNING"]
    assert warned == [("WARNING", "GrantFailed", "GrantFailed.1")]


def test_an_office_that_is_refused_is_a_warning_once(json_lines: Lines) -> None:
    desk = Desk()
    desk.kube.error = echo(422)
    desk.reconcile(times=4, key=Key("Agency", "", "transport"))
    told = [line for line in _recorded(json_lines) if line[1] == "SetupFailed"]
    assert told == [("WARNING", "SetupFailed", "SetupFailed.1")]


def test_an_event_that_is_refused_is_told_without_the_servers_sentence(log: StringIO) -> None:
    desk = Desk("acceptance", "review")
    desk.kube.events_are = 403
    desk.reconcile()
    text = log.getvalue()
    assert "an Event was refused" in text
    assert [secret for secret in SECRETS if secret in _unescaped(text)] == []


def test_a_value_starts_no_line_of_its_own(log: StringIO) -> None:
    forged = "x\n2026-11-24 INFO mandate decision took effect"
    logging.getLogger("mandate").info("object changed", extra={"detail": forged})
    (line,) = log.getvalue().splitlines()
    assert line.count("decision took effect") == 1


def test_the_fields_are_shown(log: StringIO) -> None:
    logging.getLogger("mandate").info("phase changed", extra={"after": "Approved"})
    line = log.getvalue().replace('"after": ', "after=")
    assert "phase changed" in line
    assert 'after="Approved"' in line


def test_what_kopf_says_of_an_object_names_it_as_ours_do(json_lines: Lines) -> None:
    reference = {"apiVersion": "v1", "kind": "Agency", "name": "transport", "uid": UID}
    extra = {"k8s_ref": reference, "k8s_skip": False, "settings": kopf.OperatorSettings()}
    logging.getLogger("kopf.objects").warning("something", extra=extra)
    (line,) = json_lines.new()
    assert line["object"] == {"kind": "Agency", "name": "transport", "uid": UID}
    assert not {"k8s_ref", "k8s_skip", "settings"} & line.keys()
