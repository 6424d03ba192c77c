"""The local control plane is real, quick, private to its user, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hack.controlplane import ControlPlane, StartError, reaper
from hack.controlplane.build import PROGRAMS, BuildError, binaries

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 10.0
GONE_SECONDS = 60.0
OWNER = """
import signal
from hack.controlplane import ControlPlane
with ControlPlane.start() as plane:
    plane.spawn("guest", ["sleep", "600"])
    print(plane.folder, flush=True)
    signal.pause()
"""
DETACHED = """
from hack.controlplane import ControlPlane
print(ControlPlane.start(detached=True).folder)
"""

GUEST = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("farewell")))
print(os.environ["GREETING"])
signal.pause()
"""


def run_python(code: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def eventually(true: Callable[[], bool], seconds: float = GONE_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def gone(folder: Path) -> bool:
    return not folder.exists() and not reaper.members(folder)


def whoami(plane: ControlPlane, kubeconfig: Path) -> tuple[str, list[str]]:
    done = plane.kubectl("auth", "whoami", "-o", "json", kubeconfig=kubeconfig)
    info = json.loads(done.stdout)["status"]["userInfo"]
    return info["username"], info["groups"]


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    binaries()


@pytest.fixture(scope="module")
def plane(_built: None) -> Iterator[ControlPlane]:
    with ControlPlane.start() as started:
        yield started


def test_it_is_ready_quickly_and_goes_without_a_trace() -> None:
    began = time.monotonic()
    with ControlPlane.start() as plane:
        assert time.monotonic() - began < READY_SECONDS
        plane.kubectl("create", "namespace", "fresh", kubeconfig=plane.admin)
        ask = ("get", "serviceaccount/default", "configmap/kube-root-ca.crt", "-nfresh")
        assert eventually(
            lambda: not plane.kubectl(*ask, kubeconfig=plane.admin, check=False).returncode
        )
        assert set(reaper.members(plane.folder).values()) == set(reaper.CORE)
    assert gone(plane.folder)


def test_an_identity_is_who_its_certificate_says(plane: ControlPlane) -> None:
    kubeconfig = plane.kubeconfig("张三", ["agency:water", "staff"])
    groups = ["agency:water", "staff", "system:authenticated"]
    assert whoami(plane, kubeconfig) == ("张三", groups)
    assert kubeconfig.stat().st_mode & 0o777 == 0o600
    assert plane.kubeconfig("张三", ["agency:water", "staff"]) == kubeconfig
    assert plane.kubeconfig("张三", ["agency:water"]) != kubeconfig


def test_an_identity_has_no_rights_it_was_not_given(plane: ControlPlane) -> None:
    nobody = plane.kubeconfig("nobody")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        plane.kubectl("get", "secrets", kubeconfig=nobody)
    assert 'User "nobody" cannot list' in refused.value.stderr


def test_the_version_is_the_pinned_one(plane: ControlPlane) -> None:
    done = plane.kubectl("version", "-o", "json", kubeconfig=plane.admin)
    versions = json.loads(done.stdout)
    assert versions["serverVersion"]["gitVersion"] == versions["clientVersion"]["gitVersion"]
    if not any(os.environ.get(name) for name in ("MANDATE_CONTROLPLANE_BIN", "KUBEBUILDER_ASSETS")):
        assert versions["serverVersion"]["gitVersion"] in plane.bin.name


def test_kubectl_leaves_the_users_own_folder_alone(
    plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    plane.kubectl("get", "namespaces", kubeconfig=plane.admin)
    manifest = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "given"}})
    plane.kubectl("create", "-f-", kubeconfig=plane.admin, input=manifest)
    assert not list(tmp_path.iterdir())


def test_the_audit_log_says_who_did_what(plane: ControlPlane) -> None:
    plane.kubectl("create", "namespace", "audited", kubeconfig=plane.admin)
    events = [json.loads(line) for line in plane.audit_log.read_text().splitlines()]
    created = [e for e in events if e.get("objectRef", {}).get("name") == "audited"]
    assert ("admin", "create") in {(e["user"]["username"], e["verb"]) for e in created}
    reads = {"get", "list", "watch"}
    quiet = {"system:apiserver", "system:kube-controller-manager"}
    assert not [e for e in events if e["verb"] in reads and e["user"]["username"] in quiet]


def test_the_controller_manager_is_no_master(plane: ControlPlane) -> None:
    own = plane.folder / "pki" / "controllers.kubeconfig"
    assert whoami(plane, own) == ("system:kube-controller-manager", ["system:authenticated"])


def test_a_restart_keeps_the_data(plane: ControlPlane) -> None:
    plane.kubectl("create", "configmap", "kept", kubeconfig=plane.admin)
    for name in reaper.CORE:
        before = reaper.members(plane.folder)
        plane.restart(name)
        after = reaper.members(plane.folder)
        assert sorted(after.values()) == sorted(before.values())
        assert [before[pid] for pid in before.keys() - after.keys()] == [name]
        plane.kubectl("get", "configmap", "kept", kubeconfig=plane.admin)


def test_two_live_side_by_side(plane: ControlPlane) -> None:
    with ControlPlane.start() as other:
        other.kubectl("create", "namespace", "elsewhere", kubeconfig=other.admin)
        found = plane.kubectl("get", "ns", "elsewhere", kubeconfig=plane.admin, check=False)
        assert "NotFound" in found.stderr
        assert plane.url != other.url
    plane.kubectl("get", "namespaces", kubeconfig=plane.admin)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_whatever_ends_the_owner_ends_it_all(number: signal.Signals) -> None:
    with run_python(OWNER) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        assert set(reaper.members(folder).values()) == {*reaper.CORE, "guest"}
        owner.send_signal(number)
        assert eventually(lambda: gone(folder))


def test_what_owner_and_reaper_left_the_next_start_sweeps_up(tmp_path: Path) -> None:
    left, used = tmp_path / "mandate-left", tmp_path / "mandate-used"
    for folder in (left, used, tmp_path / "mandate-detached"):
        folder.mkdir()
    mark = {reaper.FOLDER: str(left), reaper.PROGRAM: "etcd"}
    with subprocess.Popen(["sleep", "600"], env={**os.environ, **mark}) as orphan:
        (left / reaper.LOCK).touch()
        with subprocess.Popen(["flock", str(used / reaper.LOCK), "sleep", "600"]) as user:
            assert eventually((used / reaper.LOCK).exists)
            time.sleep(0.2)
            reaper.sweep(tmp_path, "mandate-")
            user.kill()
        assert eventually(lambda: orphan.poll() is not None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mandate-detached", "mandate-used"]


def test_a_detached_one_lives_until_it_is_stopped() -> None:
    with run_python(DETACHED) as starter:
        folder = Path(starter.communicate()[0].strip())
    again = ControlPlane.attach(folder)
    again.kubectl("get", "namespaces", kubeconfig=again.kubeconfig("other", ["system:masters"]))
    again.restart("kube-apiserver")
    again.stop()
    again.stop()
    assert gone(folder)


def test_a_spawned_program_stops_in_order_and_its_log_is_kept(plane: ControlPlane) -> None:
    guest = plane.spawn("guest", [sys.executable, "-uc", GUEST], {"GREETING": "hello"})
    log = plane.folder / "logs" / "guest.log"
    assert eventually(lambda: log.read_text() == "hello\n")
    with pytest.raises(ValueError, match="already running"):
        plane.spawn("guest", ["true"])
    plane.kill("guest", signal.SIGTERM)
    assert guest.returncode == 0
    assert log.read_text() == "hello\nfarewell\n"


def test_a_failed_start_shows_the_log_and_cleans_up(tmp_path: Path) -> None:
    folder, wrong = tmp_path / "plane", tmp_path / "admission.yaml"
    wrong.write_text("kind: Nonsense")
    with pytest.raises(StartError, match=r"(?s)kube-apiserver ended \(1\).*admission"):
        ControlPlane.start(folder, admission_config=wrong)
    assert gone(folder)


def test_a_folder_in_use_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError):
        ControlPlane.start(tmp_path)
    assert (tmp_path / "mine").exists()


@pytest.mark.parametrize("variable", ["MANDATE_CONTROLPLANE_BIN", "KUBEBUILDER_ASSETS"])
def test_a_named_folder_without_a_program_is_an_error(variable: str, tmp_path: Path) -> None:
    for name in PROGRAMS:
        (tmp_path / name).touch(mode=0o755)
    assert binaries({variable: str(tmp_path)}) == tmp_path
    (tmp_path / "etcd").unlink()
    with pytest.raises(BuildError, match=rf"{variable}=.* lacks etcd$"):
        binaries({variable: str(tmp_path)})
