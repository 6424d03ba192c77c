"""The change form and the change sheet: every printed label, every value, what was decided."""

import pytest

from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.meta import Json
from mandate.api.resourcechange import ResourceChange, ResourceChangeSpec, ResourceChangeStatus
from mandate.render.documents import change_form, change_sheet, digest, papers
from tests.unit.builders import changed, example, rules
from tests.unit.endings import case as about
from tests.unit.paper import HEAD, Paper, case, other_authority, read

# the printed form, read off annex 2
LABELS = [
    *("*申请单位", "*系统名称", "*系统负责人", "*联系电话", "*计划实施时间", "*变更类型"),
    *("*变更原因", "一、新增主机资源（若不涉及可删除）"),
    *("序号", "主机类型", "主机名称", "vCPU架构", "vCPU核数", "内存(G)", "系统盘(G)"),
    *("系统盘类型", "数据盘(G)", "数据盘类型", "操作系统", "部署区域", "开通端口", "台数", "总计"),
    *("二、变更主机资源（若不涉及可删除）", "序号", "IP地址", "主机名称", "CPU", "内存(G)"),
    *("系统盘(G)", "数据盘(G)", "备注（核增/核减/释放等）", *("变更前", "变更后") * 4),
    *("三、其他需求（若不涉及可删除）", "二级分类", "三级分类", "服务名称", "规格", "数量", "备注"),
]
XINCHUANG = "目前该系统不具备依托信创云部署条件，我单位将按照相关政策要求，积极推进信创适配改造。"


def spec(**changes: object) -> ResourceChangeSpec:
    form = example("life/resource-change.yaml")["spec"]
    return ResourceChangeSpec.model_validate(changed(form, changes))


def paper(**changes: object) -> Paper:
    return read(change_form(spec(**changes), rules()))


@pytest.mark.rule("A11-form", "A16-change")
def test_the_change_form_has_every_printed_label_in_its_order() -> None:
    found = paper()
    assert found.texts[0] == "六安市政务云系统变更申请表"
    assert found.labels[: len(LABELS)] == LABELS
    # what the project adds says so
    assert found.labels[len(LABELS)].startswith("变更（")
    assert "四、说明（若不涉及可删除）" in found.labels
    assert [t for t in found.texts if t.startswith("*为必填项。")]


@pytest.mark.rule("A11-form", "A16-change")
def test_each_value_of_the_change_stands_beside_its_label() -> None:
    found = paper()
    assert {label: found.values[label] for label in LABELS[:7]} == {
        "*申请单位": "六安市交通运输局",
        "*系统名称": "六安公交出行服务平台",
        "*系统负责人": "王丽",
        "*联系电话": "13800000001",
        "*计划实施时间": "2027年3月15日",
        "*变更类型": "☑主机  ☐网络  ☑安全  ☐其他",
        "*变更原因": "节假日访问量增加，应用服务器和数据库需要扩容。\n",
    }
    disk = "☐SSD\n☑SATA\n☐SAS"
    assert [
        *("1", "弹性云服务器", "应用服务器", "☑ARM\n☐X86\n☐其他：", "4", "8", "40", disk),
        *("200", disk, "☑麒麟", "☐互联网\n☑政务外网", "8080", "1"),
    ] in found.rows
    assert [
        *("总计", "/", "/", "/", "4", "8", "40", "/", "200", "/", "/", "/", "/", "1"),
    ] in found.rows
    assert [
        *("1", "db-0", "数据库服务器", "8核", "16核", "16", "32", "40", "40", "500", "1024"),
        "核增",
    ] in found.rows
    assert ["安全服务", "云主机安全防护", "/", "1套", "1", "", "新增"] in found.rows
    assert [XINCHUANG] in found.rows
    signed = "申请单位（盖章）：六安市交通运输局\n联系人（签字）：王丽\n2027年3月1日"
    assert [signed] in found.rows


@pytest.mark.rule("A11-form")
def test_a_table_that_is_not_wanted_is_left_out_and_an_address_is_written() -> None:
    row = spec().wire()["changedHosts"][0] | {"ipAddress": "10.0.0.8"}
    other = {"action": "Other", "remark": "扩核缩盘", "dataDisk": {"before": "500Gi", "after": "0"}}
    found = paper(
        addedHosts=None, services=None, xinchuangNotReady=None, changedHosts=[row | other],
        changeTypes=["Other"], changeTypeOther="域名",
    )  # fmt: skip
    assert not [label for label in found.labels if label[:2] in ("一、", "三、", "四、")]
    assert found.values["*变更类型"] == "☐主机  ☐网络  ☐安全  ☑其他域名"
    assert [
        *("1", "10.0.0.8\ndb-0", "数据库服务器", "8核", "16核", "16", "32", "40", "40", "500", "0"),
        "等：扩核缩盘",
    ] in found.rows


@pytest.mark.rule("A16-major")
def test_what_article_16_asks_for_stands_below_the_form() -> None:
    plan = {"title": "技术方案", "uri": "https://files.luan.example/plan.pdf", "sha256": "7c" * 32}
    found = paper(technicalPlan=plan | {"date": "2027-02-20"})
    said = found.values["应用系统技术方案（第十六条）"]
    assert "7c" * 32 in said
    assert said.endswith("2027年2月20日")
    assert "7c" not in paper().values["应用系统技术方案（第十六条）"]


def made(by: str, opinion: str, basis: str, at: str) -> Json:
    entry = {"decision": "Approved", "basis": basis * 64, "by": by, "at": at}
    return entry | {"opinion": opinion}


STATUS: Json = {
    "phase": "Approved",
    "materiality": "Major",
    "materialityReasons": ["adds 12 hosts, over 10", "adds 44 cores, over 40"],
    "approvals": {
        "declare-major.1": made("zhou", "影响全市", "a", "2027-03-02T01:00:00Z"),
        "change.1": made("zhou", "同意变更", "b", "2027-03-03T01:00:00Z"),
    },
    "effects": {"declare-major.1": {"effective": True}, "change.1": {"effective": True}},
}
SIGNED = {"sign-agency.1": made("alice", "同意", "c", "2027-03-09T01:00:00Z")}


def sheet(status: Json, law: GovernancePolicySpec | None = None) -> str:
    found = ResourceChangeStatus.model_validate(status)
    return change_sheet(spec(), found, case("ResourceChange"), law or rules())


@pytest.mark.rule("G71-confirm", "A16-major")
def test_the_sheet_says_what_is_changed_why_it_is_major_and_who_decided() -> None:
    found = read(sheet(STATUS))
    assert found.texts[0] == "六安市政务云资源变更确认单"
    assert found.values["是否重大变更（第十六条）"] == "是"
    assert found.values["认定理由"] == "adds 12 hosts, over 10\nadds 44 cores, over 40"
    assert [row for row in found.rows if "核增" in row]
    decisions = [row for row in found.rows if "zhou" in row]
    assert [row[0] for row in decisions] == ["认定重大变更", "变更审批"]
    assert "同意变更" in decisions[1]
    assert f"档案摘要（dossier head sha256）：{HEAD}" in found.texts
    for party in ("六安市交通运输局", "政务云服务商", "六安市数据资源管理局"):
        assert [text for text in found.texts if party in text]


@pytest.mark.rule("G71-confirm", "X-dossier")
def test_the_sheet_is_drawn_again_as_it_was_whatever_came_of_the_change_since() -> None:
    later = STATUS | {
        "phase": "Implemented",
        "implementedAt": "2027-03-08T01:00:00Z",
        "approvals": STATUS["approvals"] | SIGNED,
        "sheet": {"sha256": "5e" * 32, "dossierHead": HEAD},
        "clocks": [],
    }
    assert digest(sheet(later)) == digest(sheet(STATUS))


def test_another_authority_has_its_own_names_on_its_papers() -> None:
    assert read(sheet(STATUS, other_authority())).texts[0] == "江城市政务云资源变更确认单"
    form = read(change_form(spec(), other_authority()))
    assert form.texts[0] == "江城市政务云系统变更申请表"


@pytest.mark.rule("G71-confirm")
def test_a_change_has_its_form_and_once_it_is_drawn_up_the_sheet_that_is_signed() -> None:
    raw = example("life/resource-change.yaml")
    raw["metadata"] |= {"uid": "u", "generation": 1}
    filed = ResourceChange.model_validate(raw)
    assert [p.name for p in papers(about(), filed, HEAD)] == ["form", "cover"]
    status = STATUS | {"sheet": {"sha256": "5e" * 32, "dossierHead": "c" * 64}}
    approved = ResourceChange.model_validate(raw | {"status": status})
    found = {p.name: p for p in papers(about(), approved, HEAD)}
    assert list(found) == ["form", "sheet", "cover"]
    assert found["sheet"].sha256 == "5e" * 32
    # the head that was there when it was drawn up
    assert f"档案摘要（dossier head sha256）：{'c' * 64}" in read(found["sheet"].draw()).texts
