"""Ends a control plane when the one who started it is gone, however that one ended.

Run as a program it waits at a pipe that nobody writes to: the kernel closes it with its owner's
life, be that by `kill -9`. Meanwhile it holds the lock that tells later starts the folder is in
use. A process belongs to a control plane if the environment it was started with says so; its
children inherit that. Needs Linux's /proc, and only the standard library: it starts at once.
"""

import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

FOLDER = "MANDATE_CONTROLPLANE"
PROGRAM = "MANDATE_CONTROLPLANE_PROGRAM"
CoreProgram = Literal["etcd", "kube-apiserver", "kube-controller-manager"]
CORE: tuple[CoreProgram, ...] = get_args(CoreProgram)
LOCK = "owner.lock"
GRACE_SECONDS = 5.0
POLL_SECONDS = 0.02


def members(folder: Path) -> dict[int, str]:
    """The living processes of the control plane in `folder`: their ids and program names."""
    wanted = f"{FOLDER}={folder}".encode()
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environ = (process / "environ").read_bytes().split(b"\0")
        except OSError:  # gone meanwhile, or another user's
            continue
        if wanted in environ:
            prefix = f"{PROGRAM}=".encode()
            names = [entry for entry in environ if entry.startswith(prefix)]
            found[int(process.name)] = names[0].removeprefix(prefix).decode() if names else ""
    return found


def kill(pids: Iterable[int], number: int) -> None:
    """Sends a signal to those of the processes that still live."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def end(folder: Path) -> None:
    """Stops every process of the control plane in `folder` and removes the folder.

    The programs beside the control plane stop first and may take GRACE_SECONDS: they still have an
    API server to say goodbye to. The control plane itself has nothing to save.
    """
    kill(_guests(folder), signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while _guests(folder) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    while pids := members(folder):
        kill(pids, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    # A last thread of a killed program may still write a file into a folder being emptied.
    deadline = time.monotonic() + GRACE_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path, prefix: str) -> None:
    """Ends the control planes in `parent` whose owner and reaper were both killed."""
    for lock in parent.glob(f"{prefix}*/{LOCK}"):
        try:
            if lock.stat().st_uid != os.geteuid():
                continue
            with lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                end(lock.parent)
        except OSError:  # in use, or swept by another meanwhile
            continue


def _guests(folder: Path) -> list[int]:
    return [pid for pid, name in members(folder).items() if name not in CORE]


def main() -> None:
    """Waits for the end of the owner, then ends the control plane named as the argument."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    end(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
