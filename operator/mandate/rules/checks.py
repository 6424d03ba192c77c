"""The checks on an application before it is decided (articles 4, 10 to 14, 23, 32)."""

from collections.abc import Iterable, Iterator

from mandate.api.agency import Agency
from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.hosts import Host
from mandate.api.requests import Check
from mandate.api.rulebook import cite
from mandate.api.servicecatalog import ServiceCatalog
from mandate.rules.capacity import CHECK as CAPACITY
from mandate.rules.capacity import Demand, over_capacity
from mandate.rules.catalogue import by_provider, nearest_to_own, not_there, outside
from mandate.rules.sizing import oversized

_MATERIALS = {
    "constructionApproval": "construction_approval",
    "constructionPlan": "construction_plan",
    "onboardingPlan": "onboarding_plan",
}
_SITE_TYPES = ("Portal", "PublicService")


def application_checks(
    spec: CloudApplicationSpec,
    agency: Agency,
    policy: GovernancePolicySpec,
    catalog: ServiceCatalog | None = None,
    taken: Demand | None = None,
) -> tuple[Check, ...]:
    """The judgements on a form, in the order of their types; what a policy has not is not judged.

    Args:
        spec: the form.
        agency: the agency in whose namespace it was filed.
        policy: the policy the agency stands under.
        catalog: the catalogue that the policy names, if it is there.
        taken: what of the platform is granted, or reserved for forms received earlier.
    """
    return (
        blocking_check("Complete", _missing(spec, agency, policy), cite("A11-materials")),
        blocking_check("InScope", _out_of_scope(spec, agency), cite("A04-scope")),
        *_self_paid(spec),
        *_of_the_catalogue(spec, policy, catalog),
        *_of_amounts(spec, policy, catalog, taken or {}),
    )


def _self_paid(spec: CloudApplicationSpec) -> Iterator[Check]:
    """That no budget of the cloud pays what is outside its scope: who lets it in says why."""
    if spec.funding == "Other":
        said = f"{spec.line_authority} bears its costs itself: say why the cloud serves it"
        yield advisory_check("SelfPaid", [said], cite("A04-scope"))


def _of_the_catalogue(
    spec: CloudApplicationSpec, policy: GovernancePolicySpec, catalog: ServiceCatalog | None
) -> Iterator[Check]:
    """That the form follows the catalogue, and what is said of what it does not have."""
    items, rule = catalog.spec.items if catalog else (), cite("A10-catalogue")
    if policy.catalog is not None:
        missing = iter([not_there(policy.catalog)])
        yield blocking_check("InCatalogue", outside(spec, items) if catalog else missing, rule)
    if not spec.self_procured:
        return
    if not any(stage.when == "SelfProcured" for stage in policy.stages.cloud_application):
        said = (
            "no stage of the policy consents to what the unit procures itself: leave out "
            "selfProcured, or the authority adds a stage with `when: SelfProcured`"
        )
        yield blocking_check("SelfProcured", [said], rule)
    elif catalog is not None:
        yield advisory_check("SelfProcured", nearest_to_own(spec.self_procured, items), rule)


def _of_amounts(
    spec: CloudApplicationSpec,
    policy: GovernancePolicySpec,
    catalog: ServiceCatalog | None,
    taken: Demand,
) -> Iterator[Check]:
    """That what is asked for is reasonable, there, and not dangerous."""
    sizing = cite("A14-sizing")
    if policy.sizing is not None:
        yield advisory_check("ReasonableSize", oversized(spec, policy.sizing), sizing)
    if policy.capacity is not None:
        elsewhere = by_provider(policy, catalog)
        over = over_capacity(spec, taken, policy.capacity, elsewhere)
        yield blocking_check(CAPACITY, over, sizing)
    if policy.high_risk_ports:
        risky = risky_ports(spec, frozenset(policy.high_risk_ports))
        yield advisory_check("HighRiskPorts", risky, cite("A23-ports"))


def failures(checks: tuple[Check, ...], *, blocking: bool) -> tuple[Check, ...]:
    """The checks that fail: the blocking ones, or the advisory ones."""
    return tuple(c for c in checks if not c.passed and c.blocking is blocking)


def blocking_check(kind: str, findings: Iterable[str], rule: str) -> Check:
    """The check that fails, and closes Approved, if anything was found.

    Args:
        kind: what is checked.
        findings: each thing that is wrong, and the next step.
        rule: by which rule, as `cite` has it.
    """
    return _check(kind, findings, rule, blocking=True)


def advisory_check(kind: str, findings: Iterable[str], rule: str) -> Check:
    """The check that fails, and asks for an opinion, if anything was found; arguments as above."""
    return _check(kind, findings, rule, blocking=False)


def _check(kind: str, findings: Iterable[str], rule: str, *, blocking: bool) -> Check:
    found = list(findings)
    # the status is bounded, the form's texts are not short: say the first ones
    message = "; ".join(found)[:3800] + f" ({rule})" if found else ""
    return Check(type=kind, passed=not found, blocking=blocking, message=message)


def risky_ports(spec: CloudApplicationSpec, risky: frozenset[int]) -> Iterator[str]:
    """The rows that open a port of the policy's list (A23-ports)."""
    for host in spec.hosts:
        found = sorted(risky.intersection(host.ports or ()))
        if found:
            yield f"hosts[{host.id}] opens {', '.join(map(str, found))}: say why it may"


def _missing(
    spec: CloudApplicationSpec, agency: Agency, policy: GovernancePolicySpec
) -> Iterator[str]:
    """What the form lacks although its schema is satisfied (A11-materials, A11-form)."""
    for name in policy.required_materials:
        if getattr(spec.materials, _MATERIALS[name]) is None:
            yield f"materials.{name} is missing"
    if spec.applicant_unit != agency.spec.title:
        yield f"applicantUnit is {spec.applicant_unit!r}, the agency is {agency.spec.title!r}"
    yield from host_faults(spec.hosts, spec.networks, policy)
    if spec.system_type in _SITE_TYPES and "Internet" in spec.networks and spec.website is None:
        yield "website is missing: the system is a site on the internet"


def host_faults(
    hosts: Iterable[Host], networks: tuple[str, ...], policy: GovernancePolicySpec
) -> Iterator[str]:
    """What rows of hosts ask for and the policy does not have (A11-form).

    Args:
        hosts: the rows.
        networks: those of the system.
        policy: with its storage classes and operating systems.
    """
    served = {rule.type for rule in policy.storage_classes}
    for host in hosts:
        for kind, _ in host.disks():
            if kind not in served:
                yield f"hosts[{host.id}]: no storage class of the policy serves {kind}"
        if host.network not in networks:
            yield f"hosts[{host.id}].network {host.network} is not among networks"
        if policy.operating_systems and host.operating_system not in policy.operating_systems:
            allowed = ", ".join(policy.operating_systems)
            yield f"hosts[{host.id}].operatingSystem {host.operating_system!r} is not of {allowed}"


def _out_of_scope(spec: CloudApplicationSpec, agency: Agency) -> Iterator[str]:
    """Why the system is not this cloud's to serve (A04-scope)."""
    if spec.classified:
        yield "a classified system is never on this cloud"
    if spec.unsuitable_by_law is not None:
        yield f"unsuitable by law: {spec.unsuitable_by_law.citation}"
    if spec.line_authority is not None and spec.line_authority != agency.spec.title:
        yield (
            f"not funded fiscally: to be filed by its line authority {spec.line_authority!r}, "
            f"not by {agency.spec.title!r}"
        )
