"""Somebody's templates, rendered in a process of their own that is killed when it is too slow."""

import asyncio
import json
import signal
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from typing import Protocol, cast

from mandate.api.meta import Json

_SANDBOX = str(files("mandate.render") / "sandbox.py")
# the kernel counts what it computes; this is for whatever else may hold it up
_WALL_SECONDS = 60.0
_LINE_BYTES = 4 << 20
_AT_ONCE = 100
"""Subjects of one process."""
_MOST_ENDS = 3
"""Processes that end early, before the rest of the subjects is given up."""


class Subject(Protocol):
    """What templates are rendered for: hashable, and JSON."""

    def wire(self) -> Json:
        """The variables."""


Render = Callable[[Sequence[Json], Sequence[Json]], Awaitable[list[Json]]]
"""Renders templates for subjects: an answer for each, in their order, as `render/sandbox.py` has
it."""


class Renderings:
    """What templates made of each subject, until either is another."""

    def __init__(self, render: Render) -> None:
        self._render = render
        self._known: dict[str, tuple[str, dict[Subject, Json]]] = {}

    async def answers(
        self, name: str, templates: Sequence[Json], subjects: Sequence[Subject]
    ) -> list[Json]:
        """One answer a subject, in their order; only what is not known is rendered.

        Args:
            name: of the set of templates; of each the last answers are kept.
            templates: `{"name", "template"}` each.
            subjects: the variables of each.
        """
        source = json.dumps(templates)
        before, known = self._known.get(name, ("", {}))
        known = {s: known[s] for s in subjects if s in known} if before == source else {}
        fresh = [subject for subject in subjects if subject not in known]
        ended: dict[Subject, Json] = {}
        for first in range(0, len(fresh), _AT_ONCE):
            part = fresh[first : first + _AT_ONCE]
            found = await self._render(templates, [subject.wire() for subject in part])
            for subject, answer in zip(part, found, strict=True):
                # one that came of the process's end and not of a template may come out otherwise
                last = "template" not in answer.get("error", {"template": ""})
                (ended if last else known)[subject] = answer
        self._known[name] = (source, known)
        return [known.get(s) or ended[s] for s in subjects]

    def forget(self, name: str) -> None:
        """The set of templates is gone."""
        self._known.pop(name, None)


async def rendered(templates: Sequence[Json], subjects: Sequence[Json]) -> list[Json]:
    """See `Render`; the subject at which a process ends gets that for an answer.

    Args:
        templates: `{"name", "template"}` each.
        subjects: the variables of each.
    """
    answers: list[Json] = []
    for _ in range(_MOST_ENDS):
        rest = subjects[len(answers) :]
        if not rest:
            break
        found, end = await _some(templates, rest)
        answers += found
        if end is not None:
            answers.append(end)
    given_up = _end("TooSlow", "not rendered: it failed on others too often")
    return answers + [given_up] * (len(subjects) - len(answers))


async def _some(
    templates: Sequence[Json], subjects: Sequence[Json]
) -> tuple[list[Json], Json | None]:
    """The answers of one process, and how it ended if it did before the last of them."""
    job = json.dumps({"templates": templates, "subjects": subjects}).encode()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        _SANDBOX,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={},
        cwd="/",
        limit=_LINE_BYTES,
    )
    answers: list[Json] = []
    try:
        async with asyncio.timeout(_WALL_SECONDS):
            await _send(process, job)
        while len(answers) < len(subjects):
            async with asyncio.timeout(_WALL_SECONDS):
                line = await cast("StreamReader", process.stdout).readline()
                # one that was cut off is none
                if not line.endswith(b"\n"):
                    return answers, _ended(await process.wait())
            answers.append(json.loads(line))
    except ValueError:
        return answers, _end("Crashed", "the process that rendered it answered with no JSON")
    except TimeoutError:
        return answers, _end("TooSlow", f"it took longer than {_WALL_SECONDS:g} s")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    return answers, None


async def _send(process: Process, job: bytes) -> None:
    writer = cast("StreamWriter", process.stdin)
    try:
        writer.write(job)
        await writer.drain()
    except (BrokenPipeError, ConnectionResetError):
        return  # it ended; what it left unsaid tells
    finally:
        writer.close()


def _ended(code: int) -> Json:
    if code == -signal.SIGXCPU:
        return _end("TooSlow", "it took more than its seconds of computing")
    return _end("Crashed", f"the process that rendered it ended with {code}")


def _end(reason: str, message: str) -> Json:
    return {"error": {"reason": reason, "message": message}}
