"""Kopf's watch streams of our kinds: they bring events and write nothing."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain, repeat

import kopf

from mandate.api.kinds import WATCHED
from mandate.api.meta import GROUP, VERSION, Json
from mandate.kube.login import Login

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class WatchesEndedError(Exception):
    """Kopf has given up: it starts no watch again."""


async def watch(
    login: Login,
    observe: Callable[[str | None, Json], None],
    stop: asyncio.Event,
    end: Callable[[], Awaitable[None]],
) -> None:
    """Watches until a signal comes.

    Kopf lists again when a stream ends, or says that its version is gone (410). Any other error
    that the API server reports inside a stream, such as that etcd is away, ends all of kopf.

    Args:
        login: the server, and who asks it.
        observe: told of each event: what changed (None: it was listed), and the object.
        stop: ends it, too.
        end: what has to end before kopf does.

    Raises:
        WatchesEndedError: kopf failed.
    """
    registry = _registry(login, observe)

    async def clean_up(**_: object) -> None:
        await end()

    # kopf takes all tasks that are younger than itself for its own, and waits for them
    kopf.on.cleanup(registry=registry)(clean_up)
    try:
        await kopf.operator(
            registry=registry, settings=kopf_settings(), clusterwide=True, stop_flag=stop
        )
    except Exception as error:
        # a signal would be told to what has ended, and nobody else
        for number in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)
        raise WatchesEndedError from error


def _registry(login: Login, observe: Callable[[str | None, Json], None]) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def log_in(**_: object) -> kopf.ConnectionInfo:
        return login.for_kopf()

    for kind in WATCHED:

        @kopf.on.event(GROUP, VERSION, kind.plural, registry=registry, id=kind.plural)
        async def told(event: kopf.RawEvent, **_: object) -> None:
            observe(event["type"], dict(event["object"]))

    return registry


class _Endless:
    """Waits between tries, in seconds, that never run out.

    After the last one kopf would give a watch up, or the whole operator, and start neither again.
    """

    def __iter__(self) -> Iterator[float]:
        return chain((1, 2, 5), repeat(10))


def kopf_settings() -> kopf.OperatorSettings:
    """Kopf watches and writes nothing: no events, no annotations, no peering, no scanning."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.peering.standalone = True
    settings.scanning.disabled = True
    settings.watching.server_timeout = 300
    settings.watching.client_timeout = 330
    settings.watching.connect_timeout = 10
    settings.watching.reconnect_backoff = 1.0
    settings.networking.request_timeout = 30
    settings.networking.error_backoffs = _Endless()
    settings.networking.enforce_retry_after = True
    settings.queueing.idle_timeout = 2.0
    # kopf would kill this process so long after it failed, and it has begun anew by then; one that
    # hangs at its end is killed by whoever told it to end
    settings.process.ultimate_exiting_timeout = None
    return settings
