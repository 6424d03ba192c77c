"""Rendering in a process of its own: bounded, killed, and of no harm to the loop."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from mandate.api.meta import Json
from mandate.runtime import rendering
from mandate.runtime.rendering import Renderings, rendered
from tests.unit.zones import inline, portal, templates

ENDLESS = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
SLOW = f"a: 1\n{{% if agency == 'slow' %}}{ENDLESS}{{% endif %}}"


def subjects(*agencies: str) -> list[Json]:
    return [portal(agency=agency).wire() for agency in agencies]


@pytest.mark.rule("X-zone")
def test_it_answers_as_in_this_process() -> None:
    rows = templates("a: {{ agency }}", "b: {{ systemName }}\nc: {{ unit")
    both = rows, subjects("a", "b")
    assert asyncio.run(rendered(*both)) == asyncio.run(inline(*both))
    good = rows[:1], subjects("a", "b")
    assert asyncio.run(rendered(*good)) == asyncio.run(inline(*good))


@pytest.mark.rule("X-zone")
def test_what_is_endless_is_ended_while_the_loop_goes_on_and_others_are_rendered() -> None:
    async def main() -> tuple[list[Json], int]:
        ticks = 0
        work = asyncio.create_task(rendered(templates(SLOW), subjects("a", "slow", "b")))
        while not work.done():
            await asyncio.sleep(0.05)
            ticks += 1
        return work.result(), ticks

    (first, slow, last), ticks = asyncio.run(main())
    assert first["objects"] == last["objects"] == [{"template": "t0", "object": {"a": 1}}]
    assert slow["error"]["reason"] == "TooSlow"
    assert ticks > 20


@pytest.mark.rule("X-zone")
def test_a_process_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_WALL_SECONDS", 0.4)
    monkeypatch.setattr(rendering, "_MOST_ENDS", 1)
    first, second = asyncio.run(rendered(templates(ENDLESS), subjects("a", "b")))
    assert first["error"]["message"] == "it took longer than 0.4 s"
    assert second["error"]["reason"] == "TooSlow"


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import sys; sys.exit(3)", "Crashed"),
        ("print('no JSON')", "Crashed"),
        ("import sys; sys.stdout.write('{\"objects\": [')", "Crashed"),
        ("print('x' * 5_000_000)", "Crashed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "TooSlow"),
    ],
)
def test_a_process_that_ends_or_babbles_says_so(
    program: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "sandbox.py"
    path.write_text(program)
    monkeypatch.setattr(rendering, "_SANDBOX", str(path))
    monkeypatch.setattr(rendering, "_MOST_ENDS", 1)
    found, given_up = asyncio.run(rendered(templates("a: 1"), subjects("a", "b")))
    assert found["error"]["reason"] == reason
    assert "not rendered" in given_up["error"]["message"]


class Counting:
    """Renders in this process, and counts."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.ends = False

    async def __call__(self, rows: Sequence[Json], subjects: Sequence[Json]) -> list[Json]:
        self.asked.append(len(subjects))
        if self.ends:
            return [{"error": {"reason": "Crashed", "message": "it ended"}}] * len(subjects)
        return await inline(rows, subjects)


@pytest.mark.rule("X-level")
def test_only_what_is_not_known_is_rendered() -> None:
    render = Counting()
    known = Renderings(render)

    def ask(text: str, *agencies: str) -> list[Json]:
        wanted = [portal(agency=agency) for agency in agencies]
        return asyncio.run(known.answers("zone", templates(text), wanted))

    first = ask("a: {{ agency }}", "a", "b")
    assert [row["objects"][0]["object"] for row in first] == [{"a": "a"}, {"a": "b"}]
    assert ask("a: {{ agency }}", "b", "a") == first[::-1]
    ask("a: {{ agency }}", "b", "c")
    ask("a: {{ agency }}", "a")
    ask("b: {{ agency }}", "a")
    known.forget("zone")
    ask("b: {{ agency }}", "a")
    ask("{{ nothing }}", "a")
    ask("{{ nothing }}", "a")
    # another text, another subject, one that was left out meanwhile, all forgotten, an error
    assert render.asked == [2, 1, 1, 1, 1, 1]


@pytest.mark.rule("X-level")
def test_what_came_of_a_process_that_ended_is_tried_again() -> None:
    render = Counting()
    known = Renderings(render)
    render.ends = True
    for _ in range(2):
        (found,) = asyncio.run(known.answers("zone", templates("a: 1"), [portal()]))
        assert found["error"]["reason"] == "Crashed"
    render.ends = False
    (found,) = asyncio.run(known.answers("zone", templates("a: 1"), [portal()]))
    assert found["objects"][0]["object"] == {"a": 1}
    assert len(render.asked) == 3
