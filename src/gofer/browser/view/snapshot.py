"""Playwright's AI snapshot of a page, read into a tree; pages choose its texts, so it is read strictly."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_NAME = r'"(?:[^"\\]|\\.)*"'
_KEY = re.compile(rf"([\w-]+)(?: ({_NAME}))?((?: \[[^\]]*\])*)")
_QUOTED_KEY = re.compile(r"'((?:[^']|'')*)'")
_PROPERTY = re.compile(r"/([\w-]+): ?(.*)", re.S)
_ATTRIBUTE = re.compile(r"\[([\w-]+)(?:=([^\]]*))?\]")
_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|.)", re.S)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

DEEPEST = 60
"""Levels that are told apart; what a page nests deeper is taken as lying side by side."""


class Box(NamedTuple):
    """Where an element is, in pixels from its frame's visible corner."""

    x: int
    y: int
    width: int
    height: int

    def moved(self, by: "Box") -> "Box":
        """The same box seen from the page that holds the frame at `by`."""
        return Box(self.x + by.x, self.y + by.y, self.width, self.height)

    def meets(self, other: "Box") -> bool:
        """Whether the two share at least an edge."""
        across = self.x <= other.x + other.width and other.x <= self.x + self.width
        return across and self.y <= other.y + other.height and other.y <= self.y + self.height


@dataclass(slots=True)
class Node:
    """One element as assistive technology sees it; a piece of text has the role `text`."""

    role: str
    name: str = ""
    ref: str = ""
    box: Box | None = None
    text: str = ""
    states: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()


def parse(snapshot: str) -> Node:
    """The page's tree below a node of role `page`; what cannot be read is left out."""
    root = Node("page")
    path: list[tuple[int, Node]] = [(-1, root)]
    for line in snapshot.split("\n"):
        bare = line.lstrip(" ")
        if bare.startswith("- "):
            _take(path, len(line) - len(bare), bare[2:])
    return root


def _take(path: list[tuple[int, Node]], depth: int, told: str) -> None:
    while path[-1][0] >= depth:
        path.pop()
    parent = path[min(len(path) - 1, DEEPEST)][1]
    prop = _PROPERTY.fullmatch(told) if told.startswith("/") else None
    if prop:
        parent.properties[prop[1]] = _scalar(prop[2])
    elif node := _node(told):
        parent.children.append(node)
        path.append((depth, node))


def _node(told: str) -> Node | None:
    key, rest = _key(told)
    found = _KEY.match(key)
    if found is None:
        return None
    if not rest:
        rest = key[found.end() :]
    states: dict[str, str] = dict(_ATTRIBUTE.findall(found[3])) if found[3] else {}
    node = Node(found[1], _quoted(found[2]), states.pop("ref", ""))
    node.box, node.states = _box(states.pop("box", "")), states
    node.text = _scalar(rest.removeprefix(":").removeprefix(" "))
    return node


def _key(told: str) -> tuple[str, str]:
    """A quoted key and what follows it; an unquoted one is told apart later."""
    quoted = _QUOTED_KEY.match(told) if told.startswith("'") else None
    return (quoted[1].replace("''", "'"), told[quoted.end() :]) if quoted else (told, "")


def _quoted(told: str | None) -> str:
    if not told or "\\" not in told:
        return told[1:-1] if told else ""
    return str(json.loads(told, strict=False))


def _box(told: str) -> Box | None:
    if not told:
        return None
    try:
        return Box(*map(int, told.split(",")))
    except (ValueError, TypeError):
        return None


def _scalar(told: str) -> str:
    if len(told) < 2 or told[0] != '"' or told[-1] != '"':
        return told
    return _ESCAPE.sub(_unescaped, told[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    letter = found[1]
    return chr(int(letter[1:], 16)) if letter[0] == "x" and len(letter) == 3 else _ESCAPED.get(letter, letter)
