"""Major or minor: the four thresholds, each at its boundary (article 16)."""

from decimal import Decimal
from typing import Any

import pytest

from mandate.api.policychange import ChangeThresholds
from mandate.rules.materiality import Additions, Earlier, additions, reasons
from tests.unit.builders import catalog, host
from tests.unit.changes import model, release, row

LUAN = ChangeThresholds(hosts=10, cpu_cores=40, memory="80Gi", storage="5Ti")
PHYSICAL = frozenset({"物理机"})
BARE = {"dataDisk": None, "cpuCores": 1, "memory": "1Gi", "systemDisk": {"size": "0"}}


def why(**fields: object) -> tuple[str, ...]:
    return reasons(additions(model(**fields), PHYSICAL, catalog()), (), LUAN)


def added(**fields: object) -> dict[str, Any]:
    return {"addedHosts": [host(**BARE | fields)]}


def grown(**sizes: tuple[Any, Any]) -> dict[str, Any]:
    changed = {k: {"before": b, "after": a} for k, (b, a) in sizes.items()}
    return {"changedHosts": [row() | changed]}


def stored(quantity: int) -> dict[str, Any]:
    return {"services": [{
        "category2": "存储服务", "category3": "对象存储", "specification": "100G",
        "quantity": quantity, "action": "Add",
    }]}  # fmt: skip


_MINOR = {
    "10-hosts": added(quantity=10),
    "40-cores": added(cpuCores=40),
    "40-cores-more": grown(cpuCores=(8, 48)),
    "80-G": added(memory="80Gi"),
    "80-G-in-Mi": added(memory="81920Mi"),
    "80-decimal-G": added(memory="80G"),
    "80-G-more": grown(memory=("16Gi", "96Gi")),
    "5-T": added(systemDisk={"size": "5Ti", "type": "SSD"}),
    "5-T-in-Gi": added(systemDisk={"size": "5120Gi", "type": "SSD"}),
    "5-T-on-two-disks": grown(systemDisk=("40Gi", "1064Gi"), dataDisk=("1Ti", "5Ti")),
    "50-T-of-nothing": {"services": [stored(9)["services"][0] | {"action": "Release"}]},
    "12-physical": added(hostType="物理机", quantity=12),
    "all-released": {"changedHosts": [release("app-0", 48, "128Gi")]},
}
_MAJOR = {
    "11-hosts": (added(quantity=11), "adds 11 hosts, over 10"),
    "41-cores": (added(cpuCores=41), "adds 41 cores, over 40"),
    "41-cores-more": (grown(cpuCores=(8, 49)), "adds 41 cores, over 40"),
    "80-G-and-a-bit": (added(memory="81921Mi"), "adds 81921Mi of memory, over 80Gi"),
    "86-decimal-G": (added(memory="86G"), "adds 83984375Ki of memory, over 80Gi"),
    "80-G-more-and-a-bit": (grown(memory=("16Gi", "98305Mi")), "adds 81921Mi of memory, over 80Gi"),
    "5-T-and-a-bit": (
        added(systemDisk={"size": "5242881Mi", "type": "SSD"}),
        "adds 5242881Mi of storage, over 5Ti",
    ),
    "two-disks": (
        grown(systemDisk=("40Gi", "1065Gi"), dataDisk=("1Ti", "5Ti")),
        "adds 5121Gi of storage, over 5Ti",
    ),
    "52-units-stored": (stored(52), "adds 5200Gi of storage, over 5Ti"),
    "physical-cores": (added(hostType="物理机", cpuCores=41), "adds 41 cores, over 40"),
}


@pytest.mark.rule("A16-major")
@pytest.mark.parametrize("case", _MINOR)
def test_what_reaches_a_threshold_is_minor(case: str) -> None:
    assert why(**_MINOR[case]) == ()


@pytest.mark.rule("A16-major")
@pytest.mark.parametrize("case", _MAJOR)
def test_one_over_any_one_threshold_is_major(case: str) -> None:
    fields, said = _MAJOR[case]
    assert why(**fields) == (said,)


@pytest.mark.rule("A16-major")
def test_each_threshold_that_is_passed_is_a_reason_of_its_own() -> None:
    fields = added(quantity=12, cpuCores=4, memory="8Gi")
    assert why(**fields) == (
        "adds 12 hosts, over 10",
        "adds 48 cores, over 40",
        "adds 96Gi of memory, over 80Gi",
    )


@pytest.mark.rule("A16-major")
def test_what_is_given_back_is_not_set_off() -> None:
    less = [release(f"app-{n}", 8, "16Gi") for n in range(2)]
    grown_and_less = {
        "addedHosts": [host(**BARE, quantity=11)],
        "changedHosts": [
            *less,
            # on one machine too: cores less, memory more
            row(cpuCores={"before": 48, "after": 8}, memory={"before": "16Gi", "after": "97Gi"}),
        ],
    }
    assert why(**grown_and_less) == ("adds 11 hosts, over 10", "adds 92Gi of memory, over 80Gi")


@pytest.mark.rule("A16-split")
def test_what_was_added_before_counts_with_it() -> None:
    before = [
        Earlier("first", Additions(Decimal(6))),
        Earlier("second", Additions(cores=Decimal(30))),
    ]
    mine = additions(model(**added(quantity=5)), PHYSICAL)
    assert reasons(mine, before, LUAN) == ("adds 5 hosts, 11 with first, over 10",)
    less = additions(model(**added(quantity=4)), PHYSICAL)
    assert reasons(less, before, LUAN) == ()


@pytest.mark.rule("A16-split")
def test_what_adds_nothing_of_a_kind_is_not_major_by_what_was_before() -> None:
    before = [Earlier("first", additions(model(**added(quantity=11)), PHYSICAL))]
    mine = additions(model(**grown(cpuCores=(8, 9))), PHYSICAL)
    assert reasons(mine, before, LUAN) == ()


@pytest.mark.rule("A16-major")
def test_a_threshold_that_the_policy_has_not_makes_none_major() -> None:
    mine = additions(model(**added(quantity=500)), PHYSICAL)
    assert reasons(mine, (), ChangeThresholds(cpu_cores=500)) == ()
