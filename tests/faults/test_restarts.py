"""The API server and etcd are killed in the middle of a life, and it ends as ever."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest

from hack.controlplane.controlplane import STATE, ControlPlane
from hack.controlplane.reaper import CoreProgram
from hack.site import eventually
from tests.cluster.office import Office
from tests.faults.calm import Calm, settled
from tests.faults.life import PATIENCE, lead
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


@pytest.mark.rule("X-level")
def test_an_operator_whose_etcd_was_restored_ends_and_the_next_one_goes_on(
    machine: Machine, calm: Calm, tmp_path: Path
) -> None:
    site = machine.site
    machine.start(**IMPATIENT)
    try:
        office = Office.open(site, "restored", patience=PATIENCE)
        with _without_etcd(site.plane):
            shutil.copytree(site.plane.folder / "etcd", tmp_path / "snapshot")
        _filed(office)
        with _without_etcd(site.plane):
            shutil.rmtree(site.plane.folder / "etcd")
            shutil.copytree(tmp_path / "snapshot", site.plane.folder / "etcd")
        # the form is gone, and what this process remembers of it never happened
        eventually(lambda: office.read().get("code") == 404, PATIENCE, "the form is gone")
        eventually(lambda: not machine.runs, PATIENCE, "the operator ends")
        assert "etcd was restored" in machine.log()
        machine.start(**IMPATIENT)
        _filed(office)
        (other,) = machine.side_by_side([partial(lead, site, "after the restore")])
        settled(other, calm.state)
        assert broken_dossiers(site) == []
    finally:
        machine.stop()


def _filed(office: Office) -> None:
    """Files, once the API server has its definitions again."""
    eventually(lambda: office.file().code == 201, PATIENCE, "the agency can file")
    office.awaits("acceptance")


@contextmanager
def _without_etcd(plane: ControlPlane) -> Iterator[None]:
    """The whole control plane is down meanwhile, and starts from what is there then."""
    controllers: CoreProgram = "kube-controller-manager"
    for program in (controllers, *_PROGRAMS):
        plane.kill(program)
    yield
    commands = json.loads((plane.folder / STATE).read_text())["programs"]
    for program in reversed(_PROGRAMS):
        plane.spawn(program, commands[program])
    plane.restart(controllers)


def _restart_next(plane: ControlPlane, programs: Iterator[CoreProgram]) -> None:
    plane.restart(next(programs))
