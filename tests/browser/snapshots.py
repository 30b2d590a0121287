"""Random pages as Playwright's AI snapshot tells them, for properties that hold on every page."""

import json
from dataclasses import dataclass, field

from hypothesis import strategies as st

ROLES = (
    *("generic", "paragraph", "list", "listitem", "heading", "navigation", "main", "table", "row", "cell", "dialog"),
    *("link", "button", "textbox", "checkbox", "combobox", "option", "img", "iframe", "article", "alert", "rowgroup"),
)
STATES = ("checked", "disabled", "expanded", "selected", "cursor=pointer", "level=2", "pressed=mixed", "active")
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        (
            "[ref=e1]",
            "[e1] button",
            "x" * 3000,
            "a: b #c",
            "- [e2]",
            "'quote\"",
            "שלום",
            "<|endoftext|>",
            "\u202e\x00\x85",
            "· " * 500,
        )
    ),
)


@dataclass
class Element:
    """One element of a made-up page."""

    role: str
    name: str
    text: str
    states: list[str]
    has_ref: bool
    box: tuple[int, int, int, int]
    inner: list["Element"] = field(default_factory=list)


def elements(inner: st.SearchStrategy[list[Element]]) -> st.SearchStrategy[list[Element]]:
    """Elements with these inside."""
    number = st.integers(-3000, 9000)
    element = st.builds(
        Element,
        role=st.sampled_from(ROLES),
        name=TEXTS,
        text=TEXTS,
        states=st.lists(st.sampled_from(STATES), unique=True, max_size=3),
        has_ref=st.booleans(),
        box=st.tuples(number, number, st.integers(0, 2000), st.integers(0, 900)),
        inner=inner,
    )
    return st.lists(element, max_size=8)


PAGES = st.recursive(elements(st.just([])), elements, max_leaves=60)


def told(page: list[Element]) -> str:
    """The page as Playwright would tell it."""
    lines: list[str] = []
    _tell(page, 0, lines, "")
    return "\n".join(lines)


def _tell(page: list[Element], depth: int, lines: list[str], frame: str) -> None:
    for element in page:
        ref = f" [ref={frame}e{len(lines) + 1}]" if element.has_ref else ""
        states = "".join(f" [{state}]" for state in element.states)
        box = ",".join(map(str, element.box))
        key = f"{element.role} {json.dumps(element.name)}{states}{ref} [box={box}]".replace("'", "''")
        indent = "  " * depth
        if element.inner or not element.text:
            lines.append(f"{indent}- '{key}':")
            _tell(element.inner, depth + 1, lines, "f1" if element.role == "iframe" else frame)
        else:
            lines.append(f"{indent}- '{key}': {_quoted(element.text)}")


def _quoted(text: str) -> str:
    escaped = {'"': '\\"', "\\": "\\\\"}
    return (
        '"'
        + "".join(
            escaped.get(c, c if " " <= c != "\x7f" else f"\\x{ord(c):02x}") for c in text if ord(c) < 0x80 or c > "\x9f"
        )
        + '"'
    )
