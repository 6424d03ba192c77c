"""Templates that are not ours, in a process that is killed if need be: `python -I sandbox.py`.

It reads one job from its standard input, `{"templates": [{"name", "template"}], "subjects":
[{…variables…}]}`, and writes one line of JSON a subject, in their order: `{"objects": [{"template",
"object"}]}`, or what is wrong, `{"error": {"template", "reason", "message"}}`. It imports nothing
of the project, so that it starts in a moment, and holds no credentials.

No value of a form ever meets YAML. Where a template writes one, the text gets a mark; the text is
read as YAML, and then each mark becomes its value: a text stays that text, wherever it stands.
"""

import codecs
import json
import resource
import sys
from collections.abc import Iterator
from hashlib import sha256
from types import TracebackType
from typing import Any

import jinja2.debug  # noqa: F401 - jinja2 would import it when a template fails
import yaml
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

CPU_SECONDS = 2
"""For all templates of one subject."""
MEMORY_BYTES = 384 * 1024**2
"""Address space; Python itself, with what it has loaded, takes about 100 MiB of it."""
MOST_BYTES = 128 * 1024
"""Of one rendered text, and of one object."""
_LONGEST_MESSAGE = 500
_NO_NUMBER_OF_FILES = 3

Json = dict[str, Any]
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RefusedError(Exception):
    """What a template made is not taken; the reason is one word, for a condition."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Marks:
    """The values that a template wrote, and the marks that stand for them in its text."""

    def __init__(self, job: bytes) -> None:
        # nothing that is part of the job can hold a digest of the job
        self._prefix = f"v{sha256(job).hexdigest()[:24]}x"
        self._values: list[object] = []
        # a day is a text, as it is to the API server
        resolvers = {
            first: [row for row in rows if row[0] != "tag:yaml.org,2002:timestamp"]
            for first, rows in _SAFE.yaml_implicit_resolvers.items()
        }
        loader: Any = type("Loader", (_SAFE,), {"yaml_implicit_resolvers": resolvers})
        self._loader = loader
        self._loader.add_constructor("tag:yaml.org,2002:str", self._scalar)

    def clear(self) -> None:
        """Forgets the values of the last template."""
        self._values.clear()

    def put(self, value: object) -> str:
        """The mark of a value that is text, a number, a truth or a collection of such.

        Raises:
            RefusedError: it is not.
        """
        if isinstance(value, StrictUndefined):
            str(value)  # says which name is missing
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise RefusedError("TemplateError", f"no value for a manifest: {error}") from None
        self._values.append(value)
        return f"{self._prefix}{len(self._values) - 1}x"

    def read(self, text: str) -> object:
        """The text as YAML, with each mark as its value; a part of a scalar becomes text.

        Raises:
            yaml.YAMLError: it is not one document of plain values.
        """
        return yaml.load(text, Loader=self._loader)  # noqa: S506 - a safe one

    def _scalar(self, loader: Any, node: Any) -> object:  # noqa: ANN401 - yaml's
        text: str = node.value
        if self._prefix not in text:
            return text
        parts = list(self._parts(text))
        plain = not node.style and len(parts) == 1
        return parts[0] if plain else "".join(map(_text, parts))

    def _parts(self, text: str) -> Iterator[object]:
        head, *rest = text.split(self._prefix)
        if head:
            yield head
        for part in rest:
            number, _, tail = part.partition("x")
            value = self._values[int(number)]
            # a macro's text holds marks of its own
            yield "".join(map(_text, self._parts(value))) if isinstance(value, str) else value
            if tail:
                yield tail


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def environment(marks: Marks) -> ImmutableSandboxedEnvironment:
    """Jinja2 without a way to Python, files, chance or what was not given."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=marks.put,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # what differs from one time to the next would be written again each time
    del made.globals["lipsum"], made.filters["random"]
    return made


class Job:
    """Templates, and the subjects to render them for."""

    def __init__(self, raw: bytes) -> None:
        job: Json = json.loads(raw)
        self.subjects: list[Json] = job["subjects"]
        self._templates: list[Json] = job["templates"]
        self._marks = Marks(raw)
        self._environment = environment(self._marks)

    def answer(self, subject: Json) -> Json:
        """The objects of one subject, or the first thing that is wrong with them."""
        objects = []
        for row in self._templates:
            try:
                made = self._object(row["template"], subject)
            except Exception as error:
                return {"error": {"template": row["name"], **_said(error)}}
            objects.append({"template": row["name"], "object": made})
        return {"objects": objects}

    def _object(self, source: str, subject: Json) -> object:
        self._marks.clear()
        text, size = [], 0
        for part in self._environment.from_string(source).generate(subject):
            size += len(part)
            if size > MOST_BYTES:
                raise RefusedError("TooLarge", f"it renders more than {MOST_BYTES} characters")
            text.append(part)
        made = self._marks.read("".join(text))
        if len(json.dumps(made, allow_nan=False)) > MOST_BYTES:
            raise RefusedError("TooLarge", f"its object has more than {MOST_BYTES} characters")
        return made


def _said(error: Exception) -> Json:
    reason = error.reason if isinstance(error, RefusedError) else "TemplateError"
    text = str(error)
    if isinstance(error, MemoryError):
        reason, text = "TooLarge", f"it takes more than {MEMORY_BYTES >> 20} MiB of memory"
    elif isinstance(error, yaml.YAMLError):
        text = f"what it renders is not one YAML document: {text}"
    elif not isinstance(error, RefusedError | TemplateError):
        text = f"{type(error).__name__}: {text}"
    line = _line(error)
    where = f"line {line}: " if line else ""
    return {"reason": reason, "message": (where + " ".join(text.split()))[:_LONGEST_MESSAGE]}


def _line(error: Exception) -> int | None:
    """The template's line at which it failed."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    line, trace = None, error.__traceback__
    while trace is not None:
        line = _template_line(trace) or line
        trace = trace.tb_next
    return line


def _template_line(trace: TracebackType) -> int | None:
    # jinja2 gives the frames of a template this name, and the template's own lines
    return trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<template>" else None


def confine() -> None:
    """From here on: no file, connection or process more, and no more memory than that."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _NO_NUMBER_OF_FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))


def _give_time() -> None:
    """The kernel ends the process when the next subject takes longer."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def main() -> None:
    """Answers one job."""
    job = Job(sys.stdin.buffer.read())
    # jinja2 reads a string constant by it, and Python would look for its file then
    codecs.lookup("unicode_escape")
    confine()
    for subject in job.subjects:
        _give_time()
        sys.stdout.write(json.dumps(job.answer(subject)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
