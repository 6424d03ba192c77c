"""promtool, built once as the programs of the control plane are."""

import pytest

from tests.monitoring.promtool import Promtool


@pytest.fixture(scope="session")
def promtool() -> Promtool:
    """The program."""
    return Promtool()
