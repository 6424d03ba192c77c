"""Requests to the Kubernetes API, as a proxy or an audit log sees them."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

READS = ("get", "list", "watch")
_WRITES = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_OF_NAMESPACES = ("status", "finalize")


@dataclass(frozen=True, order=True, slots=True)
class Kind:
    """What a request does to what: `patch cloudapplications.mandate.dev/status`."""

    verb: str
    resource: str
    """Plural, with its group and its subresource if there are any."""

    @classmethod
    def of(cls, verb: str, uri: str) -> "Kind":
        """The kind of a request.

        Args:
            verb: the API's verb, such as `create`.
            uri: path and query.

        Raises:
            ValueError: the path is none of a resource.
        """
        group, parts = _parts(uri)
        if parts[0] == "namespaces" and len(parts) > 2 and parts[2] not in _OF_NAMESPACES:  # noqa: PLR2004
            parts = parts[2:]
        plural, subresource = parts[0], "/".join(parts[2:])
        within = f"{plural}.{group}" if group else plural
        return cls(verb, f"{within}/{subresource}" if subresource else within)

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}"


def verb_of(method: str, uri: str) -> str:
    """The API's verb of an HTTP request; `get` for what is no resource."""
    if method in _WRITES:
        return _WRITES[method]
    if "watch" in parse_qs(urlsplit(uri).query):
        return "watch"
    try:
        _, parts = _parts(uri)
    except ValueError:
        return "get"
    inside = parts[2:] if parts[0] == "namespaces" else parts
    return "list" if len(inside or parts) == 1 else "get"


def _parts(uri: str) -> tuple[str, list[str]]:
    """The group, and the path below group and version."""
    parts = urlsplit(uri).path.strip("/").split("/")
    if parts[0] == "api" and len(parts) > 2:  # noqa: PLR2004 - api/version/resource
        return "", parts[2:]
    if parts[0] == "apis" and len(parts) > 3:  # noqa: PLR2004 - apis/group/version/resource
        return parts[1], parts[3:]
    raise ValueError(f"{uri} is no resource")
