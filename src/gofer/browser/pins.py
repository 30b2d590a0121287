"""Pins: references to elements that were found, each with what it was like, so that no other is taken for it."""

import re
from functools import cache
from importlib import resources

from playwright.async_api import Error, Frame, Locator, Page
from pydantic import BaseModel, ConfigDict, ValidationError

from gofer.browser.likeness import Seen
from gofer.core.attempt import Attempt, refusal
from gofer.core.errors import Refused

PIN = "@"
"""How a reference begins that is a pin."""

LONGEST = 200
"""Characters of an element's text that a locator holds on to."""

KEPT = {"frame", "where", "born", "tag", "role", "name", "label", "attributes", "nears", "said"}

FIELDS = ("textbox", "searchbox", "combobox", "listbox", "spinbutton")
"""What is put into these is part of their text."""

_COMPUTED = ("href", "value")
"""Of the attributes those that do not stand in the page as they are told."""


class _Pin(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    frame: int
    where: str
    born: float
    tag: str
    role: str
    name: str
    label: str
    attributes: dict[str, str]
    nears: tuple[str, ...]
    said: str


def pin(one: Seen) -> str:
    """The reference of an element as it is now."""
    return PIN + _Pin.model_validate(one.model_dump(include=KEPT)).model_dump_json()


def pinned(page: Page, ref: str) -> Locator:
    """What stands where the pin was put, as long as it has the same text and attributes."""
    mark = _read(ref)
    frame = _frame(page, mark)
    found = frame.locator(mark.where).and_(frame.locator(f"css={_dressed(mark)}"))
    fixed = mark.role not in FIELDS and len(mark.said) <= LONGEST
    return found.filter(has_text=_whole(mark.said)) if fixed else found


async def held(page: Page, ref: str) -> Locator:
    """The pin's element; raises Refused (moved) where the page, the place or the element is another one by now."""
    mark, found = _read(ref), pinned(page, ref)
    try:
        now = await found.evaluate_all(f"all => all.map({script()})")
    except Error as error:
        raise _moved() from error
    if len(now) != 1 or pin(Seen.model_validate({**now[0], "frame": mark.frame})) != ref:
        raise _moved()
    return found


@cache
def script() -> str:
    """What tells elements apart, as a function for the page."""
    text = (resources.files("gofer.browser") / "fingerprint.js").read_text(encoding="utf-8")
    return text[text.index("(first, second)") :]


def _read(ref: str) -> _Pin:
    try:
        return _Pin.model_validate_json(ref.removeprefix(PIN))
    except ValidationError as error:
        raise _moved() from error


def _frame(page: Page, mark: _Pin) -> Frame:
    if mark.frame >= len(page.frames):
        raise _moved()
    return page.frames[mark.frame]


def _dressed(mark: _Pin) -> str:
    told = ((key, value) for key, value in mark.attributes.items() if key not in _COMPUTED)
    return "*" + "".join(f"[{key}={_quoted(value)}]" for key, value in told)


def _quoted(value: str) -> str:
    return '"' + re.sub(r'["\\\n\r\f]', lambda found: f"\\{ord(found[0]):x} ", value) + '"'


def _whole(text: str) -> re.Pattern[str]:
    return re.compile(r"^\s*" + r"\s+".join(map(re.escape, text.split())) + r"\s*$")


def _moved() -> Refused:
    told = "The page changed: what stands there is another element than the one that was found."
    return refusal(told, Attempt.MOVED)
