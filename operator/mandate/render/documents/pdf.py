"""A document as PDF, by the optional extra `pdf`; the HTML stays the record.

The page is set by typst with the fonts of `pylopdf-fonts-zh-cn` (Noto Serif SC and Noto Sans
SC, SIL OFL) and with no other: both are embedded, and a character that neither has is an
error. The same HTML gives the same bytes.
"""

import json
from functools import cache
from importlib import resources
from pathlib import Path

from mandate.render.documents import tree
from mandate.render.documents.environment import digest

try:
    import pylopdf_fonts_zh_cn as fonts
    import typst
    from fontTools.ttLib import TTFont
except ImportError as missing:
    raise ImportError("PDF is an optional extra: install mandate-operator[pdf]") from missing

_LAYOUT = resources.files("mandate.render.documents") / "templates" / "layout.typ"
# drawn of other glyphs by the layout, or no glyph at all
_DRAWN = {"☐": "□", "☑": "□√", "\n": "", "\t": "\u3000"}


class MissingGlyphError(ValueError):
    """A document holds a character that the embedded fonts cannot show."""


def pdf(html: str) -> bytes:
    """A document for paper: A4, its text searchable and its fonts embedded.

    The foot of each page names the sha256 of the HTML, which is what was signed.

    Raises:
        MissingGlyphError: a character has no glyph; it says which and where.
        ValueError: the HTML is no document of ours.
    """
    content = tree.content(html)
    _check_glyphs(content)
    page = {"title": tree.text(content[0]), "digest": digest(html), "content": content}
    return typst.compile(
        _LAYOUT.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"page": json.dumps(page)},
    )


def _check_glyphs(content: list[tree.Node]) -> None:
    known = _characters()
    for before, text in tree.texts(content):
        for character in text:
            if not all(ord(c) in known for c in _DRAWN.get(character, character)):
                raise MissingGlyphError(
                    f"U+{ord(character):04X} {character!r} has no glyph in Noto Serif SC or Noto "
                    f"Sans SC: in {text[:80]!r} after {before[:80]!r}; write it otherwise for the "
                    "PDF, or take the HTML, which has it"
                )


@cache
def _fonts() -> typst.Fonts:
    folder = fonts.serif_path().parent
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


@cache
def _characters() -> frozenset[int]:
    """The characters that have a glyph in either font: the layout falls back to the other."""
    return frozenset(_cmap(fonts.serif_path()) | _cmap(fonts.sans_path()))


def _cmap(path: Path) -> set[int]:
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())
