"""Who may do what to which request in which state: how the grids are read, and what they mean.

A grid stands for one state of one kind, or of two with the same stages: rows are identities
(`matrix_people`), columns are verbs, a cell is a code. `complete` refuses grids that leave any
cell of identity × verb × kind × state out, for every kind of the stage table.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from mandate.api.rulebook import cite
from mandate.api.stages import BY_KIND, STAGE_TABLE, RequestKind
from tests.cluster.matrix_people import PEOPLE

Cell = tuple[str, str, str, str]
"""Kind, state, identity, verb."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a guard says: what was refused, by which rule, and the next step (two patterns)."""

    code: int
    what: str
    rule: str
    next_step: str

    def said(self, message: str) -> bool:
        """Whether a message is this refusal, whole."""
        law = re.escape(cite(self.rule))
        return re.search(rf"{self.what} \({law}\)[:;] {self.next_step}", message) is not None


OK = "ok"
RBAC = "rbac"
"""Refused before the guards: no role of theirs lets them write this. The sentence is RBAC's."""

REFUSALS: dict[str, Refusal] = {
    "frozen": Refusal(
        422, "was accepted and is frozen", "A16-change", "file a (ResourceChange|new one)"
    ),
    "kept": Refusal(
        403,
        "was granted and is not deleted",
        "A17-delete",
        "it stays on record; file an? (ExitRequest|new one)",
    ),
    "record": Refusal(403, "is the operator's record", "X-duty", "it files one when it is due"),
    "party": Refusal(
        403, "does not file or withdraw this [A-Za-z]+", "X-duty", "the (agency|authority) does"
    ),
    "nofile": Refusal(403, "the operator files and withdraws nothing", "X-duty", "the parties do"),
    "status": Refusal(
        403,
        "only the operator writes this part of the status",
        "X-identity",
        "decide under status.approvals",
    ),
    "final": Refusal(
        422,
        "a recorded decision is neither altered nor withdrawn",
        "X-final",
        "a newer generation of the form is decided anew",
    ),
    "turn": Refusal(
        422, "cannot be Approved now", "X-order", "see status.awaiting and status.checks"
    ),
    "system": Refusal(
        403,
        "may not decide",
        "X-identity",
        "persons decide, service accounts and the operator do not",
    ),
    "agency": Refusal(403, "may not decide [a-z-]+", "X-identity", "the members of agency "),
    "verb": Refusal(
        403,
        "may not decide [a-z-]+ under policy luan",
        "X-identity",
        "who does holds that verb on governancepolicies/luan",
    ),
    "every": Refusal(
        403, "has every verb, which is no appointment", "X-duty", "name the stage in a role"
    ),
    "wrote": Refusal(
        403, "wrote this request and does not decide on it", "X-duty", "somebody else does"
    ),
    "acts": Refusal(403, "and does not decide on its requests", "X-duty", "the authority does"),
    "mints": Refusal(
        403,
        "can act as a service account of .+ and does not decide there",
        "X-duty",
        "somebody else does",
    ),
}

CODES = frozenset({OK, RBAC, *REFUSALS})

HEADINGS = {
    "declare-major": "declare",
    "confirm-provider": "conf-pr",
    "sign-agency": "sign-ag",
    "sign-provider": "sign-pr",
    "sign-authority": "sign-au",
    "objection-agency": "obj-ag",
    "objection-provider": "obj-pr",
    "objection-authority": "obj-au",
}
"""Stages whose names are too long for a column."""


def states_of(row: RequestKind) -> tuple[str, ...]:
    """The states that a request of this kind goes through.

    `filed` awaits its first stage, `accepted` has it approved, `granted` has all approved. With
    one stage, accepted is granted; with none, nothing is decided.
    """
    if not row.stages:
        return ("filed",)
    return ("filed", "granted", "refused") if len(row.stages) == 1 else _ALL_STATES


_ALL_STATES = ("filed", "accepted", "granted", "refused")


def bound(row: RequestKind) -> str:
    """The state of a request that its first approval has bound."""
    return states_of(row)[1]


EVERY = pytest.mark.parametrize("row", STAGE_TABLE, ids=[row.kind for row in STAGE_TABLE])
"""A test of every kind."""
_STAGED = [row for row in STAGE_TABLE if row.stages]
DECIDED = pytest.mark.parametrize("row", _STAGED, ids=[row.kind for row in _STAGED])
"""A test of every kind that anything is decided on."""


def verbs_of(row: RequestKind) -> tuple[str, ...]:
    """File another, edit the spec, set a label, delete, decide each stage, write the phase."""
    return ("file", "edit", "label", "delete", *(s.name for s in row.stages), "phase")


def every_cell() -> Iterator[Cell]:
    """Identity × verb × kind × state, from the stage table."""
    for row in STAGE_TABLE:
        for state in states_of(row):
            for who in PEOPLE:
                for verb in verbs_of(row):
                    yield row.kind, state, who, verb


def complete(grids: Iterable[str]) -> dict[Cell, str]:
    """The code of every cell.

    Raises:
        ValueError: a cell is missing, stands twice or is none of the product; a code is unknown.
    """
    cells: dict[Cell, str] = {}
    for text in grids:
        for grid in text.strip().split("\n\n"):
            for cell, code in _cells(grid.splitlines()):
                if cell in cells:
                    raise ValueError(f"{cell} stands twice")
                if code not in CODES:
                    raise ValueError(f"{cell}: no code {code}")
                cells[cell] = code
    wanted = set(every_cell())
    if wanted != set(cells):
        missing, unknown = sorted(wanted - set(cells)), sorted(set(cells) - wanted)
        raise ValueError(f"{len(missing)} cells missing {missing[:5]}, unknown {unknown[:5]}")
    return cells


def _cells(lines: list[str]) -> Iterator[tuple[Cell, str]]:
    kinds, _, state = lines[0].partition(": ")
    for position, kind in enumerate(kinds.split(", ")):
        verbs = [_verb(kind, heading, position) for heading in lines[1].split()]
        for line in lines[2:]:
            who, *codes = line.split()
            if len(codes) != len(verbs):
                raise ValueError(f"{kind}, {state}, {who}: {len(codes)} of {len(verbs)} cells")
            for verb, code in zip(verbs, codes, strict=True):
                yield (kind, state, who, verb), code


def _verb(kind: str, heading: str, position: int) -> str:
    """The verb of a column; `launch|extension` where a grid stands for two kinds."""
    names = heading.split("|")
    name = names[position] if len(names) > 1 else heading
    stages = BY_KIND[kind].stages if kind in BY_KIND else ()
    return next((s.name for s in stages if HEADINGS.get(s.name) == name), name)
