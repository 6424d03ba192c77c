"""People who do this and that, legal or not, in a town and in the book beside it."""

from datetime import datetime, timedelta
from typing import Protocol

from tests.unit.book import ACTORS, APP, SIGNED, STAGES, Book, Filing, Json
from tests.unit.papers import PAPERS, Pick, best, paper
from tests.unit.standing import decided, pass_time
from tests.unit.turns import filers, may_edit, takes, turns

_MOST = 14
"""Requests that one story has."""
_SECOND = timedelta(seconds=1)


class Place(Protocol):
    """Where it happens: a town on the rules alone, or on a real API server."""

    @property
    def uid(self) -> str:
        """The uid of the application."""

    def file(self, name: str, kind: str, spec: Json, who: str) -> bool:
        """Somebody files a request; whether it was taken."""

    def decide(self, who: str, name: str, stage: str, decision: str) -> bool:
        """Somebody decides; whether it was taken."""

    def edit(self, who: str, name: str, changes: Json) -> bool:
        """Somebody edits a form; whether it was taken."""

    def wait(self, until: datetime) -> None:
        """Time goes on to then."""


class Player:
    """Draws what happens, has it happen in both, and sees that both take the same."""

    def __init__(self, place: Place, book: Book) -> None:
        self.place = place
        self.book = book

    def passes(self, span: timedelta) -> None:
        """Time goes on."""
        until = self.book.now + span
        self.place.wait(until)
        pass_time(self.book, until)

    def files(self, name: str, kind: str, spec: Json, who: str) -> bool:
        """Somebody files a request, or tries to; whether it was taken."""
        right = who in filers(kind, spec)
        taken = self.place.file(name, kind, spec, who)
        assert taken == right, f"{who} files {name}: {taken}"
        if taken:
            self.book.filings[name] = Filing(kind, dict(spec), {who}, self.book.now)
            self.passes(_SECOND)
        return taken

    def decides(self, who: str, name: str, stage: str, decision: str) -> bool:
        """Somebody decides, or tries to; whether it was taken."""
        right = takes(self.book, who, name, stage, decision)
        taken = self.place.decide(who, name, stage, decision)
        assert taken == right, f"{who}: {decision} at {stage} of {name}: {taken}"
        if taken:
            decided(self.book, name, stage, decision)
            # no two of them are made within a second
            self.passes(_SECOND)
        return taken

    def edits(self, who: str, name: str, changes: Json) -> bool:
        """Somebody edits a form, or tries to; whether it was taken."""
        filing = self.book.filings[name]
        if filing.spec | changes == filing.spec:
            return False
        right = may_edit(filing, who)
        taken = self.place.edit(who, name, changes)
        assert taken == right, f"{who} edits {name}: {taken}"
        if taken:
            filing.spec = {k: v for k, v in (filing.spec | changes).items() if v is not None}
            filing.writers.add(who)
            filing.generation += 1
            filing.at = self.book.now
            self.passes(_SECOND)
        return taken

    def applies(self, pick: Pick) -> None:
        """The agency files its application."""
        kind, spec = paper("application", self.book, pick)
        self.files(APP, kind, spec, "alice")

    def somebody_files(self, pick: Pick, what: str = "") -> str:
        """Somebody files a paper about the system; its name."""
        what = what or pick(PAPERS)
        kind, spec = paper(what, self.book, pick)
        if "applicationRef" in spec:
            spec["applicationRef"] = {"name": APP, "uid": self.place.uid}
        name = f"{what}-{len(self.book.filings)}"
        if len(self.book.filings) < _MOST:
            self.files(name, kind, spec, pick([*sorted(filers(kind, spec)), "sue"]))
        return name

    def somebody_decides(self, pick: Pick) -> None:
        """Anybody decides anything, as a rule in vain."""
        name = pick(sorted(self.book.filings))
        stage = pick([*sorted(turns(self.book, name)), *STAGES])
        self.decides(pick(ACTORS), name, stage, pick(["Approved", "Refused"]))

    def what_is_awaited_is_decided(self, pick: Pick, decision: str) -> None:
        """Somebody who may decides what is awaited."""
        choice = [
            (who, name, stage)
            for name in self.book.filings
            for stage in turns(self.book, name)
            for who in ACTORS
            if takes(self.book, who, name, stage, decision)
        ]
        if choice:
            who, name, stage = pick(choice)
            self.decides(who, name, stage, decision)

    def somebody_edits(self, pick: Pick) -> None:
        """Somebody edits a form."""
        own = [n for n, f in self.book.filings.items() if f.kind != "ServiceAgreement"]
        name = pick(own)
        what = "application" if name == APP else name.rpartition("-")[0]
        kind, spec = paper(what, self.book, pick)
        spec.pop("applicationRef", None)
        self.edits(pick([*sorted(filers(kind, spec)), "sue"]), name, spec)

    def acts(self, pick: Pick) -> None:
        """Something happens: mostly what brings the story on."""
        move = pick(["decides"] * 8 + ["files"] * 5 + ["anything"] * 3 + ["refuses", "edits"])
        if move == "files":
            self.somebody_files(pick)
        elif move == "edits":
            self.somebody_edits(pick)
        elif move == "anything":
            self.somebody_decides(pick)
        else:
            decision = "Approved" if move == "decides" else "Refused"
            self.what_is_awaited_is_decided(pick, decision)

    def is_granted(self) -> None:
        """Its chain of decisions, and what the provider is to confirm."""
        for who, stage in (("bob", "acceptance"), ("bob", "review"), ("pei", "confirm-provider")):
            if stage in turns(self.book, APP):
                self.decides(who, APP, stage, "Approved")

    def is_launched(self) -> None:
        """The straight way from the trial to the agreement."""
        report = self.somebody_files(best, "onboarding")
        self.decides("sue", report, "verification", "Approved")
        launch = self.somebody_files(best, "launch")
        self.decides("bob", launch, "launch", "Approved")
        signed = list(self.book.of("ServiceAgreement"))[-1:]
        for who, stage in zip(("alice", "pei", "bob"), SIGNED, strict=True):
            for name, _ in signed:
                self.decides(who, name, stage, "Approved")
