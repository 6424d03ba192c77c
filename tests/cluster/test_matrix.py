"""Every identity tries every verb on every kind in every state, on the real API."""

import pytest

from hack.site import Answer
from mandate.api.rulebook import RULEBOOK
from tests.cluster import matrix_agency, matrix_changes, matrix_forms, matrix_records
from tests.cluster.matrix import OK, RBAC, REFUSALS, complete, every_cell
from tests.cluster.matrix_states import Scene

GRIDS = (*matrix_forms.GRIDS, *matrix_changes.GRIDS, *matrix_records.GRIDS, *matrix_agency.GRIDS)
CELLS = complete(GRIDS)
"""Read when the tests are collected: a cell that is not filled stops them all."""
ROWS: dict[tuple[str, str, str], list[str]] = {}
"""The verbs of each kind, state and identity; a row is a test."""
for _kind, _state, _who, _verb in every_cell():
    ROWS.setdefault((_kind, _state, _who), []).append(_verb)


def _as_expected(code: str, answer: Answer) -> bool:
    if code == OK:
        return answer.code in (200, 201)
    if code == RBAC:
        return answer.code == 403 and " cannot " in answer.message
    return answer.code == REFUSALS[code].code and REFUSALS[code].said(answer.message)


@pytest.mark.rule("X-identity", "X-duty", "X-order", "X-final", "A16-change", "A17-delete")
@pytest.mark.parametrize(("kind", "state", "who"), ROWS, ids=["-".join(row) for row in ROWS])
def test_who_may_do_what(scene: Scene, kind: str, state: str, who: str) -> None:
    wrong = []
    for verb in ROWS[kind, state, who]:
        code, answer = CELLS[kind, state, who, verb], scene.probe((kind, state, who, verb))
        if not _as_expected(code, answer):
            said = f"{answer.code} {answer.message}"
            wrong.append(f"{verb}: {code} expected, the API server said {said}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_used_and_names_its_rule_and_the_next_step(code: str) -> None:
    refusal = REFUSALS[code]
    assert code in CELLS.values()
    assert refusal.rule in RULEBOOK
    assert len(refusal.next_step.split()) > 1
    # its own: no other refusal would pass for it
    assert refusal.what not in [r.what for r in REFUSALS.values() if r is not refusal]


def _without(text: str) -> tuple[str, ...]:
    """The grids without the first place that has this text."""
    at = next(i for i, grid in enumerate(GRIDS) if text in grid)
    return (*GRIDS[:at], GRIDS[at].replace(text, "", 1), *GRIDS[at + 1 :])


@pytest.mark.parametrize(
    ("grids", "because"),
    [
        (GRIDS[1:], "cells missing"),
        ((*GRIDS, GRIDS[0]), "stands twice"),
        (_without("wrote"), "cells"),
        (_without("outsider"), "cells"),
        (_without(" phase"), "cells"),
        ((GRIDS[0].replace("wrote", "rote", 1), *GRIDS[1:]), "no code rote"),
        ((GRIDS[0].replace("outsider", "stranger", 1), *GRIDS[1:]), "cells missing"),
    ],
    ids=["a-kind", "twice", "a-cell", "a-row", "a-column", "a-code", "a-name"],
)
def test_an_unfilled_cell_stops_the_collection(grids: tuple[str, ...], because: str) -> None:
    with pytest.raises(ValueError, match=because):
        complete(grids)
