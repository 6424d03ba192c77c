"""A form of each kind of the stage table, and small real stand-ins for kinds without a CRD yet.

The guards are one set for all kinds: what they refuse is tried on every kind of the table. A
kind leaves `STAND_INS` when its CRD comes.
"""

from typing import Annotated

import yaml
from pydantic import Field, create_model

from hack.site import LUAN, Site
from mandate.api.kinds import BY_NAME, Kind
from mandate.api.meta import API_VERSION, Json, KubeModel, Resource
from mandate.api.requests import RequestStatus
from mandate.api.schema import crd
from mandate.api.stages import STAGE_TABLE, RequestKind

FILES = {
    "CloudApplication": "applications/bus-portal.yaml",
    "LaunchRequest": "life/launch-request.yaml",
    "TrialExtension": "life/trial-extension.yaml",
    "ServiceAgreement": "life/service-agreement.yaml",
    "ResourceChange": "life/resource-change.yaml",
    "ExitRequest": "life/exit-request.yaml",
    "AssessmentReport": "life/assessment-report.yaml",
    "Suspension": "life/suspension.yaml",
    "ContactChange": "life/contact-change.yaml",
    "AccessGrant": "life/access-grant.yaml",
}
"""The filled example of each kind, below `examples/luan`."""

_TEXTS: dict[str, tuple[str, ...]] = {
    "CloudApplication": ("projectCode",),
    "LaunchRequest": ("protectionFilingNumber",),
    "TrialExtension": ("reason",),
    "ServiceAgreement": ("systemName",),
    "ResourceChange": ("reason",),
    "ExitRequest": ("reason",),
    "AssessmentReport": ("assessor", "name"),
    "Suspension": ("cause",),
    "ContactChange": ("signature", "contactName"),
    "AccessGrant": ("purpose",),
}
"""Where a form of each kind has a free text."""


class PlainSpec(KubeModel):
    """A form with one line."""

    title: Annotated[str, Field(max_length=256, description="What is asked for.")]


class PlainStatus(RequestStatus):
    """The status of every request, with the phase that every kind has."""

    phase: Annotated[str | None, Field(max_length=63, description="The stage of its life.")] = None


STAND_INS: tuple[RequestKind, ...] = tuple(r for r in STAGE_TABLE if r.kind not in BY_NAME)


def _stand_in(row: RequestKind) -> Json:
    model = create_model(
        row.kind,
        __base__=Resource,
        spec=(PlainSpec, Field(description="The form.")),
        status=(PlainStatus, Field(description="Where it stands.")),
    )
    return crd(Kind(model, row.plural, (), "Namespaced", ()))


def install(site: Site) -> None:
    """Installs the stand-ins; nothing takes them away before the control plane ends."""
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for row in STAND_INS:
        made = site.bootstrap.call("POST", path, _stand_in(row))
        assert made.code == 201, made.message


def form(kind: str, namespace: str, name: str) -> Json:
    """A form of a kind, filled as its example."""
    if kind not in BY_NAME:
        body: Json = {"apiVersion": API_VERSION, "kind": kind, "spec": {"title": "测试"}}
    else:
        body = yaml.safe_load((LUAN / FILES[kind]).read_text("utf-8"))
    return body | {"metadata": {"name": name, "namespace": namespace}}


def edit(kind: str, text: str) -> Json:
    """A merge patch that changes what a form says."""
    patch: Json | str = text
    for key in reversed(_TEXTS.get(kind, ("title",))):
        patch = {key: patch}
    return {"spec": patch}


def phases(kind: str) -> list[str]:
    """The phases that a kind knows."""
    if kind not in BY_NAME:
        return ["Submitted", "Accepted", "Approved", "Refused"]
    (version,) = crd(BY_NAME[kind])["spec"]["versions"]
    status: Json = version["schema"]["openAPIV3Schema"]["properties"]["status"]
    return list(status["properties"]["phase"]["enum"])
