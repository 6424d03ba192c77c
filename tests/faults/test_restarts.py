"""The API server and etcd are killed in the middle of a life, and it ends as ever."""

from itertools import cycle

import pytest

from hack.controlplane.reaper import CoreProgram
from tests.faults.calm import Calm, settled
from tests.faults.life import lead
from tests.faults.machine import IMPATIENT, Machine
from tests.faults.state import broken_dossiers, effects_of, writes_since

_PROGRAMS: tuple[CoreProgram, ...] = ("kube-apiserver", "etcd")


@pytest.mark.rule("X-level")
def test_a_life_outlives_the_api_server_and_etcd(machine: Machine, calm: Calm) -> None:
    plane = machine.site.plane
    mark, programs = plane.audit_log.stat().st_size, cycle(_PROGRAMS)
    machine.start(**IMPATIENT)
    try:
        # one of them after each step of the people, while the operator does its part
        restart = lambda: plane.restart(next(programs))  # noqa: E731
        (office,) = machine.side_by_side([lambda: lead(machine.site, "restarts", restart)])
        settled(office, calm.state)
        assert effects_of(writes_since(machine.site, mark), office) <= calm.effects
        assert broken_dossiers(machine.site) == []
    finally:
        machine.stop()
