"""What was altered, taken away or rewritten in a dossier is counted, whoever did it and how."""

import asyncio
import logging
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY

from mandate.api.dossier import Subject
from mandate.api.meta import API_VERSION, Json
from mandate.kube.client import Ref
from mandate.rules.dossier import Head, appended, manifest
from mandate.rules.record import Fact
from mandate.runtime import inspection
from mandate.runtime.inspection import Inspection
from tests.unit.builders import NOW
from tests.unit.memory_kube import MemoryKube

pytestmark = pytest.mark.rule("X-dossier")
Rows = list[Json]


def subject(uid: str = "u-1") -> Subject:
    return Subject(kind="CloudApplication", namespace="agency-a", name="b", uid=uid)


def dossier(*keys: str, uid: str = "u-1") -> Rows:
    """The parts of a dossier with these facts."""
    facts = [Fact(key=key, kind="Filed", text="申请") for key in keys]
    appends, _ = appended(Head(), facts, NOW)
    return [manifest(subject(uid), a.part, a.opens, list(a.entries)) for a in appends]


class Shelf(MemoryKube):
    """Dossiers that anybody may put there, and how many were read."""

    def __init__(self, *parts: Json) -> None:
        super().__init__()
        self.reads = 0
        self.put(*parts)

    def put(self, *parts: Json) -> None:
        for part in parts:
            before = self.objects.get(Ref.of(part), {"metadata": {"resourceVersion": "0"}})
            version = str(int(before["metadata"]["resourceVersion"]) + 1)
            there = {**part["metadata"], "resourceVersion": version}
            self.objects[Ref.of(part)] = part | {"metadata": there}

    def drop(self, part: Json) -> None:
        del self.objects[Ref.of(part)]

    async def list_metadata(self, api_version: str, kind: str, label: str) -> Rows:
        assert (api_version, kind, label) == (API_VERSION, "Dossier", "")
        return [part["metadata"] for part in self.of_kind("Dossier")]

    async def list(
        self, api_version: str, kind: str, *, fields: str = "", labels: str = ""
    ) -> tuple[Rows, int]:
        self.reads += 1
        return await super().list(api_version, kind, fields=fields, labels=labels)


def count(of: Inspection) -> float | None:
    assert asyncio.run(of.run()) == []
    return REGISTRY.get_sample_value("mandate_broken_dossiers")


LONG = [f"k{n}" for n in range(501)]


def altered(rows: Rows) -> Rows:
    rows[0]["spec"]["entries"][1]["text"] = "申請"
    return rows


def renumbered(rows: Rows) -> Rows:
    rows[0]["spec"]["entries"][1]["seq"] = 7
    return rows


def without_one_between(rows: Rows) -> Rows:
    del rows[0]["spec"]["entries"][1]
    return rows


def without_the_first_part(rows: Rows) -> Rows:
    return rows[1:]


def not_from_the_beginning(rows: Rows) -> Rows:
    rows[0]["spec"]["opens"] = "1" * 64
    return rows


def with_another_first_part(rows: Rows) -> Rows:
    return [*dossier(*[f"other{n}" for n in range(500)]), rows[1]]


@pytest.mark.parametrize(
    "change",
    [
        altered, renumbered, without_one_between, without_the_first_part,
        not_from_the_beginning, with_another_first_part,
    ],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_a_dossier_that_was_changed_is_broken(change: Callable[[Rows], Rows]) -> None:
    assert count(Inspection(Shelf(*dossier(*LONG), *dossier("a", uid="u-2")))) == 0
    assert count(Inspection(Shelf(*change(dossier(*LONG)), *dossier("a", uid="u-2")))) == 1


def test_one_that_only_grew_is_whole_and_what_did_not_change_is_not_read_again() -> None:
    shelf = Shelf(*dossier(*LONG[:499]), *dossier("a", uid="u-2"))
    inspection = Inspection(shelf)
    assert [count(inspection), shelf.reads] == [0, 2]
    assert [count(inspection), shelf.reads] == [0, 2]
    shelf.put(*dossier(*LONG))
    assert [count(inspection), shelf.reads] == [0, 4]


def test_one_that_was_cut_or_written_anew_is_broken_until_it_is_brought_back() -> None:
    shelf = Shelf(*dossier("a", "b", "c"))
    inspection = Inspection(shelf)
    assert count(inspection) == 0
    shelf.put(*dossier("a", "b"))
    assert count(inspection) == 1
    shelf.put(*dossier("a", "x", "c", "d"))
    assert count(inspection) == 1
    shelf.put(*dossier("a", "b", "c", "d"))
    assert count(inspection) == 0


def test_one_that_goes_is_missed_until_it_is_back() -> None:
    (part,) = dossier("a")
    shelf = Shelf(part, *dossier("a", uid="u-2"))
    inspection = Inspection(shelf)
    assert count(inspection) == 0
    shelf.drop(part)
    assert count(inspection) == 1
    shelf.put(part)
    assert count(inspection) == 0


def test_a_round_reads_no_more_than_so_many_and_judges_none_that_it_read_half(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inspection, "_MOST_READS", 1)
    first, second = dossier(*LONG)
    shelf = Shelf(second, first, *altered(dossier("a", "b", uid="u-2")))
    looks = Inspection(shelf)
    assert [count(looks), count(looks), count(looks), count(looks)] == [0, 0, 1, 1]
    assert shelf.reads == 3


def test_a_part_that_was_written_since_it_was_read_is_not_compared_with_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf = Shelf(*dossier(*LONG[:499]))
    looks = Inspection(shelf)
    assert count(looks) == 0
    # both parts are new, and the second is read first: it was never read
    monkeypatch.setattr(inspection, "_MOST_READS", 1)
    shelf.put(*dossier(*LONG))
    assert [count(looks), count(looks)] == [0, 0]


@pytest.mark.parametrize("spec", [{}, {"opens": "0"}, {"opens": "", "entries": ["x"]}], ids=str)
def test_one_that_does_not_read_hides_no_other(spec: Json) -> None:
    (part,) = dossier("a")
    looks = Inspection(Shelf(part | {"spec": spec}, *altered(dossier("a", "b", uid="u-2"))))
    assert count(looks) == 2


def test_each_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    looks = Inspection(Shelf(*altered(dossier("a", "b"))))
    with caplog.at_level(logging.WARNING, "mandate"):
        assert [count(looks), count(looks)] == [1, 1]
    (record,) = caplog.records
    assert record.getMessage() == "a dossier is not whole"
    told: Json = record.__dict__["object"]
    assert (told["kind"], told["name"]) == ("Dossier", "cloudapplication-u-1-0000")
