"""A document as PDF: its text is there, its fonts are in it, nothing runs out of its cell."""

import ctypes
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

from mandate.render.documents import agreement_text, application_form, digest, exit_form
from mandate.render.documents.pdf import MissingGlyphError, pdf
from tests.unit.builders import host, rules, spec
from tests.unit.paper import agreement_spec, exit_spec, read

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
MARGIN = 16 * MM


def squeezed(text: str) -> str:
    """A text without blanks, its boxes as the fonts draw them."""
    return re.sub(r"\s", "", text).replace("☐", "□").replace("☑", "□√")


def extracted(pages: bytes) -> str:
    document = pdfium.PdfDocument(pages)
    return squeezed("".join(page.get_textpage().get_text_range() for page in document))


def characters(pages: bytes) -> Iterator[tuple[str, float, float]]:
    """Each character that is written, with its left and right edge in points."""
    for page in pdfium.PdfDocument(pages):
        text = page.get_textpage()
        for n in range(text.count_chars()):
            written = text.get_text_range(n, 1)
            if written.strip():
                left, _, right, _ = text.get_charbox(n)
                yield written, left, right


def fonts(pages: bytes) -> set[tuple[str, bool]]:
    """The name of each font that is used, and whether it is in the file."""
    found = set()
    for page in pdfium.PdfDocument(pages):
        for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=9):
            font = raw.FPDFTextObj_GetFont(thing)
            name = ctypes.create_string_buffer(200)
            raw.FPDFFont_GetBaseFontName(font, name, 200)
            found.add((name.value.decode(), raw.FPDFFont_GetIsEmbedded(font) == 1))
    return found


PAGES = {
    "application": application_form(spec(), rules()),
    "agreement": agreement_text(agreement_spec(), rules()),
    "exit": exit_form(exit_spec(), rules()),
}


@pytest.mark.rule("G94-copies")
@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
def test_all_that_the_html_says_can_be_found_in_the_pdf(html: str) -> None:
    found = extracted(pdf(html))
    for text in read(html).texts:
        # a cell that is broken over lines stands among its neighbours
        for line in text.split("\n"):
            for piece in re.findall(r"[^\s☐☑]{1,3}", line):
                assert piece in found, (piece, text)
    assert f"sha256：{digest(html)}" in found


def test_chinese_comes_back_as_it_was_written() -> None:
    found = extracted(pdf(PAGES["agreement"]))
    assert "六安市政务云管理使用服务三方协议" in found
    assert "3.4配合丙方完成政务云安全检查、应急演练和对乙方的服务评价等工作。" in found
    assert "9.4本协议一式六份，各方各执二份，具有同等法律效力。" in found
    assert "第3页共3页" in found
    application = extracted(pdf(PAGES["application"]))
    assert "□业务生产系统" not in application
    assert "□√业务生产系统□内部办公□公众服务□门户网站□移动APP□视频系统□其他" in application


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
def test_every_font_is_embedded_and_one_of_the_two(html: str) -> None:
    used = fonts(pdf(html))
    assert {name.split("+")[-1].removesuffix("-Identity-H") for name, _ in used} == {
        "NotoSerifSC-Regular",
        "NotoSansSC-Regular",
    }
    assert all(embedded for _, embedded in used)


def test_the_page_is_a4_and_not_blank() -> None:
    page = pdfium.PdfDocument(pdf(PAGES["application"]))[0]
    assert page.get_size() == pytest.approx(A4, abs=0.5)
    grey = bytes(page.render(scale=1, grayscale=True).buffer)
    dark = sum(value < 128 for value in grey)
    # a filled form is neither empty nor black
    assert 0.01 < dark / len(grey) < 0.2


@pytest.mark.parametrize(
    ("text", "named"),
    [("局\ue000", "U+E000"), ("𠮷田", "U+20BB7"), ("a\u200bb", "U+200B"), ("🏙", "U+1F3D9")],
    ids=ascii,
)
def test_a_character_without_a_glyph_is_an_error_that_says_which_and_where(
    text: str, named: str
) -> None:
    html = application_form(spec(systemName=text), rules())
    with pytest.raises(MissingGlyphError) as refused:
        pdf(html)
    message = str(refused.value)
    assert message.startswith(f"{named} ")
    assert f"in {text!r} after '*政务信息系统名称'" in message
    assert "Noto Serif SC" in message


def test_a_missing_glyph_in_a_table_names_the_cell_before() -> None:
    html = application_form(spec(hosts=[host(hostName="\ue001")]), rules())
    with pytest.raises(MissingGlyphError, match=r"^U\+E001 .* after '弹性云服务器'; "):
        pdf(html)


# by the widths of the form's columns: 6, 9, 9, 9, 7, … percent of 178 mm
HOST_NAME = (MARGIN + 0.15 * 178 * MM, MARGIN + 0.24 * 178 * MM)


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("character", ["W", "，", "—", "（", "é", "1", "安", "-"])
def test_a_word_without_end_stays_within_its_cell(character: str) -> None:
    long = character * 64
    plain = spec(hosts=[host()]).model_copy(update={"system_name": character * 256})
    filled = plain.model_copy(
        update={"hosts": (plain.hosts[0].model_copy(update={"host_name": long}),)}
    )
    written = list(characters(pdf(application_form(filled, rules()))))
    for _, left, right in written:
        assert left > MARGIN - 1
        assert right < A4[0] - MARGIN + 1
    # the run of 64 in the narrow column, and nothing of it beyond
    inside = [
        c for c, left, right in written if HOST_NAME[0] <= left and right <= HOST_NAME[1] + 0.5
    ]
    assert inside.count(character) >= 64


@pytest.mark.rule("X-input")
def test_typst_is_text_too() -> None:
    source = '#set page(width: 1cm)\n= 标题 $x^2$ *b* _c_ @ref <label> // gone \\ #sys.inputs "]'
    html = application_form(spec(systemDescription=source), rules())
    assert squeezed(source) in extracted(pdf(html))


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mandate.render.documents.pdf")
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ImportError, match=r"install mandate-operator\[pdf\]"):
        importlib.import_module("mandate.render.documents.pdf")


@pytest.mark.rule("X-level")
def test_the_same_form_gives_the_same_bytes_in_another_process() -> None:
    script = (
        "import hashlib, json\n"
        "from tests.unit.test_documents_pdf import PAGES, pdf\n"
        "print(json.dumps([hashlib.sha256(pdf(h)).hexdigest() for h in PAGES.values()]"
        " + [hashlib.sha256(h.encode()).hexdigest() for h in PAGES.values()]))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=120,
        ).stdout
        for seed in ("1", "2")
    ]
    assert json.loads(runs[0]) == json.loads(runs[1])
    assert len(set(json.loads(runs[0]))) == 2 * len(PAGES)
