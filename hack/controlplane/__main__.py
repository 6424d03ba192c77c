"""`python -m hack.controlplane`: `build` its programs, `build-helm`, or `run` it until Ctrl-C."""

import argparse
import contextlib
import signal
import sys

from hack.controlplane.build import HELM, BuildError, binaries
from hack.controlplane.controlplane import ControlPlane, StartError


def main() -> int:
    """Does what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hack.controlplane", description=__doc__)
    parser.add_argument("command", choices=["build", "build-helm", "run"])
    command = parser.parse_args().command
    try:
        if command == "build":
            print(binaries())
        elif command == "build-helm":
            print(HELM.folder())
        else:
            _run()
    except (BuildError, StartError) as error:
        print(f"controlplane: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def _run() -> None:
    with ControlPlane.start() as plane:
        print(f"export KUBECONFIG={plane.admin}")
        print(f"# {plane.url}, programs in {plane.bin}; Ctrl-C ends it and removes everything")
        sys.stdout.flush()
        # Here Ctrl-C is the order to end, not an accident.
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    sys.exit(main())
