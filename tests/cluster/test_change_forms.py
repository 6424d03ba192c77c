"""The change form on the real API: every field of annex 2, and what it must not say."""

from collections.abc import Mapping

import pytest

from hack.site import Site
from tests.cluster.life_forms import filled, tried
from tests.cluster.office import Office
from tests.cluster.test_forms import GONE


@pytest.fixture(scope="module")
def desk(site: Site) -> Office:
    """One agency for all forms that are only tried."""
    return Office.open(site, "change-forms")


_MANDATORY = """
    applicationRef applicationRef.name applicationRef.uid applicantUnit systemName systemOwner
    systemOwner.name systemOwner.phone plannedImplementation changeTypes reason
    addedHosts[0].hostType addedHosts[0].cpuCores addedHosts[0].systemDisk.size
    addedHosts[0].operatingSystem addedHosts[0].network addedHosts[0].quantity
    changedHosts[0].hostName changedHosts[0].cpuCores changedHosts[0].cpuCores.before
    changedHosts[0].cpuCores.after changedHosts[0].memory.before changedHosts[0].memory.after
    changedHosts[0].systemDisk.before changedHosts[0].systemDisk.after changedHosts[0].dataDisk
    changedHosts[0].dataDisk.before changedHosts[0].dataDisk.after changedHosts[0].action
    services[0].category2 services[0].category3 services[0].specification services[0].quantity
    services[0].action technicalPlan.date technicalPlan.sha256
    signature signature.unitSeal signature.contactName signature.date
"""


@pytest.mark.rule("A11-form", "A16-change")
@pytest.mark.parametrize("path", _MANDATORY.split())
def test_a_mandatory_field_is_missed_by_its_full_path(desk: Office, path: str) -> None:
    answer = tried(desk, "change", {path: GONE})
    assert answer.code == 422
    assert f"spec.{path}: Required value" in answer.message


_ABSENT = (
    "addedHosts", "changedHosts", "services", "statement", "xinchuangNotReady", "technicalPlan",
    "addedHosts[0].ports", "addedHosts[0].dataDisk",
)  # fmt: skip


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize("path", _ABSENT)
def test_what_is_optional_is_left_out_and_stays_out(desk: Office, path: str) -> None:
    answer = tried(desk, "change", {path: GONE})
    assert answer.code == 201, answer.message
    assert answer.body["spec"] == filled(desk, "change", {path: GONE})["spec"]


def row(action: str, *values: int, **more: object) -> Mapping[str, object]:
    """A changed host: cores, then G of memory, system disk and data disk, each before, after."""
    cores, *sizes = zip(values[::2], values[1::2], strict=True)
    named = zip(("memory", "systemDisk", "dataDisk"), sizes, strict=True)
    changed = {
        "hostRef": "db-0",
        "hostName": "数据库服务器",
        "cpuCores": dict(zip(("before", "after"), cores, strict=True)),
        "action": action,
        **{name: {"before": _g(b), "after": _g(a)} for name, (b, a) in named},
        **more,
    }
    return {"changedHosts": [changed]}


def _g(amount: int) -> str:
    return f"{amount}Gi" if amount else "0"


_SAME = (8, 8, 16, 16, 40, 40, 500, 500)


@pytest.mark.rule("A16-change")
@pytest.mark.parametrize(
    "fields",
    [
        row("Release", 8, 0, 16, 0, 40, 0, 500, 0),
        row("Increase", 8, 8, 16, 16, 40, 40, 0, 500),
        row("Reduce", 8, 4, 16, 16, 40, 40, 500, 0),
        row("Other", 8, 4, 16, 32, 40, 40, 500, 500, remark="一增一减"),
        row("Increase", 8, 9, 16, 16, 40, 40, 500, 500, ipAddress="fd00::1"),
        {"changeTypes": ["Host", "Network", "Security", "Other"], "changeTypeOther": "域名"},
    ],
    ids=["release", "one-more", "one-less", "mixed", "addressed", "other-type"],
)
def test_what_a_row_says_it_does_it_may_do(desk: Office, fields: Mapping[str, object]) -> None:
    answer = tried(desk, "change", fields)
    assert answer.code == 201, answer.message


_LESS = "Increase means that nothing becomes less and something more"
_MORE = "Reduce means that nothing becomes more and something less"
_BOTH = "Other means that something becomes more and something less"
_ALL_0 = "is Release if and only if every `after` is 0"
_REFUSED: dict[str, tuple[Mapping[str, object], str, str]] = {
    "half-released": (row("Release", 8, 0, 16, 0, 40, 0, 500, 500), "action", _ALL_0),
    "reduced-to-nothing": (row("Reduce", 8, 0, 16, 0, 40, 0, 500, 0), "action", _ALL_0),
    "nothing-more": (row("Increase", *_SAME), "action", _LESS),
    "one-less": (row("Increase", 8, 16, 16, 8, 40, 40, 500, 500), "action", _LESS),
    "same-in-other-units": (
        row("Increase", *_SAME, memory={"before": "16Gi", "after": "16384Mi"}), "action", _LESS,
    ),
    "nothing-less": (row("Reduce", *_SAME), "action", _MORE),
    "one-more": (row("Reduce", 8, 4, 16, 16, 40, 40, 500, 501), "action", _MORE),
    "other-is-mixed": (row("Other", 8, 9, 16, 16, 40, 40, 500, 500, remark="a"), "action", _BOTH),
    "no-core": (row("Reduce", 8, 0, 16, 16, 40, 40, 500, 500), "action", "needs cores and memory"),
    "no-memory": (row("Reduce", 8, 8, 16, 0, 40, 40, 500, 500), "action", "cores and memory"),
    "no-remark": (
        row("Other", 8, 4, 16, 32, 40, 40, 500, 500), "remark", "if and only if action is Other",
    ),
    "remark": (
        row("Reduce", 8, 4, 16, 16, 40, 40, 500, 500, remark="核减"), "remark", "action is Other",
    ),
    "no-size": (row("Reduce", *_SAME, memory={"before": "16Gi", "after": "8"}), "memory.after",
                "must be 0 or at least 1Mi"),
    "no-address": (row("Increase", 8, 9, 16, 16, 40, 40, 5, 5, ipAddress="10.0.0.256"),
                   "ipAddress", "must be an address such as 192.168.100.1"),
    "long-address": (row("Increase", 8, 9, 16, 16, 40, 40, 5, 5, ipAddress="fd00:0::1"),
                     "ipAddress", "in its shortest form"),
    "no-machine": (row("Increase", 8, 9, 16, 16, 40, 40, 5, 5, hostRef="db"), "hostRef",
                   "should match"),
    "one-machine-two-names": (row("Increase", 8, 9, 16, 16, 40, 40, 5, 5, hostRef="db-00"),
                              "hostRef", "should match"),
}  # fmt: skip


@pytest.mark.rule("A16-change", "X-input")
@pytest.mark.parametrize("case", _REFUSED)
def test_a_row_that_says_one_thing_and_does_another_is_refused(desk: Office, case: str) -> None:
    fields, path, said = _REFUSED[case]
    answer = tried(desk, "change", fields)
    assert answer.code == 422
    assert f"spec.changedHosts[0].{path}: Invalid value" in answer.message
    assert said in answer.message


_EMPTY = {"addedHosts": GONE, "changedHosts": GONE, "services": GONE}
_NO_SERVICE = {
    "category2": "安全服务", "category3": "云主机安全防护", "specification": "1套",
    "quantity": 0, "action": "Add",
}  # fmt: skip
_WRONG: dict[str, tuple[Mapping[str, object], str]] = {
    "empty": (_EMPTY, "a change changes something"),
    "empty-tables": (
        {"addedHosts": [], "changedHosts": [], "services": []},
        "a change changes something",
    ),
    "none-wanted": ({**_EMPTY, "services": [_NO_SERVICE]}, "a change changes something"),
    "no-type": ({"changeTypes": []}, "spec.changeTypes"),
    "unknown-type": ({"changeTypes": ["Disk"]}, 'Unsupported value: "Disk"'),
    "other-unsaid": ({"changeTypes": ["Other"]}, "spec.changeTypeOther"),
    "other-unasked": ({"changeTypeOther": "域名"}, "if and only if changeTypes says Other"),
    "no-action": ({"services[0].action": "Keep"}, 'Unsupported value: "Keep"'),
    "too-many": ({"addedHosts[0].quantity": 501}, "less than or equal to 500"),
    "blank": ({"reason": "\u3000"}, "spec.reason"),
    "no-day": ({"plannedImplementation": "soon"}, "spec.plannedImplementation"),
    "no-digest": ({"technicalPlan.sha256": "6b"}, "spec.technicalPlan.sha256"),
}


@pytest.mark.rule("A11-form", "A16-change", "X-input")
@pytest.mark.parametrize("case", _WRONG)
def test_a_form_that_cannot_be_meant_is_refused(desk: Office, case: str) -> None:
    fields, said = _WRONG[case]
    answer = tried(desk, "change", fields)
    assert answer.code == 422
    assert said in answer.message


@pytest.mark.rule("A16-change")
def test_a_machine_is_changed_once_a_form(desk: Office) -> None:
    once = row("Increase", 8, 9, 16, 16, 40, 40, 500, 500)["changedHosts"]
    assert isinstance(once, list)
    answer = tried(desk, "change", {"changedHosts": once * 2})
    assert answer.code == 422
    assert "Duplicate value" in answer.message
