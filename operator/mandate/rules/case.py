"""One system and everything that was filed about it: all that its life depends on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplication
from mandate.api.governancepolicy import GovernancePolicy
from mandate.api.hosts import Allocation
from mandate.api.meta import Json, Resource
from mandate.api.requests import Approval, Effect, RequestStatus, decision_key
from mandate.api.servicecatalog import ServiceCatalog
from mandate.api.workcalendar import WorkCalendar
from mandate.rules.request import Form, Law
from mandate.rules.workdays import Workdays

if TYPE_CHECKING:
    from mandate.rules.grant import Grant

R = TypeVar("R", bound=Resource)
Renderer = Callable[["Grant"], list[Json]]
"""How a grant becomes objects."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The agreement of a system in another cluster, as its dossier has it (G91-term)."""

    name: str
    text_sha256: str
    expires_on: date
    """Its last day."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A suspension that was in force in another cluster: only one like it takes its place."""

    name: str
    effect: str
    origin: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A report that was verified in another cluster, Passed and not withdrawn (G33-mlps)."""

    request: str
    """Which, as its dossier has it."""
    type: str
    at: datetime
    """When it was verified (UTC)."""
    accredited: bool

    @classmethod
    def of(cls, told: Json) -> "HandedIn":
        """As `wire` tells of it; KeyError or ValueError: it is no such thing."""
        at = datetime.fromisoformat(told["at"])
        return cls(told["request"], told["type"], at, accredited=told["accredited"])

    def wire(self) -> Json:
        """For the dossier that goes on."""
        return {
            "request": self.request,
            "type": self.type,
            "at": self.at.isoformat(),
            "accredited": self.accredited,
        }


@dataclass(frozen=True, slots=True)
class Predecessor:
    """What an imported dossier tells of an application of the same name (X-dossier)."""

    dossier: str
    """The name of the last part that was read."""
    head: str
    """Its last hash."""
    form_sha256: str
    """Of the form as it was last filed."""
    granted: Allocation | None = None
    """What it was granted in the end; None: nothing, or it is gone."""
    launched_at: datetime | None = None
    """Since when it ran formally (UTC)."""
    billing_from: date | None = None
    agreement: Agreed | None = None
    """The one that was in force last."""
    graded_level: str | None = None
    """As it was graded at its launch, where its form says NotGraded (G33-mlps)."""
    reports: tuple[HandedIn, ...] = ()
    suspended: tuple[InForce, ...] = ()
    """The suspensions in force in the end (A23-suspend)."""
    exiting: bool = False
    """Whether it was on its way out: an exit was approved there (A17-exit)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One system, its law, and the requests that name its application's uid."""

    application: CloudApplication
    form: Json
    """The application's spec as the API server stores it."""
    agency: Agency
    """The agency whose namespace it stands in; it can file."""
    policy: GovernancePolicy
    calendar: WorkCalendar | None = None
    catalog: ServiceCatalog | None = None
    requests: tuple[Resource, ...] = ()
    """In the order of their creation."""
    predecessor: Predecessor | None = None
    """What is known of it from another cluster."""
    taken: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    """What of the platform is taken by others; known where a change is to be decided."""
    used: Mapping[str, str] | None = None
    """What is in use by each key of its quota; None: not read."""
    render: Renderer | None = None
    """By which an approval is shown before it is made; None: nothing is shown."""

    @property
    def law(self) -> Law:
        """What its requests are judged by."""
        return Law(self.policy.spec, self.calendar)

    @property
    def systems(self) -> tuple[CloudApplication, ...]:
        """The one system."""
        return (self.application,)

    @property
    def workdays(self) -> Workdays | None:
        """The jurisdiction's days; None without its calendar, or with one that is unusable."""
        return self.law.workdays

    def day(self, instant: datetime) -> date | None:
        """The jurisdiction's day at an instant (UTC); None without its calendar."""
        days = self.workdays
        return instant.astimezone(days.zone).date() if days else None

    def of(self, model: type[R]) -> tuple[R, ...]:
        """The requests of a kind, in the order of their creation."""
        return tuple(r for r in self.requests if isinstance(r, model))


@dataclass(frozen=True, slots=True)
class Unit:
    """One agency and all its systems: what a request about no single system is judged on."""

    agency: Agency
    policy: GovernancePolicy
    calendar: WorkCalendar | None = None
    systems: tuple[CloudApplication, ...] = ()
    """In the order of their creation."""

    @property
    def law(self) -> Law:
        """What its requests are judged by."""
        return Law(self.policy.spec, self.calendar)


def form_of(request: Resource, spec: Json) -> Form:
    """A request as it is judged.

    Raises:
        TypeError: its kind has no stages.
    """
    status = getattr(request, "status", None)
    if not isinstance(status, RequestStatus):
        raise TypeError(f"{type(request).__name__} is no request")
    return Form(request.metadata, spec, status)


def approval(request: Resource, stage: str) -> Approval | None:
    """The approval of a stage on the present generation, if it took effect."""
    status = getattr(request, "status", None)
    if not isinstance(status, RequestStatus):
        return None
    return effective(status, status.effects, stage, request.metadata.generation)


def effective(
    status: RequestStatus, effects: Mapping[str, Effect], stage: str, generation: int
) -> Approval | None:
    """The approval of a stage on a generation, if by these effects it took effect."""
    key = decision_key(stage, generation)
    made, effect = status.approvals.get(key), effects.get(key)
    if made is None or effect is None or not effect.effective:
        return None
    return made if made.decision == "Approved" else None
