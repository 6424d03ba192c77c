"""The tripartite agreement: the annex's clauses in their order, the names and figures as data."""

import re
from itertools import pairwise

import pytest

from mandate.render.documents import agreement_text, digest
from tests.unit.builders import rules
from tests.unit.paper import agreement_spec, other_authority, read

CLAUSES = [
    *("2.1", "2.2"),
    *(f"3.{n}" for n in range(1, 11)),
    *(f"4.{n}" for n in range(1, 11)),
    *("5.1", "5.2", "5.3", "6.1", "6.2", "6.3", "6.4"),
    *("7.1", "7.2", "8.1", "8.2", "9.1", "9.2", "9.3", "9.4", "9.5"),
]
ARTICLES = [
    *("第一条 总则", "第二条 服务内容", "第三条 甲方的职责", "第四条 乙方的职责"),
    *("第五条 丙方的职责", "第六条 安全责任划分", "第七条 变更及退出条款"),
    *("第八条 违约及免责条款", "第九条 附则"),
]


def texts(**changes: object) -> list[str]:
    return read(agreement_text(agreement_spec(**changes), rules())).texts


def clause(number: str, written: list[str]) -> str:
    (found,) = (t for t in written if t.startswith(f"{number} "))
    return found


def numbers(written: list[str]) -> list[str]:
    return [m[1] for t in written if (m := re.match(r"([2-9]\.[0-9]+) ", t))]


@pytest.mark.rule("G94-copies")
def test_the_agreement_has_the_annexs_articles_and_clauses_in_their_order() -> None:
    written = texts()
    assert written[:5] == [
        "六安市政务云管理使用服务三方协议",
        "使用单位（甲方）：六安市交通运输局（盖章）",
        "云服务商（乙方）：政务云服务商（盖章）",
        "管理单位（丙方）：六安市数据资源管理局（盖章）",
        "甲、乙和丙三方根据《中华人民共和国民法典》及相关法律法规的规定，经友好协商，"
        "订立以下协议，以资共同遵守。",
    ]
    assert "协议名称：六安市政务云管理使用服务三方协议。" in written
    assert numbers(written) == CLAUSES
    assert [t for t in written if t in ARTICLES] == ARTICLES
    places = [written.index(article) for article in ARTICLES] + [len(written)]
    for article, (first, last) in enumerate(pairwise(places), start=1):
        assert all(n.startswith(f"{article}.") for n in numbers(written[first:last]))


@pytest.mark.rule("G94-copies")
@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("3.3", "并在上云6个月内提交第三方测评机构出具的网络安全等级保护测评报告。"),
        ("3.8", "如联系人发生变动，应提前3日履行变更手续。"),
        ("4.7", "（电话号码：0564-3370000）"),
        ("7.1", "共同在《六安市政务云资源变更确认单》上签字并盖章。"),
        ("7.2", "共同在《六安市政务云资源退出确认单》上签字并盖章。"),
        ("8.2", "应于不可抗力发生后15日内将情况告知对方"),
        (
            "9.1",
            "有效期为一年。若本协议到期前三方均无异议，则自动续约一年，续约最多不超过二次。",
        ),
        ("9.4", "本协议一式六份，各方各执二份，具有同等法律效力。"),
    ],
)
def test_the_figures_of_luan_read_as_the_annex_prints_them(number: str, said: str) -> None:
    assert said in clause(number, texts())


@pytest.mark.rule("G65-hosting")
@pytest.mark.parametrize(
    ("onboarding", "there"), [("Colocation", True), ("NewBuild", False), ("Migration", False)]
)
def test_hosting_has_its_clause_on_who_is_liable_and_nothing_else_has(
    onboarding: str, there: bool
) -> None:
    written = texts(onboardingType=onboarding)
    assert ("6.5" in numbers(written)) is there
    if there:
        assert clause("6.5", written) == (
            "6.5 基于甲方的设备托管业务，甲方和乙方的安全责任边界划分如下：乙方负责设施层"
            "（主要包括采暖、通风、空调、电力、消防和网络通信等）和网络出口安全责任；"
            "其他网络安全责任由甲方负责。"
        )
        assert numbers(written) == [*CLAUSES[:29], "6.5", *CLAUSES[29:]]


def test_another_authoritys_figures_and_names_are_its_own() -> None:
    policy = other_authority().model_copy(
        update={
            "time_limits": (),
            "agreement": rules(
                agreement={
                    "termMonths": 18,
                    "renewals": 0,
                    "copiesPerParty": 4,
                    "providerHotline": "10000",
                }
            ).agreement,
        }
    )
    spec = agreement_spec(
        validityMonths=18,
        parties={
            "agency": "江城市文旅局",
            "provider": "江城云公司",
            "authority": "江城市大数据局",
            "providerHotline": "10000",
        },
    )
    written = read(agreement_text(spec, policy)).texts
    assert written[0] == "江城市政务云管理使用服务三方协议"
    assert written[3] == "管理单位（丙方）：江城市大数据局（盖章）"
    assert clause("9.1", written).endswith("有效期为十八个月。")
    assert "一式十二份，各方各执四份" in clause("9.4", written)
    # a policy without these figures promises none
    assert "并在上云后及时提交" in clause("3.3", written)
    assert "应提前履行变更手续" in clause("3.8", written)
    assert "发生后及时将情况告知对方" in clause("8.2", written)
    # the system and the annex are this request's data
    assert [t for t in written if "六安" in t] == [
        "六安公交出行服务平台",
        "六安市政务云系统上云申请表",
    ]


@pytest.mark.rule("A04-scope")
def test_who_bears_the_costs_stands_where_no_budget_does() -> None:
    borne = read(agreement_text(agreement_spec(selfPaid=True), rules())).values
    assert borne["费用承担（管理办法第四条）"] == "使用单位（甲方）自行承担"
    fiscal = read(agreement_text(agreement_spec(), rules())).values
    assert "费用承担（管理办法第四条）" not in fiscal


@pytest.mark.rule("G94-copies")
def test_every_annex_is_part_of_what_is_signed() -> None:
    paper = read(agreement_text(agreement_spec(), rules()))
    first = "1fe289205936c3fdb61158223892c7a8bee6ff4dfa085ea1c094ce0294e32114"
    second = "165f0f8e557c430929784035df7eeacf7a3ff795f10d76c8707409bba31cb617"
    assert "附件清单（9.5）（本系统补充）" in paper.texts
    assert ["1", "六安市政务云系统上云申请表", first] in paper.rows
    assert ["2", "政务云资源分配清单", second] in paper.rows
    annexes = agreement_spec().wire()["annexes"]
    altered = [{**annexes[0], "sha256": "0" * 64}, annexes[1]]
    before, after = (
        digest(agreement_text(agreement_spec(annexes=a), rules())) for a in (annexes, altered)
    )
    assert before != after


@pytest.mark.rule("G94-copies")
def test_there_is_a_place_to_sign_for_each_of_the_three() -> None:
    blocks = [t for t in texts() if "签字：" in t]
    assert [b.split("\n")[0] for b in blocks] == [
        "使用单位（甲方）：六安市交通运输局（盖章）",
        "云服务商（乙方）：政务云服务商（盖章）",
        "管理单位（丙方）：六安市数据资源管理局（盖章）",
    ]
    assert all(b.endswith("年    月    日") for b in blocks)


def test_a_policy_that_launches_without_an_agreement_has_no_text() -> None:
    with pytest.raises(ValueError, match=r"fill in spec\.agreement"):
        agreement_text(agreement_spec(), rules(agreement=None))
