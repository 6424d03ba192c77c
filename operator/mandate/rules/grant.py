"""What an approved application is granted: a typed description that `render` turns into objects."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from mandate.api import quantity
from mandate.api.agency import Agency, Member
from mandate.api.cloudapplication import CloudApplication
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.hosts import Allocation, Machine
from mandate.api.servicecatalog import ServiceCatalog
from mandate.rules.access import Guests
from mandate.rules.catalogue import by_provider, counted, devices
from mandate.rules.holdings import no_more

_SCRATCH = ("limits.ephemeral-storage", "requests.ephemeral-storage")


@dataclass(frozen=True, slots=True)
class NetworkGrant:
    """One network the namespace stands in."""

    cidrs: tuple[str, ...]
    ports: tuple[int, ...]
    """TCP ports open from it, ascending; none means nothing comes in (A23-ports)."""


@dataclass(frozen=True, slots=True)
class Regime:
    """How the namespace of an approved system is kept."""

    environment: Literal["trial", "formal", "held"] = "trial"
    closed: bool = False
    """Whether its network is closed."""
    frozen: bool = False
    """Whether no pod starts; what runs and what is stored stays."""
    internet: bool = False
    """Whether the internet reaches it."""
    entrances_shut: bool = False
    """Whether nothing comes in by the platform's namespaces: entrances from before stay shut."""
    guests: tuple[Guests, ...] = ()
    deleted: bool = False
    """Whether it is to go, with all that is in it."""
    kept: bool = False
    """Whether nothing of it is deleted, even where it was to go."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Everything one application gets."""

    namespace: str
    uid: str
    agency: str
    application: str
    policy: str
    members: tuple[Member, ...]
    quota: dict[str, str]
    container_defaults: dict[str, str]
    platform_namespaces: tuple[str, ...]
    networks: tuple[NetworkGrant, ...]
    regime: Regime
    self_paid: bool = False
    """Whether its line authority bears the costs, and no budget of the cloud (A04-scope)."""
    takeover: bool = False
    """Whether a namespace of the name that is there, and another's, becomes this one."""
    devices: tuple[str, ...] = ()
    """What pods may ask for beside CPU, memory and disk: resources that the quota counts."""
    custom: tuple[str, ...] = ()
    """The quota's figures for custom resources, which the cluster has and so will count."""


def counting(grant: Grant, custom: dict[str, str]) -> Grant:
    """The grant with these figures for custom resources in its quota, as `custom_figures`."""
    return replace(grant, quota=grant.quota | custom, custom=tuple(custom))


def namespace_of(agency: str, application: str) -> str:
    """The namespace an application is granted; `--` is in neither name, so none collide."""
    return f"{agency}--{application}"


def grant(
    application: CloudApplication,
    granted: Allocation,
    agency: Agency,
    policy: GovernancePolicySpec,
    regime: Regime,
    catalog: ServiceCatalog | None = None,
) -> Grant:
    """What an allocation means in Kubernetes under a policy (A14-provision).

    Physical machines, and what else the catalogue has the provider hand over, get no quota.
    """
    defaults = policy.container_defaults
    return Grant(
        namespace=namespace_of(agency.metadata.name, application.metadata.name),
        uid=application.metadata.uid,
        agency=agency.metadata.name,
        application=application.metadata.name,
        policy=agency.spec.policy,
        members=agency.spec.members,
        quota=quota(granted, policy, catalog, regime) | _nothing_new(regime),
        container_defaults={
            "cpu": quantity.cores(quantity.parse(defaults.cpu)),
            "memory": quantity.size(quantity.parse(defaults.memory)),
            **_scratch(defaults.ephemeral_storage, "ephemeral-storage"),
        },
        platform_namespaces=policy.platform_namespaces,
        networks=_networks(_virtual(granted, policy, catalog), policy, regime),
        regime=regime,
        self_paid=application.spec.funding == "Other",
        devices=devices(catalog),
    )


def _virtual(
    granted: Allocation, policy: GovernancePolicySpec, catalog: ServiceCatalog | None
) -> list[Machine]:
    elsewhere = by_provider(policy, catalog)
    return [m for m in granted.machines if m.host_type not in elsewhere]


def quota(
    granted: Allocation,
    policy: GovernancePolicySpec,
    catalog: ServiceCatalog | None,
    regime: Regime,
) -> dict[str, str]:
    """What its machines come to, and the entrances it may have (A14-provision, G32-filing)."""
    machines = _virtual(granted, policy, catalog)
    overhead = policy.overhead_per_host
    count = len(machines)
    cpu = sum((Decimal(m.cpu_cores) for m in machines), quantity.parse(overhead.cpu) * count)
    memory = sum(
        (quantity.parse(m.memory) for m in machines), quantity.parse(overhead.memory) * count
    )
    # nothing of the outside reaches the namespace before its filing
    entrances = policy.internet_entrances if regime.internet else None
    hard = {
        "count/virtualmachines.kubevirt.io": str(count),
        "limits.cpu": quantity.cores(cpu),
        "limits.memory": quantity.size(memory),
        "requests.cpu": quantity.cores(cpu),
        "requests.memory": quantity.size(memory),
        "services.loadbalancers": str(entrances.load_balancers if entrances else 0),
        "services.nodeports": str(entrances.node_ports if entrances else 0),
    }
    hard |= _scratch(overhead.ephemeral_storage, *_SCRATCH, times=count)
    return hard | _storage(machines, policy) | counted(machines, granted.services, catalog)


def _scratch(each: str | None, *keys: str, times: int = 1) -> dict[str, str]:
    """Disk of the nodes' own; where the policy has no figure it is not bounded."""
    return dict.fromkeys(keys, quantity.size(quantity.parse(each) * times)) if each else {}


def _nothing_new(regime: Regime) -> dict[str, str]:
    """What is not to be made: no pod where it is frozen, nothing at all where it is held."""
    pods = {"pods": "0"} if regime.frozen else {}
    return pods | (no_more() if regime.environment == "held" else {})


def _storage(machines: list[Machine], policy: GovernancePolicySpec) -> dict[str, str]:
    """Storage in all, and by class; a class that nothing was approved on gets 0."""
    disks = [disk for m in machines for disk in m.disks()]
    classes = {rule.type: rule.storage_class for rule in policy.storage_classes}
    total: dict[str, Decimal] = dict.fromkeys(classes.values(), Decimal(0))
    for kind, size in disks:
        if kind in classes:
            total[classes[kind]] += size
    hard = {"requests.storage": quantity.size(sum(total.values(), Decimal(0)))}
    for name, size in total.items():
        hard[f"{name}.storageclass.storage.k8s.io/requests.storage"] = quantity.size(size)
    return hard


def _networks(
    machines: list[Machine], policy: GovernancePolicySpec, regime: Regime
) -> tuple[NetworkGrant, ...]:
    """The networks that are open: the internet once its filing is verified (G32-filing)."""
    open_now = []
    for rule in policy.networks:
        here = [m for m in machines if m.network == rule.name]
        if not here or (rule.name == "Internet" and not regime.internet):
            continue
        ports = {port for m in here for port in m.ports or ()}
        open_now.append(NetworkGrant(cidrs=tuple(sorted(rule.cidrs)), ports=tuple(sorted(ports))))
    return tuple(open_now)
