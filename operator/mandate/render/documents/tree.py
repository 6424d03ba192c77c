"""A document's HTML as a tree of plain data, for whoever sets it otherwise than a browser does.

Only what the templates use is known. Anything else is an error, so that nothing of a
document is left out in silence.
"""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import TypedDict

_TEXT = frozenset({"h1", "h2", "p", "th", "td", "span"})
_STRUCTURE = frozenset({"html", "body", "table", "colgroup", "thead", "tbody", "tr"})
_IGNORED = frozenset({"head", "title", "style"})
_VOID = frozenset({"meta", "col"})
_WIDTH = re.compile(r"width: ([0-9]+)%")

Node = TypedDict(
    "Node",
    {
        "tag": str,
        "class": str,
        "colspan": int,
        "rowspan": int,
        "width": int,
        "children": "list[Node | str]",
    },
)
"""An element. `class` is empty where it has none; `width` is a column's, in percent."""


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _node("html", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            return
        if tag not in _TEXT | _STRUCTURE | _IGNORED | _VOID:
            raise ValueError(f"<{tag}> is no element of our documents")
        node = _node(tag, dict(attrs))
        self.open[-1]["children"].append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1]["tag"] != tag:
            raise ValueError(f"</{tag}> closes <{self.open[-1]['tag']}>")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        here = self.open[-1] if self.open else self.root
        if here["tag"] in _TEXT:
            here["children"].append(data)
        elif here["tag"] in _STRUCTURE and data.strip():
            raise ValueError(f"text outside of a cell or paragraph: {data.strip()[:40]!r}")


def _node(tag: str, attributes: dict[str, str | None]) -> Node:
    width = _WIDTH.search(attributes.get("style") or "")
    return {
        "tag": tag,
        "class": attributes.get("class") or "",
        "colspan": int(attributes.get("colspan") or 1),
        "rowspan": int(attributes.get("rowspan") or 1),
        "width": int(width[1]) if width else 0,
        "children": [],
    }


def content(html: str) -> list[Node]:
    """What stands on a page: the headings, paragraphs and tables of its body.

    Raises:
        ValueError: the page holds what our templates do not write.
    """
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return [
        block
        for body in _elements(parser.root)
        if body["tag"] == "body"
        for block in _elements(body)
    ]


def _elements(node: Node) -> Iterator[Node]:
    return (child for child in node["children"] if not isinstance(child, str))


def text(node: Node) -> str:
    """All that is written in an element."""
    return "".join(c if isinstance(c, str) else text(c) for c in node["children"])


def texts(nodes: list[Node]) -> Iterator[tuple[str, str]]:
    """Each written text of a page, behind the one it stands after: a value's label, mostly."""
    before = ""
    for node in _written(nodes):
        written = text(node)
        yield before, written
        before = written or before


def _written(nodes: Iterable[Node]) -> Iterator[Node]:
    """The elements with text of their own, in the page's order."""
    for node in nodes:
        if node["tag"] in _TEXT:
            yield node
        else:
            yield from _written(_elements(node))
