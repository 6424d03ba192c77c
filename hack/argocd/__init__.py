"""Argo CD's health scripts: one source, and for each kind the stages it goes through.

They lie in Argo CD's own layout. Kinds without a status have none: Argo CD counts them as synced.
"""

from collections.abc import Iterator
from pathlib import Path

from mandate.api.kinds import KINDS
from mandate.api.meta import GROUP
from mandate.api.stages import BY_KIND, Party, Stage

HERE = Path(__file__).resolve().parent
FOLDER = (
    HERE.parents[1] / "charts" / "mandate" / "files" / "argocd" / "resource_customizations" / GROUP
)
OWED = ("confirm-provider", "restored")
"""Stages beside the course that somebody has to decide: the others are there for who wants to."""
HEADER = "-- Generated from hack/argocd/health.lua by `make generate`; do not edit.\n"


def texts() -> Iterator[tuple[Path, str]]:
    """Each kind's script by its path."""
    source = (HERE / "health.lua").read_text("utf-8")
    for kind in KINDS:
        if kind.has_status:
            yield FOLDER / kind.name / "health.lua", HEADER + _tables(kind.name) + source


def _tables(kind: str) -> str:
    """Who decides at a stage that is not the authority's; which may stay open for ever."""
    stages = BY_KIND[kind].stages if kind in BY_KIND else ()
    party = {s.name: f'"{s.decided_by}"' for s in stages if s.decided_by is not Party.AUTHORITY}
    return _table("party", party) + _table("optional", _optional(stages))


def _optional(stages: tuple[Stage, ...]) -> dict[str, str]:
    return {s.name: "true" for s in stages if s.beside and s.name not in OWED}


def _table(name: str, rows: dict[str, str]) -> str:
    cells = ", ".join(f'["{key}"] = {value}' for key, value in rows.items())
    return f"local {name} = {{{cells}}}\n"
