"""The API server and etcd are killed in the middle of a life, and it ends as ever."""

from collections.abc import Iterator
from functools import partial
from itertools import cycle

import pytest

from hack.controlplane.controlplane import ControlPlane
from hack.controlplane.reaper import CoreProgram
from tests.faults.calm import Calm, settled
from tests.faults.life import lead
from tests.faults.machine import IMPATIENT, Machine
from tests.faults.state import broken_dossiers, effects_of, writes_since

_PROGRAMS: tuple[CoreProgram, ...] = ("kube-apiserver", "etcd")


@pytest.mark.rule("X-level")
def test_a_life_outlives_the_api_server_and_etcd(machine: Machine, calm: Calm) -> None:
    plane = machine.site.plane
    mark = plane.audit_log.stat().st_size
    machine.start(**IMPATIENT)
    try:
        # one of them after each step of the people, while the operator does its part
        between = partial(_restart_next, plane, cycle(_PROGRAMS))
        (office,) = machine.side_by_side([partial(lead, machine.site, "restarts", between)])
        settled(office, calm.state)
        assert effects_of(writes_since(machine.site, mark), office) <= calm.effects
        assert broken_dossiers(machine.site) == []
    finally:
        machine.stop()


def _restart_next(plane: ControlPlane, programs: Iterator[CoreProgram]) -> None:
    plane.restart(next(programs))
