"""Random histories of changes: what runs, and what is granted, is what a ledger by hand says.

The ledger knows nothing of the forms' fold: it keeps machines as four figures each and adds them
up. It says too which approved change is carried out when: on its day, and while machines are in
use only if the sums that it cuts still hold them.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandate.api import quantity
from mandate.api.hosts import Allocation, Machine
from mandate.api.meta import Json
from tests.unit.builders import host
from tests.unit.changes import Works

_SERVICE = {"category2": "安全服务", "category3": "云主机安全防护", "specification": "1套"}
_LUAN = timedelta(hours=8)
Figures = tuple[int, int, int, int]
"""Cores, and Gi of memory, system disk and data disk."""
_SELDOM = st.sampled_from([False, False, True])
_FIGURES = st.none() | st.tuples(
    st.integers(1, 16),
    st.integers(1, 32),
    st.sampled_from([40, 60]),
    st.sampled_from([0, 100, 200, 300]),
)


@dataclass
class Change:
    """What a change does, in figures: a machine that is released has none."""

    machines: dict[str, Figures | None]
    services: int
    planned: datetime
    begins: datetime | None = None
    """From when on it may be carried out, once it is approved."""


@dataclass
class Ledger:
    """What runs, by hand."""

    machines: dict[str, Figures] = field(
        default_factory=lambda: {
            "app-0": (4, 8, 40, 200),
            "app-1": (4, 8, 40, 200),
            "db-0": (8, 16, 40, 200),
        }
    )
    services: int = 0
    used: dict[str, Fraction] = field(default_factory=dict)
    open: dict[str, Change] = field(default_factory=dict)

    def after(self, change: Change) -> dict[str, Figures]:
        then: dict[str, Figures | None] = {**self.machines, **change.machines}
        return {ref: figures for ref, figures in then.items() if figures is not None}

    def carry_out(self, now: datetime) -> None:
        """All that can be, until nothing more can be."""
        waiting = [(c.begins, name) for name, c in self.open.items() if c.begins is not None]
        for begins, name in sorted(waiting):
            change = self.open[name]
            if begins <= now and self._fits(self.after(change)):
                self.machines = self.after(change)
                self.services += change.services
                del self.open[name]
                self.carry_out(now)
                return

    def _fits(self, then: dict[str, Figures]) -> bool:
        before, left = sums(self.machines), sums(then)
        return all(left[k] >= before[k] or left[k] >= self.used.get(k, 0) for k in left)


def sums(machines: dict[str, Figures]) -> dict[str, Fraction]:
    """What the quota is, in cores and Gi: 100m and 256Mi beside each machine."""
    rows = list(machines.values())
    return {
        "requests.cpu": sum(row[0] for row in rows) + Fraction(len(rows), 10),
        "requests.memory": sum(row[1] for row in rows) + Fraction(len(rows), 4),
        "requests.storage": Fraction(sum(row[2] + row[3] for row in rows)),
        "count/virtualmachines.kubevirt.io": Fraction(len(rows)),
    }


def figure(key: str, value: str) -> Fraction:
    """A figure of the quota, in cores or Gi."""
    exact = Fraction(quantity.parse(value))
    return exact / 2**30 if key.endswith(("memory", "storage")) else exact


class History:
    """Changes that are filed, decided and carried out in any order, and time that goes by."""

    def __init__(self, data: st.DataObject) -> None:
        # nothing of it is major here, and the trial does not end
        trial = {"minimumDays": 1, "maximumDays": 400, "defaultDays": 400, "earlyLaunch": True}
        self.works = Works.on_trial({"change": None, "trial": trial})
        self.ledger = Ledger()
        self.data = data
        self.names = 0
        self._use({})

    def file(self) -> None:
        """Files a change of what the ledger says runs, as everybody can read it."""
        self.names += 1
        name, draw = f"c{self.names}", self.data.draw
        then: dict[str, Figures | None] = {}
        rows = []
        for ref in sorted(self.ledger.machines):
            figures = draw(_FIGURES) if draw(_SELDOM) else self.ledger.machines[ref]
            if figures != self.ledger.machines[ref]:
                then[ref] = figures
                rows.append(_row(ref, self.ledger.machines[ref], figures))
        added, services = draw(st.integers(0, 2)), draw(st.integers(-2, 2))
        if -services >= self.ledger.services:
            services = max(services, 0)
        if not (rows or added or services):
            return
        planned = (self.works.now + _LUAN).replace(hour=0, minute=0)
        planned += timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 3])))
        self.works.change(
            name,
            changedHosts=rows or None,
            addedHosts=[host(id=name, cpuCores=2, quantity=added)] if added else None,
            services=[_service(services)] if services else None,
            plannedImplementation=str(planned.date()),
        )
        then |= {f"{name}-{n}": (2, 8, 40, 200) for n in range(added)}
        self.ledger.open[name] = Change(then, services, planned - _LUAN)

    def approve(self) -> None:
        """Approves one that can be."""
        can = [n for n in sorted(self.ledger.open) if "Approved" in self.works.may(n, "change")]
        if can:
            name = self.data.draw(st.sampled_from(can))
            change = self.ledger.open[name]
            change.begins = max(self.works.now, change.planned)
            self.works.decide(name, "change")

    def refuse(self) -> None:
        """Refuses one that is not decided."""
        waiting = [name for name, change in self.ledger.open.items() if change.begins is None]
        if waiting:
            name = self.data.draw(st.sampled_from(waiting))
            self.works.decide(name, "change", "Refused")
            del self.ledger.open[name]

    def wait(self) -> None:
        """Time goes by."""
        self.works.wait(hours=self.data.draw(st.sampled_from([1, 12, 30])))

    def all_is_in_use(self) -> None:
        """Whatever is granted now is in use."""
        self._use(sums(self.ledger.machines))

    def nothing_is_in_use(self) -> None:
        """All is freed."""
        self._use({})

    def _use(self, used: dict[str, Fraction]) -> None:
        self.ledger.used = used
        counted = dict.fromkeys(self._hard(), "0")
        for key, amount in used.items():
            counted[key] = f"{int(amount * 1024)}Mi" if key in _SIZES else f"{int(amount * 1000)}m"
        self.works.used = counted
        self.works.settle()

    def _hard(self) -> Json:
        assert self.works.plan is not None
        assert self.works.plan.grant is not None
        return self.works.plan.grant.quota

    def is_as_the_ledger_says(self) -> None:
        """What runs, and what is granted."""
        self.ledger.carry_out(self.works.now)
        found = Allocation.model_validate(self.works.status()["allocation"])
        runs = {m.ref: (m.cpu_cores, *map(_in_gi, _sizes(m))) for m in found.machines}
        assert runs == self.ledger.machines
        assert sum(s.quantity for s in found.services) == self.ledger.services
        wanted, hard = sums(self.ledger.machines), self._hard()
        assert {key: figure(key, hard[key]) for key in wanted} == wanted


_STEPS = (
    *(History.file,) * 3,
    *(History.approve,) * 4,
    History.refuse,
    *(History.wait,) * 2,
    *(History.all_is_in_use,) * 2,
    History.nothing_is_in_use,
)


@pytest.mark.rule("A16-change", "A16-shrink", "X-level")
@settings(max_examples=max(settings().max_examples * 3 // 10, 1))
@given(st.data())
def test_what_runs_and_what_is_granted_is_what_a_ledger_by_hand_says(data: st.DataObject) -> None:
    history = History(data)
    for step in data.draw(st.lists(st.sampled_from(_STEPS), min_size=12, max_size=16)):
        step(history)
        history.is_as_the_ledger_says()


_SIZES = ("requests.memory", "requests.storage")


def _row(ref: str, now: Figures, then: Figures | None) -> Json:
    """The row of a change form; every row that is no release says what else it is."""
    end = then or (0, 0, 0, 0)
    names = ("memory", "systemDisk", "dataDisk")
    sizes = {
        name: {"before": _gi(now[n]), "after": _gi(end[n])} for n, name in enumerate(names, start=1)
    }
    signs = {(a > b) - (a < b) for a, b in zip(end, now, strict=True)} - {0}
    action = "Release" if then is None else "Other"
    if then is not None and len(signs) == 1:
        action = "Increase" if signs == {1} else "Reduce"
    cores: Json = {"cpuCores": {"before": now[0], "after": end[0]}}
    row = {"hostRef": ref, "hostName": "应用服务器", "action": action} | sizes | cores
    return row | ({"remark": "调整"} if action == "Other" else {})


def _gi(amount: int) -> str:
    return f"{amount}Gi" if amount else "0"


def _sizes(machine: Machine) -> tuple[str, str, str]:
    data = machine.data_disk.size if machine.data_disk else "0"
    return machine.memory, machine.system_disk.size, data


def _in_gi(size: str) -> int:
    return int(figure("memory", size))


def _service(amount: int) -> Json:
    return _SERVICE | {"quantity": abs(amount), "action": "Add" if amount > 0 else "Reduce"}
