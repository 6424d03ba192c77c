"""helm, built once as the programs of the control plane are."""

import pytest

from tests.chart.helm import Helm


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """The program, without a cluster."""
    return Helm(tmp_path_factory.mktemp("helm"))
