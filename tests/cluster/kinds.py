"""The kinds of the stage table that have no CRD yet, as small real ones.

The guards are one set for all kinds: what they refuse is tried on every kind of the table
before its own form is written. A kind leaves this module when its CRD comes.
"""

from typing import Annotated

from pydantic import Field, create_model

from hack.site import Site
from mandate.api.kinds import BY_NAME, Kind
from mandate.api.meta import API_VERSION, Json, KubeModel, Resource
from mandate.api.requests import RequestStatus
from mandate.api.schema import crd
from mandate.api.stages import STAGE_TABLE, RequestKind


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


def plain_form(row: RequestKind, namespace: str, name: str) -> Json:
    """A form of a stand-in."""
    return {
        "apiVersion": API_VERSION,
        "kind": row.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"title": "测试"},
    }
