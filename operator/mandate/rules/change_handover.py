"""What of a change the provider hands over, or takes back (article 16; annex 1, 7.1)."""

from collections.abc import Iterator

from mandate.api.hosts import Allocation
from mandate.api.resourcechange import ResourceChange
from mandate.rules.allocation import after
from mandate.rules.case import Case
from mandate.rules.catalogue import by_provider, handed_over


def change_handover(case: Case, request: ResourceChange) -> tuple[str, ...]:
    """What Kubernetes cannot do of a change, in words: the provider does it and confirms it."""
    return tuple(_parts(case, request))


def _parts(case: Case, request: ResourceChange) -> Iterator[str]:
    policy, catalog, spec = case.policy.spec, case.catalog, request.spec
    added = after(Allocation(), spec.model_copy(update={"services": None}))
    yield from handed_over(added, policy, catalog)
    elsewhere, types = by_provider(policy, catalog), _host_types(case)
    for row in spec.changed_hosts or ():
        host_type = types.get(row.host_ref.rpartition("-")[0])
        if host_type in elsewhere:
            yield f"{row.action} {host_type} {row.host_name} {row.host_ref}"
    for service in spec.services or ():
        for words in handed_over(Allocation(services=(service,)), policy, catalog):
            yield f"{service.action} {words}"


def _host_types(case: Case) -> dict[str, str]:
    """The host type of each row that the system has or had, by its id."""
    rows = [h for c in case.of(ResourceChange) for h in c.spec.added_hosts or ()]
    return {host.id: host.host_type for host in (*rows, *case.application.spec.hosts)}
