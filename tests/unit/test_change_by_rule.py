"""Small changes that the policy's own limits approve: never a major one, never beyond capacity."""

import pytest

from mandate.api.meta import Json
from mandate.api.resourcechange import ResourceChange
from mandate.render.documents import change_sheet
from mandate.rules.case import form_of
from mandate.rules.history import request_facts
from tests.unit.builders import host, policy, rules
from tests.unit.changes import Works, cores, release
from tests.unit.paper import case as paper

LIMITS = {"hosts": 2, "cpuCores": 8, "memory": "16Gi", "storage": "480Gi"}
"""Two of the smallest machines: 4 cores, 8Gi and 240Gi each."""


def elastic(limits: Json, **law: object) -> Works:
    """A system on trial under a policy with these limits."""
    change = rules().change
    assert change is not None
    return Works.on_trial({"change": change.wire() | {"automaticUpTo": limits}} | law)


def ruled(works: Works, name: str = "it") -> bool:
    return "byRule" in works.status(name)


@pytest.mark.rule("G410-elastic", "A16-change")
def test_what_is_within_the_limits_is_approved_by_rule_and_carried_out() -> None:
    works = elastic(LIMITS)
    works.change("it", addedHosts=[host(id="cache", quantity=2)])
    status = works.status("it")
    assert status["phase"] == "Implemented"
    assert works.runs == {"app-0": 4, "app-1": 4, "db-0": 8, "cache-0": 4, "cache-1": 4}
    # nobody decided: among the stored decisions, which are people's, there is none
    assert "approvals" not in status
    assert status["byRule"]["limits"] == (
        "2 hosts, 8 cores, 16Gi of memory and 480Gi of storage: within 2 hosts, 8 cores, 16Gi of "
        "memory and 480Gi of storage (G410-elastic, annex 1, 4.10)"
    )
    assert {t["stage"] for t in status["awaiting"]} == {
        "sign-agency", "sign-provider", "sign-authority",
    }  # fmt: skip


@pytest.mark.rule("G410-elastic", "X-dossier")
def test_it_is_on_record_and_on_the_sheet_as_made_by_rule() -> None:
    works = elastic(LIMITS)
    works.change("it", changedHosts=[cores(8, 9)])
    request = ResourceChange.model_validate(works.objects["it"])
    form = form_of(request, works.objects["it"]["spec"])
    (decided,) = [f for f in request_facts("ResourceChange", form, policy()) if f.kind == "Decided"]
    assert decided.by == "GovernancePolicy/luan generation 1"
    assert "change.1 was Approved by GovernancePolicy/luan generation 1" in decided.text
    assert "GovernancePolicy/luan generation 1" in change_sheet(
        request.spec, request.status, paper("ResourceChange"), rules()
    )


@pytest.mark.rule("G410-elastic")
@pytest.mark.parametrize(
    "tables",
    [
        {"addedHosts": [host(id="x", quantity=3, cpuCores=1, memory="1Gi", dataDisk=None)]},
        {"changedHosts": [cores(8, 17)]},
        {"addedHosts": [host(id="x", memory="16385Mi")]},
        {"addedHosts": [host(id="x", dataDisk={"size": "441Gi", "type": "SATA"})]},
        {"addedHosts": [host(id="x", ports=[22])]},
        {
            "services": [
                {
                    "category2": "安全服务", "category3": "防护", "specification": "1套",
                    "quantity": 1, "action": "Add",
                }
            ]
        },
    ],
    ids=["hosts", "cores", "memory", "storage", "a-high-risk-port", "a-service"],
)  # fmt: skip
def test_what_is_over_a_limit_or_asks_for_an_opinion_awaits_people(tables: Json) -> None:
    works = elastic(LIMITS)
    works.change("it", **tables)
    assert not ruled(works)
    assert works.may("it", "change") == ["Approved", "Refused"]


@pytest.mark.rule("G410-elastic", "A16-major", "A16-split")
def test_a_major_change_never_is_nor_one_that_was_split() -> None:
    works = elastic({"hosts": 500, "cpuCores": 4000, "memory": "10Ti", "storage": "500Ti"})
    works.change("big", addedHosts=[host(id="big", quantity=11)])
    assert not ruled(works, "big")
    assert works.may("big", "change") == ["Refused"]
    works.decide("big", "change", "Refused")
    for name in ("one", "two"):
        works.change(name, addedHosts=[host(id=name, quantity=5)])
        assert ruled(works, name)
    works.change("three", addedHosts=[host(id="three")])
    assert not ruled(works, "three")
    assert works.status("three")["materiality"] == "Major"


@pytest.mark.rule("G410-elastic", "A14-sizing")
def test_nothing_is_approved_by_rule_beyond_capacity_or_without_one() -> None:
    capacity = {"cpuCores": 19, "memory": "1Ti", "storage": [{"type": "SATA", "size": "1Pi"}]}
    works = elastic(LIMITS, capacity=capacity)
    works.change("over", addedHosts=[host(id="x")])
    assert not ruled(works, "over")
    assert works.may("over", "change") == ["Refused"]
    works.change("fits", changedHosts=[cores(8, 11)])
    assert ruled(works, "fits")
    unbounded = elastic(LIMITS, capacity=None)
    unbounded.change("it", changedHosts=[cores(8, 9)])
    assert unbounded.may("it", "change") == ["Approved", "Refused"]


@pytest.mark.rule("G410-elastic", "X-final")
def test_what_a_person_decided_stands() -> None:
    works = elastic(LIMITS | {"cpuCores": 0})
    works.change("it", changedHosts=[cores(8, 9)])
    works.decide("it", "change", "Refused")
    change = rules().change
    assert change is not None
    works.law = {"change": change.wire() | {"automaticUpTo": LIMITS}}
    works.settle()
    assert not ruled(works)
    assert works.status("it")["phase"] == "Refused"
    # and what the rule approved stands after it is repealed
    works.change("other", changedHosts=[cores(4, 5, "app-0", memory=EIGHT)])
    assert ruled(works, "other")
    works.law = {}
    works.settle()
    assert works.runs["app-0"] == 5
    assert works.status("other")["phase"] == "Implemented"


EIGHT = {"before": "8Gi", "after": "8Gi"}


@pytest.mark.rule("G410-elastic", "A16-change")
def test_in_luan_people_decide_each() -> None:
    change = rules().change
    assert change is not None
    assert change.automatic_up_to is None
    works = Works.on_trial()
    works.change("it", changedHosts=[release("app-0")])
    assert works.may("it", "change") == ["Approved", "Refused"]
