"""`python -m mandate`: runs the operator until it is told to stop."""

import asyncio
import socket
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import timedelta

from prometheus_client import REGISTRY

from mandate.controllers.agency import AgencyController
from mandate.controllers.agreement import AgreementController
from mandate.controllers.application import ApplicationController
from mandate.controllers.cases import Cases
from mandate.controllers.gone import GoneController
from mandate.controllers.lookup import Lookup
from mandate.controllers.policy import PolicyController
from mandate.controllers.reported import REPORTED, ReportedController
from mandate.controllers.request import RequestController
from mandate.controllers.zone import LandingZoneController
from mandate.kube.client import KubeClient
from mandate.kube.login import Login
from mandate.observability.health import Limits
from mandate.observability.inventory import Inventory
from mandate.observability.logs import configure
from mandate.observability.server import serving, site
from mandate.rules.judges import JUDGES
from mandate.runtime.abandoned import Abandoned
from mandate.runtime.cache import Cache
from mandate.runtime.clock import Clock
from mandate.runtime.departed import SUBJECTS, Departed
from mandate.runtime.dossiers import Dossiers
from mandate.runtime.imported import Imported
from mandate.runtime.inspection import Inspection
from mandate.runtime.leader import Leader
from mandate.runtime.lookout import Lookout
from mandate.runtime.operator import Controller, Operator
from mandate.runtime.rendering import rendered
from mandate.runtime.sweep import Sweep
from mandate.settings import Settings

_TRIES = 3
"""Of a request that can be repeated; the leader has its own way with its few."""


async def run(settings: Settings) -> None:
    """Assembles the operator and runs it."""
    login = Login.load(settings.kubeconfig, settings.context)
    cache = Cache(remembered=(*SUBJECTS, *JUDGES))
    clock = Clock(settings.clock_file)
    lookup = Lookup(cache)
    # as another process of the same name is another candidate
    identity = f"{settings.identity or socket.gethostname()}_{uuid.uuid4().hex[:8]}"
    async with AsyncExitStack() as stack:
        # a hung call leaves time for three more before the lease is lost
        patience = settings.lease_renew_seconds / 4
        leases = await stack.enter_async_context(KubeClient(login, patience, identity))
        leader = Leader(settings, leases, identity)
        kube = await stack.enter_async_context(
            KubeClient(login, settings.request_timeout_seconds, identity, leader.leads, _TRIES)
        )
        sweep = Sweep(kube)
        imported = Imported(kube)
        cases = Cases(cache, lookup, clock, imported)
        made = controllers(kube, cache, lookup, cases, clock, sweep)
        departed, abandoned = Departed(kube, cache), Abandoned(kube, cache)
        sweeps = (sweep, departed, abandoned, imported, Inspection(kube))
        operator = Operator(settings, kube, cache, made, lookup)
        moved = asyncio.create_task(clock.follow(operator.look_again), name="clock")
        try:
            with _shown(settings, operator, cache, clock):
                await operator.run(login, leader, sweeps)
        finally:
            moved.cancel()


def controllers(
    kube: KubeClient, cache: Cache, lookup: Lookup, cases: Cases, clock: Clock, sweep: Sweep
) -> dict[str, Controller]:
    """The controllers of one process, by the kind they reconcile."""
    dossiers = Dossiers(kube, clock.now)
    made: dict[str, Controller] = {
        kind: RequestController(judge, kube, cache, cases, dossiers, clock)
        for kind, judge in JUDGES.items()
    }
    for kind in REPORTED:
        parts = (JUDGES[kind], kube, cache, cases, dossiers, clock)
        made[kind] = ReportedController(*parts)
    policies = PolicyController(cache, dossiers, clock)
    agencies = AgencyController(kube, cache, lookup, dossiers, clock, sweep)
    applications = ApplicationController(kube, cache, cases, dossiers, clock, sweep)
    record = {
        "GovernancePolicy": policies.record,
        "Agency": agencies.record,
        "CloudApplication": applications.record,
    }
    return made | {
        "Dossier": GoneController(cache, dossiers, record),
        "GovernancePolicy": policies,
        "ServiceAgreement": AgreementController(kube, cache, cases, dossiers, clock),
        "Agency": agencies,
        "CloudApplication": applications,
        "LandingZone": LandingZoneController(kube, cache, lookup, dossiers, clock, rendered),
    }


@contextmanager
def _shown(settings: Settings, operator: Operator, cache: Cache, clock: Clock) -> Iterator[None]:
    """Metrics and health on one port, the state on another, each if it has one."""
    limits = Limits(settings.health_silent_seconds, settings.health_idle_seconds)
    loop = asyncio.get_running_loop()
    lookout = Lookout(loop, cache, operator.queue, operator.pulse, limits)
    near = timedelta(seconds=settings.clock_near_seconds)
    REGISTRY.register(Inventory(lambda: lookout.holdings(clock), near))
    with ExitStack() as servers:
        if settings.metrics_port:
            application = site(lookout.pages(), metrics=True)
            servers.enter_context(
                serving(settings.metrics_host, settings.metrics_port, application)
            )
        if settings.debug_port:
            application = site({"/debug/state": lookout.state}, metrics=False)
            servers.enter_context(serving(settings.debug_host, settings.debug_port, application))
        yield


def main() -> None:
    """Reads the settings and runs until SIGTERM or Ctrl-C."""
    settings = Settings()
    configure(settings)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
