"""Landing zones and what they are rendered for, with what a test is about overridden."""

import json
from collections.abc import Sequence

from mandate.api.landingzone import LandingZone
from mandate.api.meta import Json
from mandate.render.sandbox import Job
from mandate.rules.zone import ZoneVariables
from tests.unit.builders import changed, example

CARD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: card}\ndata: {system: {{ systemName }}}\n"
"""A template of one value."""


def zone(*, generation: int = 1, status: Json | None = None, **changes: object) -> LandingZone:
    """Lu'an's landing zone; the changes are to its spec."""
    raw = example("landing-zone.yaml")
    raw["metadata"] |= {"generation": generation, "uid": "zone-uid"}
    raw["spec"] = changed(raw["spec"], changes)
    return LandingZone.model_validate(raw | ({"status": status} if status else {}))


def templates(*texts: str) -> list[Json]:
    """Templates named t0, t1 and so on."""
    return [{"name": f"t{number}", "template": text} for number, text in enumerate(texts)]


def portal(**changes: object) -> ZoneVariables:
    """The bus portal, on trial."""
    values = {
        "agency": "transport",
        "unit": "六安市交通运输局",
        "application": "bus-portal",
        "systemName": "六安公交出行服务平台",
        "systemType": "BusinessProduction",
        "protectionLevel": "Level2",
        "networks": ["GovernmentExtranet"],
        "namespace": "transport--bus-portal",
        "policy": "luan",
        "environment": "trial",
    }
    return ZoneVariables.model_validate(values | changes)


def answer(text: str, **changes: object) -> Json:
    """What the sandbox says of one template for the bus portal."""
    return said(templates(text), [portal(**changes).wire()])[0]


def said(rows: Sequence[Json], subjects: Sequence[Json]) -> list[Json]:
    """What the sandbox says, in this process: no limits of time and memory."""
    job = Job(json.dumps({"templates": rows, "subjects": subjects}).encode())
    found: list[Json] = json.loads(json.dumps([job.answer(subject) for subject in job.subjects]))
    return found


async def inline(rows: Sequence[Json], subjects: Sequence[Json]) -> list[Json]:
    """Renders without a process of its own."""
    return said(rows, subjects)
