"""A real API server for the whole run, with Mandate installed and the operator beside it."""

import os
from collections.abc import Iterator

import pytest

from hack.controlplane.controlplane import ControlPlane
from hack.site import LUAN, Site
from tests.cluster.office import SETTINGS, Office


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The site; each test files in an agency of its own."""
    with ControlPlane.start() as plane:
        here = Site(plane)
        here.install(weaken=os.environ.get("MANDATE_MUTANT"))
        here.start_operator(settings=SETTINGS)
        boss = here.bootstrap
        boss.kubectl("apply", "-f", str(LUAN / "access.yaml"))
        clerk = here.actor("clerk", "luan-authority")
        clerk.kubectl("apply", "-f", str(LUAN / "policy.yaml"), "-f", str(LUAN / "calendar.yaml"))
        yield here


@pytest.fixture
def office(site: Site, request: pytest.FixtureRequest) -> Office:
    """An agency made for one test, with its member and the approver."""
    return Office.open(site, request.node.name)
