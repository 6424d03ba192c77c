"""The operator files a term once, and keeps its text before anybody can sign it."""

import asyncio
import json

import pytest

from mandate.api.meta import Json
from mandate.controllers.agreement import AgreementController
from mandate.controllers.cases import Cases
from mandate.controllers.lookup import Lookup
from mandate.controllers.records import Records
from mandate.kube.client import Ref
from mandate.kube.errors import ApiError
from mandate.render.documents import agreement_text, digest
from mandate.rules.application import World
from mandate.runtime.cache import Cache, Key
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers
from tests.unit.agreements import Story
from tests.unit.builders import NOW, UID, agency, policy
from tests.unit.memory_kube import MemoryKube

TERM = "bus-portal-term-0"
READY = {
    "type": "Ready",
    "status": "True",
    "reason": "CanFile",
    "lastTransitionTime": "2026-11-24T08:00:00Z",
}


def consented() -> tuple[World, Json, Json]:
    """A system whose launch was consented to, its application, and the term to file."""
    story = Story(NOW)
    story.consent()
    del story.requests[TERM]
    world = story.world()
    return world, stored(story.app), dict(story.look_once().records[0])


def stored(found) -> Json:  # type: ignore[no-untyped-def]  # noqa: ANN001 - any resource
    raw: Json = found.wire()
    raw["metadata"] |= {"resourceVersion": "1"}
    return raw


def records(kube: MemoryKube) -> Records:
    return Records(kube, Cache(), Dossiers(kube, lambda: NOW))


@pytest.mark.rule("X-level", "A15-launch")
def test_a_term_is_filed_once_whoever_asks_again() -> None:
    world, app, record = consented()
    kube = MemoryKube()
    asyncio.run(records(kube).file(record, app, world))
    asyncio.run(records(kube).file(record, app, world))
    (made,) = kube.of_kind("ServiceAgreement")
    assert made["metadata"]["name"] == TERM
    assert [v for v in kube.writes if v[1] == "ServiceAgreement"] == [
        ("create", "ServiceAgreement")
    ]


@pytest.mark.rule("X-level", "A15-launch")
def test_a_namesake_of_a_system_that_left_is_not_taken_for_it() -> None:
    world, app, record = consented()
    old = record | {"spec": record["spec"] | {"applicationRef": {"name": "bus-portal", "uid": "0"}}}
    kube = MemoryKube(old)
    for _ in range(2):
        asyncio.run(records(kube).file(record, app, world))
    names = [found["metadata"]["name"] for found in kube.of_kind("ServiceAgreement")]
    assert names == [TERM, f"{TERM}-{UID[:8]}"]


class Late(MemoryKube):
    """An API server on which another operator files just before."""

    async def create(self, manifest: Json) -> Json:
        if manifest["kind"] == "ServiceAgreement":
            await super().create(manifest)
            raise ApiError(409, "AlreadyExists", "it is there")
        return await super().create(manifest)


@pytest.mark.rule("X-level", "A15-launch")
def test_one_that_came_in_between_is_taken_as_it_is() -> None:
    world, app, record = consented()
    kube = Late()
    asyncio.run(records(kube).file(record, app, world))
    assert len(kube.of_kind("ServiceAgreement")) == 1


@pytest.mark.rule("G94-copies", "X-dossier")
def test_the_annexes_are_digests_and_no_telephone_number_goes_on_record() -> None:
    world, app, record = consented()
    kube = MemoryKube()
    asyncio.run(records(kube).file(record, app, world))
    (made,) = kube.of_kind("ServiceAgreement")
    assert [a["title"] for a in made["spec"]["annexes"]] == [
        "六安市政务云系统上云申请表",
        "政务云资源分配清单",
    ]
    (book,) = kube.of_kind("Dossier")
    kept = {e["key"].split(".")[1]: json.loads(e["data"]) for e in book["spec"]["entries"]}
    listed = kept["allocation"]
    assert digest(listed["html"]) == listed["sha256"] == made["spec"]["annexes"][1]["sha256"]
    assert kept["application"]["sha256"] == made["spec"]["annexes"][0]["sha256"]
    assert "html" not in kept["application"]
    assert world.application.spec.system_owner.mobile_phone not in str(book)


def desk(story: Story, kube: MemoryKube) -> AgreementController:
    """The controller, with the story in its cache."""
    cache = Cache()
    found = [story.app, story.law, story.calendar, *story.requests.values()]
    for raw in [stored(o) for o in found] + [stored(agency(status={"conditions": [READY]}))]:
        cache.put(raw)
        kube.objects[Ref.of(raw)] = raw
    clock = Clock(real_now=lambda: NOW)
    cases = Cases(cache, Lookup(cache), clock)
    return AgreementController(kube, cache, cases, Dossiers(kube, lambda: NOW), clock)


KEY = Key("ServiceAgreement", "agency-transport", TERM)


@pytest.mark.rule("G94-copies", "X-dossier")
def test_the_whole_text_is_on_record_before_it_can_be_signed() -> None:
    story, kube = Story(NOW), MemoryKube()
    story.consent()
    asyncio.run(desk(story, kube).reconcile(KEY))
    html = agreement_text(story.agreement().spec, story.law.spec)
    kinds = [kind for _, kind in kube.writes]
    assert "Dossier" in kinds[: kinds.index("ServiceAgreement")]
    (book,) = kube.of_kind("Dossier")
    (entry,) = [e for e in book["spec"]["entries"] if e["kind"] == "Rendered"]
    assert json.loads(entry["data"]) == {"html": html, "sha256": digest(html)}
    (now,) = kube.of_kind("ServiceAgreement")
    assert now["status"]["textSha256"] == digest(html)


@pytest.mark.rule("G94-copies")
def test_a_later_text_takes_the_place_of_none_that_is_being_signed() -> None:
    story, kube = Story(NOW), MemoryKube()
    story.consent()
    story.decide(TERM, "sign-provider")
    before = story.agreement().status.text_sha256
    story.law = policy(title="另一办法")
    asyncio.run(desk(story, kube).reconcile(KEY))
    (now,) = kube.of_kind("ServiceAgreement")
    assert now["status"]["textSha256"] == before
    unsigned, other = Story(NOW), MemoryKube()
    unsigned.consent()
    unsigned.law = policy(title="另一办法")
    asyncio.run(desk(unsigned, other).reconcile(KEY))
    (fresh,) = other.of_kind("ServiceAgreement")
    text = agreement_text(unsigned.agreement().spec, unsigned.law.spec)
    assert fresh["status"]["textSha256"] == digest(text)
