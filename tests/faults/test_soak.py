"""`make soak`: random lives of several agencies in bad weather, for as long as you like."""

import os
import time
from dataclasses import replace
from functools import partial
from random import Random

import pytest

from hack.faults.weather import Weather
from tests.cluster.office import Office
from tests.faults.calm import Calm, settled
from tests.faults.life import wander
from tests.faults.machine import BAD, IMPATIENT, INTERVAL, Machine
from tests.faults.state import broken_dossiers, excess

SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
SEED = int(os.environ.get("SOAK_SEED", "0"))
"""Of the lives and of the weather: the same one can be had again."""
_AGENCIES_AT_ONCE = 4
_LONGEST_LIFE = 4
"""In lives as `lead` leads them."""


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 1800)
@pytest.mark.rule("X-level")
def test_random_lives_in_bad_weather_end_as_in_good(machine: Machine, calm: Calm) -> None:
    site, proxy = machine.site, machine.proxy
    first, started = len(proxy.requests), time.monotonic()

    def one_after_another(number: int) -> list[tuple[str, Office]]:
        led: list[tuple[str, Office]] = []
        while time.monotonic() < started + SECONDS:
            name = f"{SEED} {number} {len(led)}"
            led.append((name, wander(site, f"soak {name}", Random(name))))  # noqa: S311
        return led

    proxy.weather = replace(BAD, seed=SEED)
    machine.start(**IMPATIENT)
    try:
        rows = machine.side_by_side(
            [partial(one_after_another, n) for n in range(_AGENCIES_AT_ONCE)]
        )
        led = [life for row in rows for life in row]
        looks = int((time.monotonic() - started) / INTERVAL) + 1
        requests = proxy.requests[first:]
        proxy.weather = Weather()
        again = machine.side_by_side(
            [partial(wander, site, f"good {name}", Random(name)) for name, _ in led]  # noqa: S311
        )
        for (_, office), same in zip(led, again, strict=True):
            settled(office, settled(same, None))
            assert excess(requests, office, _LONGEST_LIFE * calm.most_requests + looks) == {}
        assert broken_dossiers(site) == []
    finally:
        machine.stop()
