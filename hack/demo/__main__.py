"""`python -m hack.demo`: plays the story on a control plane of its own."""

import argparse
import shlex
import sys

from hack.controlplane.build import BuildError
from hack.controlplane.controlplane import ControlPlane, StartError
from hack.demo.story import tell
from hack.demo.teller import DifferenceError, Teller
from hack.site import Site


def main() -> int:
    """Plays the story; 1 at the first difference."""
    parser = argparse.ArgumentParser(prog="python -m hack.demo", description=__doc__)
    parser.add_argument("--without", action="append", default=[], metavar="GUARD",
                        help="leave a guard out, to see that it is missed")  # fmt: skip
    parser.add_argument("--operator", metavar="COMMAND", help="what to run in its place")
    options = parser.parse_args()
    teller = Teller()
    try:
        with ControlPlane.start() as plane:
            site = Site(plane)
            site.install(without=frozenset(options.without))
            site.start_operator(shlex.split(options.operator) if options.operator else None)
            tell(site, teller)
    except (BuildError, StartError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except DifferenceError as difference:
        print(f"\nthe story ended at: {difference}")
        print(f"{teller.steps - 1} passed, 1 failed")
        return 1
    print(f"\n{teller.steps} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
