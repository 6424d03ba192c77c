"""Templates that are not ours: no way out of them, and no way into them for a form's text."""

import subprocess
import sys
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.meta import Json
from tests.unit.zones import answer, said, templates

HOSTILE = [
    "六安\n---\nkind: Secret\nmetadata: {name: evil}\n",
    "{{ agency }}",
    "{% for x in range(9) %}x{% endfor %}",
    "a: b",
    "x, kind: Secret, y: ",
    'a", kind: Secret, z: "',
    "' }",
    "# gone",
    "x # gone",
    "&a *a",
    "!!python/object/apply:os.system ['id']",
    "|\n  x",
    "\\n\\u0000",
    "null",
    "1",
    "yes",
    "2026-11-24",
    "\u2028\u0085𠮷",
    "",
]
EVERYWHERE = """
plain: {{ systemName }}
part: x-{{ systemName }}-y
double: "{{ systemName }}"
single: '{{ systemName }}'
flow: {a: {{ systemName }}, b: [{{ systemName }}, x{{ systemName }}]}
block: |
  name={{ systemName }}
  last
folded: >-
  {{ systemName }}
# {{ systemName }}
{% macro twice(x) %}<{{ x }}{{ x }}>{% endmacro %}
macro: {{ twice(systemName) }}
"""


def everywhere(text: str) -> Json:
    """What EVERYWHERE says, by hand, for a system of that name."""
    return {
        "plain": text,
        "part": f"x-{text}-y",
        "double": text,
        "single": text,
        "flow": {"a": text, "b": [text, f"x{text}"]},
        "block": f"name={text}\nlast\n",
        "folded": text,
        "macro": f"<{text}{text}>",
    }


def made(text: str, **changes: object) -> object:
    (row,) = answer(text, **changes)["objects"]
    return row["object"]


def wrong(text: str, **changes: object) -> tuple[str, str]:
    error = answer(text, **changes)["error"]
    assert error["template"] == "t0"
    return error["reason"], error["message"]


@pytest.mark.rule("X-zone", "X-input")
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_forms_text_stays_that_text_wherever_it_stands(text: str) -> None:
    assert made(EVERYWHERE, systemName=text) == everywhere(text)


@pytest.mark.rule("X-zone", "X-input")
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_at_all(text: str) -> None:
    assert made(EVERYWHERE, systemName=text) == everywhere(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ 1 }}", 1),
        ('"{{ 1 }}"', "1"),
        ("x{{ 1 }}", "x1"),
        ("{{ networks }}", ["GovernmentExtranet"]),
        ("'{{ networks }}'", '["GovernmentExtranet"]'),
        ("{{ true }}", True),
        ("{{ none }}", None),
        ("2026-01-02", "2026-01-02"),
        ("{{ agency }}/{{ application }}", "transport/bus-portal"),
        ("{{ '%s!' | format(agency) | upper }}", "TRANSPORT!"),
    ],
)
def test_a_value_alone_keeps_its_type_and_beside_others_is_text(text: str, value: object) -> None:
    assert made(text) == value


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ '' | attr('__class__') }}",
        "{{ networks.__init__ }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ '{0.__class__.__mro__}'.format(1) }}",
        "{{ '{x.__class__}'.format_map({'x': 1}) }}",
        "{{ [1].append(2) }}",
        "{{ self.__init__ }}",
        "{% set x = namespace %}{{ x.__class__ }}",
    ],
)
def test_there_is_no_way_to_python(text: str) -> None:
    reason, message = wrong(text)
    assert reason == "TemplateError"
    assert message.startswith("line 1: ")
    assert "unsafe" in message or "safely callable" in message


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize(
    ("text", "reason", "message"),
    [
        ("a: 1\n\nb: {{ phone }}", "TemplateError", "line 3: 'phone' is undefined"),
        ("a: 1\n{% if %}", "TemplateError", "line 2: Expected an expression"),
        ("{% include '/etc/passwd' %}", "TemplateError", "no loader"),
        ("{% for i in range(10**9) %}{% endfor %}", "TemplateError", "Range too big"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "TemplateError", "RecursionError"),
        ("{{ range }}", "TemplateError", "no value for a manifest"),
        ("{{ lipsum() }}", "TemplateError", "'lipsum' is undefined"),
        ("{{ networks | random }}", "TemplateError", "No filter named 'random'"),
        ("a: b: c", "TemplateError", "not one YAML document"),
        ("a: 1\n---\nb: 2", "TemplateError", "not one YAML document"),
        ("a: !!python/object/apply:os.system ['true']", "TemplateError", "not one YAML document"),
        ("a: .nan", "TemplateError", "Out of range float"),
        ("{% for i in range(99999) %}xxxxxxx{% endfor %}", "TooLarge", "more than 131072 char"),
        ("a: {{ 'x' * 200000 }}", "TooLarge", "more than 131072 characters"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, reason: str, message: str) -> None:
    found, said_of_it = wrong(text)
    assert found == reason
    assert message in said_of_it


@pytest.mark.rule("X-zone")
def test_the_first_template_that_is_wrong_is_named_and_one_subject_spoils_no_other() -> None:
    rows = templates("a: 1", "a: {{ 'x' * count }}")
    small, large, late = said(rows, [{"count": 1}, {"count": 200_000}, {"count": 2}])
    assert [row["object"] for row in small["objects"]] == [{"a": 1}, {"a": "x"}]
    assert large["error"]["template"] == "t1"
    assert [row["object"] for row in late["objects"]] == [{"a": 1}, {"a": "xx"}]


_CONFINED = """
import runpy, socket, sys
sandbox = runpy.run_path(sys.argv[1])
sandbox["confine"]()
for attempt in (lambda: open("/etc/passwd"), socket.socket, lambda: b"x" * 2**30):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
"""


@pytest.mark.rule("X-zone")
def test_its_process_opens_no_file_and_no_connection_and_takes_no_more_memory() -> None:
    path = str(files("mandate.render") / "sandbox.py")
    command = [sys.executable, "-I", "-c", _CONFINED, path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["OSError", "OSError", "MemoryError"]
