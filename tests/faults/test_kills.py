"""The operator is killed at each kind of write, and the life ends as if it had not been."""

from functools import partial

import pytest

from hack.faults.proxy import Breakpoint, Request, When
from hack.faults.requests import Kind
from hack.site import INSTALLATION
from tests.cluster.office import Office
from tests.faults.calm import Calm, kind_of_write, settled
from tests.faults.life import lead
from tests.faults.machine import MANY, Machine
from tests.faults.state import broken_dossiers, effects_of, writes_since

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
