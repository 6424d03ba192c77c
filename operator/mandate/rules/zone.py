"""What the authority's own templates make of a granted namespace, and what of it is taken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplication
from mandate.api.landingzone import LandingZone, LandingZoneStatus, ZonePreview, ZoneSelection
from mandate.api.meta import GROUP, Json, KubeModel, set_condition
from mandate.api.rulebook import cite
from mandate.api.zonemanifests import ZONE_KINDS, ZONE_LABEL
from mandate.rules.request import ready_condition

_LONGEST = 300
_NAMED = 5


class ZoneVariables(KubeModel):
    """What a template may say of a granted namespace, under these names in camelCase.

    No person, no number of a person: whoever enters the namespace reads what is made of it.
    """

    agency: str
    unit: str
    application: str
    system_name: str
    system_type: str
    protection_level: str
    networks: tuple[str, ...]
    namespace: str
    policy: str
    environment: Literal["trial", "formal"]


EXAMPLE = ZoneVariables(
    agency="example",
    unit="示例单位",
    application="example",
    system_name="示例系统",
    system_type="BusinessProduction",
    protection_level="Level2",
    networks=("GovernmentExtranet",),
    namespace="example--example",
    policy="example",
    environment="trial",
)
"""The system that a zone is tried on before any other."""


def variables(application: CloudApplication, agency: Agency, namespace: str) -> ZoneVariables:
    """The variables of an application that is granted a namespace (X-zone)."""
    form = application.spec
    return ZoneVariables(
        agency=agency.metadata.name,
        unit=agency.spec.title,
        application=application.metadata.name,
        system_name=form.system_name,
        system_type=form.system_type,
        protection_level=form.protection_level,
        networks=form.networks,
        namespace=namespace,
        policy=agency.spec.policy,
        environment="formal" if application.status.launched_at else "trial",
    )


def admits(zone: LandingZone, found: ZoneVariables) -> bool:
    """Whether a zone is for this namespace (X-zone)."""
    if zone.spec.policy != found.policy:
        return False
    chosen = zone.spec.selector or ZoneSelection()
    return all(
        wanted is None or value in wanted
        for wanted, value in (
            (chosen.agencies, found.agency),
            (chosen.protection_levels, found.protection_level),
            (chosen.system_types, found.system_type),
        )
    )


class ZoneRefusedError(Exception):
    """What a template made is not applied.

    Attributes:
        reason: one word, for a condition.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def manifests(zone: LandingZone, found: ZoneVariables, answer: Json) -> list[Json]:
    """The objects of one namespace, marked, from what the sandbox answered (X-zone).

    Args:
        zone: whose templates they are.
        found: the namespace's variables.
        answer: `{"objects": [{"template", "object"}]}`, or `{"error": {"template", "reason",
            "message"}}`; it comes from a process that ran somebody's templates, and is no more
            trusted than they are.

    Raises:
        ZoneRefusedError: one of them is not what a zone may make, or two bear one name.
    """
    if "error" in answer:
        error = answer["error"]
        where = f"template {error['template']}: " if error.get("template") else ""
        raise ZoneRefusedError(error["reason"], f"{where}{error['message']}")
    made: dict[tuple[str, str], Json] = {}
    for row in answer["objects"]:
        manifest = _manifest(row["template"], row["object"])
        key = (manifest["kind"], manifest["metadata"]["name"])
        if key in made:
            text = f"template {row['template']}: another one makes {key[0]} {key[1]} already"
            raise ZoneRefusedError("NameTwice", text)
        made[key] = manifest
    return [_marked(manifest, zone.metadata.name, found.namespace) for manifest in made.values()]


def _manifest(template: str, found: object) -> Json:
    """The object, if it is of a kind and shape that a zone may make (X-zone)."""
    if not isinstance(found, dict):
        raise ZoneRefusedError("Invalid", f"template {template}: it renders no object")
    kind = str(found.get("kind"))[:63]
    if kind not in ZONE_KINDS:
        text = f"template {template}: a LandingZone makes no {kind} ({cite('X-zone')}); only "
        raise ZoneRefusedError("KindNotAllowed", text + " and ".join(ZONE_KINDS))
    try:
        manifest = ZONE_KINDS[kind].model.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        text = f"template {template}: {kind} {where}: {first['msg']}"[:_LONGEST]
        raise ZoneRefusedError("Invalid", text) from None
    wire = manifest.wire()
    # what is empty the API server does not keep
    wire["metadata"] = {key: value for key, value in wire["metadata"].items() if value}
    return wire


def _marked(manifest: Json, zone: str, namespace: str) -> Json:
    metadata = manifest["metadata"]
    marks = {f"{GROUP}/managed": "granted", ZONE_LABEL: zone}
    labels = metadata.get("labels", {}) | marks
    return manifest | {"metadata": metadata | {"namespace": namespace, "labels": labels}}


@dataclass(frozen=True, slots=True)
class ZoneFailure:
    """Why something of a zone does not stand in a namespace."""

    namespace: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ZoneOutcome:
    """What came of looking at a zone."""

    refused: ZoneRefusedError | None = None
    """Why nothing of it is applied: what the example showed, or that its policy is not there."""
    preview: tuple[ZonePreview, ...] = ()
    namespaces: int = 0
    """How many granted namespaces it is for."""
    failures: tuple[ZoneFailure, ...] = ()


def preview(answer: Json, made: Sequence[Json]) -> tuple[ZonePreview, ...]:
    """What was made of the example, by template, kind and name."""
    rows = zip(answer["objects"], made, strict=True)
    return tuple(
        ZonePreview(template=row["template"], kind=m["kind"], name=m["metadata"]["name"])
        for row, m in rows
    )


def zone_status(zone: LandingZone, outcome: ZoneOutcome, now: datetime) -> LandingZoneStatus:
    """The status of a zone: what it makes, where, and what is in the way (X-zone)."""
    reason, message = _said(zone, outcome)
    generation = zone.metadata.generation
    ready = ready_condition(generation, now, reason, message, ready=reason == "Applied")
    return LandingZoneStatus(
        observed_generation=generation,
        namespaces=outcome.namespaces,
        preview=outcome.preview,
        conditions=set_condition(zone.status.conditions, ready),
    )


def _said(zone: LandingZone, outcome: ZoneOutcome) -> tuple[str, str]:
    """Reason and message of its condition (X-zone)."""
    if outcome.refused is not None:
        text = f"{outcome.refused}; nothing was applied or removed: edit the LandingZone"
        return outcome.refused.reason, text
    if zone.spec.preview_only:
        return "PreviewOnly", f"it would stand in {outcome.namespaces} namespaces; see preview"
    if outcome.failures:
        first, count = outcome.failures[0], len({f.namespace for f in outcome.failures})
        texts = "; ".join(_failures(outcome.failures))
        return first.reason, f"not as it should be in {count} of {outcome.namespaces}: {texts}"
    return "Applied", f"it stands in {outcome.namespaces} namespaces"


def _failures(failures: Sequence[ZoneFailure]) -> Iterator[str]:
    """The first failures, and how many more there are (X-zone)."""
    for failure in failures[:_NAMED]:
        yield f"{failure.namespace}: {failure.message[:_LONGEST]}"
    if len(failures) > _NAMED:
        yield f"and {len(failures) - _NAMED} more"
