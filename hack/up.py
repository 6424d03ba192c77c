"""`python -m hack.up`: a control plane with Lu'an installed, left running; `--down` ends it."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from hack.controlplane.build import BuildError
from hack.controlplane.controlplane import ControlPlane, StartError
from hack.demo.story import Cast
from hack.site import LUAN, ROOT, Site
from mandate.api.meta import Json

FOLDER = ROOT / ".mandate" / "up"
READY_SECONDS = 60


def main() -> int:
    """Starts or ends it; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hack.up", description=__doc__)
    parser.add_argument("--down", action="store_true", help="end it and remove what it kept")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where it keeps everything")
    options = parser.parse_args()
    folder = options.folder
    if options.down:
        return _down(folder)
    if folder.exists():
        print("up: it is running already, or was not ended; `make down` first", file=sys.stderr)
        return 1
    try:
        _up(folder)
    except subprocess.CalledProcessError as error:
        print(f"up: {error}\n{error.stderr}", file=sys.stderr)
        return 1
    except (BuildError, StartError, TimeoutError) as error:
        print(f"up: {error}", file=sys.stderr)
        return 1
    return 0


def _up(folder: Path) -> None:
    plane = ControlPlane.start(folder, detached=True)
    try:
        site = Site(plane)
        site.install()
        site.start_operator()
        cast = Cast.of(site)
        law = ("calendar.yaml", "catalog.yaml", "policy.yaml", "landing-zone.yaml", "agencies")
        files = [LUAN / name for name in law]
        cast.clerk.kubectl("apply", *(f"--filename={file}" for file in files))
        ready = ("--for=condition=Ready", f"--timeout={READY_SECONDS}s")
        cast.clerk.kubectl("wait", "agencies", "--all", *ready)
    except BaseException:
        plane.stop()
        raise
    actors = (cast.alice, cast.aiguo, cast.bob, cast.clerk, cast.root)
    merged = _merged({a.user: yaml.safe_load(a.kubeconfig.read_text()) for a in actors})
    target = plane.folder / "kubeconfig"
    target.touch(mode=0o600)
    target.write_text(yaml.safe_dump(merged))
    print(f"export KUBECONFIG={target}")
    print(f'export PATH="$PATH:{plane.bin}"')
    print(f"# contexts: {', '.join(a.user for a in actors)}; kubectl --context bob get capp -A")
    port = site.metrics_ports["operator"]
    print(f"# metrics: http://127.0.0.1:{port}/metrics; `make down` ends it")


def _merged(configs: dict[str, Json]) -> Json:
    """One kubeconfig with a context for each person."""
    cluster = next(iter(configs.values()))["clusters"][0]
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [cluster],
        "users": [{"name": n, "user": c["users"][0]["user"]} for n, c in configs.items()],
        "contexts": [
            {"name": n, "context": {"cluster": cluster["name"], "user": n}} for n in configs
        ],
        "current-context": next(iter(configs)),
    }


def _down(folder: Path) -> int:
    try:
        ControlPlane.attach(folder).stop()
    except FileNotFoundError:
        # nothing was started, or the start was cut off before it wrote what it had
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
