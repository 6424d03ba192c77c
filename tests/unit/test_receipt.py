"""When a form was received: a later edition as its writer's entry says, within bounds (X-clock)."""

from datetime import UTC, datetime

import pytest

from mandate.api.meta import ManagedFields, ObjectMeta
from mandate.api.requests import Approval
from mandate.rules.receipt import received


def at(hour: int) -> datetime:
    return datetime(2026, 3, 3, hour, tzinfo=UTC)


def wrote(hour: int | None, fields: str = "f:spec", subresource: str = "") -> ManagedFields:
    time = None if hour is None else at(hour)
    return ManagedFields(time=time, subresource=subresource, fields_v1={fields: {}})


def decided(hour: int) -> Approval:
    return Approval(decision="Refused", basis="0" * 64, by="bob", at=at(hour))


def form(generation: int, *entries: ManagedFields) -> ObjectMeta:
    return ObjectMeta(
        name="a", generation=generation, creation_timestamp=at(1), managed_fields=entries
    )


@pytest.mark.rule("X-clock", "A13-accept")
@pytest.mark.parametrize(
    ("metadata", "hour"),
    [
        (form(1, wrote(5)), 1),
        (form(2, wrote(5)), 5),
        (form(2, wrote(3), wrote(5), wrote(4)), 5),
        # what others wrote is no form
        (form(2, wrote(5), wrote(6, "f:metadata"), wrote(7, subresource="status")), 5),
        (form(2, wrote(5), wrote(None)), 5),
        # planted, or lost: never before the earlier generation was decided, nor later than now
        (form(2, wrote(2)), 3),
        (form(2, wrote(20)), 12),
        (form(2), 12),
    ],
    ids=["made", "edited", "last", "others", "undated", "planted-early", "planted-late", "lost"],
)
def test_a_form_was_received_when_it_was_written(metadata: ObjectMeta, hour: int) -> None:
    approvals = {"acceptance.1": decided(3)} if metadata.generation > 1 else {}
    assert received(metadata, approvals, at(12)) == at(hour)


@pytest.mark.rule("X-clock")
def test_a_form_was_received_before_it_was_decided() -> None:
    # a label that the filer's tool wrote later freshens the entry
    edited = form(11, wrote(9))
    decisions = {"acceptance.2": decided(3), "acceptance.11": decided(7)}
    assert received(edited, decisions, at(12)) == at(7)
    undated = {"acceptance.2": Approval(decision="Refused", basis="0" * 64)}
    assert received(form(11, wrote(2)), undated, at(12)) == at(2)
    assert received(form(2, wrote(0)), {}, at(12)) == at(1)
