"""The internet gate: closed until the filing is verified (annex 1, 3.2 and 4.2; G32-filing).

A filing comes with a LaunchRequest, and its verification is that request's decision. The one that
was verified last stands in place of those before it: once it is withdrawn, no earlier one opens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mandate.api.cloudapplication import CloudApplicationSpec
from mandate.api.launchrequest import LaunchRequest
from mandate.api.websites import InternetFiling
from mandate.rules.beside import withdrawn
from mandate.rules.case import Case, approval


@dataclass(frozen=True, slots=True)
class Gate:
    """How the way to the internet is."""

    open: bool = False
    shut: bool = False
    """Closed again: its filing was withdrawn, and entrances from before may still be there."""


def gate_of(case: Case, *, launched: bool) -> Gate:
    """Whether the system reaches the internet and is reached from it (G32-filing).

    It was approved for that network, it runs formally, and a verified filing covers its domains.

    Args:
        case: the system and its requests.
        launched: whether it runs formally.
    """
    request = _verified_last(case)
    wanted = "Internet" in case.application.spec.networks
    if request is None or not wanted or not launched:
        return Gate()
    if withdrawn(request, "withdraw-filing"):
        return Gate(shut=True)
    unfiled = next(filing_faults(case.application.spec, request.spec.internet_filing), None)
    return Gate(open=unfiled is None)


def _verified_last(case: Case) -> LaunchRequest | None:
    """The request whose filing was verified last, withdrawn since or not (G32-filing)."""
    verified: list[tuple[datetime, LaunchRequest]] = []
    for request in case.of(LaunchRequest):
        made = approval(request, "launch")
        if request.spec.internet_filing is not None and made is not None and made.at is not None:
            verified.append((made.at, request))
    verified.sort(key=lambda found: found[0])
    return verified[-1][1] if verified else None


def needs_filing(spec: CloudApplicationSpec) -> bool:
    """Whether a system goes online: it is a site, or on the internet (all of it, ours)."""
    return spec.website is not None or "Internet" in spec.networks


def filing_faults(spec: CloudApplicationSpec, filing: InternetFiling | None) -> Iterator[str]:
    """What a filing lacks for a system that goes online (G32-filing)."""
    if filing is None:
        yield "internetFiling is missing: name its permit, filing number and domains"
        return
    filed = {domain.lower() for domain in filing.domains}
    for domain in spec.website.domains if spec.website else ():
        if domain.lower() not in filed:
            yield f"internetFiling.domains lacks {domain}: file every domain of the website"
