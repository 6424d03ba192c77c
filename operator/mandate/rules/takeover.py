"""What was there before the application: a namespace, or its own life in another cluster.

Neither becomes a grant by itself: the authority takes it over, and cites the last hash of the
dossier that was kept outside (X-dossier, G310-sublet).
"""

from collections.abc import Iterator
from functools import partial
from hashlib import sha256

import rfc8785

from mandate.api.meta import Json
from mandate.api.requests import Approval, Check
from mandate.api.rulebook import cite
from mandate.api.stages import TAKEOVER
from mandate.rules.beside import beside
from mandate.rules.case import Case, Predecessor
from mandate.rules.checks import advisory_check
from mandate.rules.dossier import GENESIS
from mandate.rules.less import as_asked
from mandate.rules.progress import pinned_stages
from mandate.rules.record import Fact
from mandate.rules.request import Course, Form, Judged

NAMESPACE_TAKEN = "NamespaceTaken"
"""What came of a grant whose namespace is there and another's."""


def restored(case: Case) -> Predecessor | None:
    """The predecessor, if this is the very form that was granted there and the takeover decides.

    What had been decided here before the dossier came goes on as it began.
    """
    found, app = case.predecessor, case.application
    if found is None or found.granted is None:
        return None
    if found.form_sha256 != sha256(rfc8785.dumps(case.form)).hexdigest():
        return None
    generation = app.metadata.generation
    here = pinned_stages(app.status, generation, (TAKEOVER,)) == (TAKEOVER,)
    return found if here else None


def restoring(found: Predecessor, checks: tuple[Check, ...] = ()) -> Course:
    """The course of a form that is restored: what it was granted was judged when it was.

    Args:
        found: what is known of it from the other cluster.
        checks: what has to stand here before it is granted again.
    """
    return Course(
        groups=((TAKEOVER,),),
        checks=(*checks, *_leaving(found)),
        read=_read(found.head),
        objection=partial(_uncited, found.head),
        cites=found.head,
    )


def _leaving(found: Predecessor) -> Iterator[Check]:
    """That it was on its way out, and here is not until that is asked for again (A17-exit)."""
    if found.exiting:
        said = (
            "its exit was approved in the other cluster and not carried out: it will be as it was "
            "before that; file the ExitRequest again once it is taken over"
        )
        yield advisory_check("ExitNotContinued", [said], cite("A17-exit"))


def with_takeover(case: Case, judged: Judged, reason: str) -> Judged:
    """What was judged, with the takeover that is awaited where the namespace is another's.

    Args:
        case: the approved application.
        judged: where it stands.
        reason: what came of its grant.
    """
    app = case.application
    if reason != NAMESPACE_TAKEN or TAKEOVER in judged.base["stages"]:
        return judged
    head = case.predecessor.head if case.predecessor else GENESIS
    form = Form(app.metadata, case.form, app.status)
    return beside(form, judged, TAKEOVER, _read(head), head)


def taken_over(made: Approval | None, generation: int, found: Predecessor | None) -> Iterator[Fact]:
    """That it was taken over, for its dossier: which goes on from the one that was cited.

    Args:
        made: the approval of the takeover, if it took effect.
        generation: of the form.
        found: the dossier that it cites, if it is there.
    """
    if made is None:
        return
    known = found.dossier if found is not None and found.head == made.cites else None
    yield Fact(
        key=f"takenover.{generation}",
        kind="TakenOver",
        text=f"taken over; what was before is in {known or 'no dossier that is known here'}",
        by=made.by or "",
        at=made.at,
        data={"cites": made.cites or GENESIS, "from": known} | _continued(found if known else None),
        event="Normal",
    )


def _continued(found: Predecessor | None) -> Json:
    """What stays as it was, for the dossier that goes on: agreement, grading, reports."""
    told: Json = {}
    if found is None:
        return told
    if found.agreement is not None:
        agreed = found.agreement
        told["agreement"] = {
            "name": agreed.name,
            "textSha256": agreed.text_sha256,
            "expiresOn": agreed.expires_on.isoformat(),
        }
    if found.graded_level is not None:
        told["gradedLevel"] = found.graded_level
    if found.reports:
        told["reports"] = [report.wire() for report in found.reports]
    return told


def _read(head: str) -> Json:
    """What the decider reads beside the form."""
    return {"cites": head}


def _uncited(head: str, made: Approval) -> str:
    if made.cites != head:
        return f"it does not cite the dossier that it continues ({cite('X-dossier')})"
    return as_asked(made)
