"""What an imported dossier tells of an application: read as the operator records it (X-dossier)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from pydantic import TypeAdapter

from mandate.api.hosts import Allocation
from mandate.api.meta import Json
from mandate.rules.case import Agreed, HandedIn, InForce, Predecessor
from mandate.rules.dossier import GENESIS, facts_in, seal

_JSON: TypeAdapter[Json] = TypeAdapter(Json)
_Filed = dict[str, Json]
"""The forms of the requests, and the approvals on them, by where their facts stand."""


def predecessors(parts: Sequence[Json]) -> list[Predecessor]:
    """What the parts of one imported dossier tell: after each of them, the last one last.

    A part that is added later changes nothing of what was cited before.

    Args:
        parts: `Dossier` objects of one subject, in their order.

    Raises:
        ValueError: an entry was altered, or a part is missing: the API server computes no hash.
    """
    found, filed, told = Predecessor("", GENESIS, ""), _Filed(), []
    for part in parts:
        _check(part, found.head)
        for key, data, digest in facts_in(part["spec"]["entries"]):
            after = _of_request if "/" in key else _of_application
            found = replace(after(found, filed, key, data), head=digest)
        told.append(replace(found, dossier=part["metadata"]["name"]))
    return told


def _check(part: Json, head: str) -> None:
    if part["spec"]["opens"] != head:
        raise ValueError("a part is missing")
    for entry in part["spec"]["entries"]:
        unsealed = {name: value for name, value in entry.items() if name != "hash"}
        if entry["previous"] != head or seal(unsealed) != entry:
            raise ValueError(f"entry {entry['seq']} was altered")
        head = entry["hash"]


def _of_application(found: Predecessor, _: _Filed, key: str, data: str) -> Predecessor:
    """What is known after one more fact of the application itself."""
    if key.startswith("filed."):
        # another life; of its requests, some of which may be on record before it, it keeps these
        form = _JSON.validate_json(data)["formSha256"]
        new = Predecessor("", found.head, form)
        return replace(new, suspended=found.suspended, reports=found.reports)
    if key.startswith(("granted.Granted.", "changed.")):
        given = _JSON.validate_json(data)["allocation"]
        return replace(found, granted=Allocation.model_validate(given)) if given else found
    if key == "gone" or key.startswith(("granted.Reclaimed.", "phase.Exited.")):
        return replace(found, granted=None, suspended=())
    if key.startswith("phase."):
        return _lived(found, key.split(".")[1], _JSON.validate_json(data))
    if key.startswith("takenover."):
        return _continued(found, _JSON.validate_json(data))
    return found


def _lived(found: Predecessor, phase: str, told: Json) -> Predecessor:
    """What is known after a phase that it came to."""
    if phase == "Exiting":
        return replace(found, exiting=True)
    if phase != "Running":
        return found
    since, billed = told["launchedAt"], told["billingFrom"]
    return replace(
        found,
        launched_at=datetime.fromisoformat(since) if since else None,
        billing_from=date.fromisoformat(billed) if billed else None,
    )


def _continued(found: Predecessor, told: Json) -> Predecessor:
    """What it had itself taken over from the one before."""
    before = tuple(HandedIn.of(report) for report in told.get("reports", []))
    return replace(
        found,
        agreement=_agreed(told.get("agreement")) or found.agreement,
        graded_level=told.get("gradedLevel") or found.graded_level,
        reports=(*before, *found.reports),
    )


def _of_request(found: Predecessor, filed: _Filed, key: str, data: str) -> Predecessor:
    """What is known after one more fact of a request about it: `<kind>/<name>/<uid>.<what>`."""
    kind, name, rest = key.split("/", 2)
    uid, _, what = rest.partition(".")
    step, _, which = what.partition(".")
    known = filed.setdefault(f"{kind}/{name}/{uid}", {})
    if step == "filed":
        known["form"] = _JSON.validate_json(data).get("form", {})
    elif step == "decided":
        known[which] = _JSON.validate_json(data)
    elif step == "effect" and _JSON.validate_json(data)["effective"]:
        made = known.get(which, {})
        if made.get("decision") == "Approved":
            stage, at = which.partition(".")[0], datetime.fromisoformat(made["at"])
            return _took_effect(found, f"{name}/{uid}", stage, known.get("form", {}), at)
    elif (kind, step) == ("ServiceAgreement", "in-force"):
        told = _JSON.validate_json(data) | {"name": name}
        return replace(found, agreement=_agreed(told) or found.agreement)
    elif (kind, step) == ("Suspension", "phase"):
        form = known["form"]
        others = tuple(s for s in found.suspended if s.name != name)
        mine = (InForce(name, form["effect"], form["origin"]),) if "InForce" in which else ()
        return replace(found, suspended=(*others, *mine))
    return found


def _took_effect(
    found: Predecessor, request: str, stage: str, form: Json, at: datetime
) -> Predecessor:
    """What is known after an approval: of a launch, and what counts as a report, or no more."""
    if stage == "launch":
        return replace(found, graded_level=form.get("gradedLevel") or found.graded_level)
    if stage == "verification" and form.get("result") == "Passed":
        accredited = "cnasNumber" in form["assessor"]
        report = HandedIn(request, form["type"], at, accredited=accredited)
        return replace(found, reports=(*found.reports, report))
    if stage == "withdrawal":
        kept = tuple(report for report in found.reports if report.request != request)
        return replace(found, reports=kept)
    return found


def _agreed(told: Json | None) -> Agreed | None:
    """An agreement in force, as a fact tells of it."""
    if not told or not told.get("textSha256") or not told.get("expiresOn"):
        return None
    return Agreed(told["name"], told["textSha256"], date.fromisoformat(told["expiresOn"]))
