"""`python -m hack.up`: a control plane with Lu'an installed, left running; `--down` ends it."""

import argparse
import shutil
import sys

import yaml

from hack.controlplane.build import BuildError
from hack.controlplane.controlplane import ControlPlane, StartError
from hack.demo.story import Cast
from hack.site import LUAN, ROOT, Site, eventually
from mandate.api.meta import Json

FOLDER = ROOT / ".mandate" / "up"


def main() -> int:
    """Starts or ends it; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hack.up", description=__doc__)
    parser.add_argument("--down", action="store_true", help="end it and remove what it kept")
    if parser.parse_args().down:
        return _down()
    if FOLDER.exists():
        print("up: it is running already, or was not ended; `make down` first", file=sys.stderr)
        return 1
    try:
        _up()
    except (BuildError, StartError) as error:
        print(f"up: {error}", file=sys.stderr)
        return 1
    return 0


def _up() -> None:
    plane = ControlPlane.start(FOLDER, detached=True)
    try:
        site = Site(plane)
        site.install()
        site.start_operator()
        cast = Cast.of(site)
        files = [LUAN / name for name in ("calendar.yaml", "policy.yaml", "agencies")]
        cast.clerk.kubectl("apply", *(f"--filename={file}" for file in files))
    except BaseException:
        plane.stop()
        raise
    ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
    look = ("get", "agencies", "-o", ready)
    eventually(lambda: cast.clerk.kubectl(*look).stdout == "True", 20, "the agency can file")
    actors = (cast.alice, cast.aiguo, cast.bob, cast.clerk, cast.root)
    merged = _merged({a.user: yaml.safe_load(a.kubeconfig.read_text()) for a in actors})
    target = plane.folder / "kubeconfig"
    target.touch(mode=0o600)
    target.write_text(yaml.safe_dump(merged))
    print(f"export KUBECONFIG={target}")
    print(f'export PATH="$PATH:{plane.bin}"')
    print(f"# contexts: {', '.join(a.user for a in actors)}; kubectl --context bob get capp -A")
    print(f"# metrics: http://127.0.0.1:{site.metrics_port}/metrics; `make down` ends it")


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


def _down() -> int:
    try:
        ControlPlane.attach(FOLDER).stop()
    except FileNotFoundError:
        # nothing was started, or the start was cut off before it wrote what it had
        shutil.rmtree(FOLDER, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
