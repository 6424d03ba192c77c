"""The kinds of the group, as the API server names them; what requests go through is in `stages`."""

from dataclasses import dataclass, field
from typing import Literal

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplication
from mandate.api.dossier import Dossier
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.meta import Resource
from mandate.api.stages import BY_KIND
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
            _READY,
            _AGE,
        ),
    ),
    Kind(
        CloudApplication,
        "cloudapplications",
        ("capp",),
        "Namespaced",
        (
            Column("System", ".spec.systemName"),
            Column("Phase", ".status.phase"),
            Column("Awaiting", ".status.awaiting[0].stage"),
            Column("Namespace", ".status.namespace", priority=1),
            _READY,
            _AGE,
        ),
        selectable=(".status.phase",),
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
        categories=(),
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
