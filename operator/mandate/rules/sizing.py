"""What normal running reasonably needs (articles 13, 14; A14-sizing)."""

from collections.abc import Iterator
from decimal import Decimal

from mandate.api import quantity
from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.hosts import Host
from mandate.api.policysizing import ApplicationSize, HostSize, Sizing

_Asked = tuple[str, Decimal, Decimal | None]
"""What, how much of it, and how much is reasonable; None: any."""


def oversized(spec: CloudApplicationSpec, sizing: Sizing) -> Iterator[str]:
    """What the form asks for beyond what the policy calls reasonable, with the numbers.

    A figure is exceeded by more than it, not by itself.
    """
    if sizing.per_host is not None:
        for host in spec.hosts:
            yield from _over(f"hosts[{host.id}]", _of_one(host, sizing.per_host))
    if sizing.per_application is not None:
        yield from _over("the application", _of_all(spec.hosts, sizing.per_application))


def _of_one(host: Host, size: HostSize) -> Iterator[_Asked]:
    yield "cores", Decimal(host.cpu_cores), _number(size.cpu_cores)
    yield "memory", quantity.parse(host.memory), _size(size.memory)
    yield "storage", _storage(host), _size(size.storage)


def _of_all(hosts: tuple[Host, ...], size: ApplicationSize) -> Iterator[_Asked]:
    counts = [(host, Decimal(host.quantity)) for host in hosts]
    yield "machines", sum((n for _, n in counts), Decimal(0)), _number(size.machines)
    cores = sum((h.cpu_cores * n for h, n in counts), Decimal(0))
    yield "cores", cores, _number(size.cpu_cores)
    memory = sum((quantity.parse(h.memory) * n for h, n in counts), Decimal(0))
    yield "memory", memory, _size(size.memory)
    storage = sum((_storage(h) * n for h, n in counts), Decimal(0))
    yield "storage", storage, _size(size.storage)


def _over(what: str, asked: Iterator[_Asked]) -> Iterator[str]:
    for name, amount, reasonable in asked:
        if reasonable is not None and amount > reasonable:
            write = quantity.size if name in ("memory", "storage") else quantity.cores
            yield f"{what} asks for {name} {write(amount)}, reasonable is {write(reasonable)}"


def _storage(host: Host) -> Decimal:
    return sum((size for _, size in host.disks()), Decimal(0))


def _number(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _size(value: str | None) -> Decimal | None:
    return None if value is None else quantity.parse(value)
