"""The town of `tests/unit/town.py` on a real API server: real identities, and the operator."""

from datetime import UTC, datetime
from http import HTTPStatus

from hack.site import Answer, Site, eventually, sealed
from mandate.api.meta import API_VERSION, Json
from mandate.api.stages import BY_KIND, STAGE_TABLE
from tests.cluster.filing import MERGE
from tests.cluster.office import Office
from tests.unit.book import APP, Book
from tests.unit.papers import register
from tests.unit.seen import request_seen, system_seen
from tests.unit.standing import standing

_REFUSED = (HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY)
_PATIENCE = 60.0
_NOT_TO_BE_SEEN = {f"{APP}.shut"}


class RealTown:
    """One system of an office of its own, and everything that is filed about it."""

    def __init__(self, site: Site, law: str, name: str, book: Book) -> None:
        own = Office.name_for(name)
        users = [f"alice-{own}", f"aiguo-{own}"]
        members = [{"kind": "User", "name": user} for user in users]
        self.site = site
        self._book = book
        self.office = Office.open(
            site,
            name,
            users[0],
            patience=_PATIENCE,
            policy=law,
            members=members,
            systems=register(book.law.integrated_by.isoformat()),
        )
        self.uid = ""
        self._kinds: dict[str, str] = {}
        self._people = {
            "alice": self.office.member,
            "aiguo": site.actor(users[1]),
            "bob": self.office.approver,
            "clerk": self.office.clerk,
            "sue": site.actor("sue", "luan-support"),
            "pei": site.actor("pei", "luan-provider"),
            "peter": site.actor("peter", "luan-provider"),
        }

    def file(self, name: str, kind: str, spec: Json, who: str) -> bool:
        """Somebody files a request; whether it was taken."""
        body = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": {"name": name, "namespace": self.office.namespace},
            "spec": spec,
        }
        answer = self._people[who].call("POST", self._path(kind), body)
        if _taken(answer):
            self._kinds[name] = kind
        if name == APP:
            self.uid = answer.body["metadata"]["uid"]
        return _taken(answer)

    def decide(self, who: str, name: str, stage: str, decision: str) -> bool:
        """Somebody decides; whether it was taken."""
        path = self._path(self._kinds[name], name)
        found = self._get(path)
        turns = {t["stage"]: t["basis"] for t in found.get("status", {}).get("awaiting", [])}
        made = {"decision": decision, "basis": turns.get(stage, "0" * 64), "opinion": "意见"}
        made |= sealed(stage) if decision == "Approved" else {}
        key = f"{stage}.{found['metadata']['generation']}"
        body = {"status": {"approvals": {key: made}}}
        return _taken(self._people[who].call("PATCH", f"{path}/status", body, MERGE))

    def edit(self, who: str, name: str, changes: Json) -> bool:
        """Somebody edits a form; whether it was taken."""
        path = self._path(self._kinds[name], name)
        return _taken(self._people[who].call("PATCH", path, {"spec": changes}, MERGE))

    def wait(self, until: datetime) -> None:
        """Waits for the operator: until all stands as the book says.

        The time itself is moved for the whole site, by whoever leads all that live there.

        Raises:
            AssertionError: it does not come to that; with what stands otherwise.
        """
        other: list[str] = []

        def same() -> bool:
            seen, said = self.standing(), standing(self._book)
            keys = (seen.keys() | said.keys()) - _NOT_TO_BE_SEEN
            other[:] = [
                f"{k}: {seen.get(k)} ≠ {said.get(k)}" for k in keys if seen.get(k) != said.get(k)
            ]
            return not other

        try:
            eventually(same, _PATIENCE, "all stands as the book says")
        except TimeoutError:
            raise AssertionError(f"{self.office.name}: {other}") from None

    def standing(self) -> dict[str, object]:
        """How everything stands, by the names that the book has."""
        found: dict[str, object] = {}
        for row in STAGE_TABLE:
            if row.kind == "ResourceChange":
                continue
            for raw in self._get(self._path(row.kind))["items"]:
                name = raw["metadata"]["name"]
                self._kinds[name] = row.kind
                stands = request_seen(raw | {"kind": row.kind}, UTC)
                found |= {f"{name}.{key}": value for key, value in stands}
        system = dict(
            system_seen(self._get(self._path(self._kinds[APP], APP)).get("status", {}), UTC)
        )
        return found | {f"{APP}.{k}": v for k, v in (system | self._namespace()).items()}

    def _namespace(self) -> dict[str, object]:
        """How the granted namespace is kept, by what is in it."""
        name = f"{self.office.name}--{APP}"
        found = self._get(f"/api/v1/namespaces/{name}")
        if found.get("code") == HTTPStatus.NOT_FOUND:
            return {"granted": False}
        quota = self._get(f"/api/v1/namespaces/{name}/resourcequotas/mandate")
        network = self._get(
            f"/apis/networking.k8s.io/v1/namespaces/{name}/networkpolicies/mandate-approved"
        )
        rooms = self._get(f"/apis/rbac.authorization.k8s.io/v1/namespaces/{name}/rolebindings")
        labels = found["metadata"]["labels"]
        return {
            "granted": True,
            "closed": "ingress" not in network.get("spec", {}),
            "frozen": quota.get("spec", {}).get("hard", {}).get("pods") == "0",
            "environment": labels["mandate.dev/environment"],
            "internet": labels.get("mandate.dev/internet") == "open",
            "guests": sorted(
                (room["roleRef"]["name"], subject["name"])
                for room in rooms.get("items", [])
                if room["metadata"]["name"].startswith("mandate-guests")
                for subject in room.get("subjects", [])
            ),
        }

    def _path(self, kind: str, name: str = "") -> str:
        path = f"/apis/{API_VERSION}/namespaces/{self.office.namespace}/{BY_KIND[kind].plural}"
        return f"{path}/{name}" if name else path

    def _get(self, path: str) -> Json:
        return self.site.bootstrap.call("GET", path).body


def _taken(answer: Answer) -> bool:
    """Whether a write was taken.

    Raises:
        AssertionError: it was refused for another reason than that it is not allowed.
    """
    taken = answer.code in (HTTPStatus.OK, HTTPStatus.CREATED)
    assert taken or answer.code in _REFUSED, answer.message
    return taken
