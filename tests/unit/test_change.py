"""A change, from its form to what runs after it (article 16; annex 1, 7.1)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mandate.api import quantity
from mandate.api.hosts import Allocation
from mandate.api.meta import Json
from mandate.api.resourcechange import ResourceChange
from mandate.rules.change_checks import change_checks
from mandate.rules.materiality import Additions
from tests.unit.builders import host, rules
from tests.unit.changes import HOSTS, Works, cores, release, row

SAME = {"before": "8Gi", "after": "8Gi"}
PLAN = {
    "title": "技术方案",
    "uri": "https://files.luan.example/plan.pdf",
    "sha256": "7a" * 32,
    "date": "2026-03-01",
}
TWELVE = {"addedHosts": [host(id="new", quantity=12)]}


@pytest.fixture
def works() -> Works:
    """A system on trial, of `app-0`, `app-1` and `db-0`."""
    return Works.on_trial()


def report(works: Works, name: str, kind: str, date: str = "2026-03-02") -> None:
    spec = {
        "applicationRef": {"name": "app", "uid": works.objects["app"]["metadata"]["uid"]},
        "type": kind,
        "assessor": {"name": "测评机构"},
        "date": date,
        "result": "Passed",
        "document": {k: v for k, v in PLAN.items() if k != "date"},
    }
    works.file(name, "AssessmentReport", spec)


def verified(works: Works, name: str, kind: str, date: str = "2026-03-02") -> None:
    report(works, name, kind, date)
    works.decide(name, "verification")


def hard(works: Works) -> Json:
    assert works.plan is not None
    assert works.plan.grant is not None
    return works.plan.grant.quota


@pytest.mark.rule("A16-change")
def test_a_change_is_approved_and_carried_out_and_signed(works: Works) -> None:
    works.change("grow", addedHosts=[host(id="cache")], changedHosts=[cores(8, 16)])
    assert works.status("grow")["materiality"] == "Minor"
    assert works.may("grow", "change") == ["Approved", "Refused"]
    assert works.runs == {"app-0": 4, "app-1": 4, "db-0": 8}
    works.decide("grow", "change")
    assert works.runs == {"app-0": 4, "app-1": 4, "db-0": 16, "cache-0": 4}
    # cores of 4 machines and 100m for each
    assert hard(works)["requests.cpu"] == "28400m"
    assert works.status("grow")["phase"] == "Implemented"
    for party in ("agency", "provider", "authority"):
        works.decide("grow", f"sign-{party}")
    assert works.status("grow")["phase"] == "Completed"


@pytest.mark.rule("A16-change")
def test_a_refused_change_changes_nothing_and_can_be_filed_again(works: Works) -> None:
    works.change("grow", changedHosts=[cores(8, 16)])
    works.decide("grow", "change", "Refused")
    assert works.status("grow")["phase"] == "Refused"
    works.edit("grow", changedHosts=[cores(8, 12)])
    works.decide("grow", "change")
    assert works.runs["db-0"] == 12


@pytest.mark.rule("A16-change")
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"changedHosts": [cores(6, 16)]}, "cpuCores.before is 6, 8 runs"),
        ({"changedHosts": [row(memory={"before": "17Gi", "after": "32Gi"})]},
         "memory.before is 17Gi, 16Gi runs"),
        ({"changedHosts": [row(systemDisk={"before": "0", "after": "50Gi"})]},
         "systemDisk.before is 0, 40Gi runs"),
        ({"changedHosts": [row(dataDisk={"before": "100Gi", "after": "300Gi"})]},
         "dataDisk.before is 100Gi, 200Gi runs"),
        ({"changedHosts": [cores(8, 16, hostName="数据库")]},
         "hostName is '数据库', it is '应用服务器'"),
        ({"changedHosts": [cores(4, 8, "app-2")]}, "changedHosts[app-2] does not run"),
        ({"addedHosts": [host(id="app")]}, "addedHosts[app]: the system has or had machines"),
    ],
    ids=["cores", "memory", "system", "data", "name", "machine", "id"],
)  # fmt: skip
def test_before_is_what_runs_or_the_change_can_only_be_refused(
    works: Works, fields: dict[str, Any], said: str
) -> None:
    works.change("wrong", **fields)
    assert works.may("wrong", "change") == ["Refused"]
    assert said in works.failing("wrong")["MatchesRunning"]


@pytest.mark.rule("A16-change", "X-dossier")
def test_an_id_that_runs_is_used_also_where_no_form_here_names_it(works: Works) -> None:
    works.change("it", addedHosts=[host(id="old")])
    case, request = works.world().case(), ResourceChange.model_validate(works.objects["it"])
    assert case is not None
    assert works.failing("it") == {}
    # what another cluster granted, by a change that was filed there
    status = case.application.status
    runs = Allocation.model_validate(works.status()["allocation"])
    old = runs.machines[0].model_copy(update={"host_id": "old"})
    runs = runs.model_copy(update={"machines": (*runs.machines, old)})
    status = status.model_copy(update={"allocation": runs})
    application = case.application.model_copy(update={"status": status})
    found = change_checks(replace(case, application=application), request, Additions(), works.now)
    said = [check.message for check in found if check.type == "MatchesRunning"]
    assert "addedHosts[old]: the system has or had machines of this id" in said[0]


@pytest.mark.rule("A16-change")
def test_the_same_size_in_another_unit_is_the_same(works: Works) -> None:
    works.change("grow", changedHosts=[row(memory={"before": "16384Mi", "after": "32Gi"})])
    assert works.failing("grow") == {}


@pytest.mark.rule("A16-change")
@pytest.mark.parametrize(
    ("fields", "check", "said"),
    [
        ({"applicantUnit": "六安市水利局"}, "Complete", "applicantUnit is '六安市水利局'"),
        ({"systemName": "别的系统"}, "Complete", "systemName is '别的系统'"),
        ({"addedHosts": [host(id="x", network="Internet")]}, "Complete", "not among networks"),
        ({"addedHosts": [host(id="x", operatingSystem="别的")]}, "Complete", "is not of 麒麟"),
        ({"addedHosts": [host(id="x", quantity=498)]}, "Complete", "at most 500 machines"),
        ({"addedHosts": [host(id="x", cpuCores=32)]}, "ReasonableSize", "reasonable is 16"),
        ({"changedHosts": [cores(8, 32)]}, "ReasonableSize", "hosts[db-0] asks for cores 32"),
        ({"addedHosts": [host(id="x", ports=[22])]}, "HighRiskPorts", "hosts[x] opens 22"),
        ({"addedHosts": [host(id="x", hostType="云手机")]}, "InCatalogue", "no host type"),
        ({"changedHosts": [cores(8, 33)]}, "InCatalogue", "hosts[db-0]"),
    ],
)
def test_what_comes_of_it_is_checked_as_an_application_is(
    fields: dict[str, Any], check: str, said: str
) -> None:
    works = Works.on_trial({"catalog": "luan"})
    works.change("grow", **fields)
    assert said in works.failing("grow")[check]


@pytest.mark.rule("A23-ports")
def test_a_high_risk_port_takes_an_opinion_and_no_more(works: Works) -> None:
    works.change("ssh", addedHosts=[host(id="x", ports=[22])])
    (turn, _) = works.status("ssh")["awaiting"]
    assert turn["may"] == ["Approved", "Refused"]
    assert turn["opinionRequired"]


@pytest.mark.rule("G45-duty")
@pytest.mark.parametrize(
    ("planned", "asks"),
    [
        ("2026-01-05", False),
        ("2026-05-01", True),
        ("2026-05-05", True),
        ("2026-05-06", False),
    ],
)
def test_a_change_in_a_key_period_takes_an_opinion(planned: str, asks: bool) -> None:
    change = rules().wire()["change"]
    period = {"title": "五一重保", "first": "2026-05-01", "last": "2026-05-05"}
    works = Works.on_trial({"change": change | {"keyPeriods": [period]}})
    works.change("grow", changedHosts=[cores(8, 9)], plannedImplementation=planned)
    assert works.status("grow")["awaiting"][0].get("opinionRequired", False) is asks
    assert ("五一重保" in works.failing("grow").get("KeyPeriod", "")) is asks


@pytest.mark.rule("A14-sizing")
def test_what_the_platform_has_not_cannot_be_added() -> None:
    capacity = {
        "cpuCores": 20, "memory": "1Ti",
        "storage": [{"type": "SATA", "size": "1Pi"}],
    }  # fmt: skip
    works = Works.on_trial({"capacity": capacity})
    works.change("fits", changedHosts=[cores(8, 12)])
    assert works.failing("fits") == {}
    works.change("over", addedHosts=[host(id="x", cpuCores=5)])
    assert "CPU cores: 21 asked for, 20 left" in works.failing("over")["Capacity"]
    works.change("less", changedHosts=[cores(4, 2, "app-0", memory=SAME)])
    assert works.failing("less") == {}


@pytest.mark.rule("A16-change")
def test_of_two_open_changes_of_one_machine_the_later_names_the_earlier(works: Works) -> None:
    works.change("first", changedHosts=[cores(8, 9)])
    works.wait(hours=1)
    works.change("second", changedHosts=[cores(8, 10), cores(4, 5, "app-0", memory=SAME)])
    assert works.may("second", "change") == ["Refused"]
    assert "db-0: ResourceChange first changes it too" in works.failing("second")["NoOtherChange"]
    assert works.failing("first") == {}
    works.decide("first", "change")
    # carried out, it is not in the way; what runs is another
    assert set(works.failing("second")) == {"MatchesRunning"}
    works.edit("second", changedHosts=[cores(9, 10)])
    assert works.failing("second") == {}


@pytest.mark.rule("A16-change")
def test_an_approved_change_is_in_the_way_of_one_filed_before_it(works: Works) -> None:
    works.change("first", changedHosts=[cores(8, 9)])
    works.wait(hours=1)
    later = {"plannedImplementation": "2026-04-01"}
    works.change("other", changedHosts=[cores(4, 5, "app-0", memory=SAME)], **later)
    works.decide("other", "change")
    works.edit("first", changedHosts=[cores(4, 6, "app-0", memory=SAME)])
    assert "ResourceChange other changes it too" in works.failing("first")["NoOtherChange"]


@pytest.mark.rule("A16-major")
def test_a_major_change_lists_what_it_lacks_and_is_approved_when_all_is_there(
    works: Works,
) -> None:
    works.change("big", **TWELVE)
    assert works.status("big")["materiality"] == "Major"
    assert works.status("big")["materialityReasons"] == [
        "adds 12 hosts, over 10",
        "adds 48 cores, over 40",
        "adds 96Gi of memory, over 80Gi",
    ]
    assert works.may("big", "change") == ["Refused"]
    said = works.failing("big")["Proven"]
    assert "it is major: adds 12 hosts, over 10" in said
    assert "technicalPlan is missing" in said
    assert "no Performance report is filed; no Security report is filed" in said
    works.edit("big", technicalPlan=PLAN)
    verified(works, "performance", "Performance")
    assert "no Security report is filed" in works.failing("big")["Proven"]
    assert "technicalPlan" not in works.failing("big")["Proven"]
    report(works, "security", "Security")
    assert "security is not verified" in works.failing("big")["Proven"]
    works.decide("security", "verification")
    works.decide("big", "change")
    assert len(works.runs) == 15


@pytest.mark.rule("A16-major")
def test_tests_of_before_the_plan_and_an_old_plan_do_not_count(works: Works) -> None:
    works.change("big", **TWELVE, technicalPlan=PLAN | {"date": "2026-03-02"})
    verified(works, "performance", "Performance", "2026-03-01")
    verified(works, "security", "Security", "2026-03-02")
    said = works.failing("big")["Proven"]
    assert "performance is of 2026-03-01, before the plan of 2026-03-02" in said
    assert "Security" not in said
    old = works.objects["app"]["spec"]["materials"]["onboardingPlan"]["sha256"]
    works.edit("big", technicalPlan=PLAN | {"sha256": old})
    assert "technicalPlan is a document of the application" in works.failing("big")["Proven"]


@pytest.mark.rule("A16-major")
def test_a_policy_may_ask_for_the_reports_before_the_signatures_alone() -> None:
    change = rules().wire()["change"] | {"majorEvidence": "BeforeCompletion"}
    works = Works.on_trial({"change": change})
    works.change("big", **TWELVE)
    assert "technicalPlan is missing" in works.failing("big")["Proven"]
    works.edit("big", technicalPlan=PLAN)
    works.decide("big", "change")
    assert works.status("big")["phase"] == "Implemented"
    assert works.status("big").get("awaiting", []) == []
    verified(works, "performance", "Performance")
    verified(works, "security", "Security")
    works.decide("big", "sign-agency")


@pytest.mark.rule("A16-major")
def test_the_authority_declares_a_change_major_and_nothing_makes_it_minor(works: Works) -> None:
    works.change("small", changedHosts=[cores(8, 9)])
    assert works.may("small", "declare-major") == ["Approved"]
    works.decide("small", "declare-major", opinion="影响面大")
    assert works.status("small")["materiality"] == "Major"
    assert works.status("small")["materialityReasons"] == ["declared major by bob: 影响面大"]
    assert works.may("small", "change") == ["Refused"]
    assert works.may("small", "declare-major") == []
    # a new generation of the form is declared still
    works.edit("small", technicalPlan=PLAN)
    assert works.status("small")["materiality"] == "Major"
    verified(works, "performance", "Performance")
    verified(works, "security", "Security")
    works.decide("small", "change")


@pytest.mark.rule("A16-split")
def test_what_is_split_is_seen_together_as_long_as_the_policy_says(works: Works) -> None:
    works.change("one", addedHosts=[host(id="one", quantity=6)])
    works.decide("one", "change")
    works.wait(days=1)
    works.change("two", addedHosts=[host(id="two", quantity=5)])
    said = works.failing("two")["Proven"]
    assert "adds 5 hosts, 11 with one, over 10" in said
    # approved on 2 March: 90 days end on Sunday 31 May, and so on Monday 1 June
    works.now = works.now.replace(month=6, day=1)
    works.settle()
    assert works.status("two")["materiality"] == "Major"
    works.wait(days=1)
    assert works.status("two")["materiality"] == "Minor"
    assert "Proven" not in works.failing("two")


@pytest.mark.rule("A16-split")
def test_an_earlier_change_that_waits_counts_and_one_that_was_refused_does_not(
    works: Works,
) -> None:
    works.change("one", addedHosts=[host(id="one", quantity=6)])
    works.wait(minutes=1)
    works.change("two", addedHosts=[host(id="two", quantity=5)])
    assert works.status("one")["materiality"] == "Minor"
    assert works.status("two")["materiality"] == "Major"
    works.decide("one", "change", "Refused")
    assert works.status("two")["materiality"] == "Minor"


@pytest.mark.rule("A16-split")
def test_a_small_change_that_grows_after_another_was_approved_counts_with_it(works: Works) -> None:
    works.change("one", addedHosts=[host(id="one", quantity=1)])
    works.wait(minutes=1)
    works.change("two", addedHosts=[host(id="two", quantity=6)])
    works.decide("two", "change")
    works.edit("one", addedHosts=[host(id="one", quantity=5)])
    assert "adds 5 hosts, 11 with two" in works.failing("one")["Proven"]


@pytest.mark.rule("A16-change", "X-clock")
def test_nothing_is_changed_before_the_planned_day_and_the_clocks_run(works: Works) -> None:
    works.change("grow", changedHosts=[cores(8, 9)], plannedImplementation="2026-03-05")
    (clock,) = works.status("grow")["clocks"]
    # 5 working days after Monday 2 March
    assert (clock["stage"], clock["dueOn"]) == ("change", "2026-03-09")
    works.decide("grow", "change")
    assert works.runs["db-0"] == 8
    assert works.plan is not None
    # the first instant of 5 March, in Lu'an
    assert works.plan.due is not None
    assert works.plan.due.isoformat() == "2026-03-04T16:00:00+00:00"
    works.now = works.plan.due - timedelta(seconds=1)
    works.settle()
    assert works.runs["db-0"] == 8
    works.wait(seconds=1)
    assert works.runs["db-0"] == 9
    clocks = {c["stage"]: c for c in works.status("grow")["clocks"]}
    assert clocks["implement"]["dueOn"] == "2026-03-10"
    assert clocks["implement"]["closedAt"]


@pytest.mark.rule("G71-confirm", "X-clock")
def test_who_signs_is_reminded_where_the_policy_has_a_limit() -> None:
    day = {"amount": 1, "unit": "workingDays"}
    limit = {"name": "sign", "remindBefore": day} | day | {"amount": 3}
    works = Works.on_trial({"timeLimits": [limit]})
    works.change("grow", changedHosts=[cores(8, 9)])
    assert works.status("grow").get("clocks", []) == []
    works.decide("grow", "change")
    (clock,) = works.status("grow")["clocks"]
    # carried out on Monday 2 March: 3 working days, the reminder when the second is over
    assert (clock["stage"], clock["dueOn"]) == ("sign", "2026-03-05")
    for stage in ("sign-agency", "sign-provider"):
        works.decide("grow", stage)
    works.wait(days=2)
    assert not works.status("grow")["clocks"][0].get("reminded")
    works.wait(days=1)
    (clock,) = works.status("grow")["clocks"]
    assert clock["remindAt"] == "2026-03-04T16:00:00Z"
    assert clock["reminded"]
    works.decide("grow", "sign-authority")
    (clock,) = works.status("grow")["clocks"]
    assert clock["closedAt"]
    assert not clock.get("breached")


@pytest.mark.rule("G71-confirm")
def test_nothing_is_changed_before_its_sheet_is_drawn_up(works: Works) -> None:
    works.draws = False
    works.change("grow", changedHosts=[cores(8, 9)])
    works.decide("grow", "change")
    assert works.runs["db-0"] == 8
    works.draws = True
    works.settle()
    works.settle()
    assert works.runs["db-0"] == 9


@pytest.mark.rule("A16-shrink")
def test_a_quota_is_not_cut_below_what_is_in_use(works: Works) -> None:
    works.change("less", changedHosts=[release("app-0"), cores(8, 4)])
    works.decide("less", "change")
    # 16 cores and 3 × 100m are granted, 8 and 2 × 100m will be
    assert works.runs == {"app-0": 4, "app-1": 4, "db-0": 8}
    works.used = dict.fromkeys(hard(works), "0") | {
        "requests.cpu": "8201m", "requests.storage": "490Gi",
        "sata.storageclass.storage.k8s.io/requests.storage": "480Gi",
    }  # fmt: skip
    # the cluster has no such kind, and counts none of it
    del works.used["count/virtualmachines.kubevirt.io"]
    works.settle()
    (entry,) = works.status()["changes"]
    assert [line.split(" (")[0] for line in entry["inUse"]] == [
        "requests.cpu: 8201m in use, 8200m after the change: free 1m",
        "requests.storage: 490Gi in use, 480Gi after the change: free 10Gi",
    ]
    (found,) = [c for c in works.status("less")["conditions"] if c["type"] == "InUse"]
    assert "free 1m" in found["message"]
    assert works.runs == {"app-0": 4, "app-1": 4, "db-0": 8}
    works.used |= {"requests.cpu": "8200m", "requests.storage": "480Gi"}
    works.settle()
    assert works.runs == {"app-1": 4, "db-0": 4}
    assert works.status("less")["phase"] == "Implemented"
    (found,) = [c for c in works.status("less")["conditions"] if c["type"] == "InUse"]
    assert found["status"] == "False"


@pytest.mark.rule("A16-shrink", "X-level")
def test_a_change_that_gives_and_takes_is_one_step_by_what_comes_of_it(works: Works) -> None:
    works.change("swap", addedHosts=[host(id="app-new")], changedHosts=[release("app-0")])
    works.decide("swap", "change")
    # the same is granted after it: nothing is to be freed before
    assert works.runs == {"app-1": 4, "db-0": 8, "app-new-0": 4}


@pytest.mark.rule("A16-change", "X-level")
def test_a_change_is_implemented_only_once_the_grant_stands(works: Works) -> None:
    works.stands = False
    works.change("grow", changedHosts=[cores(8, 9)])
    works.decide("grow", "change")
    # counted, and killed before it was applied
    assert works.runs["db-0"] == 9
    assert works.status("grow")["phase"] == "Approved"
    works.stands = True
    works.settle()
    assert works.status("grow")["phase"] == "Implemented"


@pytest.mark.rule("G44-ip", "A14-provision")
def test_what_the_provider_hands_over_waits_for_its_confirmation_with_addresses() -> None:
    works = Works.on_trial({"operatingSystems": None})
    works.change("metal", addedHosts=[host(id="box", hostType="物理机")])
    works.decide("metal", "change")
    # on record, and no quota is made of it
    assert works.runs["box-0"] == 4
    assert hard(works)["count/virtualmachines.kubevirt.io"] == "3"
    assert works.status("metal")["phase"] == "Approved"
    machines = [{"hostRef": "box-0", "ipAddress": "192.168.100.1", "hostName": "一号机"}]
    works.decide("metal", "confirm-provider", machines=machines)
    assert works.status("metal")["phase"] == "Implemented"
    (box,) = [m for m in works.status()["allocation"]["machines"] if m["hostId"] == "box"]
    assert (box["ipAddress"], box["hostName"]) == ("192.168.100.1", "一号机")
    # from now on it is found by its address
    works.change("next", changedHosts=[cores(4, 8, "box-0", memory=SAME, hostName="一号机")])
    said = works.failing("next")["MatchesRunning"]
    assert "ipAddress is None, it is 192.168.100.1" in said


@pytest.mark.rule("A16-change", "A14-trial")
def test_what_does_not_run_is_not_changed(works: Works) -> None:
    works.wait(days=60)
    works.change("late", changedHosts=[cores(8, 9)])
    assert "TrialExpired" in works.failing("late")["SystemStands"]
    assert works.may("late", "change") == ["Refused"]


@pytest.mark.rule("A16-change")
def test_an_interrupted_system_is_not_changed_meanwhile(works: Works) -> None:
    works.change("grow", changedHosts=[cores(8, 9)], plannedImplementation="2026-06-01")
    works.decide("grow", "change")
    works.wait(days=120)
    assert works.runs["db-0"] == 8


@pytest.mark.rule("X-level")
def test_services_are_in_the_fold_too() -> None:
    line = {"category2": "安全服务", "category3": "云主机安全防护", "specification": "1套"}
    works = Works.on_trial(services=[line | {"quantity": 3}])
    works.change("more", services=[line | {"quantity": 2, "action": "Add"}])
    works.decide("more", "change")
    assert [s["quantity"] for s in works.status()["allocation"]["services"]] == [5]
    works.change("none", services=[line | {"quantity": 4, "action": "Release"}])
    assert "4 are released, 5 run" in works.failing("none")["MatchesRunning"]
    works.change("some", services=[line | {"quantity": 5, "action": "Reduce"}])
    assert (
        "5 run, 5 less would leave none: write Release" in works.failing("some")["MatchesRunning"]
    )


@pytest.mark.rule("A16-change")
def test_the_quota_is_that_of_what_runs(works: Works) -> None:
    works.change("grow", addedHosts=[host(id="cache", quantity=2)], changedHosts=[cores(8, 16)])
    works.decide("grow", "change")
    runs = works.runs
    assert quantity.parse(hard(works)["requests.cpu"]) == sum(runs.values()) + len(runs) * (
        quantity.parse("100m")
    )
    assert len(HOSTS) == 2
