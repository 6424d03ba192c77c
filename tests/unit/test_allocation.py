"""What runs is the fold of the forms: machine by machine, and what the quota is made of."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api import quantity
from mandate.api.hosts import Allocation, MachineRecord
from mandate.api.meta import Json
from mandate.api.resourcechange import ResourceChangeSpec
from mandate.rules.allocation import after, allocation, fold, recorded
from mandate.rules.grant import Regime, quota
from tests.unit.builders import host, rules, spec
from tests.unit.changes import HOSTS, cores, form, model, release, row


def granted() -> Allocation:
    return allocation(spec(hosts=HOSTS, services=None))


SAME = {"before": "8Gi", "after": "8Gi"}


def machines(found: Allocation) -> dict[str, tuple[int, str]]:
    return {m.ref: (m.cpu_cores, m.memory) for m in found.machines}


@pytest.mark.rule("A16-change")
def test_one_of_several_machines_of_a_row_is_changed_and_another_released() -> None:
    change = model(
        addedHosts=[host(id="cache", quantity=2)],
        changedHosts=[release("app-0"), cores(4, 6, "app-1", memory=SAME)],
    )
    assert machines(after(granted(), change)) == {
        "app-1": (6, "8Gi"),
        "db-0": (8, "16Gi"),
        "cache-0": (4, "8Gi"),
        "cache-1": (4, "8Gi"),
    }


@pytest.mark.rule("A16-change")
def test_a_disk_that_comes_has_the_type_of_the_one_that_is_there() -> None:
    bare = allocation(spec(hosts=[host(id="db", dataDisk=None)]))
    change = model(changedHosts=[row(dataDisk={"before": "0", "after": "100Gi"})])
    (machine,) = after(bare, change).machines
    assert machine.data_disk is not None
    assert machine.data_disk.wire() == {"size": "100Gi", "type": "SATA"}


def service(quantity: int, action: str | None = None) -> Json:
    line = {"category2": "安全服务", "category3": "防护", "specification": "1套"}
    return line | {"quantity": quantity} | ({"action": action} if action else {})


@pytest.mark.rule("A16-change")
@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([service(2, "Add")], [5]),
        ([service(2, "Reduce")], [1]),
        ([service(3, "Release")], []),
        ([service(1, "Add") | {"specification": "2套"}], [3, 1]),
        ([service(0, "Add")], [3]),
    ],
    ids=["more", "less", "none", "another", "not-wanted"],
)
def test_services_are_added_and_given_back(rows: list[Json], left: list[int]) -> None:
    # two rows of one service count together
    before = allocation(spec(services=[service(1), service(2)]))
    assert [s.quantity for s in after(before, model(services=rows)).services] == left


@pytest.mark.rule("G44-ip")
def test_the_provider_records_addresses_and_names_and_the_last_one_stands() -> None:
    records = (
        MachineRecord(host_ref="app-1", ip_address="10.0.0.1", host_name="门户"),
        MachineRecord(host_ref="app-1", ip_address="10.0.0.2"),
        MachineRecord(host_ref="gone-0", ip_address="10.0.0.3"),
    )
    noted = {m.ref: (m.ip_address, m.host_name) for m in recorded(granted(), records).machines}
    assert noted == {
        "app-0": (None, "应用服务器"),
        "app-1": ("10.0.0.2", "应用服务器"),
        "db-0": (None, "应用服务器"),
    }


@st.composite
def histories(draw: st.DrawFn) -> list[Json]:
    """Changes that each name what runs then: machines are added, grown, cut and released."""
    alive = {"app-0": 4, "app-1": 4, "db-0": 8}
    made = []
    for number in range(draw(st.integers(0, 6))):
        rows = []
        for ref in draw(st.sets(st.sampled_from(sorted(alive)))) if alive else ():
            now = alive[ref]
            then = draw(st.integers(0, 64))
            memory = "16Gi" if ref == "db-0" else "8Gi"
            if then == 0:
                rows.append(release(ref, now, memory))
                del alive[ref]
            elif then != now:
                same = {"before": memory, "after": memory}
                rows.append(cores(now, then, ref, memory=same))
                alive[ref] = then
        count = draw(st.integers(0, 3))
        new = [host(id=f"n{number}", quantity=count, cpuCores=2)] if count else []
        alive |= {f"n{number}-{n}": 2 for n in range(count)}
        made.append(form(changedHosts=rows, addedHosts=new))
    return made


@pytest.mark.rule("A16-change")
@given(histories())
def test_the_fold_always_equals_what_the_quota_grants(history: list[Json]) -> None:
    changes = [ResourceChangeSpec.model_validate(change) for change in history]
    runs = fold(granted(), changes)
    # counted by hand: each machine's cores, as the last change that named it says
    alive = {"app-0": 4, "app-1": 4, "db-0": 8}
    for change in changes:
        for line in change.changed_hosts or ():
            alive[line.host_ref] = line.cpu_cores.after
        alive |= {f"{h.id}-{n}": 2 for h in change.added_hosts or () for n in range(h.quantity)}
    alive = {ref: count for ref, count in alive.items() if count}
    assert {m.ref: m.cpu_cores for m in runs.machines} == alive
    overhead = rules().overhead_per_host
    hard = quota(runs, rules(), None, Regime())
    wanted = sum(alive.values()) + quantity.parse(overhead.cpu) * len(alive)
    assert quantity.parse(hard["requests.cpu"]) == Decimal(wanted)
    assert hard["count/virtualmachines.kubevirt.io"] == str(len(alive))
    assert quantity.parse(hard["requests.storage"]) == len(alive) * 240 * Decimal(1024) ** 3
