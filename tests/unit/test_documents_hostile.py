"""Whatever a form holds, its document says it as text and keeps its shape."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.exitrequest import ExitRequestSpec
from mandate.api.requests import RequestStatus
from mandate.api.resourcechange import ResourceChangeSpec, ResourceChangeStatus
from mandate.api.serviceagreement import ServiceAgreementSpec
from mandate.api.suspension import SuspensionSpec, SuspensionStatus
from mandate.render import documents
from mandate.render.documents import (
    AgencyCost,
    Period,
    SystemCost,
    agreement_text,
    application_form,
    change_form,
    change_sheet,
    cost_sheet,
    decision_cover,
    exit_form,
    suspension_report,
    tree,
)
from mandate.rules.cost import Statement
from tests.unit.builders import example, form, rules
from tests.unit.paper import agreement_spec, case, exit_spec, read, suspension_spec

HOSTILE = [
    "<script>alert(1)</script>",
    "</td></tr></table><h1>六安市政务云系统退出申请表</h1>",
    "<img src=x onerror=alert(1)>",
    "<!-- ",
    "]]>",
    "&lt;b&gt; &amp; &#x3c; &copy",
    "{{ spec.signature }}",
    "{% include 'style.css' %}",
    "{# gone #}",
    "} body { display: none; } /*",
    "</style><style>td { color: white }",
    '" style="display:none" x="',
    "'",
    "`",
    "#set page(width: 1cm) $x$ [a] *b* _c_ \\",
    "☑同意  ☐不同意",
    "一\n二\n\n  三\t四",
    " 前后空白　",
    "W" * 64,
    "\u202e倒\u202c",
    "𠮷田\ue000",
]
# what the API refuses by its schema cannot come: control characters but line breaks
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"]),
        st.sampled_from("\n\t<>&\"'{}%#/"),
        st.just("☑"),
    ),
    min_size=1,
    max_size=40,
)

# what a form may carry in its places for free text
MARKS = {name: f"⟨{name}⟩" for name in ("line", "other", "paragraphs", "cell", "host", "title")}


def marked(text: dict[str, str]) -> dict[str, str]:
    return {place: text.get(place, mark) for place, mark in MARKS.items()}


def application(text: dict[str, str]) -> str:
    at = marked(text)
    raw = form(
        applicantUnit=at["line"],
        systemName=at["title"],
        systemDescription=at["paragraphs"],
        otherNeeds=at["paragraphs"],
        availability="Other",
        availabilityOther=at["other"],
        networks=["Other"],
        networkOther=at["other"],
        unsuitableByLaw={"citation": at["line"]},
    )
    raw["systemOwner"] |= {"name": at["line"], "email": at["cell"]}
    raw["hosts"][0] |= {
        "hostName": at["host"],
        "hostType": at["cell"],
        "operatingSystem": at["cell"],
        "cpuArchitecture": "Other",
        "cpuArchitectureOther": at["other"],
    }
    raw["services"][0] |= {"category2": at["cell"], "remark": at["cell"]}
    raw["materials"]["constructionPlan"]["title"] = at["title"]
    return application_form(CloudApplicationSpec.model_validate(raw), rules())


def leave(text: dict[str, str]) -> str:
    at = marked(text)
    raw = exit_spec().wire() | {"systemName": at["title"], "reason": at["paragraphs"]}
    raw["resources"][0]["description"] = at["cell"]
    raw["confirmation"]["signature"]["signatoryName"] = at["line"]
    return exit_form(ExitRequestSpec.model_validate(raw), rules())


def agreement(text: dict[str, str]) -> str:
    at = marked(text)
    raw = agreement_spec().wire() | {"systemName": at["title"]}
    raw["parties"] |= {"agency": at["line"], "provider": at["line"], "authority": at["line"]}
    raw["annexes"][0]["title"] = at["cell"]
    return agreement_text(ServiceAgreementSpec.model_validate(raw), rules())


def report(text: dict[str, str]) -> str:
    at = marked(text)
    raw = suspension_spec().wire() | {"cause": at["paragraphs"], "reportTo": at["line"]}
    status = SuspensionStatus.model_validate(decided(at).wire())
    return suspension_report(
        SuspensionSpec.model_validate(raw), status, case("Suspension"), rules()
    )


def change(text: dict[str, str]) -> str:
    at = marked(text)
    return change_form(hostile_change(at), rules())


def change_paper(text: dict[str, str]) -> str:
    at = marked(text)
    made = {"decision": "Approved", "basis": "0" * 64, "opinion": at["paragraphs"]}
    status = {"approvals": {"change.1": made | {"by": at["cell"]}}, "materiality": "Minor"}
    found = ResourceChangeStatus.model_validate(status)
    return change_sheet(hostile_change(at), found, case("ResourceChange"), rules())


def hostile_change(at: dict[str, str]) -> ResourceChangeSpec:
    raw = example("life/resource-change.yaml")["spec"] | {
        "applicantUnit": at["line"],
        "systemName": at["title"],
        "reason": at["paragraphs"],
        "statement": at["paragraphs"],
        "changeTypeOther": at["other"],
        "changeTypes": ["Other"],
    }
    raw["addedHosts"][0] |= {"hostName": at["host"], "operatingSystem": at["cell"]}
    raw["changedHosts"][0] |= {"action": "Other", "remark": at["cell"], "hostName": at["host"]}
    raw["services"][0] |= {"category2": at["cell"], "remark": at["cell"]}
    return ResourceChangeSpec.model_validate(raw)


def cover(text: dict[str, str]) -> str:
    return decision_cover(case("CloudApplication"), decided(marked(text)), rules())


def decided(at: dict[str, str]) -> RequestStatus:
    approval = {"decision": "Refused", "basis": "0" * 64, "opinion": at["paragraphs"]}
    effect = {"effective": False, "reason": at["line"]}
    return RequestStatus.model_validate(
        {
            "approvals": {"acceptance.1": approval | {"by": at["cell"]}},
            "effects": {"acceptance.1": effect},
        }
    )


def costs(text: dict[str, str]) -> str:
    at = marked(text)
    nothing = Statement(days=1, currency="CNY", lines=(), unpriced=(at["cell"], at["host"]))
    system = SystemCost("app", at["line"], at["other"], nothing)
    untold = SystemCost("second", at["title"], None, None, at["paragraphs"])
    agency = AgencyCost("transport", "六安市交通运输局", (system, untold))
    return cost_sheet(agency, Period(date(2026, 3, 1), date(2026, 3, 31)), "目录", "CNY")


Rendered = Callable[[dict[str, str]], str]
DOCUMENTS: list[Rendered] = [
    application, leave, agreement, report, change, change_paper, cover, costs,
]  # fmt: skip


HARMLESS = {document: read(document({})) for document in DOCUMENTS}


def compare(document: Rendered, new: dict[str, str]) -> None:
    harmless, html = HARMLESS[document], document(new)
    paper = read(html)
    assert paper.tags == harmless.tags
    assert paper.texts == [filled(text, new) for text in harmless.texts]
    # and so does what sets the page for paper read it
    assert [text for _, text in tree.texts(tree.content(html))] == paper.texts


def filled(text: str, new: dict[str, str]) -> str:
    """What the harmless page says, with each mark replaced by what was filled in."""
    pattern = "|".join(map(re.escape, MARKS.values()))
    return re.sub(pattern, lambda mark: new.get(mark[0][1:-1], mark[0]), text)


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("document", DOCUMENTS)
@given(new=st.dictionaries(st.sampled_from(list(MARKS)), TEXTS))
def test_a_document_says_exactly_what_was_filled_in(
    document: Rendered, new: dict[str, str]
) -> None:
    compare(document, new)


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_in_every_place_at_once_stays_text(document: Rendered, text: str) -> None:
    compare(document, dict.fromkeys(MARKS, text))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_mark_is_there_to_be_replaced(document: Rendered) -> None:
    said = "".join(HARMLESS[document].texts)
    assert [mark for mark in MARKS.values() if mark in said]
    assert "⟨paragraphs⟩" in said or document is agreement


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_needs_nothing_from_elsewhere(
    document: Rendered,
) -> None:
    html = document({})
    assert not re.search(r"<(script|link|img|iframe|object|base|form)|@import|url\(|src=", html)
    assert html.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')


@pytest.mark.rule("X-input")
def test_no_template_lets_a_value_through_unescaped() -> None:
    templates = Path(documents.__file__).parent / "templates"
    found = sorted(templates.glob("*.j2"))
    assert found
    for template in found:
        text = template.read_text("utf-8")
        assert not re.search(r"\bsafe\b|autoescape|Markup", text), template.name


@pytest.mark.parametrize(
    "html",
    [
        "<html><body><div>一</div></body></html>",
        "<html><body><table>一</table></body></html>",
        "<html><body><p>一</h1></body></html>",
    ],
)
def test_what_our_templates_do_not_write_is_not_set(html: str) -> None:
    with pytest.raises(ValueError, match=r"no element of our|text outside of|closes <p>"):
        tree.content(html)
