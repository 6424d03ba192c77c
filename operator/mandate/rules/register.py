"""Which entry of an agency's register is of which application (articles 3 and 7)."""

from mandate.api.agency import Agency
from mandate.api.meta import ObjectMeta
from mandate.api.register import RegisteredSystem


def entry_of(agency: Agency, application: ObjectMeta) -> RegisteredSystem | None:
    """The register's entry of an application: of this very one, not of another of its name."""
    named = next((s for s in agency.spec.systems if s.application == application.name), None)
    if named is None or bound_uid(agency, named) not in (None, application.uid):
        return None
    return named


def bound_uid(agency: Agency, entry: RegisteredSystem) -> str | None:
    """The uid of the application that an entry is of; None: of the first granted by its name.

    Where the entry says none, it stays that of the one that was granted for it first, as the
    status keeps it, until the authority names another.
    """
    use = agency.status.cloud_use
    if entry.application_uid is not None or use is None:
        return entry.application_uid
    known = next((s for s in use.systems if s.id == entry.id), None)
    same = known is not None and known.application == entry.application
    return known.application_uid if known is not None and same else None
