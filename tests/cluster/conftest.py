"""A real API server for the whole run, with Mandate installed and the operator beside it."""

from collections.abc import Iterator

import pytest

from hack.site import Site
from tests.cluster.matrix_states import Scene
from tests.cluster.office import Office, luan_site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The site; each test files in an agency of its own."""
    with luan_site() as here:
        yield here


@pytest.fixture(scope="session")
def scene() -> Iterator[Scene]:
    """Everybody, and a request of each kind in each of its states; the probes change nothing.

    On a control plane of its own: no operator fights over the statuses.
    """
    with luan_site() as here:
        yield Scene(here)


@pytest.fixture(autouse=True)
def in_the_servers_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test begins in the server's time, however far the one before has moved it."""
    yield
    if "site" in request.fixturenames:
        here: Site = request.getfixturevalue("site")
        here.rewind()


@pytest.fixture
def office(site: Site, request: pytest.FixtureRequest) -> Office:
    """An agency made for one test, with its member and the approver."""
    return Office.open(site, request.node.name)


@pytest.fixture
def filed(office: Office) -> Office:
    """An application that awaits acceptance."""
    assert office.file().code == 201
    office.awaits("acceptance")
    return office
