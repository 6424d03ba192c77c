"""The operator's settings come from the environment and are refused out of bounds."""

import os

import pytest
from pydantic import ValidationError

from mandate.settings import Settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.upper().startswith("MANDATE_")]:
        monkeypatch.delenv(name)


def test_nothing_need_be_set() -> None:
    found = Settings()
    assert (found.workers, found.kubeconfig, found.context) == (4, None, None)
    assert found.backoff_base_seconds < found.backoff_limit_seconds


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("WORKERS", "16", 16),
        ("RESYNC_SECONDS", "2.5", 2.5),
        ("METRICS_PORT", "0", 0),
        ("LOG_FORMAT", "json", "json"),
        ("CONTEXT", "luan", "luan"),
    ],
)
def test_the_environment_sets_a_value(
    name: str, text: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"MANDATE_{name}", text)
    assert getattr(Settings(), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("WORKERS", "0"),
        ("WORKERS", "65"),
        ("RESYNC_SECONDS", "0"),
        ("REQUEST_TIMEOUT_SECONDS", "-1"),
        ("BACKOFF_BASE_SECONDS", "soon"),
        ("METRICS_PORT", "65536"),
        ("LOG_LEVEL", "verbose"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"MANDATE_{name}", text)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [("LEASE_SECONDS", "10"), ("LEASE_RENEW_SECONDS", "15"), ("LEASE_RETRY_SECONDS", "10")],
)
def test_a_leader_stops_before_another_may_start(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings().lease_seconds == 15
    monkeypatch.setenv(f"MANDATE_{name}", text)
    with pytest.raises(ValidationError, match="two operators could lead at a time"):
        Settings()
