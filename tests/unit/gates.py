"""What the guards refuse on a real API server, in few lines: who files, edits, decides what."""

from mandate.api.meta import Json
from mandate.api.stages import BY_KIND, Duty, Party

PEOPLE = {
    "alice": Party.AGENCY,
    "aiguo": Party.AGENCY,
    "bob": Party.AUTHORITY,
    "sue": Party.SUPPORT,
    "pei": Party.PROVIDER,
    "peter": Party.PROVIDER,
}
"""Who decides for whom; nobody else does."""
_OFFICES = PEOPLE | {"clerk": Party.AUTHORITY, "bob": None, "operator": Party.OPERATOR}
"""Who files in whose name: of the authority its office does, which decides nothing."""


def may_file(kind: str, spec: Json, who: str) -> bool:
    """Whether somebody files a form of a kind: in their own party's name."""
    parties = BY_KIND[kind].filed_by
    if kind == "Suspension":
        parties = (Party(spec["origin"].lower()),)
    if kind == "ExitRequest":
        parties = parties[:1] if spec["exitType"] in ("System", "Unit") else parties[1:]
    return _OFFICES.get(who) in parties


def may_decide(raw: Json, stage: str, who: str) -> bool:
    """Whether somebody decides at a stage: of that party, and not on what they wrote."""
    rows = {s.name: s for s in BY_KIND[raw["kind"]].stages}
    wrote = who in raw["metadata"]["annotations"]["mandate.dev/requested-by"].split("\n")
    own = wrote and rows[stage].duty is not Duty.MEMBERS
    return PEOPLE.get(who) is rows[stage].decided_by and not own


def may_edit(raw: Json, who: str) -> bool:
    """Whether somebody may change a form: what was approved is frozen."""
    status = raw["status"]
    present = f".{raw['metadata']['generation']}"
    made = {k: a for k, a in status.get("approvals", {}).items() if k.endswith(present)}
    effects = status.get("effects", {})
    reopened = any(
        (BY_KIND[raw["kind"]].binds == "last" and a["decision"] == "Refused")
        or effects.get(k, {}).get("effective") is False
        for k, a in made.items()
    )
    frozen = not reopened and any(a["decision"] == "Approved" for a in made.values())
    return not frozen and may_file(raw["kind"], raw["spec"], who)
