"""The undisturbed run, which all others are compared with."""

import difflib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from hack.faults.proxy import Request
from hack.faults.requests import READS, Kind
from hack.site import Site, eventually
from tests.cluster.office import Office
from tests.faults.machine import Machine
from tests.faults.state import effects_of, kind_of, state_of, writes_since

_LEASES = "leases.coordination.k8s.io"
_SETTLE_SECONDS = 30
_CALM_SECONDS = 1.5
# an agency says so if its quota is not counted yet when it is first looked at: that is the
# cluster's doing, and may be so in one run and not in another
_PENDING = Counter({"patch agencies.mandate.dev/status /AGENCY": 2})


@dataclass(frozen=True)
class Calm:
    """What came of a life without a fault."""

    state: dict[str, list[str]]
    """See `state_of`."""
    effects: Counter[str]
    """See `effects_of`."""
    most_requests: int
    """How often any one verb and path was asked."""
    own: frozenset[Kind]
    """The kinds of write that name the agency they are for."""
    general: frozenset[Kind]
    """Those that name none, such as the first one of the lease."""


def kind_of_write(request: Request) -> Kind | None:
    """The kind of a request that writes."""
    return None if request.verb in READS else Kind.of(request.verb, request.uri)


def undisturbed(machine: Machine, seed: str, life: Callable[[Site, str], Office]) -> Calm:
    """Leads a life without a fault; the kinds of write are counted from the audit log."""
    mark = machine.site.plane.audit_log.stat().st_size
    machine.start()
    try:
        (office,) = machine.side_by_side([lambda: life(machine.site, seed)])
        state = settled(office, None)
    finally:
        machine.stop()
    events = writes_since(machine.site, mark)
    kinds = [kind_of(event) for event in events]
    # renewed every few seconds, whatever happens: it is the first that counts
    leases = [kind for kind in kinds if kind.resource == _LEASES]
    counted = {kind for kind in kinds if kind.resource != _LEASES} | set(leases[:1])
    own = {kind_of_write(r) for r in machine.proxy.requests if r.mentions(office.name)}
    return Calm(
        state,
        effects_of(events, office) | _PENDING,
        max(Counter(r.key for r in machine.proxy.requests if r.mentions(office.name)).values()),
        frozenset(counted & own),
        frozenset(counted - own),
    )


def settled(office: Office, expected: dict[str, list[str]] | None) -> dict[str, list[str]]:
    """The end state, once it is as expected; with nothing expected, once it stays as it is."""
    wanted: dict[str, list[str]] = {}
    last: dict[str, list[str]] = {}

    def same() -> bool:
        nonlocal wanted, last
        if expected is None:
            time.sleep(_CALM_SECONDS)
        wanted, last = (last if expected is None else expected), state_of(office)
        return last == wanted

    try:
        eventually(same, _SETTLE_SECONDS, "the end state")
    except TimeoutError as late:
        raise AssertionError(_difference(wanted, last)) from late
    return last


def _difference(expected: dict[str, list[str]], found: dict[str, list[str]]) -> str:
    """What differs of two end states, line by line under the path of each object."""
    rows: list[str] = []
    for path in sorted(expected.keys() | found.keys()):
        before, after = ("\n".join(state.get(path, [])).splitlines() for state in (expected, found))
        rows += difflib.unified_diff(
            before, after, f"expected {path}", f"found {path}", lineterm=""
        )
    return "\n".join(rows)
