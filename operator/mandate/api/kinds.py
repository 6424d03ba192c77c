"""The kinds of the group, as the API server names them; what requests go through is in `stages`."""

from dataclasses import dataclass, field
from typing import Literal

from mandate.api.accessgrant import AccessGrant
from mandate.api.agency import Agency
from mandate.api.assessmentreport import AssessmentReport
from mandate.api.cloudapplication import CloudApplication
from mandate.api.contactchange import ContactChange
from mandate.api.dossier import Dossier
from mandate.api.exitrequest import ExitRequest
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.landingzone import LandingZone
from mandate.api.launchrequest import LaunchRequest
from mandate.api.meta import Resource
from mandate.api.resourcechange import ResourceChange
from mandate.api.serviceagreement import ServiceAgreement
from mandate.api.servicecatalog import ServiceCatalog
from mandate.api.stages import BY_KIND
from mandate.api.suspension import Suspension
from mandate.api.trialextension import TrialExtension
from mandate.api.workcalendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `kubectl get`."""

    name: str
    path: str
    type: Literal["string", "integer", "date"] = "string"
    priority: int = 0
    """0 is always shown, 1 with `-o wide`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind, as the API server names it."""

    model: type[Resource]
    plural: str
    short_names: tuple[str, ...]
    scope: Literal["Cluster", "Namespaced"]
    columns: tuple[Column, ...]
    selectable: tuple[str, ...] = ()
    has_status: bool = True
    watched: bool = True
    """Whether the operator keeps it in its cache; dossiers are read one at a time."""
    categories: tuple[str, ...] = field(default=("mandate",))

    @property
    def name(self) -> str:
        """The kind's name, such as `CloudApplication`."""
        return self.model.__name__

    @property
    def singular(self) -> str:
        """The singular, such as `cloudapplication`."""
        return self.name.lower()


_AGE = Column("Age", ".metadata.creationTimestamp", "date")
_READY = Column("Ready", '.status.conditions[?(@.type=="Ready")].status')
_PHASE = Column("Phase", ".status.phase")
_AWAITING = Column("Awaiting", ".status.awaiting[0].stage")
_SYSTEM = Column("Application", ".spec.applicationRef.name")


def _request(model: type[Resource], short: str, *columns: Column) -> Kind:
    """A kind of the stage table, with what distinguishes its objects in `kubectl get`."""
    return Kind(
        model,
        BY_KIND[model.__name__].plural,
        (short,),
        "Namespaced",
        (*columns, _PHASE, _AWAITING, _READY, _AGE),
        selectable=(".status.phase",),
    )


KINDS: tuple[Kind, ...] = (
    Kind(
        GovernancePolicy,
        "governancepolicies",
        ("gpol",),
        "Cluster",
        (
            Column("Authority", ".spec.parties.authority"),
            Column("Calendar", ".spec.calendar"),
            Column("Title", ".spec.title", priority=1),
            _AGE,
        ),
        has_status=False,
    ),
    Kind(
        WorkCalendar,
        "workcalendars",
        ("wcal",),
        "Cluster",
        (
            Column("TimeZone", ".spec.timeZone"),
            Column("ValidThrough", ".spec.validThrough"),
            _AGE,
        ),
        has_status=False,
    ),
    Kind(
        Agency,
        "agencies",
        ("agcy",),
        "Cluster",
        (
            Column("Unit", ".spec.title"),
            Column("Policy", ".spec.policy"),
            Column("Namespace", ".status.namespace"),
            Column("Systems", ".status.cloudUse.inUse", "integer"),
            Column("OnCloud", ".status.cloudUse.onCloud", "integer"),
            Column("OffCloud", ".status.cloudUse.offCloud", "integer"),
            Column("PerDay", ".status.cost.perDay", priority=1),
            _READY,
            _AGE,
        ),
    ),
    Kind(
        ServiceCatalog,
        "servicecatalogs",
        ("scat",),
        "Cluster",
        (Column("Title", ".spec.title"), _AGE),
        has_status=False,
    ),
    Kind(
        LandingZone,
        "landingzones",
        ("lzone",),
        "Cluster",
        (
            Column("Policy", ".spec.policy"),
            Column("Namespaces", ".status.namespaces", "integer"),
            _READY,
            _AGE,
        ),
    ),
    _request(
        CloudApplication,
        "capp",
        Column("System", ".spec.systemName"),
        Column("Namespace", ".status.namespace", priority=1),
        Column("PaidBy", ".spec.lineAuthority", priority=1),
        Column("BilledFrom", ".status.billingFrom", priority=1),
        Column("PerDay", ".status.cost.perDay", priority=1),
        Column("IntegrateBy", ".status.dataIntegration.dueOn", priority=1),
    ),
    _request(LaunchRequest, "lreq", _SYSTEM),
    _request(TrialExtension, "trex", _SYSTEM, Column("Days", ".spec.days", "integer")),
    _request(
        ServiceAgreement,
        "sagr",
        _SYSTEM,
        Column("Term", ".spec.term", "integer"),
        Column("Expires", ".status.expiresOn"),
    ),
    _request(
        ResourceChange,
        "rchg",
        _SYSTEM,
        Column("Planned", ".spec.plannedImplementation"),
        Column("Materiality", ".status.materiality"),
    ),
    _request(
        ExitRequest,
        "exrq",
        _SYSTEM,
        Column("Type", ".spec.exitType"),
        Column("Planned", ".spec.plannedExitDate"),
    ),
    _request(
        AssessmentReport,
        "arep",
        _SYSTEM,
        Column("Type", ".spec.type"),
        Column("Result", ".spec.result"),
    ),
    _request(
        Suspension,
        "susp",
        _SYSTEM,
        Column("Origin", ".spec.origin"),
        Column("Effect", ".spec.effect"),
    ),
    _request(ContactChange, "cchg", _SYSTEM, Column("From", ".spec.effectiveFrom")),
    _request(
        AccessGrant,
        "agrt",
        _SYSTEM,
        Column("Subject", ".spec.subject.name"),
        Column("Role", ".spec.role"),
        Column("Until", ".spec.until"),
    ),
    Kind(
        Dossier,
        "dossiers",
        ("doss",),
        "Cluster",
        (
            Column("Subject", ".spec.subject.kind"),
            Column("Namespace", ".spec.subject.namespace"),
            Column("Name", ".spec.subject.name"),
            Column("Part", ".spec.part", "integer"),
            _AGE,
        ),
        selectable=(".spec.subject.uid",),
        has_status=False,
        watched=False,
    ),
)

BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}
REQUESTS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind.name in BY_KIND)
LAW: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind.watched and kind.name not in BY_KIND)
"""The authority's own kinds: written by it, carried out by the operator."""
NO_REQUESTS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind.name not in BY_KIND)
"""The kinds that nobody decides on: the law, and the dossiers."""
WATCHED: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind.watched)
"""The kinds that the operator keeps in its cache."""
