"""Facts become sealed entries, each once, and whatever is altered is found."""

import asyncio
import copy
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandate.api.dossier import MAXIMUM_DATA, Subject
from mandate.api.meta import API_VERSION, Json
from mandate.cli.verify import verify
from mandate.kube.errors import ApiError
from mandate.rules.dossier import GENESIS, Head, appended, head_of, manifest, seal
from mandate.rules.record import Fact, without_contacts
from mandate.runtime import dossiers as runtime
from mandate.runtime.dossiers import Dossiers
from tests.unit.builders import NOW
from tests.unit.memory_kube import MemoryKube

SUBJECT = Subject(kind="CloudApplication", namespace="agency-a", name="b", uid="u-1")
ABOUT: Json = {
    "apiVersion": API_VERSION,
    "kind": "CloudApplication",
    "metadata": {"name": "b", "namespace": "agency-a", "uid": "u-1", "resourceVersion": "7"},
}


def fact(key: str, **changes: object) -> Fact:
    return Fact(**({"key": key, "kind": "Filed", "text": "申请"} | changes))  # type: ignore[arg-type]


def parts(facts: list[Fact]) -> list[Json]:
    """The parts of a dossier with these facts."""
    appends, _ = appended(Head(), facts, NOW)
    return [manifest(SUBJECT, a.part, a.opens, list(a.entries)) for a in appends]


def test_the_hash_is_the_sha256_of_the_canonical_entry() -> None:
    # by hand: printf '{"at":"2026-11-24T08:00:00Z","data":"{}",…}' | sha256sum
    entry = {
        "at": "2026-11-24T08:00:00Z",
        "data": "{}",
        "key": "filed.1",
        "kind": "Filed",
        "previous": GENESIS,
        "seq": 0,
        "text": "申请",
    }
    assert seal(entry)["hash"] == (
        "941c03a387411cb5d6f736b8cba05a3429095ad3cb1af0127fe632c65cc6b6de"
    )


@pytest.mark.rule("X-dossier")
def test_entries_are_numbered_linked_and_whole() -> None:
    (part,) = parts([fact("a"), fact("b", by="bob", at=NOW - timedelta(days=1))])
    first, second = part["spec"]["entries"]
    assert (first["seq"], first["previous"], "by" in first) == (0, GENESIS, False)
    assert (second["seq"], second["previous"]) == (1, first["hash"])
    assert (second["by"], second["at"]) == ("bob", "2026-11-23T08:00:00Z")
    (verdict,) = verify([part])
    assert (verdict.entries, verdict.head, verdict.faults) == (2, second["hash"], ())


@pytest.mark.rule("X-dossier")
def test_a_full_part_is_followed_by_one_that_opens_with_its_last_hash() -> None:
    first, second = parts([fact(f"k{n}") for n in range(501)])
    assert [len(p["spec"]["entries"]) for p in (first, second)] == [500, 1]
    assert second["spec"]["opens"] == first["spec"]["entries"][-1]["hash"]
    assert second["metadata"]["name"] == "cloudapplication-u-1-0001"
    assert verify([second, first])[0].faults == ()
    # and one that is heavy before it has 500 entries
    heavy = parts([fact(f"k{n}", data={"text": "中" * 20_000}) for n in range(20)])
    assert len(heavy) == 2
    assert all(len(json.dumps(p, ensure_ascii=False).encode()) < 1_000_000 for p in heavy)


@pytest.mark.rule("X-dossier")
def test_long_data_goes_on_in_further_entries_and_nothing_is_lost() -> None:
    form = {"systemDescription": "长" * (2 * MAXIMUM_DATA)}
    (part,) = parts([fact("filed.1", data=form)])
    pieces = part["spec"]["entries"]
    assert [e["key"] for e in pieces] == ["filed.1", "filed.1+1", "filed.1+2"]
    assert [e["kind"] for e in pieces] == ["Filed", "Continued", "Continued"]
    later = ["piece 2 of the data before", "piece 3 of the data before"]
    assert [e["text"] for e in pieces] == [fact("filed.1").text, *later]
    assert json.loads("".join(e["data"] for e in pieces)) == form


@pytest.mark.rule("X-dossier")
def test_a_person_is_kept_by_name_and_not_by_number() -> None:
    form = {
        "systemOwner": {"name": "王丽", "mobilePhone": "1", "email": "a@b"},
        "c": [{"phone": "2"}],
    }
    assert without_contacts(form) == {"systemOwner": {"name": "王丽"}, "c": [{}]}


@pytest.mark.rule("X-dossier")
@settings(max_examples=200)
@given(data=st.data())
def test_any_altered_byte_is_found(data: st.DataObject) -> None:
    whole = parts([fact(f"k{n}", by="bob", data={"n": n}) for n in range(4)])
    spec = copy.deepcopy(whole[0])["spec"]
    entry = data.draw(st.sampled_from(spec["entries"]))
    field = data.draw(st.sampled_from(["at", "key", "kind", "by", "text", "data", "hash"]))
    at = data.draw(st.integers(0, len(entry[field]) - 1))
    other = data.draw(st.sampled_from([c for c in "0a九" if c != entry[field][at]]))
    entry[field] = entry[field][:at] + other + entry[field][at + 1 :]
    assert verify([{"spec": spec}])[0].faults


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize("change", ["drop first", "drop middle", "swap", "insert", "part", "field"])
def test_what_is_dropped_moved_or_put_in_between_is_found(change: str) -> None:
    specs = [copy.deepcopy(p["spec"]) for p in parts([fact(f"k{n}") for n in range(501)])]
    entries = specs[0]["entries"]
    match change:
        case "drop first":
            del entries[0]
        case "drop middle":
            del entries[3]
        case "swap":
            entries[3], entries[4] = entries[4], entries[3]
        case "insert":
            entries.insert(3, seal({**entries[3], "key": "new", "previous": entries[2]["hash"]}))
        case "part":
            del specs[0]
        case "field":
            entries[0]["note"] = "x"
    assert verify([{"spec": s} for s in specs])[0].faults


def test_where_a_part_ends_is_read_back_as_it_was_written() -> None:
    facts = [fact(f"k{n}", data={"n": "中"}) for n in range(3)]
    appends, head = appended(Head(), facts, NOW)
    assert head_of(0, GENESIS, list(appends[0].entries)) == head


class Failing(MemoryKube):
    """An API server that fails at the n-th write, before or after it is done."""

    def __init__(self, number: int, *, after: bool) -> None:
        super().__init__()
        self.number, self.after = number, after

    def _wrote(self, verb: str, body: Json, now: Json) -> Json:
        self.number -= 1
        if self.number == 0 and not self.after:
            raise ApiError(500, "InternalError", "it failed")
        done = super()._wrote(verb, body, now)
        if self.number == 0:
            raise TimeoutError("no answer")
        return done


FACTS = [fact("a", event="Normal"), fact("b"), fact("c", kind="Granted", event="Normal")]


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize("after", [False, True], ids=["before-it-is-done", "after"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_fact_is_on_record_once_whatever_fails(number: int, after: bool) -> None:
    kube = Failing(number, after=after)
    book = Dossiers(kube, lambda: NOW)
    for _ in range(2):
        for count in (1, 3):
            try:
                asyncio.run(book.record(SUBJECT, ABOUT, FACTS[:count]))
            except (ApiError, TimeoutError):
                asyncio.run(Dossiers(kube, lambda: NOW).record(SUBJECT, ABOUT, FACTS[:count]))
    (part,) = kube.of_kind("Dossier")
    assert [e["key"] for e in part["spec"]["entries"]] == ["a", "b", "c"]
    assert verify([part])[0].faults == ()
    events = kube.of_kind("Event")
    assert [e["reason"] for e in events] == ["Filed", "Granted"]


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize("after", [False, True], ids=["before-it-is-done", "after"])
def test_the_log_tells_each_fact_once_though_the_answer_was_lost(
    after: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "mandate")
    # the first write is an Event, the second opens the dossier
    book = Dossiers(Failing(2, after=after), lambda: NOW)
    with pytest.raises((ApiError, TimeoutError)):
        asyncio.run(book.record(SUBJECT, ABOUT, FACTS[:2]))
    assert caplog.records == []
    head = asyncio.run(book.record(SUBJECT, ABOUT, FACTS[:2]))
    asyncio.run(book.record(SUBJECT, ABOUT, FACTS[:2]))
    told = [(vars(row)["key"], vars(row)["head"]) for row in caplog.records]
    assert told == [("a", head), ("b", head)]


@pytest.mark.rule("X-dossier")
def test_a_second_writer_does_not_double_or_lose_an_entry() -> None:
    kube = MemoryKube()
    first, second = (Dossiers(kube, lambda: NOW) for _ in range(2))
    asyncio.run(first.record(SUBJECT, ABOUT, [fact("a")]))
    asyncio.run(second.record(SUBJECT, ABOUT, [fact("b")]))
    with pytest.raises(ApiError, match="409 Conflict"):
        asyncio.run(first.record(SUBJECT, ABOUT, [fact("c")]))
    asyncio.run(first.record(SUBJECT, ABOUT, [fact("b"), fact("c")]))
    (part,) = kube.of_kind("Dossier")
    assert [e["key"] for e in part["spec"]["entries"]] == ["a", "b", "c"]


def test_what_is_on_record_is_not_written_again() -> None:
    kube = MemoryKube()
    book = Dossiers(kube, lambda: NOW)
    head = asyncio.run(book.record(SUBJECT, ABOUT, FACTS))
    writes = len(kube.writes)
    assert asyncio.run(book.record(SUBJECT, ABOUT, FACTS)) == head
    assert len(kube.writes) == writes


def test_a_dossier_of_somebody_gone_is_closed() -> None:
    kube = MemoryKube()
    book = Dossiers(kube, lambda: NOW)
    asyncio.run(book.record(SUBJECT, ABOUT, [fact("a")]))
    asyncio.run(book.close(SUBJECT))
    (part,) = kube.of_kind("Dossier")
    assert part["metadata"]["labels"] == {runtime.CLOSED: "true"}
