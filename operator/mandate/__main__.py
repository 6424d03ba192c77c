"""`python -m mandate`: runs the operator until it is told to stop."""

import asyncio

from prometheus_client import start_http_server

from mandate.controllers.agency import AgencyController
from mandate.controllers.application import ApplicationController
from mandate.controllers.cases import Cases
from mandate.controllers.lookup import Lookup
from mandate.controllers.policy import PolicyController
from mandate.controllers.request import RequestController
from mandate.kube.client import KubeClient
from mandate.kube.login import Login
from mandate.observability.logs import configure
from mandate.rules.judges import JUDGES
from mandate.runtime.cache import Cache
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers
from mandate.runtime.operator import Controller, Operator
from mandate.settings import Settings


async def run(settings: Settings) -> None:
    """Assembles the operator and runs it."""
    login = Login.load(settings.kubeconfig, settings.context)
    cache = Cache()
    clock = Clock(settings.clock_file)
    lookup = Lookup(cache)
    async with KubeClient(login, settings.request_timeout_seconds) as kube:
        dossiers = Dossiers(kube, clock.now)
        cases = Cases(cache, lookup, clock)
        controllers: dict[str, Controller] = {
            kind: RequestController(judge, kube, cache, cases, dossiers, clock)
            for kind, judge in JUDGES.items()
        }
        controllers |= {
            "GovernancePolicy": PolicyController(cache, dossiers, clock),
            "Agency": AgencyController(kube, cache, lookup, dossiers, clock),
            "CloudApplication": ApplicationController(kube, cache, cases, dossiers, clock),
        }
        operator = Operator(settings, kube, cache, controllers, lookup)
        moved = asyncio.create_task(clock.follow(operator.look_again), name="clock")
        try:
            await operator.run(login)
        finally:
            moved.cancel()


def main() -> None:
    """Reads the settings and runs until SIGTERM or Ctrl-C."""
    settings = Settings()
    configure(settings)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.metrics_host)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
