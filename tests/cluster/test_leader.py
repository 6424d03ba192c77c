"""Two operators on a real API server: one writes, the other takes over, and never both."""

import json
import re
import signal
import time
from collections.abc import Iterator

import pytest
import urllib3
import yaml

from hack.controlplane import reaper
from hack.site import INSTALLATION, LUAN, SOON, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import SETTINGS, Office, luan_site

NAMES = ("operator", "operator-2")
FORMS = 60
_POLICIES = "/apis/mandate.dev/v1alpha1/governancepolicies"
# many workers: a leader that is paused has many writes in its hands
BUSY = SETTINGS | {"MANDATE_WORKERS": "16"}
DEFAULTS = {"MANDATE_RESYNC_SECONDS": "2"}
WHO = re.compile(r"mandate-operator \((?P<name>.+)_[0-9a-f]{8}\)")


class Pair:
    """Both operators."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def leading(self) -> list[str]:
        """Who leads; one that does not answer does not."""
        return [name for name in NAMES if self.leads(name)]

    def leads(self, name: str) -> bool:
        """Whether this one says that it leads."""
        return self._says(name) == 1

    def _says(self, name: str) -> float | None:
        """What it says of leading; None if it does not answer at once."""
        url = f"http://127.0.0.1:{self.site.metrics_ports[name]}/metrics"
        try:
            text = urllib3.request("GET", url, timeout=2, retries=False).data.decode()
        except urllib3.exceptions.HTTPError:
            return None
        (row,) = (row for row in text.splitlines() if row.startswith("mandate_leader "))
        return float(row.split()[1])

    def roles(self) -> tuple[str, str]:
        """The leader and the standby, once there are both."""
        (leader,) = eventually(lambda: one(self.leading()), SOON, "one leads")
        (standby,) = (name for name in NAMES if name != leader)
        eventually(lambda: self._says(standby) is not None, SOON, "the standby answers")
        return leader, standby

    def restart(self, settings: dict[str, str]) -> None:
        """Both anew, in order."""
        for name in NAMES:
            self.site.stop_operator(name=name)
        for name in NAMES:
            self.site.start_operator(settings=settings, name=name)

    def writes(self) -> list[tuple[str, Json]]:
        """The accepted writes of both, with the whole identity, in the order of the answers."""
        rows = self.site.plane.audit_log.read_text().split("\n")
        events: list[Json] = [json.loads(row) for row in rows if row]
        return [
            (found[0], event)
            for event in events
            if event["stage"] == "ResponseComplete"
            and (found := WHO.fullmatch(event.get("userAgent", "")))
            and event["verb"] not in ("get", "list", "watch")
            and event["responseStatus"]["code"] < 300
        ]

    def intruders(self) -> list[str]:
        """The accepted writes of those who did not hold the lease."""
        holder, found = "", []
        for who, event in self.writes():
            if event["objectRef"]["resource"] == "leases":
                holder = who
            elif who != holder:
                found.append(f"{who} while {holder} led: {event['verb']} {event['requestURI']}")
        return found


def one(names: list[str]) -> list[str] | None:
    return names if len(names) == 1 else None


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A site of its own: of the long log of all other tests the beginning is rotated away."""
    with luan_site() as here:
        yield here


@pytest.fixture(scope="module")
def both(site: Site) -> Iterator[Pair]:
    """Two operators; one is left at the end."""
    pair = Pair(site)
    site.start_operator(settings=BUSY, name="operator-2")
    pair.restart(BUSY)
    pair.roles()
    yield pair
    for name in NAMES:
        site.stop_operator(name=name)
    site.start_operator(settings=SETTINGS)


@pytest.fixture
def pair(both: Pair) -> Iterator[Pair]:
    """Both, and never did two of them write."""
    yield both
    assert both.intruders() == []
    for name in NAMES:
        if name not in reaper.members(both.site.plane.folder).values():
            both.site.start_operator(settings=BUSY, name=name)


@pytest.mark.rule("X-level")
def test_the_standby_takes_over_at_once_from_a_leader_that_ends_in_order(
    pair: Pair, office: Office
) -> None:
    leader, standby = pair.roles()
    before = len(pair.writes())
    pair.site.stop_operator(name=leader)
    ended = time.monotonic()
    assert office.file().code == 201
    office.awaits("acceptance")
    assert time.monotonic() - ended < 5
    assert pair.leads(standby)
    names = [who for who, event in pair.writes()[before:] if "cloudapplications" in str(event)]
    assert names
    assert all(who.startswith(f"mandate-operator ({standby}_") for who in names)


@pytest.mark.rule("X-level")
def test_the_standby_takes_over_from_a_killed_leader_within_20_seconds(
    pair: Pair, office: Office
) -> None:
    pair.restart(DEFAULTS)  # the times of an installation that sets none
    leader, standby = pair.roles()
    pair.site.stop_operator(signal.SIGKILL, name=leader)
    killed = time.monotonic()
    assert office.file().code == 201
    eventually(lambda: pair.leads(standby), 25, "the standby leads")
    office.awaits("acceptance")
    took = time.monotonic() - killed
    assert took < 20, took
    # and not while the lease could still have been renewed
    assert took > 10, took
    pair.site.stop_operator(name=standby)
    pair.site.start_operator(settings=BUSY, name=standby)


@pytest.mark.rule("X-level")
def test_a_paused_leader_that_goes_on_writes_nothing(pair: Pair, many: Office) -> None:
    leader, standby = pair.roles()
    _law(many, ["欧拉"])  # every form's checks fail now: every status is to be written
    eventually(lambda: 0 < _open(many) < FORMS, SOON, "some are written and some are not")
    pair.site.plane.send(leader, signal.SIGSTOP)  # with the rest in its hands
    eventually(lambda: pair.leads(standby), 20, "the standby leads")
    eventually(lambda: _open(many) == 0, SOON, "all are written")
    _law(many, ["麒麟"])
    eventually(lambda: _open(many) == FORMS, SOON, "all are written again")
    taken = len(pair.writes())
    pair.site.plane.send(leader, signal.SIGCONT)
    eventually(lambda: pair.leading() == [standby], SOON, "the old leader stands by")
    time.sleep(2)
    assert _open(many) == FORMS
    _law(many, ["欧拉"])
    eventually(lambda: _open(many) == 0, SOON, "the standby goes on")
    after = {who.split("_")[0] for who, _ in pair.writes()[taken:]}
    assert after == {f"mandate-operator ({standby}"}


@pytest.fixture
def many(pair: Pair, request: pytest.FixtureRequest) -> Iterator[Office]:
    """An agency under a policy of its own, with dozens of forms."""
    policy = yaml.safe_load((LUAN / "policy.yaml").read_text())
    policy["metadata"]["name"] = "paused"
    made = pair.site.actor("clerk", "luan-authority").call("POST", _POLICIES, policy)
    assert made.code == 201, made.message
    office = Office.open(pair.site, request.node.name, policy="paused")
    for number in range(FORMS):
        assert office.file(office.form(f"form-{number}")).code == 201
    eventually(lambda: _open(office) == FORMS, SOON, "all can be accepted")
    yield office
    office.site.bootstrap.call("DELETE", office.forms)


def _law(office: Office, systems: list[str]) -> None:
    body = [{"op": "replace", "path": "/spec/operatingSystems", "value": systems}]
    answer = office.clerk.call("PATCH", f"{_POLICIES}/paused", body, "application/json-patch+json")
    assert answer.code == 200, answer.message


def _open(office: Office) -> int:
    """How many forms can be approved."""
    items = office.approver.call("GET", office.forms).body["items"]
    awaiting = [a for item in items for a in item.get("status", {}).get("awaiting", [])]
    return sum("Approved" in entry["may"] for entry in awaiting)


@pytest.mark.rule("X-level")
def test_what_was_decided_on_an_older_state_is_refused(pair: Pair, office: Office) -> None:
    # what a write looks like that left a leader just before it was paused
    office.approve()
    here = f"{office.name}--bus-portal"
    path = f"/api/v1/namespaces/{here}/resourcequotas/mandate"
    quota = pair.site.bootstrap.call("GET", path).body
    body = {"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"pods": "0"}}}
    metadata = {"name": "mandate", "namespace": here}
    new, old = (
        body | {"metadata": metadata},
        body | {"metadata": metadata | {"resourceVersion": "1"}},
    )
    operator = pair.site.operator_account()
    query = "?fieldManager=mandate&force=true"
    assert operator.call("PATCH", path + query, old, "application/apply-patch+yaml").code == 409
    assert operator.call("POST", path.removesuffix("/mandate"), new).code == 409
    assert pair.site.bootstrap.call("GET", path).body["spec"] == quota["spec"]


@pytest.mark.rule("X-level")
def test_after_a_restart_of_the_api_server_one_leads(pair: Pair, office: Office) -> None:
    pair.roles()
    pair.site.plane.restart("kube-apiserver")
    assert eventually(lambda: office.file().code == 201, SOON, "a form is filed")
    office.awaits("acceptance")
    pair.roles()


@pytest.mark.rule("X-law")
@pytest.mark.parametrize(
    ("verb", "where", "name", "code"),
    [
        ("GET", INSTALLATION.operator_namespace, "mandate-operator", 200),
        ("GET", INSTALLATION.operator_namespace, "another", 403),
        ("GET", "kube-system", "mandate-operator", 403),
        ("DELETE", INSTALLATION.operator_namespace, "mandate-operator", 403),
        ("PUT", INSTALLATION.operator_namespace, "another", 403),
    ],
)
def test_the_operator_holds_one_lease_and_no_other(
    site: Site, verb: str, where: str, name: str, code: int
) -> None:
    path = f"/apis/coordination.k8s.io/v1/namespaces/{where}/leases/{name}"
    body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name}}
    sent = body if verb == "PUT" else None
    assert site.operator_account().call(verb, path, sent).code == code
