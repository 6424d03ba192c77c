"""One request of each kind in each state, brought there by the people who may, and the probes."""

import hashlib
from dataclasses import dataclass

from hack.site import SOON, Actor, Answer, Site, eventually, sealed
from mandate.api.meta import API_VERSION, Json
from mandate.api.requests import decision_key
from mandate.api.stages import STAGE_TABLE, Party, RequestKind
from tests.cluster import kinds, matrix, matrix_people
from tests.cluster.office import Office

_MERGE = "application/merge-patch+json"
_PHASES = {
    "filed": "Submitted",
    "accepted": "Accepted",
    "granted": "Approved",
    "refused": "Refused",
}
# what some kinds call the same
_OWN_PHASES = {
    "ServiceAgreement": {"accepted": "Signing", "granted": "InForce"},
    "ResourceChange": {"accepted": "Approved", "granted": "Completed"},
    "ExitRequest": {"accepted": "Approved", "granted": "Completed"},
    "AssessmentReport": {"accepted": "Verified", "granted": "Withdrawn"},
    "LaunchRequest": {"accepted": "Approved"},
    "Suspension": {"accepted": "InForce", "granted": "Lifted"},
}
_DECIDERS = {
    Party.AGENCY: "second-member",
    Party.AUTHORITY: "approver",
    Party.PROVIDER: "provider",
    Party.SUPPORT: "support",
}
# the stages a request goes through where they are not all of its kind's: `ratification` is for
# what the provider filed; a term is objected to once it is signed, by each party when it likes
_WAYS = {
    "CloudApplication": ("acceptance", "review"),
    "Suspension": ("suspension", "lift"),
    "ResourceChange": (
        "change",
        "confirm-provider",
        "sign-agency",
        "sign-provider",
        "sign-authority",
    ),
    "ServiceAgreement": ("sign-agency", "sign-provider", "sign-authority"),
}
# refused at the second stage, where the first approval could still bind; a lift that is refused
# would leave the suspension in force, and what was verified is withdrawn or stays
_REFUSED_AT = {"AssessmentReport": 0, "LaunchRequest": 0, "Suspension": 0}
_OPEN_ONCE_GRANTED = {
    "CloudApplication": ("confirm-provider", "takeover"),
    "ServiceAgreement": ("objection-agency", "objection-provider", "objection-authority"),
}


@dataclass(frozen=True)
class Request:
    """One request, as it is on the API server."""

    row: RequestKind
    office: Office
    name: str

    @property
    def forms(self) -> str:
        """The path of the kind in the agency's namespace."""
        return f"/apis/{API_VERSION}/namespaces/{self.office.namespace}/{self.row.plural}"

    @property
    def path(self) -> str:
        """The path of the request."""
        return f"{self.forms}/{self.name}"

    @property
    def way(self) -> tuple[str, ...]:
        """The stages it goes through."""
        return _WAYS.get(self.row.kind, tuple(s.name for s in self.row.stages))

    def form(self, name: str) -> Json:
        """A form of its kind."""
        return kinds.form(self.row.kind, self.office.namespace, name)

    def edit(self, text: str) -> Json:
        """A change of its spec."""
        return kinds.edit(self.row.kind, text)

    def phase(self, state: str) -> str:
        """What its kind calls a state."""
        return _OWN_PHASES.get(self.row.kind, {}).get(state, _PHASES[state])

    def read(self) -> Json:
        """What is on the server."""
        return self.office.approver.call("GET", self.path).body


class Scene:
    """The agency with everybody on it, and a request of each kind in each of its states.

    The operator's own account writes the statuses, for every kind alike: no operator runs.
    """

    def __init__(self, site: Site) -> None:
        kinds.install(site)
        matrix_people.appoint(site)
        self.people = matrix_people.actors(site)
        user = matrix_people.PEOPLE["member"].user
        self.office = Office.open(site, "matrix", user, members=matrix_people.members())
        site.stop_operator()
        self._requests = {
            (row.kind, state): Request(row, self.office, f"{row.kind.lower()}-{state}")
            for row in STAGE_TABLE
            for state in matrix.states_of(row)
        }
        for (_, state), request in self._requests.items():
            self._file(request)
            self._bring(request, state)
        self._found = {key: request.read() for key, request in self._requests.items()}

    def request(self, kind: str, state: str) -> Request:
        """The request of a kind in a state."""
        return self._requests[kind, state]

    def filer(self, row: RequestKind) -> Actor:
        """Who filed the requests of a kind."""
        if Party.OPERATOR in row.filed_by:
            return self.people["operator-as-root"]
        return self.people["member" if Party.AGENCY in row.filed_by else "clerk"]

    def decider(self, row: RequestKind, stage: str) -> Actor:
        """Who decides a stage of a kind."""
        return self.people[_DECIDERS[next(s.decided_by for s in row.stages if s.name == stage)]]

    def _file(self, request: Request) -> None:
        """Files it, and has the editors edit it where their edits are not refused."""
        parties, filer = request.row.filed_by, self.filer(request.row)
        editors = ["editing-member"] if Party.AGENCY in parties else []
        editors += [] if Party.OPERATOR in parties else ["editing-approver"]
        form = request.form(request.name)
        made = eventually(
            lambda: _unless_new(filer.call("POST", request.forms, form)),
            SOON,
            f"{request.row.kind} is served and known to the mutating policies",
        )
        assert made.code == 201, made.message
        for who in editors:
            edit = request.edit(f"edited by the {who}")
            edited = self.people[who].call("PATCH", request.path, edit, _MERGE)
            assert edited.code == 200, edited.message

    def _bring(self, request: Request, state: str) -> None:
        """Has its stages decided, as many as the state says."""
        way = request.way
        refused_at = _REFUSED_AT.get(request.row.kind, min(1, len(way) - 1))
        approved = {"accepted": 1, "granted": len(way), "refused": refused_at}.get(state, 0)
        for stage in way[:approved]:
            self.write_status(request, (stage,), "Submitted")
            self._decide(request, stage, "Approved")
        if state == "refused":
            self.write_status(request, (way[refused_at],), "Submitted")
            self._decide(request, way[refused_at], "Refused")
        turn = way[approved : approved + 1] if state in ("filed", "accepted") else ()
        if state == "granted":
            turn = _OPEN_ONCE_GRANTED.get(request.row.kind, ())
        self.write_status(request, turn, request.phase(state))

    def write_status(self, request: Request, stages: tuple[str, ...], phase: str) -> None:
        """As the operator does once it has judged the form."""
        awaiting = [
            {"stage": s, "may": ["Approved", "Refused"], "basis": _sha256(request.name + s)}
            for s in stages
        ]
        status = {
            "observedGeneration": request.read()["metadata"]["generation"],
            "stages": list(request.way),
            "awaiting": awaiting,
            "phase": phase,
        }
        operator = self.people["operator-as-root"]
        done = operator.call("PATCH", f"{request.path}/status", {"status": status}, _MERGE)
        assert done.code == 200, done.message

    def _decide(self, request: Request, stage: str, decision: str) -> None:
        body = decided(request.read(), stage, decision, "同意")
        who = self.decider(request.row, stage)
        done = who.call("PATCH", f"{request.path}/status", body, _MERGE)
        assert done.code == 200, done.message

    def probe(self, cell: matrix.Cell) -> Answer:
        """Tries it without doing it: admission answers a dry run as it answers the deed."""
        kind, state, row, verb = cell
        request, found = self._requests[kind, state], self._found[kind, state]
        who, path = self.people[row], f"{request.path}?dryRun=All"
        match verb:
            case "file":
                return who.call("POST", f"{request.forms}?dryRun=All", request.form("another"))
            case "edit":
                return who.call("PATCH", path, request.edit("edited once more"), _MERGE)
            case "label":
                return who.call("PATCH", path, {"metadata": {"labels": {"team": "a"}}}, _MERGE)
            case "delete":
                return who.call("DELETE", path)
            case "phase":
                known = kinds.phases(kind)
                other = next(p for p in known if p != found["status"]["phase"])
                body: Json = {"status": {"phase": other}}
            case stage:
                # another opinion: where the stage is decided already, this rewrites it
                body = decided(found, stage, "Approved", "再议")
        return _patch_status(who, request, body)


def _patch_status(who: Actor, request: Request, body: Json) -> Answer:
    return who.call("PATCH", f"{request.path}/status?dryRun=All", body, _MERGE)


def decided(found: Json, stage: str, decision: str, opinion: str) -> Json:
    """A merge patch of this decision, on the basis that the request awaits it on."""
    awaiting = {a["stage"]: a["basis"] for a in found["status"].get("awaiting", [])}
    basis = awaiting.get(stage, _sha256("read elsewhere"))
    key = decision_key(stage, found["metadata"]["generation"])
    entry: Json = {"decision": decision, "basis": basis, "opinion": opinion}
    entry |= sealed(stage) if decision == "Approved" else {}
    return {"status": {"approvals": {key: entry}}}


def _unless_new(answer: Answer) -> Answer | None:
    """The answer, unless the kind is so new that the API server does not know its form yet."""
    new = answer.code in (404, 503) or "no corresponding type for" in answer.message
    return None if new else answer


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
