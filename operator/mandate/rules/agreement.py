"""One term of the tripartite agreement: signed, in force, objected to, over (annex 1, 9)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from mandate.api.meta import Condition, Json, find_condition, set_condition
from mandate.api.requests import Check, Effect, decision_key
from mandate.api.rulebook import cite
from mandate.api.serviceagreement import (
    AgreementPhase,
    ServiceAgreement,
    ServiceAgreementStatus,
)
from mandate.api.stages import SIGNATURES
from mandate.api.timelimits import SIGN
from mandate.rules import clocks
from mandate.rules.agreement_chain import OBJECTIONS, OVER, named
from mandate.rules.agreement_term import (
    Term,
    expiring_of,
    is_renewal,
    phase_of,
    reminders_of,
    said_of,
    span_of,
)
from mandate.rules.beside import Aside, aside
from mandate.rules.case import Case, form_of
from mandate.rules.checks import blocking_check
from mandate.rules.receipt import received
from mandate.rules.request import (
    Course,
    Form,
    Judged,
    RequestPlan,
    judge,
    ready_condition,
    verdict,
)
from mandate.rules.signing import to_sign

_G94 = cite("G94-copies")
_G91 = cite("G91-term")
_LEAVING = ("Exiting", "Exited")


def needs_text(case: Case, agreement: ServiceAgreement) -> bool:
    """Whether its text is (still) to be rendered: until the first of the three decides.

    From then on the text stays as it was, whatever becomes of template and policy (G94-copies).
    A renewal goes on under the text that was signed.
    """
    if case.policy.spec.agreement is None or is_renewal(agreement):
        return False
    return not agreement.status.approvals


def judge_agreement(
    case: Case, request: ServiceAgreement, spec: Json, now: datetime
) -> RequestPlan:
    """Three signatures, in any order, each on the digest of the text (G94-copies, A15-launch).

    A refusal by anyone ends it. The operator's record is not edited: the launch is asked for anew.

    Args:
        case: the system.
        request: the agreement; `status.textSha256` is the digest of its text, on record.
        spec: as the API server has it.
        now: the time (UTC).
    """
    form, text = form_of(request, spec), _text(case, request)
    read = {"textSha256": text} if text else {}
    groups = () if is_renewal(request) else (SIGNATURES,)
    checks = () if is_renewal(request) else tuple(_signable(case, request, text))
    terms = partial(_terms, form, now)
    course = Course(groups=groups, checks=checks, read=read, terms=terms)
    judged = judge(form, course, case.law, now)
    turns = to_sign(judged.base["awaiting"], text, case.policy.spec)
    judged = replace(judged, base=judged.base | {"awaiting": turns})
    if judged.complete:
        return _in_force(case, request, form, judged, text, now)
    ready = verdict(judged, form, now, done=("", ""))
    if judged.refused or judged.ineffective:
        ended = judged.refused or judged.ineffective
        said = f"{ready.reason.lower()} at {ended}, and it ends there: read the opinion and file a "
        said += f"LaunchRequest ({cite('A15-launch')}); an amendment leaves what it amends in force"
        ready = ready_condition(form.metadata.generation, now, ready.reason, said)
    status = ServiceAgreementStatus(
        **judged.status(ready),
        phase="Signing" if judged.pending else "Refused",
        text_sha256=text,
    )
    return RequestPlan(status, judged.facts, judged.due)


def _terms(
    form: Form, now: datetime, stages: tuple[str, ...], effects: Mapping[str, Effect]
) -> tuple[clocks.Term, ...]:
    """From the filing until all three have signed, or one has ended it (X-clock)."""
    if not stages:
        return ()
    generation, approvals = form.metadata.generation, form.status.approvals
    keys = [decision_key(stage, generation) for stage in stages]
    made = [(approvals[key], effects[key]) for key in keys if key in approvals and key in effects]
    signed = [a.at for a, e in made if e.effective and a.decision == "Approved" and a.at]
    over = [a.at for a, e in made if not (e.effective and a.decision == "Approved") and a.at]
    ended = max(signed, default=None) if len(signed) == len(stages) else min(over, default=None)
    return (clocks.Term(SIGN, received(form.metadata, approvals, now), ended),)


def _text(case: Case, agreement: ServiceAgreement) -> str | None:
    """The digest of the text; a renewal's is the one that was signed (G91-term)."""
    before = named(case, agreement.spec.previous) if is_renewal(agreement) else None
    return agreement.status.text_sha256 or (before.status.text_sha256 if before else None)


def _signable(case: Case, agreement: ServiceAgreement, text: str | None) -> Iterator[Check]:
    """What keeps an agreement from being signed (G94-copies, A15-launch)."""
    unrendered = [] if text else ["there is no text to sign: the policy has no agreement"]
    yield blocking_check("Rendered", unrendered, _G94)
    phase = case.application.status.phase
    leaves = [f"the application is {phase}: what leaves is not launched"]
    yield blocking_check("Stays", leaves if phase in _LEAVING else [], cite("A15-launch"))
    if agreement.spec.amendment_of is None:
        return
    amended = named(case, agreement.spec.amendment_of)
    # its own coming in force is what ends the other
    mine = agreement.status.phase in ("InForce", *OVER)
    stands = mine or (amended is not None and amended.status.phase == "InForce")
    said = f"{agreement.spec.amendment_of} is not in force: there is nothing to amend"
    yield blocking_check("Amendable", [] if stands else [said], _G94)


def _in_force(
    case: Case,
    agreement: ServiceAgreement,
    form: Form,
    judged: Judged,
    text: str | None,
    now: datetime,
) -> RequestPlan:
    """A term that is in force, or was (G91-term)."""
    term = Term(case, agreement, *span_of(case, agreement, judged))
    asides = tuple(_objections(form, term.ends, {"textSha256": text} if text else {}))
    term = replace(term, objecting=tuple(a.stage for a in asides if a.approval is not None))
    phase = phase_of(term, now)
    stands = phase == "InForce"
    reminders = dict(reminders_of(term)) if stands else {}
    given = {left for left, at in reminders.items() if at <= now}
    given |= set(agreement.status.reminded_before_days)
    fields: dict[str, Any] = judged.status(_ready(term, phase, now))
    for found in asides:
        fields["effects"] = fields["effects"] | found.effects
    if stands:
        fields["awaiting"] = tuple(turn for found in asides for turn in found.awaiting)
    for condition in expiring_of(term, phase, given, now):
        fields["conditions"] = set_condition(fields["conditions"], condition)
    status = ServiceAgreementStatus(
        **fields,
        phase=phase,
        text_sha256=text,
        in_force_from=term.since,
        expires_on=term.last,
        reminded_before_days=tuple(sorted(given, reverse=True)),
    )
    coming = (judged.due, *((term.ends, *reminders.values()) if stands else ()))
    due = min((at for at in coming if at is not None and at > now), default=None)
    return RequestPlan(status, judged.facts, due)


def _ready(term: Term, phase: AgreementPhase, now: datetime) -> Condition:
    """Its Ready condition; what was said at its end stays, whatever becomes of the policy."""
    known = find_condition(term.agreement.status.conditions, "Ready")
    if known is not None and term.agreement.status.phase in OVER:
        return known
    generation = term.agreement.metadata.generation
    text = f"{said_of(term, phase)} ({_G91})"
    return ready_condition(generation, now, phase, text, ready=phase == "InForce")


def _objections(form: Form, ends: datetime | None, read: Json) -> Iterator[Aside]:
    """Each party may object while the term runs, and says why (G91-term)."""
    for stage in OBJECTIONS:
        key = decision_key(stage, form.metadata.generation)
        made = form.status.approvals.get(key)
        late = made is not None and made.at is not None and ends is not None and made.at >= ends
        if late and key not in form.status.effects:
            reason = f"the term was over by then; object to the one that goes on ({_G91})"
            yield Aside(stage, effects={key: Effect(effective=False, reason=reason)})
        elif made is None or form.status.effects.get(key, Effect(effective=True)).effective:
            yield aside(form, stage, read, opinion_required=True)
