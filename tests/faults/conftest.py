"""A control plane for the faults alone: its operator, its API server and its etcd are killed."""

from collections.abc import Iterator
from functools import partial

import pytest

from hack.controlplane.controlplane import ControlPlane
from hack.faults.proxy import FaultProxy
from hack.site import LUAN, Site
from tests.cluster.office import Office
from tests.faults.calm import Calm, undisturbed
from tests.faults.life import lead
from tests.faults.machine import Machine
from tests.faults.whole_life import lead_whole


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """The site and the proxy, without an operator."""
    with ControlPlane.start() as plane:
        site = Site(plane)
        site.install()
        site.bootstrap.kubectl("apply", "-f", str(LUAN / "access.yaml"))
        clerk = site.actor("clerk", "luan-authority")
        files = ("policy.yaml", "calendar.yaml", "catalog.yaml")
        clerk.kubectl("apply", *(part for f in files for part in ("-f", str(LUAN / f))))
        account = site.operator_account().kubeconfig
        authority = plane.folder / "pki" / "ca.crt"
        with FaultProxy(plane.url, authority, account.with_suffix(".crt")) as proxy:
            yield Machine(site, proxy)


@pytest.fixture(scope="session")
def calm(machine: Machine) -> Calm:
    """A life on it without a fault."""
    return undisturbed(machine, "calm", lead)


@pytest.fixture
def whole(machine: Machine) -> Calm:
    """A life to its very end without a fault; the time is the server's again then."""

    def life(site: Site, seed: str) -> Office:
        return lead_whole(site, seed, partial(site.advance, days=1))

    try:
        return undisturbed(machine, "whole", life)
    finally:
        machine.site.rewind()
