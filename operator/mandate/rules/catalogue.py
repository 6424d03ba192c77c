"""Whether a form follows the catalogue, and what in it comes nearest (article 10; A10-catalogue).

Nearest is a distance without chance or taste: first by function (the same name, the same third
or second level, else how many characters the names share), then by configuration (how far each
bound is exceeded), then by id.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from mandate.api import quantity
from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.hosts import Allocation, Host, Machine, SelfProcured, Service
from mandate.api.servicecatalog import CatalogItem, HostBounds, ServiceCatalog

_NEAREST = 3
_STRANGE = 3
"""The rank of an item that shares no level with what was asked for."""
_REQUESTS = "requests."
"""What a quota's key of a resource begins with; a pod asks for the rest."""


def outside(spec: CloudApplicationSpec, items: tuple[CatalogItem, ...]) -> Iterator[str]:
    """The rows that no item of the catalogue fits, each with the items that come nearest."""
    for host in spec.hosts:
        rows = [(i, list(_misfits(host, i.host))) for i in items if i.host is not None]
        if any(i.title == host.host_type and not wrong for i, wrong in rows):
            continue
        named = any(i.title == host.host_type for i, _ in rows)
        why = "is more than its item allows" if named else "is no host type of the catalogue"
        yield f"hosts[{host.id}] {host.host_type!r} {why}; {_named(_nearest_hosts(host, items))}"
    for number, service in enumerate(spec.services or (), start=1):
        if service.quantity and not any(_is(service, item) for item in items):
            asked = f"{service.category2}/{service.category3}"
            near = [_called(item) for item in _nearest_services(service, items)]
            yield f"services[{number}] {asked!r} is not in the catalogue; {_named(near)}"
        elif service.quantity and _meant(service, items) is None:
            yield from _untold(number, [i for i in items if _is(service, i)])


def _untold(number: int, near: list[CatalogItem]) -> Iterator[str]:
    """That a row does not say which of several items it is, where a quota is to count it."""
    if any(item.quota_resource for item in near):
        titles = " or ".join(item.title for item in near)
        yield f"services[{number}] may be several items: write {titles} as its serviceName"


def not_there(name: str) -> str:
    """What is said where the catalogue that the policy names is not there."""
    return (
        f"the catalogue {name} that the policy names is not there; the authority applies "
        f"ServiceCatalog {name}, or nothing can be approved"
    )


def nearest_to_own(rows: Iterable[SelfProcured], items: tuple[CatalogItem, ...]) -> Iterator[str]:
    """What the catalogue has that comes near to what the unit procures itself."""
    for row in rows:
        ranked = sorted(items, key=lambda i: (1 - _likeness(row.title, _text(i)), i.id))
        near = [i for i in ranked if _likeness(row.title, _text(i))][:_NEAREST]
        if near:
            yield f"selfProcured[{row.id}] {row.title!r}; {_named([_called(i) for i in near])}"
        else:
            yield f"selfProcured[{row.id}] {row.title!r}; the catalogue has nothing like it"


def by_provider(policy: GovernancePolicySpec, catalog: ServiceCatalog | None) -> frozenset[str]:
    """The host types that Kubernetes does not provide (A14-provision)."""
    items = catalog.spec.items if catalog else ()
    handed = (i.title for i in items if i.host is not None and i.provisioning == "Provider")
    return frozenset((*policy.physical_host_types, *handed))


def counted(
    machines: Iterable[Machine], services: Iterable[Service], catalog: ServiceCatalog | None
) -> dict[str, str]:
    """What machines and services come to in the catalogue's own resources (A14-provision).

    Returns:
        Amounts by the quota's key; of a resource that nothing of was approved, 0.
    """
    items = catalog.spec.items if catalog else ()
    total = {i.quota_resource.name: Decimal(0) for i in items if i.quota_resource}
    hosts = ((i, 1) for m in machines for i in items if i.host and i.title == m.host_type)
    rows = ((_meant(s, items), s.quantity) for s in services)
    for item, number in (*hosts, *rows):
        if item and item.quota_resource:
            total[item.quota_resource.name] += quantity.parse(item.quota_resource.per_unit) * number
    return {name: quantity.size(amount) for name, amount in total.items()}


def item_of(row: Machine | Service, catalog: ServiceCatalog | None) -> CatalogItem | None:
    """The item that a machine or a row of services is; None: none, or one of several."""
    items = catalog.spec.items if catalog else ()
    if isinstance(row, Service):
        return _meant(row, items)
    return next((i for i in items if i.host and i.title == row.host_type), None)


def devices(catalog: ServiceCatalog | None) -> tuple[str, ...]:
    """The resources that a pod may ask for, for a quota counts them: such as nvidia.com/gpu."""
    names = sorted(counted((), (), catalog))
    return tuple(n.removeprefix(_REQUESTS) for n in names if n.startswith(_REQUESTS))


def handed_over(
    granted: Allocation, policy: GovernancePolicySpec, catalog: ServiceCatalog | None
) -> tuple[str, ...]:
    """What of an allocation the provider hands over, in words: machines, then services."""
    elsewhere = by_provider(policy, catalog)
    machines = (
        f"{m.host_type} {m.host_name} {m.host_id}-{m.ordinal}"
        for m in granted.machines
        if m.host_type in elsewhere
    )
    items = [i for i in (catalog.spec.items if catalog else ()) if i.provisioning == "Provider"]
    services = (
        f"{s.category3} {s.specification} × {s.quantity}"
        for s in granted.services
        if any(_is(s, item) for item in items)
    )
    return (*machines, *services)


def _meant(service: Service, items: tuple[CatalogItem, ...]) -> CatalogItem | None:
    """The item that a row of services is, by its name where several share its levels."""
    near = [item for item in items if _is(service, item)]
    named = [item for item in near if item.title == service.service_name] or near
    return named[0] if len(named) == 1 else None


def stored_by(service: Service, catalog: ServiceCatalog | None) -> Decimal:
    """What a row of services stores, in bytes; 0 where the catalogue does not say (A16-major)."""
    items = catalog.spec.items if catalog else ()
    sizes = [i.storage_per_unit for i in items if i.storage_per_unit and _is(service, i)]
    # of items that the row does not tell apart, the bigger: what is added is not made less
    per_unit = max(map(quantity.parse, sizes), default=Decimal(0))
    return per_unit * service.quantity


def _is(service: Service, item: CatalogItem) -> bool:
    """Whether a row of services is this item; hosts are asked for in the table of hosts."""
    same = (item.category2, item.category3) == (service.category2, service.category3)
    return same and item.host is None


def _misfits(host: Host, bounds: HostBounds) -> Iterator[tuple[str, Fraction]]:
    """What of a machine an item's bounds do not allow, and how far it is off."""
    if host.cpu_architecture not in bounds.architectures:
        yield f"{host.cpu_architecture} is not of {', '.join(bounds.architectures)}", Fraction(1)
    if bounds.maximum_cores is not None and host.cpu_cores > bounds.maximum_cores:
        over = Fraction(host.cpu_cores - bounds.maximum_cores, bounds.maximum_cores)
        yield f"cpuCores {host.cpu_cores} over {bounds.maximum_cores}", over
    yield from _too_big("memory", host.memory, bounds.maximum_memory)
    for kind, size in host.disks():
        if bounds.disk_types is not None and kind not in bounds.disk_types:
            yield f"disk {kind} is not of {', '.join(bounds.disk_types)}", Fraction(1)
        yield from _too_big("disk", quantity.size(size), bounds.maximum_disk)


def _too_big(what: str, asked: str, most: str | None) -> Iterator[tuple[str, Fraction]]:
    if most is None:
        return
    size, bound = Fraction(quantity.parse(asked)), Fraction(quantity.parse(most))
    if size > bound:
        # a bound of 0 allows none of it
        yield f"{what} {asked} over {most}", (size - bound) / (bound or 1)


def _nearest_hosts(host: Host, items: tuple[CatalogItem, ...]) -> list[str]:
    """The host types that come nearest to a row, each with what of the row it does not allow."""
    named = [i for i in items if i.host is not None and i.title == host.host_type]
    ranked = []
    for item in items:
        if item.host is None:
            continue
        wrong = list(_misfits(host, item.host))
        unlike = _unlike(item, named, host.host_type)
        off = sum((far for _, far in wrong), Fraction(0))
        ranked.append((unlike, off, item.id, _called(item), [text for text, _ in wrong]))
    return [
        f"{called} ({'; '.join(wrong) if wrong else 'fits'})"
        for _, _, _, called, wrong in sorted(ranked)[:_NEAREST]
    ]


def _unlike(item: CatalogItem, named: list[CatalogItem], title: str) -> Fraction:
    """How far an item's function is from that of the items that a row names."""
    if item in named:
        return Fraction(0)
    if any(item.category3 == other.category3 for other in named):
        return Fraction(1)
    if any(item.category2 == other.category2 for other in named):
        return Fraction(2)
    return _STRANGE + 1 - _likeness(title, item.title)


def _nearest_services(service: Service, items: tuple[CatalogItem, ...]) -> list[CatalogItem]:
    """The services that come nearest to a row: those that share a level or a word with it."""
    asked = f"{service.category3}{service.service_name or ''}"
    ranked = []
    for item in items:
        if item.host is not None:
            continue
        like = _likeness(asked, _text(item))
        rank = (
            0 if item.category3 == service.category3
            else 1 if item.category2 == service.category2
            else _STRANGE
        )  # fmt: skip
        if like or rank < _STRANGE:
            ranked.append((rank, 1 - like, item.id, item))
    return [row[-1] for row in sorted(ranked, key=lambda row: row[:3])[:_NEAREST]]


def _text(item: CatalogItem) -> str:
    return item.category3 + item.title


def _likeness(one: str, other: str) -> Fraction:
    """How many of their characters two names share, from 0 to 1 (Jaccard's index)."""
    first, second = set(one), set(other)
    return Fraction(len(first & second), len(first | second)) if first | second else Fraction(0)


def _called(item: CatalogItem) -> str:
    return f"{item.title} [{item.id}]"


def _named(near: list[str]) -> str:
    if not near:
        return "nothing in it comes near: list it under selfProcured"
    return f"nearest: {', '.join(near)}: ask for that, or list it under selfProcured"
