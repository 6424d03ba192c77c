"""How an approved system lives: trial, launch, running, interrupted, ending (article 9)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from mandate.api.clocks import Clock
from mandate.api.cloudapplication import Phase
from mandate.api.meta import Condition, Json
from mandate.api.register import DataIntegration
from mandate.api.rulebook import cite
from mandate.api.systemlife import TrialPeriod
from mandate.rules.access import Guests, access
from mandate.rules.case import Case
from mandate.rules.evaluation import evaluation_due, evaluation_overdue
from mandate.rules.exits import Exit, exit_of
from mandate.rules.grant import Regime
from mandate.rules.integration import duty_of, overdue_at, overdue_text, standing_of
from mandate.rules.internet import gate_of
from mandate.rules.launch import Launch, launch_of
from mandate.rules.suspension import Suspended, suspended
from mandate.rules.trial import Trial, trial_of


@dataclass(frozen=True, slots=True)
class Life:
    """How an approved system lives now."""

    phase: Phase
    regime: Regime
    conditions: tuple[Condition, ...] = ()
    """Those that hold or held; the reason and message of each say why."""
    trial: TrialPeriod | None = None
    launched_at: datetime | None = None
    billing_from: date | None = None
    records: tuple[Json, ...] = ()
    """What the operator files."""
    due: tuple[datetime | None, ...] = ()
    """When time alone changes something (UTC)."""


def live(case: Case, begun: datetime | None, now: datetime, clocks: tuple[Clock, ...] = ()) -> Life:
    """How an approved system lives (A09-lifecycle, A14-trial, A15-launch, A17-exit).

    Args:
        case: the system and everything that was filed about it.
        begun: when everything granted was there (UTC); None: not yet.
        now: the time (UTC).
        clocks: of its application, as they are now.
    """
    launch = launch_of(case)
    trial = trial_of(case, begun, now) if begun and not launch.continued else None
    kept = suspended(case)
    ending = exit_of(case, kept, now)
    if ending.stage is not None:
        # what exits needs no agreement any more, from this very look on
        launch = replace(launch, agreement_over="")
    # consent alone does not end a trial, the launch does; and what exits is on trial no more
    on_trial = launch.launched_at is None and ending.stage is None
    expired = trial is not None and trial.expired and on_trial
    interrupted = bool(kept.interrupted_by) or expired or ending.stage is not None
    let_in = access(case, now)
    gate = gate_of(case, launched=launch.launched_at is not None)
    regime = Regime(
        environment=_environment(launch, ending),
        closed=interrupted,
        # until it is held, what is closed can still start what its data is fetched with
        frozen=bool(kept.interrupted_by) or expired or ending.stage not in (None, "closed"),
        internet=gate.open and not interrupted,
        entrances_shut=gate.shut,
        guests=_gone(let_in.guests) if ending.stage else let_in.guests,
        deleted=ending.deleting,
        kept=kept.keeps,
    )
    waits = (
        *(trial.due if trial and on_trial else ()),
        *ending.due,
        *let_in.due,
        overdue_at(_duty(case), case.law) if ending.stage is None else None,
        launch.continues_to,
        evaluation_due(clocks),
    )
    late = evaluation_overdue(case, clocks, now)
    return Life(
        phase=_phase(begun, launch, ending),
        regime=regime,
        conditions=(
            *_conditions(case, trial, expired, kept, launch, now),
            *_integration(case, ending, now),
            *_continues(case, launch, now),
            *_after_launch(case, regime.internet, late and ending.stage is None, now),
        ),
        trial=trial.period if trial else None,
        launched_at=launch.launched_at,
        billing_from=launch.billing_from,
        records=() if ending.stage else launch.records,
        due=waits,
    )


def _gone(guests: tuple[Guests, ...]) -> tuple[Guests, ...]:
    """Nobody enters what is ending."""
    return tuple(Guests(room.role, ()) for room in guests)


def _environment(launch: Launch, ending: Exit) -> Literal["trial", "formal", "held"]:
    if ending.stage not in (None, "closed"):
        return "held"
    return "formal" if launch.launched_at else "trial"


def _phase(begun: datetime | None, launch: Launch, ending: Exit) -> Phase:
    if ending.stage == "completed":
        return "Exited"
    if ending.stage is not None:
        return "Exiting"
    if begun is None:
        return "Approved"
    if launch.launched_at is not None:
        return "Running"
    if launch.consented_at is not None:
        return "Launching"
    return "Trial"


def _conditions(
    case: Case, trial: Trial | None, expired: bool, kept: Suspended, launch: Launch, now: datetime
) -> Iterator[Condition]:
    """What holds of the system besides its phase; what never held is not there."""
    ends = trial.period.ends_at.isoformat() if trial else ""
    way = "sign its ServiceAgreement" if launch.under_way else "file a LaunchRequest"
    said = f"the trial ended at {ends} without a launch; {way} or file a TrialExtension"
    yield from _state(case, "TrialExpired", expired, f"{said} ({cite('A14-trial')})", now)
    said = f"interrupted by {', '.join(kept.interrupted_by)}"
    yield from _state(case, "Suspended", bool(kept.interrupted_by), said, now)
    said = f"held by {', '.join(kept.held_by)}: nothing of it is deleted"
    yield from _state(case, "LegalHold", bool(kept.held_by), said, now)
    over = launch.over(now)
    said = f"{over} is over: what runs is left, nothing new is granted; file a LaunchRequest"
    yield from _state(case, "AgreementExpired", bool(over), f"{said} ({cite('G91-term')})", now)


def _duty(case: Case) -> DataIntegration | None:
    return duty_of(case.agency, case.application.metadata)


def _integration(case: Case, ending: Exit, now: datetime) -> Iterator[Condition]:
    """Whether it is late with its integration into the data platform (A07-reclaim)."""
    duty = _duty(case)
    late = duty is not None and standing_of(duty, case.law, now) == "Overdue"
    said = overdue_text(duty) if duty is not None else ""
    yield from _state(case, "IntegrationOverdue", late and ending.stage is None, said, now)


def _continues(case: Case, launch: Launch, now: datetime) -> Iterator[Condition]:
    """That an agreement of another cluster is in force: cited, and not renewed here (G91-term)."""
    before = launch.continued
    agreed = before.agreement if before else None
    holds = agreed is not None and launch.continues_to is not None and not launch.over(now)
    said = ""
    if before is not None and agreed is not None:
        said = (
            f"{agreed.name} (text sha256 {agreed.text_sha256}) is in force to {agreed.expires_on}, "
            f"on record in {before.dossier}; then file a LaunchRequest for another"
        )
    yield from _state(case, "AgreementContinued", holds, f"{said} ({cite('G91-term')})", now)


def _after_launch(case: Case, online: bool, late: bool, now: datetime) -> Iterator[Condition]:
    """What holds of a system that was launched."""
    said = f"its filing is verified: the internet reaches it ({cite('G32-filing')})"
    yield from _state(case, "InternetOpen", online, said, now)
    said = (
        f"the protection evaluation report is late; file an AssessmentReport ({cite('G33-mlps')})"
    )
    yield from _state(case, "MlpsReportOverdue", late, said, now)


def _state(case: Case, kind: str, holds: bool, said: str, now: datetime) -> Iterator[Condition]:
    if holds or any(c.type == kind for c in case.application.status.conditions):
        yield Condition(
            type=kind,
            status="True" if holds else "False",
            observed_generation=case.application.metadata.generation,
            last_transition_time=now,
            reason=kind if holds else "Ended",
            message=said if holds else "",
        )
