"""A network that delays, refuses, loses and falls silent, and an API server that fails for long."""

import time
from collections.abc import Callable
from functools import partial

import pytest

from hack.faults.proxy import FaultProxy, Request
from hack.faults.weather import IN_STREAMS, Fault, Weather
from hack.site import eventually
from tests.cluster.office import Office
from tests.faults.calm import Calm, settled
from tests.faults.life import lead
from tests.faults.machine import BAD, IMPATIENT, INTERVAL, Machine
from tests.faults.state import broken_dossiers, effects_of, excess, writes_since

_ALWAYS = 10**6
_MOST_TRIES = 3 * 16
"""Three at a time, in 15 seconds: after 0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3 and 12.7, for of 0.2
seconds that double at least half is waited; 4 looks at everything; and 4 at what the operator
itself wrote of it."""
_LAST_GASP_SECONDS = 25.0
"""Longer than the framework was given to end, 20, before it was to kill the process."""
_OUTAGE_SECONDS = 11.0
"""Longer than the framework's own retries were: 1 + 2 + 5."""


@pytest.mark.rule("X-level")
def test_in_bad_weather_lives_end_as_in_good(machine: Machine, calm: Calm) -> None:
    site, proxy = machine.site, machine.proxy
    mark, first = site.plane.audit_log.stat().st_size, len(proxy.requests)
    proxy.weather = BAD
    machine.start(**IMPATIENT)
    try:
        started = time.monotonic()
        led = machine.side_by_side([partial(lead, site, f"bad weather {n}") for n in range(3)])
        # and it goes on after the last step
        time.sleep(max(INTERVAL, started + 3 * INTERVAL - time.monotonic()))
        looks = int((time.monotonic() - started) / INTERVAL) + 1
        requests = proxy.requests[first:]
        proxy.weather = Weather()
        for office in led:
            settled(office, calm.state)
            assert effects_of(writes_since(site, mark), office) <= calm.effects
            assert excess(requests, office, calm.most_requests + looks) == {}
        assert broken_dossiers(site) == []
        assert 0.1 < sum(r.fault is not None for r in requests) / len(requests) < 0.3
    finally:
        machine.stop()


@pytest.mark.rule("X-level")
def test_what_never_succeeds_is_tried_ever_more_slowly_and_holds_up_nobody(
    machine: Machine, calm: Calm
) -> None:
    site, proxy = machine.site, machine.proxy
    where = f"/namespaces/{Office.name_for('stuck')}--bus-portal/limitranges"
    proxy.weather = Weather(1.0, faults=("500", "429"), on=where, most_in_a_row=_ALWAYS)
    machine.start(**IMPATIENT | {"MANDATE_BACKOFF_LIMIT_SECONDS": "60"})
    tries: list[Request] = []

    def lift() -> None:
        eventually(lambda: any(where in r.uri for r in proxy.requests), 60, "it is stuck")
        time.sleep(3 * INTERVAL)
        tries.extend(r for r in proxy.requests if where in r.uri)
        # from beginning to end while the other one is stuck
        settled(lead(site, "free"), calm.state)
        proxy.weather = Weather()

    stuck: Callable[[], Office | None] = partial(lead, site, "stuck")
    try:
        office, _ = machine.side_by_side([stuck, lift])
        assert 3 <= len(tries) <= _MOST_TRIES
        assert office is not None
        settled(office, calm.state)
    finally:
        machine.stop()


@pytest.mark.rule("X-level")
def test_the_watches_outlive_an_api_server_that_fails_for_long(machine: Machine) -> None:
    """And nothing but the watches could tell the operator what happens: no resync is near."""
    proxy = machine.proxy
    down = partial(Weather, 1.0, faults=("500", "429"), most_in_a_row=_ALWAYS)
    # the operator starts in it, and then cannot begin to watch
    outages = ("get /apis", "watch ")
    proxy.weather = down(on=outages[0])
    machine.start()
    try:
        for what in outages:
            proxy.weather = down(on=what)
            first = len(proxy.requests)
            eventually(partial(_fault_since, proxy, first), 30, f"an outage of {what}")
            time.sleep(_OUTAGE_SECONDS)
        proxy.weather = Weather()
        machine.side_by_side([partial(Office.open, machine.site, "after the outage", patience=30)])
    finally:
        machine.stop()


@pytest.mark.rule("X-level")
@pytest.mark.parametrize("fault", IN_STREAMS)
def test_the_watches_go_on_after_an_error_inside_them(machine: Machine, fault: Fault) -> None:
    """And nothing but the watches could tell the operator what happens: no resync is near."""
    proxy = machine.proxy
    first = len(proxy.requests)
    proxy.weather = Weather(1.0, faults=(fault,), on="watch ", most_in_a_row=2)
    machine.start()
    try:
        eventually(partial(_fault_since, proxy, first), 60, "a watch with an error in it")
        # every kind's, each once or twice
        time.sleep(_OUTAGE_SECONDS)
        proxy.weather = Weather()
        name = f"after {fault}"
        machine.side_by_side([partial(Office.open, machine.site, name, patience=60)])
        # it stays: what has begun anew is not ended by what ended before
        machine.side_by_side([partial(time.sleep, _LAST_GASP_SECONDS)])
    finally:
        machine.stop()


def _fault_since(proxy: FaultProxy, first: int) -> bool:
    return any(request.fault for request in proxy.requests[first:])
