"""What may be decided on each request of the book, and by whom."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.unit.book import (
    ACTORS,
    AGENCY,
    DECIDERS,
    OBJECTED,
    ONE,
    PROVIDER,
    SIGNED,
    Book,
    Filing,
    Json,
    stands,
)

Turns = dict[str, str]
"""What may be decided at which stage: `AR` is Approved or Refused."""
RESOURCES = [
    {"kind": "VirtualMachine", "description": "应用服务器", "quantity": 2},
    {"kind": "VirtualMachine", "description": "数据库服务器", "quantity": 1},
    {"kind": "Other", "description": "云主机安全防护", "quantity": 3},
]
"""What the portal has, as an exit lists it."""


def filers(kind: str, spec: Json) -> frozenset[str]:
    """Who files a kind."""
    if spec.get("exitType") in ("Reclaim", "Termination"):
        return frozenset({"clerk"})
    if kind == "Suspension":
        return PROVIDER if spec["origin"] == "Provider" else frozenset({"clerk"})
    return frozenset() if kind == "ServiceAgreement" else AGENCY


def may_edit(filing: Filing, who: str) -> bool:
    """Whether a form can be changed: what was approved is frozen, but a refused application."""
    refused = filing.kind == "CloudApplication" and "Refused" in filing.present
    frozen = "Approved" in filing.present and not refused
    return who in filers(filing.kind, filing.spec) and not frozen


def takes(book: Book, who: str, name: str, stage: str, decision: str) -> bool:
    """Whether this decision by this person is accepted."""
    own = who in book.filings[name].writers and stage not in ("sign-agency", "objection-agency")
    may = turns(book, name).get(stage, "")
    return decision[0] in may and who in DECIDERS[stage] and not own


def deciders(book: Book, name: str, stage: str) -> list[str]:
    """Who may decide there."""
    return [who for who in ACTORS if takes(book, who, name, stage, "Approved")]


def turns(book: Book, name: str) -> Turns:
    """What may be decided on a request now."""
    filing = book.filings[name]
    asked = {
        "CloudApplication": _of_application,
        "TrialExtension": _of_extension,
        "LaunchRequest": _of_launch,
        "AssessmentReport": _of_report,
        "Suspension": _of_suspension,
        "ExitRequest": _of_exit,
        "ServiceAgreement": _of_agreement,
        "AccessGrant": _of_guest,
        "ContactChange": lambda *_: {},
    }
    return asked[filing.kind](book, filing)


def _one(filing: Filing, stage: str, fits: bool, after: str = "") -> Turns:
    """One stage, and one that can be approved after its approval."""
    if filing.open(stage):
        return {stage: "AR" if fits else "R"}
    approved = filing.when(stage) is not None
    return {after: "A"} if after and approved and filing.open(after) else {}


def _of_application(book: Book, app: Filing) -> Turns:
    fits = not app.spec["classified"]
    if app.when("acceptance"):
        hosted = app.spec["onboardingType"] == "Colocation" and not book.reclaimed
        return _one(app, "review", fits, "confirm-provider" if hosted else "")
    return _one(app, "acceptance", fits)


def _of_extension(book: Book, filing: Filing) -> Turns:
    return _one(filing, "extension", book.phase == "Trial")


def _of_launch(book: Book, filing: Filing) -> Turns:
    asked = filing.spec.get("internetFiling")
    wanted = set(book.app.spec.get("website", {}).get("domains", ()))
    filed = asked is not None and wanted <= set(asked["domains"])
    others = any(f.when("launch") for _, f in book.of("LaunchRequest") if f is not filing)
    if others and book.under_way and not (book.lapsed and not book.ending):
        fits = filed and book.phase not in ("Exiting", "Exited")
    else:
        site = bool(wanted) or "Internet" in book.app.spec["networks"]
        again = book.phase == "Running" and book.lapsed
        fits = (book.phase == "Trial" or again) and (filed or not site) and _tested(book, filing)
    return _one(filing, "launch", fits, "withdraw-filing" if asked else "")


def _tested(book: Book, filing: Filing) -> bool:
    """Whether the tests were passed, and a report that is valid today says so."""
    passed = {test["result"] for test in filing.spec["tests"].values()} == {"Passed"}
    filed = [f for _, f in book.of("AssessmentReport") if f.when("verification")]
    return passed and any(
        f.spec["type"] == "OnboardingSecurityTest"
        and f.spec["result"] == "Passed"
        and not f.when("withdrawal")
        and _valid(book, f)
        for f in filed
    )


def _valid(book: Book, report: Filing) -> bool:
    first, last = report.spec["date"], report.spec.get("validUntil") or "9999"
    return bool(first <= book.today.isoformat() <= last)


def _of_report(book: Book, filing: Filing) -> Turns:
    return _one(filing, "verification", _valid(book, filing), "withdrawal")


def _of_suspension(book: Book, filing: Filing) -> Turns:
    there = book.granted is not None and book.phase != "Exited"
    if filing.spec["origin"] == "Authority":
        return _one(filing, "suspension", there, "lift")
    found = _one(filing, "ratification", there, "lift") | {"restored": "A"}
    return found if stands(filing) else {}


def _of_exit(book: Book, filing: Filing) -> Turns:
    if filing.when("exit") is None:
        return _one(filing, "exit", all(_leavable(book, filing.spec)))
    if given_back(book, filing) is None:
        return {}
    stages = ("confirm-provider", *(SIGNED if filing.when("confirm-provider") else ()))
    return {stage: "A" for stage in stages if filing.open(stage)}


def given_back(book: Book, filing: Filing) -> datetime | None:
    """Since when all that an exit is about is gone; a unit without a system gives nothing back."""
    leaving = book.leaving(filing)
    if leaving is None or book.now < leaving.closes:
        return None
    return book.reclaimed if book.covers(filing) else leaving.closes


def _leavable(book: Book, spec: Json) -> Iterator[bool]:
    """Whether an exit can be approved."""
    if spec["exitType"] == "Unit":
        yield book.phase not in ("Submitted", "Accepted")
        return
    yield book.granted is not None and not book.ending
    yield spec["systemName"] == book.app.spec["systemName"]
    if spec["exitType"] == "System":
        yield spec["resources"] == RESOURCES
    if spec["exitType"] == "Reclaim":
        yield book.today > book.law.integrated_by
        told = date.fromisoformat(spec["reclaim"]["noticeDate"])
        yield date.fromisoformat(spec["plannedExitDate"]) > told + book.law.notice_days * ONE


def _of_agreement(book: Book, filing: Filing) -> Turns:
    name = next(n for n, f in book.filings.items() if f is filing)
    if name in book.ended:
        return {}
    if book.is_in_force(name):
        return {stage: "A" for stage in OBJECTED if filing.open(stage)}
    # what leaves is not launched
    return {stage: "R" if book.ending else "AR" for stage in SIGNED if filing.open(stage)}


def hours(filing: Filing) -> tuple[datetime, datetime]:
    """From when until when somebody is let in."""
    first, last = filing.spec["notBefore"], filing.spec["until"]
    return datetime.fromisoformat(first), datetime.fromisoformat(last)


def _of_guest(book: Book, filing: Filing) -> Turns:
    begins, ends = hours(filing)
    fits = ends - begins <= timedelta(days=book.law.guest_days) and book.now < ends
    return _one(filing, "grant", fits)
