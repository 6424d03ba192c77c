"""The sheets whose layout is ours: exit sheet, allocation, reports, cover."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.hosts import Allocation
from mandate.api.requests import RequestStatus
from mandate.api.suspension import SuspensionStatus
from mandate.api.systemlife import Reclaim
from mandate.render.documents import (
    ExitReceipt,
    Reclaimed,
    allocation_list,
    decision_cover,
    exit_sheet,
    labels,
    suspension_report,
    termination_report,
)
from mandate.render.documents.sheets import decision_lines
from mandate.rules.holdings import COUNTED
from tests.unit.builders import rules
from tests.unit.paper import HEAD, SPOKEN, case, exit_spec, read, suspension_spec

SPOKEN_THERE = "2026年11月24日16时00分05秒（UTC+08:00）"
ALLOCATED = Allocation.model_validate(
    {
        "machines": [
            {
                "hostId": "app",
                "ordinal": n,
                "hostName": "应用服务器",
                "hostType": "弹性云服务器",
                "cpuCores": 4,
                "memory": "8Gi",
                "systemDisk": {"size": "40Gi", "type": "SATA"},
                "dataDisk": {"size": "200Gi", "type": "SATA"} if n else None,
                "network": "GovernmentExtranet",
            }
            for n in range(2)
        ],
        "services": [
            {"category2": "安全服务", "category3": "防护", "specification": "1套", "quantity": 3}
        ],
    }
)


def decided(decision: str, basis: str, **more: object) -> dict[str, Any]:
    at = "2026-11-24T08:00:05Z"
    return {"decision": decision, "basis": basis * 64, "by": "zhou", "at": at, **more}


STATUS = RequestStatus.model_validate(
    {
        "approvals": {
            "review.2": decided(
                "Approved",
                "c",
                opinion="同意，按需核减",
                approvedHosts=[{"id": "app", "quantity": 1, "cpuCores": 2, "memory": "4Gi"}],
                approvedServices=[{"row": 1, "quantity": 0}],
            ),
            "acceptance.2": decided("Approved", "b", at="2026-11-20T08:00:05Z"),
            "acceptance.1": decided("Refused", "a", opinion="缺少系统建设批复"),
        },
        "effects": {
            "acceptance.1": {"effective": True},
            "review.2": {"effective": False, "reason": "capacity"},
        },
    }
)
SUSPENDED = SuspensionStatus.model_validate(STATUS.wire())
DECISIONS = [
    ["受理", "1", "不同意", "zhou", SPOKEN_THERE, "缺少系统建设批复", "a" * 64],
    ["受理", "2", "同意", "zhou", "2026年11月20日16时00分05秒（UTC+08:00）", "无", "b" * 64],
    [
        *("审核", "2", "同意（未生效：capacity）", "zhou", SPOKEN_THERE),
        "同意，按需核减\n核减：主机app，数量1、CPU2核、内存4G\n核减：服务第1行，数量0",
        "c" * 64,
    ],
]
THREE = [
    "使用单位（甲方）：六安市交通运输局（盖章）",
    "云服务商（乙方）：政务云服务商（盖章）",
    "管理单位（丙方）：六安市数据资源管理局（盖章）",
]


@pytest.mark.rule("G94-copies", "G72-confirm")
def test_a_cover_says_where_the_scan_with_the_seal_is() -> None:
    seal = {"title": "乙方签章页", "uri": "https://files.example/2.pdf", "sha256": "e" * 64}
    status = RequestStatus.model_validate(
        {"approvals": {"sign-provider.1": decided("Approved", "d", opinion="同意", seal=seal)}}
    )
    paper = read(decision_cover(case(), status, rules()))
    written = f"同意\n盖章件：乙方签章页（https://files.example/2.pdf，sha256 {'e' * 64}）"
    assert ["乙方签署", "1", "同意", "zhou", SPOKEN_THERE, written, "d" * 64] in paper.rows


@pytest.mark.rule("X-order")
@pytest.mark.parametrize(
    ("kind", "stages"),
    [
        ("CloudApplication", ["acceptance", "self-procurement", "review", "confirm-provider"]),
        ("ExitRequest", ["exit", "confirm-provider", "sign-agency"]),
        # major is declared while the change is still to be decided
        ("ResourceChange", ["declare-major", "change", "confirm-provider", "sign-agency"]),
        ("Suspension", ["suspension", "lift"]),
        ("AssessmentReport", ["verification", "withdrawal"]),
    ],
)
def test_what_was_decided_within_a_second_stands_in_the_order_of_its_turns(
    kind: str, stages: list[str]
) -> None:
    assert listed(kind, rules(), stages) == stages


@pytest.mark.rule("X-order")
def test_a_policys_own_stages_stand_in_the_policys_order() -> None:
    stages = {"cloudApplication": [{"name": "zoning"}, {"name": "audit"}]}
    assert listed("CloudApplication", rules(stages=stages), ["zoning", "audit"]) == [
        "zoning", "audit",
    ]  # fmt: skip


def listed(kind: str, policy: GovernancePolicySpec, stages: list[str]) -> list[str]:
    """How decisions of one second are listed, which are stored by the alphabet."""
    made = {f"{stage}.1": decided("Approved", "d") for stage in sorted(stages)}
    status = RequestStatus.model_validate({"approvals": made})
    return [line.key for line in decision_lines(kind, status, policy)]


def receipt(done: datetime | None) -> ExitReceipt:
    held = Reclaim(
        objects={"pods": 2, "deployments.apps": 1, "gauges.luan.example": 4},
        inventory={"requests.storage": "480Gi"},
    )
    system = Reclaimed("六安公交出行服务平台", ALLOCATED, held)
    return ExitReceipt(SPOKEN, SPOKEN, done, (system,))


@pytest.mark.rule("G72-confirm")
def test_the_exit_sheet_lists_what_was_reclaimed_for_three_to_sign_and_seal() -> None:
    paper = read(exit_sheet(exit_spec(), receipt(SPOKEN), case(), rules()))
    assert paper.texts[0] == "六安市政务云资源退出确认单"
    assert paper.values["政务信息系统"] == "六安公交出行服务平台"
    assert paper.values["退出类型"] == "业务系统退出"
    assert paper.values["计划退出日期"] == "2027年11月30日"
    assert paper.values["回收资源时间"] == SPOKEN_THERE
    row = ["应用服务器", "弹性云服务器", "4", "8", "40"]
    assert ["1", "app-0", *row, "0", "政务外网"] in paper.rows
    assert ["2", "app-1", *row, "200", "政务外网"] in paper.rows
    assert ["安全服务", "防护", "/", "1套", "3", ""] in paper.rows
    assert paper.values["requests.storage"] == "480Gi"
    kinds = [row for row in paper.rows if row[1:2] in (["deployments.apps"], ["pods"])]
    assert kinds == [["部署", "deployments.apps", "1"], ["容器组", "pods", "2"]]
    assert ["其他", "gauges.luan.example", "4"] in paper.rows
    assert f"档案摘要（dossier head sha256）：{HEAD}" in paper.texts
    blocks = [t for t in paper.texts if "签字：" in t]
    assert [b.split("\n")[0] for b in blocks] == THREE
    assert all(b.endswith("年    月    日") for b in blocks)
    assert "上述资源已按甲方和丙方的要求处理数据并释放，三方签字并盖章确认。" in paper.texts


@pytest.mark.rule("A17-exit", "G72-confirm")
def test_the_sheet_of_a_unit_lists_what_each_of_its_systems_had() -> None:
    one = Reclaimed("公交", ALLOCATED, Reclaim(objects={"pods": 2}, inventory={}))
    other = Reclaimed("水情", Allocation(), Reclaim(objects={"secrets": 1}, inventory={}))
    both = ExitReceipt(SPOKEN, SPOKEN, SPOKEN, (one, other))
    gone = dict.fromkeys(("applicationRef", "systemName"))
    paper = read(exit_sheet(exit_spec(exitType="Unit", **gone), both, case(), rules()))
    assert [t for t in paper.texts if t.startswith("回收清单")] == [
        "回收清单：公交",
        "回收清单：水情",
    ]
    for row in (["容器组", "pods", "2"], ["密钥", "secrets", "1"], ["无主机资源"]):
        assert row in paper.rows


def test_every_resource_that_is_counted_has_a_name_for_people() -> None:
    assert list(labels.OBJECT) == list(COUNTED)


@pytest.mark.rule("G72-confirm")
def test_an_exit_sheet_says_when_nothing_was_deleted_yet() -> None:
    paper = read(exit_sheet(exit_spec(), receipt(None), case(), rules()))
    assert paper.values["回收资源时间"] == "未完成"
    assert "资源回收尚未完成。" in paper.texts
    assert not [t for t in paper.texts if "已按甲方和丙方的要求" in t]


@pytest.mark.rule("A17-exit")
def test_a_system_without_machines_is_listed_as_such_and_a_termination_is_named() -> None:
    empty = ExitReceipt(
        None, None, None, (Reclaimed("门户", Allocation(), Reclaim(objects={}, inventory={})),)
    )
    spec = exit_spec(exitType="Termination", reportTo="六安市互联网信息办公室")
    paper = read(exit_sheet(spec, empty, case(), rules()))
    assert ["无主机资源"] in paper.rows
    assert paper.values["退出类型"] == "主管部门终止"
    assert paper.values["关闭网络时间"] == "未完成"


@pytest.mark.rule("G94-copies")
def test_the_allocation_is_an_annex_of_its_own() -> None:
    paper = read(allocation_list("六安市交通运输局", "六安公交出行服务平台", ALLOCATED))
    assert paper.texts[0] == "政务云资源分配清单"
    assert paper.values["政务信息系统"] == "六安公交出行服务平台"
    assert [row[1] for row in paper.rows if row[0] in ("1", "2")] == ["app-0", "app-1"]


@pytest.mark.rule("A23-suspend")
def test_a_suspension_is_reported_to_the_cyber_security_authority() -> None:
    paper = read(suspension_report(suspension_spec(), SUSPENDED, case("Suspension"), rules()))
    assert paper.texts[:3] == [
        "六安市政务云网络安全处置情况报告",
        "六安市互联网信息办公室：",
        "依据六安市政务云平台管理办法（2024-02-02）第二十三条，现将对下列系统采取的措施报告如下。"
        "版式为本系统补充。",
    ]
    assert paper.values["使用单位"] == "六安市交通运输局"
    assert paper.values["事由"].startswith("监测发现该系统存在高危漏洞")
    assert paper.values["采取的措施"] == "暂停服务：关闭网络，不得新建实例，数据保留不动"
    assert paper.values["提出单位"] == "云主管部门（第二十三条）"
    assert paper.values["发生时间"] == "2027年5月12日02时40分00秒（UTC+08:00）"
    assert paper.values["恢复时间"] == "尚未恢复"
    assert paper.values["依据"].startswith("网络安全监测通报\n")
    assert paper.rows[-4:-1] == DECISIONS
    assert paper.texts[-1].startswith("云主管部门：六安市数据资源管理局（盖章）\n")
    lifted = SUSPENDED.model_copy(update={"lifted_at": SPOKEN})
    paper = read(suspension_report(suspension_spec(), lifted, case("Suspension"), rules()))
    assert paper.values["恢复时间"] == SPOKEN_THERE


@pytest.mark.rule("A23-suspend")
def test_a_termination_is_reported_too() -> None:
    spec = exit_spec(exitType="Termination", reportTo="六安市互联网信息办公室")
    paper = read(termination_report(spec, RequestStatus.model_validate({}), case(), rules()))
    assert paper.texts[1] == "六安市互联网信息办公室："
    assert paper.values["采取的措施"] == "终止服务：按退出程序回收资源"
    assert paper.values["计划终止日期"] == "2027年11月30日"
    assert "恢复时间" not in paper.values
    assert ["尚无决定"] in paper.rows


@pytest.mark.rule("A23-suspend")
def test_what_goes_to_nobody_is_no_report() -> None:
    nobody = SuspensionStatus.model_validate({})
    with pytest.raises(ValueError, match="bus-portal-exit names nobody to report to: reportTo"):
        suspension_report(suspension_spec(reportTo=None), nobody, case("Suspension"), rules())
    with pytest.raises(ValueError, match="reportTo"):
        termination_report(exit_spec(), nobody, case(), rules())


@pytest.mark.rule("X-dossier")
def test_the_cover_has_each_decision_in_its_order_and_the_dossiers_head() -> None:
    paper = read(decision_cover(case("CloudApplication"), STATUS, rules()))
    assert paper.texts[0] == "上云申请决定书"
    assert paper.values["申请"].startswith("agency-transport/bus-portal-exit（7f3c0d52-")
    assert paper.rows[-3:] == DECISIONS
    assert paper.texts[-1] == f"档案摘要（dossier head sha256）：{HEAD}"


def test_a_stage_carries_its_policys_title_and_an_unstamped_decision_nobodys_name() -> None:
    stages = {"cloudApplication": [{"name": "acceptance", "title": "初审"}, {"name": "committee"}]}
    status = RequestStatus.model_validate(
        {
            "approvals": {
                "acceptance.1": decided("Approved", "a"),
                "committee.1": {"decision": "Approved", "basis": "b" * 64},
            }
        }
    )
    paper = read(decision_cover(case("CloudApplication"), status, rules(stages=stages)))
    assert paper.rows[-2:] == [
        ["committee", "1", "同意", "", "", "无", "b" * 64],
        ["初审", "1", "同意", "zhou", SPOKEN_THERE, "无", "a" * 64],
    ]


@pytest.mark.rule("X-clock")
def test_an_instant_without_a_zone_is_refused() -> None:
    naive = ExitReceipt(datetime(2026, 11, 24, 8), None, None, ())
    with pytest.raises(ValueError, match="carries no zone"):
        exit_sheet(exit_spec(), naive, case(), rules())
    aware = ExitReceipt(datetime(2026, 12, 31, 17, 30, tzinfo=UTC), None, None, ())
    paper = read(exit_sheet(exit_spec(), aware, case(), rules()))
    assert paper.values["关闭网络时间"] == "2027年1月1日01时30分00秒（UTC+08:00）"
