"""A local control plane with Mandate installed on it, for the demo, for `make up` and for tests."""

import hashlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import urllib3
import yaml

from hack.controlplane.controlplane import ControlPlane
from hack.mutants.guards import weakened
from mandate.api.meta import GROUP, Json
from mandate.api.schema import crds
from mandate.api.stages import SIGNATURES
from mandate.guards import Installation, policies
from mandate.guards.roles import roles

ROOT = Path(__file__).resolve().parent.parent
LUAN = ROOT / "examples" / "luan"
INSTALLATION = Installation(
    namespaces="Exclusive",
    platform_namespaces=(
        *Installation().platform_namespaces,
        "argocd",
        "ingress",
        "monitoring",
    ),
)
_CONFLICT = 409
_GUARD_SECONDS = 60.0
SOON = 60.0
"""Seconds a test waits for the operator or the API server, however busy the machine."""
T = TypeVar("T")


def eventually(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """Looks until there is something.

    Raises:
        TimeoutError: there was nothing in that time.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.1)


def sealed(stage: str) -> Json:
    """What a signature carries beside its decision: its scan with the seal; else nothing."""
    if stage not in SIGNATURES:
        return {}
    uri = f"https://files.lu-an.example/{stage}.pdf"
    digest = hashlib.sha256(stage.encode()).hexdigest()
    return {"seal": {"title": "签字盖章扫描件", "uri": uri, "sha256": digest}}


@dataclass(frozen=True)
class Answer:
    """What the API server said to one request."""

    code: int
    body: Json

    @property
    def message(self) -> str:
        """The sentence of a refusal."""
        return str(self.body.get("message", ""))


class Actor:
    """An identity with a certificate of its own."""

    def __init__(self, plane: ControlPlane, user: str, groups: Sequence[str]) -> None:
        self.user = user
        self.kubeconfig = plane.kubeconfig(user, groups)
        self._plane = plane
        self._http = urllib3.PoolManager(
            ca_certs=str(plane.folder / "pki" / "ca.crt"),
            cert_file=str(self.kubeconfig.with_suffix(".crt")),
            key_file=str(self.kubeconfig.with_suffix(".key")),
            maxsize=32,  # tests lead several lives side by side
        )

    def kubectl(
        self, *args: str, stdin: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Runs kubectl as this identity."""
        return self._plane.kubectl(*args, kubeconfig=self.kubeconfig, input=stdin, check=check)

    def call(
        self, method: str, path: str, body: object = None, content_type: str = "application/json"
    ) -> Answer:
        """One request to the API, without a client between."""
        data = None if body is None else json.dumps(body)
        answer = self._http.request(
            method,
            self._plane.url + path,
            body=data,
            headers={"Content-Type": content_type},
            timeout=30,
            retries=False,
        )
        try:
            found: Any = json.loads(answer.data)
        except ValueError:
            found = answer.data.decode()
        return Answer(answer.status, found if isinstance(found, dict) else {"message": str(found)})

    def put(self, path: str, change: Callable[[Json], object], query: str = "") -> Answer:
        """Reads, changes, and replaces: again while somebody else wrote in between."""
        while True:
            found = self.call("GET", path).body
            change(found)
            answer = self.call("PUT", path + query, found)
            if answer.code != _CONFLICT:
                return answer


class Site:
    """The control plane, the installation and the operator beside it."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.metrics_ports: dict[str, int] = {}
        self._clock_file = plane.folder / "clock.jsonl"
        self._ahead_seconds = 0
        self._actors: dict[tuple[str, ...], Actor] = {}

    def actor(self, user: str, *groups: str) -> Actor:
        """Somebody, by the name and groups of their certificate."""
        key = (user, *groups)
        if key not in self._actors:
            self._actors[key] = Actor(self.plane, user, groups)
        return self._actors[key]

    @property
    def bootstrap(self) -> Actor:
        """The member of system:masters that installs; no actor of any story."""
        return self.actor("admin", "system:masters")

    def operator_account(self, installation: Installation = INSTALLATION) -> Actor:
        """The operator, by a certificate in its service account's name."""
        home = f"system:serviceaccounts:{installation.operator_namespace}"
        return self.actor(installation.operator, "system:serviceaccounts", home)

    def install(
        self,
        installation: Installation = INSTALLATION,
        without: frozenset[str] = frozenset(),
        weaken: str | None = None,
    ) -> None:
        """CRDs, roles and guards, and waits until the guards guard.

        Args:
            installation: what the guards know of the cluster.
            without: names of guards to leave out; to see that they are missed.
            weaken: one thing in a guard to switch off, as `hack.mutants` names it.
        """
        kubectl = self.bootstrap.kubectl
        apply = ("apply", "--server-side", "-f", "-")
        kubectl(*apply, stdin=_manifest(list(crds().values())))
        kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        # the quota controller finds new kinds every 30 s, or when it starts
        self.plane.restart("kube-controller-manager")
        home = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": installation.operator_namespace},
        }
        guards = [p for p in policies(installation) if p["metadata"]["name"] not in without]
        if weaken:
            guards = weakened(guards, weaken)
        # the mutating ones first: when the last of the others guards, all do
        guards.sort(key=lambda p: not p["kind"].startswith("Mutating"))
        kubectl(*apply, stdin=_manifest([home, *roles(installation), *guards]))
        # the probe looks at the first line of the guard that is applied last
        bare = weaken in [f"requests.mandate.dev#{part}" for part in ("validations.0", "binding")]
        probed = {"requests.mandate.dev"} if bare else without
        eventually(lambda: self.guarded(probed), _GUARD_SECONDS, "the guards are in force")

    def guarded(self, without: Collection[str] = ()) -> bool:
        """Whether a form in a namespace of no agency is refused by the guard that came last."""
        form = yaml.safe_load((LUAN / "applications" / "bus-portal.yaml").read_text())
        form["metadata"]["namespace"] = "default"
        path = "/apis/mandate.dev/v1alpha1/namespaces/default/cloudapplications?dryRun=All"
        answer = self.bootstrap.call("POST", path, form)
        if "requests.mandate.dev" in without:
            return answer.code == 201  # noqa: PLR2004 - created
        return "is no agency namespace" in answer.message

    @contextmanager
    def without_guards(self, *names: str) -> Iterator[None]:
        """Unbinds guards for a while, as somebody with power over the cluster could.

        The API server learns of both a moment later.
        """
        full = [f"{name}.{GROUP}" for name in names]
        bindings = [
            p
            for p in policies(INSTALLATION)
            if p["kind"].endswith("Binding") and p["metadata"]["name"] in full
        ]
        self.bootstrap.kubectl("delete", "-f", "-", stdin=_manifest(bindings))
        try:
            yield
        finally:
            apply = ("apply", "--server-side", "-f", "-")
            self.bootstrap.kubectl(*apply, stdin=_manifest(bindings))

    def start_operator(
        self,
        command: Sequence[str] | None = None,
        settings: Mapping[str, str] | None = None,
        installation: Installation = INSTALLATION,
        name: str = "operator",
        kubeconfig: Path | None = None,
    ) -> None:
        """Starts an operator under a certificate in its service account's name.

        Args:
            command: what to run in its place.
            settings: `MANDATE_…` variables beside the defaults.
            installation: whose account it is.
            name: its own among several, for example `operator-2`; also its identity.
            kubeconfig: another way to the API server, with that account's rights.
        """
        port = _free_port()
        environment = {
            "MANDATE_KUBECONFIG": str(kubeconfig or self.operator_account(installation).kubeconfig),
            "MANDATE_METRICS_PORT": str(port),
            "MANDATE_NAMESPACE": installation.operator_namespace,
            "MANDATE_IDENTITY": name,
            "MANDATE_CLOCK_FILE": str(self._clock_file),
            **(settings or {}),
        }
        self.plane.spawn(name, command or [sys.executable, "-m", "mandate"], environment)
        self.metrics_ports[name] = port

    def stop_operator(self, number: int = signal.SIGTERM, name: str = "operator") -> None:
        """Ends an operator."""
        self.plane.kill(name, number)

    def advance(self, days: int = 0, seconds: int = 0) -> None:
        """Moves the time that the operator sees; what is written from now on is of then."""
        self._ahead_seconds += days * 86400 + seconds
        # the API server dates in whole seconds: what it wrote before belongs to an earlier one
        since = int(time.time()) + 1
        time.sleep(since - time.time())
        row = {
            "from": datetime.fromtimestamp(since, UTC).isoformat(),
            "offset_seconds": self._ahead_seconds,
        }
        known = self._clock_file.read_text() if self._clock_file.exists() else ""
        fresh = self._clock_file.with_suffix(".new")
        fresh.write_text(f"{known}{json.dumps(row)}\n")
        fresh.replace(self._clock_file)

    def rewind(self) -> None:
        """Back to the time of the server; what was written meanwhile stays in its own time."""
        if self._ahead_seconds:
            self.advance(seconds=-self._ahead_seconds)

    def now(self) -> datetime:
        """The time that the operator sees (UTC)."""
        return datetime.now(UTC) + timedelta(seconds=self._ahead_seconds)

    def page(self, path: str, *, method: str = "GET", port: int | None = None) -> Answer:
        """What the operator itself answers over HTTP.

        Args:
            path: of the page.
            method: of the request.
            port: where to ask; the one of the metrics unless another is given.
        """
        url = f"http://127.0.0.1:{port or self.metrics_ports['operator']}{path}"
        again = urllib3.Retry(8, backoff_factor=0.1)  # it may be starting
        answer = urllib3.request(method, url, timeout=5, retries=again)
        try:
            return Answer(answer.status, json.loads(answer.data))
        except ValueError:
            return Answer(answer.status, {"message": answer.data.decode()})

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric of the operator over the samples with these labels."""
        text = self.page("/metrics").message
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        rows = [row for row in text.splitlines() if row.startswith((f"{name} ", f"{name}{{"))]
        return sum(float(row.rsplit(" ", 1)[1]) for row in rows if all(w in row for w in wanted))

    def writes_of(self, user: str) -> list[str]:
        """The writes of a user that the API server logged, as `verb uri`; leases left out."""
        events = (json.loads(row) for row in self.plane.audit_log.read_text().split("\n") if row)
        return [
            f"{event['verb']} {event['requestURI']}"
            for event in events
            if event["user"]["username"] == user
            and event["verb"] not in ("get", "list", "watch")
            and event["stage"] == "ResponseComplete"
            and event.get("objectRef", {}).get("resource") != "leases"
        ]


def _manifest(documents: list[Json]) -> str:
    return yaml.safe_dump_all(documents, allow_unicode=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
