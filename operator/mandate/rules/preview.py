"""What approving a request would do to the cluster, before anybody decides (X-bound)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256

from mandate.api.hosts import Allocation
from mandate.api.meta import Json
from mandate.api.preview import LONGEST, MOST_FIELDS, FieldChange, ObjectChange
from mandate.api.requests import Awaiting
from mandate.api.resourcechange import ResourceChange
from mandate.rules.allocation import after, allocation
from mandate.rules.case import Case
from mandate.rules.grant import Grant, Regime, grant

Changes = tuple[ObjectChange, ...]
_ABSENT = object()
_DECIDED = ("Approved", "Implemented", "Completed")
"""Phases of a change that nobody decides on any more: every look would render its grants anew."""


def preview_of_application(case: Case) -> Changes:
    """Every object that the application would be granted, as asked."""
    return _differences(None, allocation(case.application.spec), case)


def preview_of_change(case: Case, change: ResourceChange) -> Changes:
    """What the change would do to what runs; nothing, while nothing does or once it is decided."""
    if change.status.phase in _DECIDED:
        return ()
    runs = case.application.status.allocation
    return _differences(runs, after(runs, change.spec), case) if runs is not None else ()


def shown(changes: Changes, awaiting: Iterable[Awaiting]) -> Changes:
    """A preview while there is something to approve; empty otherwise."""
    return changes if any("Approved" in turn.may for turn in awaiting) else ()


def read_of(changes: Changes) -> Json:
    """A preview as part of what a decider reads; nothing where there is none."""
    return {"preview": [each.wire() for each in changes]} if changes else {}


def _differences(before: Allocation | None, then: Allocation, case: Case) -> Changes:
    render = case.render
    if render is None:
        return ()
    old = _by_name(render(_granted(before, case))) if before is not None else {}
    return tuple(_changes(old, _by_name(render(_granted(then, case)))))


def _granted(given: Allocation, case: Case) -> Grant:
    """What is granted of an allocation; who works in it follows the agency, and not a decision."""
    made = grant(case.application, given, case.agency, case.policy.spec, Regime(), case.catalog)
    return replace(made, members=())


def _by_name(objects: Iterable[Json]) -> dict[tuple[str, str], Json]:
    return {(found["kind"], found["metadata"]["name"]): found for found in objects}


def _changes(
    old: dict[tuple[str, str], Json], new: dict[tuple[str, str], Json]
) -> Iterator[ObjectChange]:
    for (kind, name), found in new.items():
        was = old.get((kind, name))
        if was is None:
            yield ObjectChange(kind=kind, name=name, operation="Create", manifest=_said(found))
        elif was != found:
            fields = _bounded(list(_fields("", was, found)))
            yield ObjectChange(kind=kind, name=name, operation="Update", fields=fields)
    for kind, name in old.keys() - new.keys():
        yield ObjectChange(kind=kind, name=name, operation="Delete")


def _fields(path: str, was: object, now: object) -> Iterator[FieldChange]:
    """The leaves that differ; a list is one leaf."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted(was.keys() | now.keys()):
            step = str(key).replace("~", "~0").replace("/", "~1")
            yield from _fields(f"{path}/{step}", was.get(key, _ABSENT), now.get(key, _ABSENT))
    elif was != now:
        yield FieldChange(path=path, before=_said(was), after=_said(now))


def _bounded(fields: list[FieldChange]) -> tuple[FieldChange, ...]:
    """As many as the status takes; of the rest the digest, so that the basis covers it."""
    if len(fields) <= MOST_FIELDS:
        return tuple(fields)
    kept = fields[: MOST_FIELDS - 1]
    rest = [field.wire() for field in fields[MOST_FIELDS - 1 :]]
    return (*kept, FieldChange(path=f"{len(rest)} more", after=_said(rest, longest=100)))


def _said(value: object, longest: int = LONGEST) -> str | None:
    """A value as JSON; one that is longer is cut, and its digest stands at the end."""
    if value is _ABSENT:
        return None
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(text) <= longest:
        return text
    cut = f"… sha256 {sha256(text.encode()).hexdigest()}"
    return text[: longest - len(cut)] + cut
