"""What all charts' tests take: helm, and what the image has."""

from pathlib import Path

import pytest

from tests.chart import image
from tests.chart.helm import Helm


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """The program, without a cluster."""
    return Helm(tmp_path_factory.mktemp("helm"))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The operator and its dependencies, as the image has them."""
    return image.build(tmp_path_factory.mktemp("image"))
