"""A request that was withdrawn stays on record, with all that happened to it (X-dossier)."""

import asyncio

import pytest

from mandate.api.meta import API_VERSION
from mandate.kube.client import Ref
from mandate.rules.withdrawn import withdrawn_facts
from tests.unit.builders import NOW, example
from tests.unit.memory_api import MemoryApi
from tests.unit.memory_life import FORM, Process, as_shipped, first_steps

pytestmark = pytest.mark.rule("X-dossier")
REPORT = Ref(API_VERSION, "AssessmentReport", FORM.namespace, "bus-portal-onboarding-test")


def said_of_the_report(api: MemoryApi) -> list[str]:
    parts = [part for part in api.of_kind("Dossier") if "cloudapplication" in str(part["metadata"])]
    entries = [entry for part in parts for entry in part["spec"]["entries"]]
    return [e["kind"] for e in entries if e["key"].startswith(f"AssessmentReport/{REPORT.name}/")]


async def reported(api: MemoryApi) -> Process:
    """A granted system about which a report was filed."""
    process = Process(api, as_shipped)
    for step in first_steps():
        step(api)
        await process.settle()
    raw = example("life/assessment-report.yaml")
    named = {"name": FORM.name, "uid": api.objects[FORM]["metadata"]["uid"]}
    today = {"applicationRef": named, "date": str(NOW.date())}
    spec = {k: v for k, v in (raw["spec"] | today).items() if k != "validUntil"}
    api.person(raw | {"spec": spec})
    await process.settle()
    return process


@pytest.mark.parametrize("watched", [True, False])
def test_that_it_went_is_on_record_once_whoever_was_watching(watched: bool) -> None:
    async def main() -> MemoryApi:
        api = MemoryApi()
        process = await reported(api)
        del api.objects[REPORT]
        for _ in range(2):
            process = process if watched else Process(api, as_shipped)
            await process.settle()
        return api

    assert said_of_the_report(asyncio.run(main())) == ["Filed", "Awaited", "Gone"]


def test_a_refusal_of_which_no_more_was_seen_is_on_record_before_it_went() -> None:
    async def main() -> MemoryApi:
        api = MemoryApi()
        process = await reported(api)
        api.decide(REPORT, "verification", "Refused", "报告无签章")
        await process.look()
        del api.objects[REPORT]
        await process.settle()
        return api

    assert said_of_the_report(asyncio.run(main())) == ["Filed", "Awaited", "Decided", "Gone"]


def test_only_what_was_filed_and_is_not_there_went() -> None:
    recorded = [
        "filed.1",
        "AssessmentReport/one/0a1b2c3d.filed.1",
        "AssessmentReport/one/99999999.filed.1",
        "AssessmentReport/one/99999999.filed.2",
        "AssessmentReport/one/88888888.decided.verification.1",
    ]
    found = list(withdrawn_facts(recorded, ["0a1b2c3d-there"]))
    assert {fact.key for fact in found} == {"AssessmentReport/one/99999999.gone"}
    assert found[0].text == "AssessmentReport one: it was withdrawn or deleted"
