"""The operator is killed at each kind of write, and the life ends as if it had not been."""

from functools import partial
from threading import Barrier

import pytest

from hack.faults.proxy import Breakpoint, Request, When
from hack.faults.requests import Kind
from hack.site import INSTALLATION
from tests.cluster.office import Office
from tests.faults.calm import Calm, kind_of_write, settled
from tests.faults.life import PATIENCE, lead
from tests.faults.machine import MANY, Machine
from tests.faults.state import broken_dossiers, effects_of, writes_since
from tests.faults.whole_life import lead_whole

_AT_LEAST = {
    "agencies.mandate.dev/status",
    "cloudapplications.mandate.dev/status",
    "dossiers.mandate.dev",
    "events.events.k8s.io",
    "limitranges",
    "namespaces",
    "networkpolicies.networking.k8s.io",
    "resourcequotas",
    "rolebindings.rbac.authorization.k8s.io",
}
_WHENS: tuple[When, ...] = ("before", "after")


def _hold(machine: Machine, kind: Kind, when: When, agency: str = "") -> None:
    """Holds one write of this kind, for this agency or for whomever."""

    def matches(request: Request) -> bool:
        return kind_of_write(request) == kind and request.mentions(agency)

    machine.proxy.hold(Breakpoint(matches, when, f"{when} {kind}"))


def _killed_once(machine: Machine, kind: Kind, when: When) -> Office:
    """A life whose first write of this kind is where the operator is killed."""
    seed = f"{when} {kind}"
    _hold(machine, kind, when, Office.name_for(seed))
    return lead(machine.site, seed)


_LATER = {
    "create serviceagreements.mandate.dev",
    "delete namespaces",
    "patch assessmentreports.mandate.dev/status",
    "patch exitrequests.mandate.dev/status",
    "patch launchrequests.mandate.dev/status",
    "patch serviceagreements.mandate.dev/status",
    "patch suspensions.mandate.dev/status",
    "update namespaces",
    "update networkpolicies.networking.k8s.io",
    "update resourcequotas",
}
"""What a whole life has to write, from the launch on."""
_AT_ONCE = 4


@pytest.mark.timeout(600)
@pytest.mark.rule("X-level", "A15-launch", "A23-suspend", "A17-exit")
def test_killed_at_each_kind_of_write_of_a_later_life_it_ends_as_ever(
    machine: Machine, calm: Calm, whole: Calm
) -> None:
    """From launch to the signed exit sheet; each life has several of the points on its way."""
    later = whole.own - calm.own
    assert {str(kind) for kind in whole.own} >= _LATER
    points = [(kind, when) for kind in sorted(later) for when in _WHENS]
    seeds = [f"whole {number}" for number in range(_AT_ONCE)]
    for number, (kind, when) in enumerate(points):
        _hold(machine, kind, when, Office.name_for(seeds[number % _AT_ONCE]))
    together = Barrier(_AT_ONCE, partial(machine.site.advance, days=1), PATIENCE)
    lives = [partial(lead_whole, machine.site, seed, together.wait) for seed in seeds]
    machine.start(**MANY)
    try:
        led = machine.side_by_side(lives)
        exercised = {point.name for point in machine.killed_at}
        assert exercised == {f"{when} {kind}" for kind, when in points}
        for office in led:
            settled(office, whole.state)
        assert broken_dossiers(machine.site) == []
    finally:
        machine.stop()
        machine.site.rewind()


@pytest.mark.rule("X-level")
def test_killed_at_each_kind_of_write_the_operator_comes_to_the_same_end(
    machine: Machine, calm: Calm
) -> None:
    assert {kind.resource for kind in calm.own} >= _AT_LEAST
    mark = machine.site.plane.audit_log.stat().st_size
    own = [(kind, when) for kind in sorted(calm.own) for when in _WHENS]
    general = [(kind, when) for kind in sorted(calm.general) for when in _WHENS]
    # whatever leads now is made anew, as on the first day
    home = ("-n", INSTALLATION.operator_namespace)
    machine.site.bootstrap.kubectl("delete", "leases", "--all", *home)
    for kind, when in general:
        _hold(machine, kind, when)
    machine.start(**MANY)
    try:
        led = machine.side_by_side([partial(_killed_once, machine, *point) for point in own])
        exercised = {point.name for point in machine.killed_at}
        assert exercised == {f"{when} {kind}" for kind, when in own + general}
        events = writes_since(machine.site, mark)
        for office in led:
            settled(office, calm.state)
            assert effects_of(events, office) <= calm.effects
        assert broken_dossiers(machine.site) == []
    finally:
        machine.stop()
