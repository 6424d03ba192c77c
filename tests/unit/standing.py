"""What happens by itself in the book as time goes on, and how everything in it stands."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from tests.unit.book import APP, OBJECTED, ONE, SIGNED, Book, Filing, Json, is_signed, stands
from tests.unit.turns import given_back, hours, turns

Standing = dict[str, object]
"""How things stand, by what they are called, such as `launch-1.phase`."""


def decided(book: Book, name: str, stage: str, decision: str) -> None:
    """Writes a decision into the book, with what comes of it."""
    filing = book.filings[name]
    filing.made[f"{stage}.{filing.generation}"] = (decision, book.now)
    if stage == "launch" and decision == "Approved" and book.consented is None:
        book.consented = book.now
        if book.law.agreement:
            number = sum(f.spec["term"] == 0 for _, f in book.of("ServiceAgreement"))
            _file_term(book, 0, f"{APP}-term-0{f'-r{number}' if number else ''}")
        else:
            book.launched = book.launched or book.now
    if stage in SIGNED and filing.kind == "ServiceAgreement":
        if decision == "Refused":
            book.ended[name], book.consented = "Refused", None
        elif book.is_in_force(name):
            book.launched = book.launched or book.now
    _carry_on(book)


def pass_time(book: Book, until: datetime) -> None:
    """Lets time go on; what happens on the way happens in its order."""
    while (at := min((p for p in turning_points(book) if p > book.now), default=until)) < until:
        book.now = at
        _carry_on(book)
    book.now = until
    _carry_on(book)


def turning_points(book: Book) -> Iterator[datetime]:
    """When something happens by itself that is not undone."""
    if book.leaves is not None:
        yield from (book.leaves.closes, book.leaves.holds, book.leaves.deletes)
    for name, _ in book.of("ServiceAgreement"):
        if book.is_in_force(name):
            yield _over(book, name)


def _over(book: Book, name: str) -> datetime:
    last = book.last_day(name)
    assert last is not None
    return book.law.begins(last + ONE)


def _carry_on(book: Book) -> None:
    kept = book.in_force("Interrupt") or book.in_force("Preserve")
    if book.leaves and book.now >= book.leaves.deletes and not kept and not book.reclaimed:
        book.reclaimed = book.now
    reports = book.counts("MlpsEvaluation")
    if book.launched and reports and not book.handed_in and not book.reclaimed:
        book.handed_in = max(book.launched, min(reports))
    for name, filing in book.of("ServiceAgreement"):
        if book.is_in_force(name) and book.now >= _over(book, name):
            term, first = filing.spec["term"], filing.spec["first"]
            objected = any(filing.when(stage) for stage in OBJECTED)
            if objected or book.ending or term == book.law.renewals:
                book.ended[name], book.consented = "Expired", None
            else:
                book.ended[name] = "Renewed"
                _file_term(book, term + 1, first)


def _file_term(book: Book, term: int, first: str) -> None:
    name = first.replace("-term-0", f"-term-{term}")
    spec: Json = {"term": term, "first": first}
    book.filings[name] = Filing("ServiceAgreement", spec, set(), book.now)


def standing(book: Book) -> Standing:
    """How everything is to stand now."""
    found: Standing = {f"{APP}.conditions": sorted(_conditions(book))}
    found |= {f"{APP}.{key}": value for key, value in _system(book).items()}
    for name, filing in book.filings.items():
        found[f"{name}.phase"] = book.phase if name == APP else _PHASES[filing.kind](book, filing)
        found[f"{name}.awaits"] = turns(book, name)
        found[f"{name}.made"] = {key: decision for key, (decision, _) in filing.made.items()}
        for stage, start, due, end in _clocks(book, filing):
            late = (end or book.now) >= book.law.begins(due + ONE)
            found[f"{name}.clock.{stage}"] = (
                book.law.day(start).isoformat(), due.isoformat(), end is not None, late,
            )  # fmt: skip
    for name, _ in book.of("ServiceAgreement"):
        last = book.last_day(name)
        found[f"{name}.last"] = last.isoformat() if last else None
    return found


def _system(book: Book) -> Standing:
    """How the system's namespace is kept; nothing where there is none."""
    if book.granted is None or book.reclaimed:
        return {"granted": False}
    frozen = bool(book.in_force("Interrupt")) or book.expired or book.ending == "held"
    environment = "formal" if book.launched else "trial"
    return {
        "granted": True,
        "trial": book.trial_ends.isoformat() if book.trial_ends else None,
        "billing": book.law.day(book.launched).isoformat() if book.launched else None,
        "closed": book.interrupted,
        "frozen": frozen,
        "environment": "held" if book.ending == "held" else environment,
        "internet": _opened(book),
        "shut": bool(book.online and book.online.when("withdraw-filing")),
        "guests": sorted(_guests(book)),
    }


def _opened(book: Book) -> bool:
    asked, wanted = book.online, book.app.spec.get("website", {}).get("domains", ())
    if asked is None or asked.when("withdraw-filing") or book.interrupted:
        return False
    return set(wanted) <= set(asked.spec["internetFiling"]["domains"])


def _guests(book: Book) -> set[tuple[str, str]]:
    """Who is let in, as what."""
    granted = [f for _, f in book.of("AccessGrant") if f.when("grant") and not book.ending]
    inside = [f for f in granted if hours(f)[0] <= book.now < hours(f)[1]]
    return {(f.spec["role"], f.spec["subject"]["name"]) for f in inside}


def _conditions(book: Book) -> Iterator[str]:
    """What holds of the system besides its phase."""
    owed = book.law.months(book.law.day(book.launched), 6) if book.launched else book.today
    late = book.today > owed and not book.counts("MlpsEvaluation") and not book.ending
    if book.granted is None:
        return
    for kind, holds in (
        ("TrialExpired", book.expired),
        ("Suspended", book.in_force("Interrupt")),
        ("LegalHold", book.in_force("Preserve")),
        ("AgreementExpired", book.lapsed and not book.ending),
        ("InternetOpen", _opened(book)),
        ("MlpsReportOverdue", late),
        ("IntegrationOverdue", book.today > book.law.integrated_by and not book.ending),
    ):
        if holds:
            yield kind


Clock = tuple[str, datetime, date, datetime | None]


def _clocks(book: Book, filing: Filing) -> Iterator[Clock]:
    """The clocks of a request: stage, start, last day and end."""
    law = book.law
    if filing.kind == "CloudApplication":
        ended = _decided(filing, "acceptance")
        yield "acceptance", filing.at, law.working(filing.at, 5), ended
        accepted, launched = filing.when("acceptance"), book.launched
        if accepted:
            yield "review", accepted, law.working(accepted, 2), _decided(filing, "review")
        if book.granted:
            yield (
                "provision",
                book.granted,
                law.working(book.granted, 3),
                book.begun or book.reclaimed,
            )
        if launched:
            due = law.months(law.day(launched), 6)
            yield "mlpsReport", launched, due, book.handed_in or book.reclaimed
    if filing.kind == "ExitRequest":
        yield "exit", filing.at, law.working(filing.at, 5), _decided(filing, "exit")
        leaving = book.leaving(filing)
        if leaving and book.now >= leaving.closes:
            due = law.working(leaving.closes, 3)
            yield "reclaim", leaving.closes, due, given_back(book, filing)


def _decided(filing: Filing, stage: str) -> datetime | None:
    return filing.when(stage) or filing.when(stage, "Refused")


def _simply(stage: str, approved: str = "Approved") -> "Phase":
    def phase(_: Book, filing: Filing) -> str:
        if filing.when(stage):
            return approved
        return "Refused" if filing.when(stage, "Refused") else "Submitted"

    return phase


def _of_report(book: Book, filing: Filing) -> str:
    withdrawn = filing.when("withdrawal")
    return "Withdrawn" if withdrawn else _simply("verification", "Verified")(book, filing)


def _of_suspension(_: Book, filing: Filing) -> str:
    if stands(filing):
        return "InForce"
    begun = filing.spec["origin"] == "Provider" or filing.when("suspension")
    return "Lifted" if begun else "Refused" if filing.present else "Submitted"


def _of_exit(book: Book, filing: Filing) -> str:
    leaving = book.leaving(filing)
    if leaving is None:
        return "Refused" if filing.present else "Submitted"
    if given_back(book, filing):
        return "Completed" if is_signed(filing) else "Reclaimed"
    if book.now < leaving.closes:
        return "Approved"
    return "Closed" if book.now < leaving.holds else "Held"


def _of_agreement(book: Book, filing: Filing) -> str:
    name = next(n for n, f in book.filings.items() if f is filing)
    return book.ended.get(name, "InForce" if book.is_in_force(name) else "Signing")


def _of_guest(book: Book, filing: Filing) -> str:
    if not filing.when("grant"):
        return _simply("grant")(book, filing)
    begins, ends = hours(filing)
    return "Approved" if book.now < begins else "Active" if book.now < ends else "Ended"


def _of_contacts(book: Book, filing: Filing) -> str:
    return "Effective" if book.today.isoformat() >= filing.spec["effectiveFrom"] else "Submitted"


Phase = Callable[[Book, Filing], str]
_PHASES: dict[str, Phase] = {
    "TrialExtension": _simply("extension"),
    "LaunchRequest": _simply("launch"),
    "AssessmentReport": _of_report,
    "Suspension": _of_suspension,
    "ExitRequest": _of_exit,
    "ServiceAgreement": _of_agreement,
    "AccessGrant": _of_guest,
    "ContactChange": _of_contacts,
}
