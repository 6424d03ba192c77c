"""What was there before the application: a namespace, or its own life in another cluster.

Neither becomes a grant by itself: the authority takes it over, and cites the last hash of the
dossier that was kept outside (X-dossier, G310-sublet).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from hashlib import sha256

import rfc8785
from pydantic import TypeAdapter

from mandate.api.hosts import Allocation
from mandate.api.meta import Json
from mandate.api.requests import Approval
from mandate.api.rulebook import cite
from mandate.api.stages import TAKEOVER
from mandate.rules.beside import beside
from mandate.rules.case import Agreed, Case, Predecessor
from mandate.rules.dossier import GENESIS, facts_in, seal
from mandate.rules.less import as_asked
from mandate.rules.progress import pinned_stages
from mandate.rules.record import Fact
from mandate.rules.request import Course, Form, Judged

NAMESPACE_TAKEN = "NamespaceTaken"
"""What came of a grant whose namespace is there and another's."""
_JSON: TypeAdapter[Json] = TypeAdapter(Json)


def predecessors(parts: Sequence[Json]) -> Iterator[Predecessor]:
    """What the parts of one imported dossier tell: after each of them, the last one last.

    A part that is added later changes nothing of what was cited before.

    Args:
        parts: `Dossier` objects of one subject, in their order.

    Raises:
        ValueError: an entry was altered, or a part is missing: the API server computes no hash.
    """
    found = Predecessor("", GENESIS, "")
    for part in parts:
        _check(part, found.head)
        for key, data, digest in facts_in(part["spec"]["entries"]):
            found = replace(_next(found, key, data), head=digest)
        yield replace(found, dossier=part["metadata"]["name"])


def _check(part: Json, head: str) -> None:
    if part["spec"]["opens"] != head:
        raise ValueError("a part is missing")
    for entry in part["spec"]["entries"]:
        unsealed = {name: value for name, value in entry.items() if name != "hash"}
        if entry["previous"] != head or seal(unsealed) != entry:
            raise ValueError(f"entry {entry['seq']} was altered")
        head = entry["hash"]


def _next(found: Predecessor, key: str, data: str) -> Predecessor:
    """What is known after one more fact."""
    if key.startswith("filed."):
        return Predecessor("", found.head, _JSON.validate_json(data)["formSha256"])
    if key.startswith("granted.Granted."):
        allocation = _JSON.validate_json(data)["allocation"]
        return replace(found, granted=Allocation.model_validate(allocation))
    if key.startswith("changed."):
        changed = _JSON.validate_json(data)["allocation"]
        return replace(found, granted=Allocation.model_validate(changed)) if changed else found
    if key == "gone" or key.startswith(("granted.Reclaimed.", "phase.Exited.")):
        return replace(found, granted=None)
    if key.startswith("phase.Running."):
        told = _JSON.validate_json(data)
        since, billed = told["launchedAt"], told["billingFrom"]
        return replace(
            found,
            launched_at=datetime.fromisoformat(since) if since else None,
            billing_from=date.fromisoformat(billed) if billed else None,
        )
    return _agreed(found, key, data)


def _agreed(found: Predecessor, key: str, data: str) -> Predecessor:
    """What is known after a fact that may tell of an agreement: one in force, or taken over."""
    kind, _, rest = key.partition("/")
    told: Json | None
    if kind == "ServiceAgreement" and ".in-force." in rest:
        told = _JSON.validate_json(data) | {"name": rest.partition("/")[0]}
    elif key.startswith("takenover."):
        told = _JSON.validate_json(data).get("agreement")
    else:
        return found
    if not told or not told.get("textSha256") or not told.get("expiresOn"):
        return found
    last = date.fromisoformat(told["expiresOn"])
    return replace(found, agreement=Agreed(told["name"], told["textSha256"], last))


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


def restoring(found: Predecessor) -> Course:
    """The course of a form that is restored: what it was granted was judged when it was."""
    return Course(
        groups=((TAKEOVER,),),
        read=_read(found.head),
        objection=partial(_uncited, found.head),
        cites=found.head,
    )


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
    """The agreement that stays in force, for the dossier that goes on."""
    if found is None or found.agreement is None:
        return {}
    agreed = found.agreement
    return {
        "agreement": {
            "name": agreed.name,
            "textSha256": agreed.text_sha256,
            "expiresOn": agreed.expires_on.isoformat(),
        }
    }


def _read(head: str) -> Json:
    """What the decider reads beside the form."""
    return {"cites": head}


def _uncited(head: str, made: Approval) -> str:
    if made.cites != head:
        return f"it does not cite the dossier that it continues ({cite('X-dossier')})"
    return as_asked(made)
