"""One control plane: started, watched until it is ready, and surely ended."""

import fcntl
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from hack.controlplane import programs, reaper
from hack.controlplane.build import binaries
from hack.controlplane.certificates import Authority, write_private
from hack.controlplane.network import Probe, reserve_port
from hack.controlplane.reaper import CoreProgram

PREFIX = "mandate-"
STATE = "state.json"
READY_SECONDS = 90.0
POLL_SECONDS = 0.05
LOG_LINES = 20


class StartError(Exception):
    """A program ended or did not become ready; the message ends with the last of its log."""


class ControlPlane:
    """A real API server with its etcd and controllers, on this machine.

    Ended by `stop`, by the end of a `with`, or when this process ends in whatever way; only a
    detached one lives on until `attach(folder).stop()`.

    Attributes:
        folder: Everything it keeps; removed at the end.
        url: Of the API server.
        bin: The folder of the programs, `kubectl` among them.
        audit_log: What the API server was asked, a JSON event a line.
    """

    def __init__(self, folder: Path, url: str, programs_folder: Path) -> None:
        self.folder = folder
        self.url = url
        self.bin = programs_folder
        self.audit_log = folder / "audit.log"
        self._authority: Authority | None = None
        self._reaper: subprocess.Popen[bytes] | None = None
        self._port: socket.socket | None = None
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @classmethod
    def start(
        cls,
        folder: Path | None = None,
        *,
        detached: bool = False,
        admission_config: Path | None = None,
    ) -> Self:
        """Starts one and returns when it is ready, controllers included.

        Args:
            folder: An empty or new folder to live in; by default one in the temporary folder.
            detached: Whether it outlives this process.
            admission_config: A file for `--admission-control-config-file`.

        Raises:
            BuildError: the programs are not there and cannot be built.
            StartError: a program ended or was not ready in time.
            FileExistsError: `folder` is not empty.
        """
        found = binaries()
        reaper.sweep(Path(tempfile.gettempdir()), PREFIX)
        folder = _new_folder(folder)
        port = reserve_port()
        number = port.getsockname()[1]
        plane = cls(folder, f"https://127.0.0.1:{number}", found)
        plane._port = port
        try:
            if not detached:
                plane._guard()
            plane._authority = programs.write_files(folder, plane.url)
            lines = programs.command_lines(folder, found, number, admission_config)
            state = {"url": plane.url, "bin": str(found), "programs": lines}
            write_private(folder / STATE, json.dumps(state).encode())
            for name, argv in lines.items():
                plane.spawn(name, argv)
            plane._wait_ready()
        except BaseException:
            plane.stop()
            raise
        return plane

    @classmethod
    def attach(cls, folder: Path) -> Self:
        """The detached control plane in `folder`, to use or to stop.

        Raises:
            FileNotFoundError: there is none.
        """
        folder = folder.resolve()
        state = json.loads((folder / STATE).read_text())
        return cls(folder, state["url"], Path(state["bin"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the programs and removes the folder; does nothing the second time."""
        if self._reaper and self._reaper.stdin:
            self._reaper.stdin.close()
            self._reaper.wait()
        if self.folder.exists():
            reaper.end(self.folder)
        for process in self._processes.values():
            process.wait()
        if self._port:
            self._port.close()

    @property
    def admin(self) -> Path:
        """The kubeconfig of a member of system:masters: for the bootstrap, not for actors."""
        return self.kubeconfig("admin", ["system:masters"])

    def kubeconfig(self, user: str, groups: Sequence[str] = ()) -> Path:
        """The kubeconfig of an identity, with a certificate of its own, made when first asked for.

        Raises:
            ValueError: a name is longer than 64 characters, which X.509 does not allow.
        """
        digest = hashlib.sha256(json.dumps([user, *groups]).encode()).hexdigest()[:12]
        slug = re.sub(r"[^A-Za-z0-9.-]+", "-", user)
        path = self.folder / "identities" / f"{slug}-{digest}.kubeconfig"
        if not path.exists():
            self._authority = self._authority or Authority.load(self.folder / "pki")
            path.parent.mkdir(exist_ok=True)
            credentials = self._authority.client(user, groups)
            credentials.write(path.parent, path.stem)
            write_private(path, programs.kubeconfig(self.url, self._authority, credentials))
        return path

    def kubectl(
        self,
        *args: str,
        kubeconfig: Path,
        input: str | None = None,  # noqa: A002 - as subprocess.run calls it
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Runs kubectl as the identity of `kubeconfig`; the user's own ~/.kube is not touched.

        Raises:
            subprocess.CalledProcessError: it failed and `check` is set; a note has its stderr.
        """
        own = {
            "KUBECONFIG": str(kubeconfig),
            "KUBECACHEDIR": str(self.folder / "kubectl-cache"),
            "KUBERC": "off",
        }
        done = subprocess.run(
            [str(self.bin / "kubectl"), *args],
            env={**os.environ, **own},
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            error = subprocess.CalledProcessError(
                done.returncode, done.args, done.stdout, done.stderr
            )
            error.add_note(done.stderr)
            raise error
        return done

    def spawn(
        self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """Starts a program that ends with this control plane; its log is logs/NAME.log.

        Args:
            name: Unique among the living; also the name of the log.
            argv: The program and its arguments; it runs in the present folder.
            env: Variables beside those of this process.

        Raises:
            ValueError: a program of that name is running.
        """
        if name in reaper.members(self.folder).values():
            raise ValueError(f"{name} is already running in {self.folder}")
        if name in self._processes:
            # it has ended of itself
            self._processes.pop(name).wait()
        mark = {reaper.FOLDER: str(self.folder), reaper.PROGRAM: name}
        log = self._log(name)
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                argv,
                env={**os.environ, **(env or {}), **mark},
                # etcd's socket is named relative to the folder.
                cwd=self.folder if name in reaper.CORE else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Else Ctrl-C in a terminal would reach it before its owner could end it in order.
                start_new_session=True,
            )
        self._processes[name] = process
        return process

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Sends a program, core or spawned, a signal that ends it, and waits for its end."""
        reaper.kill(self._pids(name), number)
        if name in self._processes:
            self._processes.pop(name).wait()
        while self._pids(name):
            time.sleep(POLL_SECONDS)

    def send(self, name: str, number: int) -> None:
        """Sends a program a signal that does not end it, such as SIGSTOP."""
        reaper.kill(self._pids(name), number)

    def restart(self, name: CoreProgram) -> None:
        """Kills a program if it lives, starts it again as it was, waits until all is ready.

        Raises:
            StartError: it ended again or was not ready in time.
        """
        self.kill(name)
        state = json.loads((self.folder / STATE).read_text())
        self.spawn(name, state["programs"][name])
        self._wait_ready()

    def _pids(self, name: str) -> list[int]:
        return [pid for pid, found in reaper.members(self.folder).items() if found == name]

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def _guard(self) -> None:
        """Hands the folder's lock to a reaper that outlives this process."""
        # Locked before it has its name: a sweep by another start never finds it unlocked.
        unnamed = self.folder / f".{reaper.LOCK}"
        with unnamed.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            unnamed.rename(self.folder / reaper.LOCK)
            marks = (reaper.FOLDER, reaper.PROGRAM)
            self._reaper = subprocess.Popen(
                [sys.executable, "-I", reaper.__file__, str(self.folder)],
                stdin=subprocess.PIPE,
                pass_fds=[lock.fileno()],
                env={k: v for k, v in os.environ.items() if k not in marks},
                start_new_session=True,
            )

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        admin = self.admin
        certificate, key = admin.with_suffix(".crt"), admin.with_suffix(".key")
        probe = Probe(self.url, self.folder / "pki" / "ca.crt", certificate, key)
        # The controllers run when they have given a namespace its service account.
        awaited = ["/readyz", "/api/v1/namespaces/default/serviceaccounts/default"]
        while awaited:
            if probe.finds(awaited[0]):
                awaited.pop(0)
                continue
            for name, process in self._processes.items():
                if name in reaper.CORE and process.poll() is not None:
                    raise StartError(f"{name} ended ({process.returncode}):\n{self._tail(name)}")
            if time.monotonic() > deadline:
                tails = "\n".join(f"{name}:\n{self._tail(name)}" for name in reaper.CORE)
                raise StartError(f"{awaited[0]} not there in {READY_SECONDS:.0f} s\n{tails}")
            time.sleep(POLL_SECONDS)

    def _tail(self, name: str) -> str:
        lines = self._log(name).read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES:])


def _new_folder(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    return folder
