"""The operator behind the fault proxy: started, killed where it is held, started again."""

import signal
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty
from typing import TypeVar

from hack.controlplane import reaper
from hack.faults.proxy import Breakpoint, FaultProxy
from hack.faults.weather import Weather
from hack.site import Site

_LOOK_SECONDS = 0.5
_LOG_CHARACTERS = 4000
_OTHERS_SECONDS = 1.0
MANY = {
    # so that many writes can be held, and cut off, at the same time
    "MANDATE_WORKERS": "32",
    "MANDATE_LEASE_SECONDS": "3",
    "MANDATE_LEASE_RENEW_SECONDS": "2",
    "MANDATE_LEASE_RETRY_SECONDS": "0.5",
}
"""For many kills: a killed leader's place is free soon."""
INTERVAL = 5.0
IMPATIENT = {
    # the agencies of other tests are there too, and each call takes its time
    "MANDATE_WORKERS": "16",
    "MANDATE_RESYNC_SECONDS": str(INTERVAL),
    "MANDATE_REQUEST_TIMEOUT_SECONDS": "1",
    "MANDATE_BACKOFF_BASE_SECONDS": "0.2",
    "MANDATE_BACKOFF_LIMIT_SECONDS": "1.5",
}
"""What takes hours in production takes seconds."""
BAD = Weather(share=0.2, latency_seconds=0.2, seed=16)
"""Every fifth request goes wrong, and every one is slow."""
T = TypeVar("T")


@dataclass
class Machine:
    """A site whose operator reaches the API server through the fault proxy."""

    site: Site
    proxy: FaultProxy
    killed_at: list[Breakpoint] = field(default_factory=list)
    """The breakpoints at which the operator was killed since the last `stop`, in order."""
    _settings: Mapping[str, str] = field(default_factory=dict)

    def start(self, **settings: str) -> None:
        """Starts the operator with these settings beside the defaults."""
        self._settings = settings
        # nobody asks for metrics here, and a port that is free now may be taken in a moment
        own = {"MANDATE_METRICS_PORT": "0"} | settings
        kubeconfig = self.proxy.kubeconfig(self.site.plane.folder / "faults.kubeconfig")
        self.site.start_operator(settings=own, kubeconfig=kubeconfig)

    @property
    def runs(self) -> bool:
        """Whether the operator's process is there."""
        return "operator" in reaper.members(self.site.plane.folder).values()

    def log(self) -> str:
        """The end of what the operator logged."""
        path = self.site.plane.folder / "logs" / "operator.log"
        return path.read_text(errors="replace")[-_LOG_CHARACTERS:]

    def stop(self) -> None:
        """Ends the operator and all faults; the next test counts its own kills."""
        self.proxy.weather = Weather()
        self.killed_at.clear()
        self.site.stop_operator(signal.SIGKILL)

    def side_by_side(self, lives: Sequence[Callable[[], T]], at_once: int = 24) -> list[T]:
        """Leads lives at the same time, and kills the operator at each breakpoint it reaches.

        Requests that are held at the same time are all cut off by the same kill.

        Raises:
            AssertionError: the operator ended of itself; the message ends with its log.
        """
        with ThreadPoolExecutor(at_once) as pool:
            led = [pool.submit(life) for life in lives]
            while not all(life.done() for life in led):
                self.kill_if_held()
            return [life.result() for life in led]

    def kill_if_held(self) -> None:
        """Waits a moment for a breakpoint; kills the operator there, and starts it again."""
        try:
            self.killed_at.append(self.proxy.reached.get(timeout=_LOOK_SECONDS))
        except Empty:
            assert self.runs, f"the operator ended of itself:\n{self.log()}"
            return
        self._gather()
        self.site.stop_operator(signal.SIGKILL)
        while not self.proxy.reached.empty():
            self.killed_at.append(self.proxy.reached.get())
        self.start(**self._settings)

    def _gather(self) -> None:
        """Waits for what others will be held at in a moment: one kill for all of them."""
        with suppress(Empty):
            while True:
                self.killed_at.append(self.proxy.reached.get(timeout=_OTHERS_SECONDS))
