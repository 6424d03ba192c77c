"""How far an agency uses the cloud, by the register of its systems (articles 3, 7 and 27)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import rfc8785

from mandate.api.agency import Agency
from mandate.api.cloudapplication import BEFORE_APPROVAL, Phase
from mandate.api.meta import Condition, Json, ObjectMeta
from mandate.api.prices import DailyCost
from mandate.api.register import CloudUse, Place, RegisteredSystem, SystemStanding
from mandate.api.rulebook import cite
from mandate.rules.integration import overdue_at, standing_of
from mandate.rules.record import Fact
from mandate.rules.register import bound_uid, entry_of
from mandate.rules.request import Law

_MESSAGE = 3800


@dataclass(frozen=True, slots=True)
class Applied:
    """An application of the agency, as far as the register asks."""

    name: str
    uid: str
    phase: Phase | None
    self_paid: bool = False
    """Whether its line authority bears the costs (A04-scope)."""
    cost: DailyCost | None = None
    """What a day of it costs, where it is billed."""

    @property
    def granted(self) -> bool:
        """Whether it was granted and has not exited."""
        return self.phase not in (*BEFORE_APPROVAL, "Exited")


@dataclass(frozen=True, slots=True)
class CloudUsePlan:
    """What is to be said of an agency's use of the cloud."""

    use: CloudUse
    condition: Condition
    due: datetime | None = None
    """When time alone next changes the answer (UTC)."""


def cloud_use(
    agency: Agency, applications: Iterable[Applied], law: Law, now: datetime
) -> CloudUsePlan:
    """Which registered systems are where, and which should be on the cloud (A03-preference).

    A system is on the cloud from the grant of its application to its exit (ours). Off it, an
    existing one may run on until its day to migrate; a new one, or one without such a day, only
    where a law is cited.

    Args:
        agency: with its register.
        applications: all in its namespace.
        law: the policy, and the calendar by whose days a date is over.
        now: the time (UTC).
    """
    found = [(a, entry_of(agency, ObjectMeta(name=a.name, uid=a.uid))) for a in applications]
    granted = {entry.id: a for a, entry in found if a.granted and entry is not None}
    systems = agency.spec.systems
    standings = tuple(_standing(s, granted.get(s.id), agency, law, now) for s in systems)
    missed = tuple(sorted(a.name for a, entry in found if a.granted and entry is None))
    places = Counter(s.place for s in standings)
    use = CloudUse(
        since=now,
        in_use=len(standings) - places["NotInUse"],
        on_cloud=places["OnCloud"],
        migrating=places["Migrating"],
        excepted=places["Excepted"],
        off_cloud=places["OffCloud"],
        integration_overdue=sum(s.integration == "Overdue" for s in standings),
        systems=standings,
        unregistered=missed or None,
    )
    old = agency.status.cloud_use
    if old is not None and old.model_copy(update={"since": now}) == use:
        use = old
    return CloudUsePlan(use, _condition(agency, use, law, now), _due(systems, granted, law, now))


def _standing(
    system: RegisteredSystem, found: Applied | None, agency: Agency, law: Law, now: datetime
) -> SystemStanding:
    duty = system.data_integration
    uid = found.uid if found else bound_uid(agency, system)
    return SystemStanding(
        id=system.id,
        place="OnCloud" if found else _off_cloud(system, law, now),
        application=system.application if uid else None,
        application_uid=uid,
        self_paid=True if found and found.self_paid else None,
        # only what is deployed on the cloud is to be integrated (article 7)
        integration=standing_of(duty, law, now) if duty and found else None,
    )


def _off_cloud(system: RegisteredSystem, law: Law, now: datetime) -> Place:
    """Where a system is that no application keeps on the cloud."""
    if system.runs_on is None:
        return "NotInUse"
    if system.exception is not None:
        return "Excepted"
    may_wait = system.migrate_by is not None and not law.is_over(system.migrate_by, now)
    return "Migrating" if may_wait and not _is_new(system, law) else "OffCloud"


def _is_new(system: RegisteredSystem, law: Law) -> bool:
    since = law.policy.cloud_first_since
    return since is not None and system.built_on >= since


def _condition(agency: Agency, use: CloudUse, law: Law, now: datetime) -> Condition:
    """Whether the systems are where article 3 wants them; Unknown without a whole register."""
    status, reason, text = "True", "AsRequired", f"{use.on_cloud} of {use.in_use} in use are on it"
    if use.unregistered:
        names = ", ".join(use.unregistered)
        status, reason = "Unknown", "Unregistered"
        text = (
            f"granted and in no entry of spec.systems: {names}; enter them; an entry of that name "
            "is an earlier one's until it has their applicationUid"
        )
    if not agency.spec.systems:
        status, reason = "Unknown", "NoRegister"
        text = "the authority keeps no register of its systems; enter them in spec.systems"
    if use.off_cloud:
        status, reason = "False", "OffCloud"
        text = "; ".join(_why_not(agency, use, law))
    return Condition.model_validate(
        {
            "type": "CloudPreference",
            "status": status,
            "observed_generation": agency.metadata.generation,
            "last_transition_time": now,
            "reason": reason,
            "message": f"{text[:_MESSAGE]} ({cite('A03-preference')})",
        }
    )


def _why_not(agency: Agency, use: CloudUse, law: Law) -> Iterator[str]:
    """Why each system that is off the cloud should be on it."""
    off = {s.id for s in use.systems if s.place == "OffCloud"}
    for system in agency.spec.systems:
        if system.id not in off:
            continue
        if _is_new(system, law):
            why = f"built since {law.policy.cloud_first_since}, it is to be on the cloud"
        elif system.migrate_by is None:
            why = "it has no migrateBy, and no exception cites a law"
        else:
            why = f"it was to migrate by {system.migrate_by}"
        yield f"{system.id} runs on {system.runs_on}: {why}"


def _due(
    systems: Iterable[RegisteredSystem], granted: Mapping[str, Applied], law: Law, now: datetime
) -> datetime | None:
    """When the next of the days that are waited for is over."""
    ends: list[datetime | None] = []
    for system in systems:
        if system.id in granted:
            ends.append(overdue_at(system.data_integration, law))
        # only who may wait until that day is judged otherwise after it
        elif system.migrate_by is not None and _off_cloud(system, law, now) == "Migrating":
            ends.append(law.end_of(system.migrate_by))
    return min((at for at in ends if at is not None and at > now), default=None)


def cloud_use_facts(agency: Agency) -> Iterator[Fact]:
    """Each change of an agency's use of the cloud: what its funds can be based on (article 27)."""
    use = agency.status.cloud_use
    if use is None:
        return
    data: Json = {"generation": agency.status.observed_generation, "cloudUse": use.wire()}
    yield Fact(
        # it can change more than once in a second
        key=f"cloudUse.{sha256(rfc8785.dumps(data)).hexdigest()[:16]}",
        kind="CloudUse",
        text=f"{use.on_cloud} of {use.in_use} systems in use are on the cloud, {use.off_cloud} are "
        f"off it without a plan or a law ({cite('A03-preference')})",
        at=use.since,
        data=data,
        event="Warning" if use.off_cloud else None,
    )
