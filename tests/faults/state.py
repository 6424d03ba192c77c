"""What there is in the end of a life, and what the operator wrote on the way."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from hack.faults.proxy import Request
from hack.faults.requests import READS, Kind
from hack.site import INSTALLATION, Site
from mandate.api.meta import GROUP, Json
from mandate.cli.verify import verify
from tests.cluster.office import Office

_OTHERWISE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "<time>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uid>"),
    (re.compile(r"\b\d{8}T\d{6}Z\b"), "<time>"),
    (re.compile(r"\d+年\d+月\d+日\d+时\d+分\d+秒"), "<time>"),
    (re.compile(r"\b([0-9a-f]{64}|[0-9a-f]{16})\b"), "<digest>"),
    # in the key of an entry: which object of the name
    (re.compile(r"(?<=/)[0-9a-f]{8}(?=\.)"), "<uid>"),
)
_OF_THE_SERVER = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")
_OK = range(200, 300)


def state_of(office: Office) -> dict[str, list[str]]:
    """Every object of an agency's life, by its path, as text without times and names of its own.

    Objects in the agency's namespace and in those granted to it, of whatever kind, and those
    of ours without a namespace that are about it.
    """
    found = defaultdict(list)
    for path in _paths(office):
        for item in office.site.bootstrap.call("GET", path).body["items"]:
            text = _plain(item, office)
            if "AGENCY" in text:
                found[_named(f"{path}/{item['metadata']['name']}", office)].append(text)
    return {key: sorted(texts) for key, texts in found.items()}


def writes_since(site: Site, mark: int) -> list[Json]:
    """What the operator wrote, as the audit log has it.

    Args:
        site: whose log.
        mark: how much of it was there before, in bytes.
    """
    with site.plane.audit_log.open("rb") as log:
        log.seek(mark)
        events = [json.loads(row) for row in log if row.endswith(b"\n")]
    return [
        event
        for event in events
        if event["user"]["username"] == INSTALLATION.operator
        and event["verb"] not in READS
        and event["stage"] == "ResponseComplete"
    ]


def kind_of(event: Json) -> Kind:
    """The kind of a write in the audit log."""
    return Kind.of(event["verb"], event["requestURI"])


def effects_of(events: list[Json], office: Office) -> Counter[str]:
    """How often the operator wrote each object of an agency with success."""
    return Counter(
        _named(f"{kind_of(event)} {_object(event)}", office)
        for event in events
        if event["responseStatus"]["code"] in _OK and office.name in json.dumps(event)
    )


def _object(event: Json) -> str:
    about = event["objectRef"]
    return f"{about.get('namespace', '')}/{about.get('name', '')}"


def _paths(office: Office) -> Iterator[str]:
    """The lists to look at."""
    api = office.site.bootstrap
    groups = ["/api/v1"] + [
        f"/apis/{group['preferredVersion']['groupVersion']}"
        for group in api.call("GET", "/apis").body["groups"]
    ]
    # an Event on an object without a namespace stands in `default`
    spaces = ["default"] + [
        item["metadata"]["name"]
        for item in api.call("GET", "/api/v1/namespaces").body["items"]
        if office.name in item["metadata"]["name"]
    ]
    for group in groups:
        for resource in api.call("GET", group).body["resources"]:
            if "/" in resource["name"] or "list" not in resource["verbs"]:
                continue
            if resource["namespaced"]:
                yield from (f"{group}/namespaces/{s}/{resource['name']}" for s in spaces)
            elif GROUP in group or resource["name"] == "namespaces":
                yield f"{group}/{resource['name']}"


def _plain(item: Json, office: Office) -> str:
    metadata = {k: v for k, v in item["metadata"].items() if k not in _OF_THE_SERVER}
    # a quota's status is counted by another controller, in its own time
    counted = {"status"} if "hard" in item.get("spec", {}) else set()
    kept = {k: v for k, v in item.items() if k not in counted} | {"metadata": metadata}
    if "entries" in item.get("spec", {}):
        kept["spec"] = item["spec"] | {"entries": _unordered(item["spec"]["entries"], office)}
    for place in ("regarding", "involvedObject"):
        if place in item:
            kept[place] = {k: v for k, v in item[place].items() if k not in _OF_THE_SERVER}
    return _named(json.dumps(kept, sort_keys=True, ensure_ascii=False, indent=1), office)


def _unordered(entries: list[Json], office: Office) -> list[Json]:
    """A dossier's entries by what they say: of what happens at once either may be first."""
    chain = ("seq", "previous", "hash")
    rows = [{k: v for k, v in entry.items() if k not in chain} for entry in entries]
    return sorted(rows, key=lambda row: _named(json.dumps(row, sort_keys=True), office))


def _named(text: str, office: Office) -> str:
    text = text.replace(office.member.user, "MEMBER").replace(office.name, "AGENCY")
    for pattern, plain in _OTHERWISE:
        text = pattern.sub(plain, text)
    return text


def broken_dossiers(site: Site) -> list[str]:
    """What of any dossier does not hold: a link that is missing, an entry that stands twice."""
    path = f"/apis/{GROUP}/v1alpha1/dossiers"
    found = site.bootstrap.call("GET", path).body["items"]
    return [f"{v.subject}: {fault}" for v in verify(found) for fault in v.faults]


def excess(requests: list[Request], office: Office, looks: int) -> dict[str, int]:
    """By how much each key of an agency was asked more than there was cause for.

    A cause is a look at it, and a fault on anything of the agency: one reconcile asks every key
    of it again, and twice where it writes in between.

    Args:
        requests: all that were made.
        office: whose they are to be.
        looks: how often there was cause to look without a fault.
    """
    own = [r for r in requests if r.mentions(office.name)]
    faults = sum(r.fault is not None for r in own)
    counts = Counter(r.key for r in own)
    most = 2 * (looks + faults)
    return {key: count - most for key, count in counts.items() if count > most}
