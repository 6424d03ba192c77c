"""Access by the agency's own authorisation, for a time (article 26; A26-access)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mandate.api.accessgrant import AccessGrant, AccessGrantSpec, AccessGrantStatus
from mandate.api.agency import Member
from mandate.api.meta import Json
from mandate.api.requests import Check
from mandate.api.rulebook import cite
from mandate.rules.case import Case, approval, form_of
from mandate.rules.checks import blocking_check
from mandate.rules.request import Course, RequestPlan, judge, verdict


@dataclass(frozen=True, slots=True)
class Guests:
    """Those of the provider's or the maintainer's who are let in under one role."""

    role: Literal["view", "edit"]
    members: tuple[Member, ...]
    """Nobody, where all that were let in have left: their binding stays, and is empty."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who is let in now, and when that changes."""

    guests: tuple[Guests, ...]
    """For each role under which somebody was ever let in."""
    due: tuple[datetime, ...]


def access(case: Case, now: datetime) -> Access:
    """Who is let in by a grant that another member of the agency approved (A26-access)."""
    granted = [g.spec for g in case.of(AccessGrant) if approval(g, "grant") is not None]
    rooms = []
    for role in sorted({s.role for s in granted}):
        inside = {s.subject for s in granted if s.role == role and s.not_before <= now < s.until}
        rooms.append(Guests(role, tuple(sorted(inside, key=lambda m: (m.kind, m.name)))))
    due = [at for s in granted for at in (s.not_before, s.until) if at > now]
    return Access(tuple(rooms), tuple(due))


def judge_access(case: Case, request: AccessGrant, spec: Json, now: datetime) -> RequestPlan:
    """An authorisation by another member than its writer, as long as the policy allows."""
    form, terms = form_of(request, spec), request.spec
    course = Course(groups=(("grant",),), checks=tuple(_checks(case, terms, now)))
    judged = judge(form, course, case.law, now)
    if not judged.complete:
        phase: AccessPhase = "Refused" if judged.refused else "Submitted"
        done = ("", "")
    elif now < terms.not_before:
        phase, done = "Approved", ("Granted", f"from {terms.not_before.isoformat()} on")
    elif now < terms.until:
        phase, done = "Active", ("Active", f"until {terms.until.isoformat()}")
    else:
        phase, done = "Ended", ("Ended", f"since {terms.until.isoformat()}")
    ready = verdict(judged, form, now, done=done)
    status = AccessGrantStatus(**judged.status(ready), phase=phase)
    instants = [judged.due, terms.not_before, terms.until]
    due = min((at for at in instants if at is not None and at > now), default=None)
    return RequestPlan(status, judged.facts, due)


AccessPhase = Literal["Submitted", "Approved", "Active", "Ended", "Refused"]


def _checks(case: Case, terms: AccessGrantSpec, now: datetime) -> Iterator[Check]:
    longest = case.policy.spec.access_grant_maximum_days
    found = []
    if longest is None:
        found.append("the policy lets nobody in but the agency")
    elif terms.until - terms.not_before > timedelta(days=longest):
        found.append(f"it lasts longer than the {longest} days that the policy allows; shorten it")
    if now >= terms.until:
        found.append(f"its time was over at {terms.until.isoformat()}; file a new one")
    yield blocking_check("InBounds", found, cite("A26-access"))
