"""Which documents there are of a request, and that what was signed is written as it was signed."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mandate.api.exitrequest import ExitRequestStatus
from mandate.api.kinds import BY_NAME, REQUESTS, Kind
from mandate.api.meta import Json, Resource
from mandate.api.serviceagreement import ServiceAgreement
from mandate.cli.cluster import Cluster
from mandate.cli.render import _Record, _record, _reports, _write
from mandate.render.documents import Paper, agreement_text, digest, papers
from mandate.rules.case import Unit
from mandate.rules.dossier import Head, appended, manifest
from mandate.rules.history import subject_of
from mandate.rules.record import Fact
from tests.unit.agreements import Story
from tests.unit.builders import EXAMPLES, NOW, application, approval, example, rules
from tests.unit.endings import case, decision, exit_request, granted, stored
from tests.unit.lives import status_with
from tests.unit.paper import HEAD, read


def drawn(request: Resource, *, head: str | None = HEAD, about: object = None) -> dict[str, str]:
    """The documents of a request, by name."""
    where = about or case(request)
    assert where is not None
    return {p.name: p.draw() for p in papers(where, request, head)}  # type: ignore[arg-type]


@pytest.mark.rule("A11-form", "X-dossier")
def test_an_application_has_its_form_what_it_was_allocated_and_the_cover() -> None:
    found = drawn(granted())
    assert list(found) == ["form", "allocation", "cover"]
    form = read(found["form"])
    assert form.texts[0] == "六安市政务云系统上云申请表"
    assert form.values["*政务信息系统名称"] == "六安公交出行服务平台"
    assert ["1", "app-0"] in [row[:2] for row in read(found["allocation"]).rows]
    cover = read(found["cover"])
    assert cover.texts[0] == "上云申请决定书"
    assert [row[:4] for row in cover.rows[-2:]] == [
        ["受理", "1", "同意", "reviewer"],
        ["审核", "1", "同意", "reviewer"],
    ]
    assert f"档案摘要（dossier head sha256）：{HEAD}" in cover.texts
    # not decided yet, and by somebody who may not read the dossier
    filed = drawn(application(status=status_with({})), head=None)
    assert list(filed) == ["form", "cover"]
    assert "尚无决定" in read(filed["cover"]).texts
    assert not [t for t in read(filed["cover"]).texts if "dossier head" in t]


@pytest.mark.rule("A17-exit", "G72-confirm")
def test_an_exit_has_its_form_and_once_it_is_drawn_up_the_sheet_as_it_is_signed() -> None:
    filed = exit_request(decided={"exit": decision()})
    assert list(drawn(filed)) == ["form", "cover"]
    assert read(drawn(filed)["form"]).texts[0] == "六安市政务云系统退出申请表"
    reclaim = {"objects": {"secrets": 2}, "inventory": {}, "reclaimedAt": "2026-12-03T00:00:00Z"}
    app = stored(granted(), phase="Exiting", reclaim=reclaim)
    status = filed.status.wire() | {
        "sheet": {"sha256": "a" * 64, "dossierHead": "c" * 64},
        "reclaimedAt": "2026-12-03T00:00:00Z",
    }
    done = filed.model_copy(update={"status": ExitRequestStatus.model_validate(status)})
    (sheet,) = [p for p in papers(case(done, app=app), done, HEAD) if p.name == "sheet"]
    assert sheet.sha256 == "a" * 64
    paper = read(sheet.draw())
    assert ["密钥", "secrets", "2"] in paper.rows
    # the head that was there when it was drawn up
    assert f"档案摘要（dossier head sha256）：{'c' * 64}" in paper.texts


@pytest.mark.rule("A17-exit")
def test_the_exit_of_a_unit_names_all_its_systems() -> None:
    gone = dict.fromkeys(("applicationRef", "systemName"))
    request = exit_request({"exitType": "Unit"} | gone)
    here, one = case(), granted()
    other = one.model_copy(update={"spec": one.spec.model_copy(update={"system_name": "水情平台"})})
    unit = Unit(here.agency, here.policy, here.calendar, (one, other))
    cover = read(drawn(request, about=unit)["cover"])
    assert cover.values["政务信息系统"] == "六安公交出行服务平台、水情平台"


@pytest.mark.rule("G94-copies")
def test_an_agreement_is_the_text_whose_digest_is_signed() -> None:
    story = Story(NOW)
    story.consent()
    name = "bus-portal-term-0"
    text = agreement_text(story.agreement(name).spec, rules())
    status = story.status(name).model_copy(update={"text_sha256": digest(text)})
    request = story.agreement(name).model_copy(update={"status": status})
    assert isinstance(request, ServiceAgreement)
    (paper, cover) = papers(story.case(), request, HEAD)
    assert (paper.name, paper.sha256, paper.draw()) == ("agreement", digest(text), text)
    assert read(cover.draw()).texts[0] == "三方协议决定书"


@pytest.mark.parametrize("kind", [kind.name for kind in REQUESTS])
def test_every_kind_of_request_has_a_cover(kind: str) -> None:
    model = next(k.model for k in REQUESTS if k.name == kind)
    files = [f.stem for f in (EXAMPLES / "life").glob("*.yaml")]
    path = next((f"life/{f}.yaml" for f in files if f.replace("-", "") == kind.lower()), "")
    raw = example(path or "applications/bus-portal.yaml")
    raw["metadata"] |= {"uid": "u", "namespace": "agency-transport", "generation": 1}
    raw["status"] = {"approvals": {"lift.1": approval().wire() | {"at": NOW.isoformat()}}}
    found = [p for p in papers(case(), model.model_validate(raw), HEAD) if p.name == "cover"]
    assert len(found) == 1
    assert "（u）" in read(found[0].draw()).values["申请"]


class _Kept(Cluster):
    """A cluster with the parts of one dossier."""

    def __init__(self, parts: list[Json]) -> None:
        self.parts = parts

    def objects(self, kind: Kind, fields: str = "", namespace: str = "") -> Iterator[Json]:
        assert (kind.name, fields, namespace) == ("Dossier", "spec.subject.uid=u", "")
        yield from self.parts


LONG = "<p>" + "长" * 70_000 + "</p>"
"""More than one entry holds."""


def kept(*facts: Fact) -> _Record:
    """What is read of a dossier with these facts, whose parts come in any order."""
    subject = subject_of("CloudApplication", granted().metadata)
    full = [Fact(key=f"filler.{n}", kind="Filler", text="") for n in range(500)]
    made, head = appended(Head(), [*full, *facts], NOW)
    parts = [manifest(subject, each.part, each.opens, list(each.entries)) for each in made]
    found = _record(_Kept(parts[::-1]), "u")
    assert len(parts) > 1
    assert found.head == head.hash
    return found


def fact(key: str, html: str) -> Fact:
    return Fact(key=key, kind="DrawnUp", text="", data={"sha256": digest(html), "html": html})


@pytest.mark.rule("G94-copies", "G72-confirm", "X-dossier")
def test_what_was_signed_is_written_as_it_was_signed_or_not_at_all(tmp_path: Path) -> None:
    record = kept(fact("ExitRequest/x/11111111.sheet.1", LONG))
    # the template is another one by now
    sheet = Paper("sheet", lambda: "<p>anders</p>", digest(LONG))
    assert _write(sheet, record, tmp_path, "exitrequest-x", False)
    file = tmp_path / "exitrequest-x-sheet.html"
    assert file.read_text("utf-8") == LONG
    file.unlink()
    assert not _write(sheet, _Record(), tmp_path, "exitrequest-x", False)
    assert not list(tmp_path.iterdir())
    same = Paper("sheet", lambda: LONG, digest(LONG))
    assert _write(same, _Record(), tmp_path, "exitrequest-x", False)


@pytest.mark.rule("A23-suspend", "X-dossier")
def test_the_reports_of_a_request_are_those_on_record_and_no_others() -> None:
    mine = "Suspension/s/11111111"
    record = kept(
        fact(f"{mine}.report-suspended.1", "<p>一</p>"),
        fact(f"{mine}.report-lifted.1", LONG),
        fact(f"{mine}.sheet.1", "<p>二</p>"),
        fact("Suspension/s/22222222.report-suspended.1", "<p>三</p>"),
    )
    metadata = {"name": "s", "uid": "11111111-0000-4000-8000-000000000000"}
    found = {p.name: p.draw() for p in _reports(record, BY_NAME["Suspension"], metadata)}
    assert found == {"report-suspended": "<p>一</p>", "report-lifted": LONG}


def test_as_pdf_what_has_no_glyph_is_said(tmp_path: Path) -> None:
    paper = Paper("form", lambda: drawn(granted())["form"])
    assert _write(paper, _Record(), tmp_path, "x", True)
    assert (tmp_path / "x-form.pdf").read_bytes().startswith(b"%PDF")
    rare = Paper("form", lambda: drawn(application({"systemName": "𠮷"}))["form"])
    with pytest.raises(click.ClickException, match=r"U\+20BB7 .* has no glyph"):
        _write(rare, _Record(), tmp_path, "y", True)
