"""The image without a container runtime: what the Dockerfile copies, installs and starts.

Its build stage is followed line by line into a folder, with no more files than `.dockerignore` lets
through; what a base image would bring, Python and uv, is this machine's.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hack.site import ROOT

_DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
_BUILD, _FINAL = re.split(r"^FROM .*\n", _DOCKERFILE, flags=re.MULTILINE)[1:]
_LET_THROUGH = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)


def build(folder: Path) -> Path:
    """Follows the build stage; the environment that it installs the operator into.

    Raises:
        subprocess.CalledProcessError: a step failed; its output is shown.
    """
    source, environment = folder / "src", folder / "environment"
    source.mkdir()
    uv = str(Path(sys.executable).parent / "uv")
    own = {"UV_PROJECT_ENVIRONMENT": str(environment), "UV_PYTHON": sys.executable}
    for step, words in _steps():
        if step == "COPY":
            *names, target = words
            for name in names:
                _copy(name, source / target)
        elif words[0] == "uv":
            subprocess.run([uv, *words[1:]], cwd=source, env={**os.environ, **own}, check=True)
    # it is not installed from there, and nothing else of the checkout is in reach
    shutil.rmtree(source)
    return environment


def entrypoint(environment: Path) -> list[str]:
    """What the image runs."""
    found = re.search(r"^ENTRYPOINT (.+)$", _FINAL, flags=re.MULTILINE)
    assert found
    program, *args = json.loads(found[1])
    return [str(environment / "bin" / program), *args]


def _steps() -> Iterator[tuple[str, list[str]]]:
    for step, rest in re.findall(r"^(COPY|RUN) (.+)$", _BUILD, flags=re.MULTILINE):
        yield step, rest.split()


def _copy(name: str, target: Path) -> None:
    assert name in _LET_THROUGH, f".dockerignore keeps {name} from the build"
    origin = ROOT / name
    if origin.is_dir():
        shutil.copytree(origin, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(origin, target)
