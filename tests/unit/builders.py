"""Valid models from the Lu'an examples, with what a test is about overridden."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplication, CloudApplicationSpec
from mandate.api.governancepolicy import GovernancePolicy, GovernancePolicySpec
from mandate.api.meta import Json, KubeModel
from mandate.api.requests import Approval, Check, Decision
from mandate.api.servicecatalog import ServiceCatalog
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.application import World

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "luan"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LATER = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
REQUESTS = (
    "cloudapplications", "launchrequests", "trialextensions", "serviceagreements",
    "resourcechanges", "exitrequests", "assessmentreports", "suspensions", "contactchanges",
    "accessgrants",
)  # fmt: skip
"""The kinds that an agency's quota counts."""
UID = "7f3c0d52-6a3e-4b57-9d0a-0c1d2e3f4a5b"


@cache
def _document(path: str) -> Json:
    document: Json = yaml.safe_load((EXAMPLES / path).read_text("utf-8"))
    return document


def example(path: str) -> Json:
    """One of the Lu'an examples, as its file has it."""
    return deepcopy(_document(path))


def changed(document: Json, changes: dict[str, Any]) -> Json:
    """The document with the changes; what is changed to None is left out."""
    return {k: v for k, v in (document | changes).items() if v is not None}


def form(**changes: object) -> Json:
    """The bus portal's form, as the API server stores it."""
    return changed(example("applications/bus-portal.yaml")["spec"], changes)


def spec(**changes: object) -> CloudApplicationSpec:
    """The bus portal's form as a model."""
    return CloudApplicationSpec.model_validate(form(**changes))


def host(**changes: object) -> Json:
    """One row of the host table: 4 cores, 8Gi, SATA disks of 40Gi and 200Gi, one machine."""
    row = {
        "id": "app",
        "hostType": "弹性云服务器",
        "hostName": "应用服务器",
        "cpuArchitecture": "ARM",
        "cpuCores": 4,
        "memory": "8Gi",
        "systemDisk": {"size": "40Gi", "type": "SATA"},
        "dataDisk": {"size": "200Gi", "type": "SATA"},
        "operatingSystem": "麒麟",
        "network": "GovernmentExtranet",
        "quantity": 1,
    }
    return changed(row, changes)


def application(
    changes: Json | None = None,
    *,
    generation: int = 1,
    status: KubeModel | None = None,
) -> CloudApplication:
    """The bus portal's application; the changes are to its form."""
    raw = {
        "metadata": {
            "name": "bus-portal",
            "namespace": "agency-transport",
            "uid": UID,
            "generation": generation,
            "creationTimestamp": "2026-11-24T08:00:00Z",
        },
        "spec": form(**(changes or {})),
    }
    if status is not None:
        # through JSON, as it comes back from the API server
        raw["status"] = json.loads(json.dumps(status.wire()))
    return CloudApplication.model_validate(raw)


def agency(*, generation: int = 1, status: Json | None = None, **changes: object) -> Agency:
    """The transport bureau; `changes` are to its spec."""
    raw = example("agencies/transport.yaml")
    raw["metadata"] |= {"uid": "agency-uid", "generation": generation}
    return Agency.model_validate(
        raw | {"spec": changed(raw["spec"], changes), "status": status or {}}
    )


def policy(**changes: object) -> GovernancePolicy:
    """The Lu'an preset; `changes` are to its spec, and it names a catalogue only by one."""
    raw = example("policy.yaml")
    changes = {"catalog": None} | changes
    return GovernancePolicy.model_validate(raw | {"spec": changed(raw["spec"], changes)})


def rules(**changes: object) -> GovernancePolicySpec:
    """The spec of the Lu'an preset."""
    return policy(**changes).spec


def calendar(*, generation: int = 1, **changes: object) -> WorkCalendar:
    """The PRC's calendar through 2026; `changes` are to its spec."""
    raw = example("calendar.yaml")
    raw["metadata"] |= {"generation": generation}
    return WorkCalendar.model_validate(raw | {"spec": changed(raw["spec"], changes)})


def catalog(**changes: object) -> ServiceCatalog:
    """The Lu'an catalogue; `changes` are to its spec."""
    raw = example("catalog.yaml")
    return ServiceCatalog.model_validate(raw | {"spec": changed(raw["spec"], changes)})


def staged(*names: str) -> Json:
    """The `stages` of a policy whose applications go through these."""
    return {"cloudApplication": [{"name": name} for name in names]}


def approval(decision: Decision = "Approved", *, by: str | None = "reviewer") -> Approval:
    """One decision; without `by` it was not stamped by the API server."""
    return Approval(decision=decision, basis="0" * 64, by=by, at=NOW if by else None)


def check(
    kind: str = "Complete", *, passed: bool = True, blocking: bool = True, message: str = ""
) -> Check:
    """One judgement on a form."""
    return Check(type=kind, passed=passed, blocking=blocking, message=message)


def world(
    app: CloudApplication,
    office: Agency | None = None,
    law: GovernancePolicy | None = None,
) -> World:
    """The application with all that its law names, which is there and ready."""
    stored = app.spec.wire()
    its_law = law or policy()
    items = catalog() if its_law.spec.catalog else None
    return World(app, stored, office or agency(), its_law, calendar(), items)
