"""Making objects as they should be, and writing nothing where they are."""

import asyncio
import copy
from copy import deepcopy

import pytest

from mandate.api.meta import Json
from mandate.kube.client import Ref
from mandate.runtime.apply import (
    NamespaceGoingError,
    NamespaceTakenError,
    ensure_all,
    is_as,
    stamped,
    write_status,
)
from tests.unit.memory_kube import MemoryKube, merged

NAMESPACE: Json = stamped(
    {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "a--b",
            "labels": {"mandate.dev/managed": "granted"},
            "annotations": {"mandate.dev/uid": "u-1"},
        },
    }
)
QUOTA: Json = stamped(
    {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {
            "name": "mandate",
            "namespace": "a--b",
            "labels": {"mandate.dev/managed": "granted"},
        },
        "spec": {"hard": {"limits.cpu": "4"}},
    }
)


class Told:
    """A witness that keeps what it was told."""

    def __init__(self) -> None:
        self.drift: list[str] = []
        self.settled_: list[str] = []

    async def drifted(self, ref: Ref, *, gone: bool) -> None:
        self.drift.append(f"{ref.kind} {'gone' if gone else 'changed'}")

    async def settled(self, ref: Ref) -> None:
        self.settled_.append(ref.kind)


def ensured(kube: MemoryKube, witness: Told | None = None) -> list[Json]:
    return asyncio.run(ensure_all(kube, [_plain(NAMESPACE), _plain(QUOTA)], witness or Told()))


def _plain(manifest: Json) -> Json:
    """The manifest as the templates write it: without its digest."""
    notes = manifest["metadata"]["annotations"]
    kept = {k: v for k, v in notes.items() if k != "mandate.dev/digest"}
    metadata = {k: v for k, v in manifest["metadata"].items() if k != "annotations"}
    return manifest | {"metadata": metadata | ({"annotations": kept} if kept else {})}


def live(manifest: Json, **changes: Json) -> Json:
    """The object as the API server has it: with fields that the manifest does not speak of."""
    server = {"metadata": {"uid": "server", "resourceVersion": "7"}, "status": {"used": {}}}
    return merged(merged(manifest, server), changes)


@pytest.mark.rule("X-level")
@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"metadata": {"labels": {"team": "x"}}}, True),
        ({"metadata": {"annotations": {"note": "x"}}}, True),
        ({"metadata": {"labels": {"mandate.dev/managed": "requests"}}}, False),
        ({"metadata": {"labels": {"mandate.dev/internet": "open"}}}, False),
        ({"metadata": {"annotations": {"mandate.dev/subjects": "[]"}}}, False),
        ({"spec": {"hard": {"limits.cpu": "5"}}}, False),
        ({"spec": {"hard": {"pods": "9"}}}, False),
        ({"spec": {"scopes": ["BestEffort"]}}, False),
    ],
    ids=[
        "as-wanted",
        "label-of-others",
        "annotation-of-others",
        "our-label-changed",
        "our-label-added",
        "our-annotation-added",
        "value-changed",
        "key-added",
        "field-added",
    ],
)
def test_an_object_is_as_wanted_but_for_what_others_may_add(changes: Json, same: bool) -> None:
    assert is_as(QUOTA, live(QUOTA, **changes)) is same


@pytest.mark.parametrize("field", ["labels", "spec"])
def test_an_object_without_a_field_is_not_as_wanted(field: str) -> None:
    found = live(QUOTA)
    (found["metadata"] if field == "labels" else found).pop(field)
    assert not is_as(QUOTA, found)


@pytest.mark.rule("A14-provision")
def test_what_is_missing_is_made_namespace_first() -> None:
    kube = MemoryKube()
    made = [merged(found, {"metadata": {"resourceVersion": "1"}}) for found in (NAMESPACE, QUOTA)]
    assert ensured(kube) == made
    assert kube.writes == [("create", "Namespace"), ("create", "ResourceQuota")]


@pytest.mark.rule("X-level")
def test_what_is_as_wanted_is_not_written() -> None:
    there = [live(NAMESPACE), live(QUOTA)]
    kube = MemoryKube(*there)
    assert ensured(kube) == there
    assert kube.writes == []


@pytest.mark.rule("X-level")
def test_what_was_changed_is_put_back() -> None:
    kube = MemoryKube(live(NAMESPACE), live(QUOTA, spec={"hard": {"limits.cpu": "400"}}))
    assert ensured(kube)[1]["spec"] == {"hard": {"limits.cpu": "4"}}
    # in one write: nobody dies in between
    assert kube.writes == [("replace", "ResourceQuota")]


@pytest.mark.rule("X-dossier")
def test_drift_is_told_before_it_is_mended_and_a_new_grant_is_none() -> None:
    told = Told()
    changed = live(QUOTA, spec={"hard": {"limits.cpu": "400"}})
    ensured(MemoryKube(live(NAMESPACE), changed), told)
    assert told.drift == ["ResourceQuota changed"]
    assert told.settled_ == ["Namespace", "ResourceQuota"]
    # made by another grant: the approved amount has changed, and nobody drifted
    older = {"metadata": {"annotations": {"mandate.dev/digest": "0" * 64}}}
    told = Told()
    ensured(MemoryKube(live(NAMESPACE), merged(changed, older)), told)
    assert told.drift == []
    told = Told()
    ensured(MemoryKube(live(NAMESPACE)), told)
    assert told.drift == ["ResourceQuota gone"]


@pytest.mark.rule("X-level")
def test_every_write_holds_for_the_state_that_was_compared() -> None:
    # an ex-leader that was paused meanwhile is refused by the version, or by the name
    kube = MemoryKube(live(NAMESPACE, metadata={"labels": {"mandate.dev/x": "y"}}))
    ensured(kube)
    kube.objects[Ref.of(QUOTA)] = live(QUOTA, spec={"hard": {"pods": "9"}})
    ensured(kube)
    versions = [body["metadata"].get("resourceVersion") for body in kube.bodies]
    assert list(zip((verb for verb, _ in kube.writes), versions, strict=True)) == [
        ("replace", "7"),
        ("create", None),
        ("replace", "7"),
    ]


@pytest.mark.rule("A16-change", "X-level")
def test_what_was_added_is_taken_away_and_what_is_others_is_kept() -> None:
    theirs: Json = {"labels": {"team": "x", "mandate.dev/internet": "open"}}
    kube = MemoryKube(
        live(NAMESPACE), live(QUOTA, metadata=theirs, spec={"hard": {"limits.memory": "1Ti"}})
    )
    quota = ensured(kube)[1]
    assert quota["spec"] == {"hard": {"limits.cpu": "4"}}
    assert quota["metadata"]["labels"] == {"team": "x", "mandate.dev/managed": "granted"}
    assert quota["metadata"]["resourceVersion"] == "7"
    assert kube.writes == [("replace", "ResourceQuota")]
    assert ensured(kube)[1] == quota
    assert len(kube.writes) == 1


@pytest.mark.rule("G310-sublet")
@pytest.mark.parametrize(
    ("annotations", "going", "message"),
    [
        ({"mandate.dev/uid": "u-2"}, False, "was not granted to this object"),
        ({}, False, "was not granted to this object"),
        ({"mandate.dev/uid": "u-1"}, True, "is being deleted"),
    ],
    ids=["of-another-object", "of-nobody", "going"],
)
def test_a_namespace_that_is_not_ours_is_left_alone(
    annotations: Json, going: bool, message: str
) -> None:
    found = live(NAMESPACE)
    found["metadata"]["annotations"] = annotations
    if going:
        found["metadata"]["deletionTimestamp"] = "2026-11-24T08:00:00Z"
    kube = MemoryKube(found)
    with pytest.raises(NamespaceTakenError, match=message):
        ensured(kube)
    assert kube.writes == []


@pytest.mark.rule("G310-sublet")
@pytest.mark.parametrize("annotations", [{"mandate.dev/uid": "u-2"}, {}], ids=["other", "nobody"])
def test_a_takeover_adopts_what_bears_its_name_and_nothing_else(annotations: Json) -> None:
    found = live(NAMESPACE)
    found["metadata"] |= {"annotations": annotations, "labels": {"team": "x"}}
    labels = {"mandate.dev/agency": "a", "mandate.dev/application": "b"}
    manifest = _plain(NAMESPACE)
    manifest["metadata"]["labels"] |= labels
    kube = MemoryKube(found)
    asyncio.run(ensure_all(kube, [manifest], Told(), adopt=True))
    now = kube.of_kind("Namespace")[0]["metadata"]
    assert now["annotations"]["mandate.dev/uid"] == "u-1"
    assert now["labels"].items() >= (labels | {"team": "x"}).items()
    for name, going in (("c", False), ("b", True)):
        manifest["metadata"]["labels"]["mandate.dev/application"] = name
        other = copy.deepcopy(found)
        if going:
            other["metadata"]["deletionTimestamp"] = "2026-11-24T08:00:00Z"
        kube = MemoryKube(other)
        with pytest.raises(NamespaceGoingError if going else NamespaceTakenError):
            asyncio.run(ensure_all(kube, [manifest], Told(), adopt=True))
        assert kube.writes == []


def test_a_namespace_without_any_annotation_is_left_alone() -> None:
    found = live(NAMESPACE)
    del found["metadata"]["annotations"]
    kube = MemoryKube(found)
    with pytest.raises(NamespaceTakenError, match="namespace a--b exists"):
        ensured(kube)
    assert kube.writes == []


STATUS: Json = {"observedGeneration": 1, "phase": "Submitted", "awaiting": [{"stage": "review"}]}
RAW: Json = {
    "apiVersion": "mandate.dev/v1alpha1",
    "kind": "CloudApplication",
    "metadata": {"name": "b", "namespace": "agency-a", "resourceVersion": "7", "generation": 1},
    "spec": {"systemName": "公交"},
    "status": STATUS | {"approvals": {"acceptance.1": {"decision": "Approved"}}},
}


def written(status: Json, raw: Json = RAW) -> tuple[MemoryKube, Json]:
    kube = MemoryKube(raw)
    return kube, asyncio.run(write_status(kube, deepcopy(raw), status))


@pytest.mark.rule("X-level")
@pytest.mark.parametrize(
    "status",
    [
        STATUS,
        STATUS | {"approvals": {}},
        STATUS | {"approvals": {"acceptance.1": {"decision": "Refused"}}},
        STATUS | {"effects": {}, "checks": [], "namespace": None},
        dict(reversed(STATUS.items())),
    ],
    ids=["same", "no-decisions", "other-decisions", "empty-is-absent", "another-order"],
)
def test_a_status_that_is_as_wanted_is_not_written(status: Json) -> None:
    kube, now = written(status)
    assert now == RAW
    assert kube.writes == []


@pytest.mark.rule("X-identity", "X-final")
def test_a_status_is_written_without_decisions_and_on_what_was_read() -> None:
    status = STATUS | {"phase": "Accepted", "awaiting": [], "approvals": {"acceptance.1": {}}}
    kube, now = written(status)
    assert kube.writes == [("apply status", "CloudApplication")]
    assert kube.bodies == [
        {
            "apiVersion": "mandate.dev/v1alpha1",
            "kind": "CloudApplication",
            "metadata": {"name": "b", "namespace": "agency-a", "resourceVersion": "7"},
            "status": {"observedGeneration": 1, "phase": "Accepted"},
        }
    ]
    assert now["status"]["approvals"] == RAW["status"]["approvals"]


@pytest.mark.parametrize(
    ("status", "writes"),
    [
        ({}, 0),
        ({"conditions": []}, 0),
        ({"observedGeneration": 0}, 1),
        ({"phase": "Submitted"}, 1),
    ],
    ids=["nothing", "empty", "zero-is-a-value", "phase"],
)
def test_a_first_status_is_written_if_it_says_anything(status: Json, writes: int) -> None:
    kube, _ = written(status, {k: v for k, v in RAW.items() if k != "status"})
    assert len(kube.writes) == writes


def test_a_cluster_scoped_object_is_named_without_a_namespace() -> None:
    raw = RAW | {"kind": "Agency", "metadata": {"name": "a", "resourceVersion": "3"}}
    kube, _ = written({"phase": "x"}, raw)
    assert kube.bodies[0]["metadata"] == {"name": "a", "resourceVersion": "3"}
