"""What an action left behind, compared with what was before: the post-conditions that a recording writes down."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gofer.browser.playbook import Expect
from gofer.browser.private import greets
from gofer.core import action as do
from gofer.core.action import Action
from gofer.core.fingerprint import Fingerprint

MOST_TEXTS = 3
"""New lines of a page that are kept as signs; a second run strikes out those that were chance."""

VARIES = re.compile(r"\d{3,}|[0-9a-f]{8,}|^[A-Za-z0-9_-]{20,}$", re.I)
"""A part of an address that is another one on another day."""


@dataclass(frozen=True)
class Trace:
    """A page at one moment, as far as an action can change it."""

    url: str
    text: str
    lands: tuple[str, ...] = ()
    """Its headings and notices: what a page is about, where the rest may be data."""
    element: Fingerprint | None = None
    value: str | None = None
    state: dict[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    onto: Fingerprint | None = None


def expectations(action: Action, before: Trace, after: Trace) -> list[Expect]:
    """How to tell another time that the action worked; the surest signs first."""
    match action:
        case do.Navigate() | do.Back() | do.SwitchTab():
            return [Expect(see="url", what=address(after.url)), *_texts(before.lands, after.lands)]
        case do.Fill() | do.Select() | do.Check() | do.Upload() | do.Type() if after.value is not None:
            return [_value(action, after.value), *_moved(before, after)]
        case do.Download():
            return [Expect(see="file")]
    signs = [*_moved(before, after), *_texts(before.lands, after.lands), *_changed(before, after)]
    signs = signs or _texts(_lines(before.text), _lines(after.text))
    return signs or [Expect(see="shown")] * (after.element is not None)


def address(url: str) -> str:
    """The address with * for what is another one each time, and without a name or a password before its host."""
    parts = urlsplit(url)
    path = "/".join(_fixed(part) for part in parts.path.split("/"))
    pairs = (pair.partition("=") for pair in parts.query.split("&") if pair)
    query = "&".join(f"{key}={_fixed(value)}" for key, _, value in pairs)
    host = parts.netloc.rpartition("@")[2]
    origin = f"{parts.scheme}://{host}" if host else f"{parts.scheme}:"
    fragment = "/".join(_fixed(part) for part in parts.fragment.split("/"))
    return f"{origin}{path}{'?' + query if query else ''}{'#' + fragment if fragment else ''}"


def _fixed(part: str) -> str:
    return "*" if VARIES.search(part) else part


def _value(action: Action, value: str) -> Expect:
    """A field that writes what was typed in its own way is only known to be filled."""
    if isinstance(action, do.Check):
        return Expect(see="value", what="on" if action.on else "off")
    typed = (
        action.values if isinstance(action, do.Select) else (getattr(action, "value", getattr(action, "text", None)),)
    )
    if value in typed:
        return Expect(see="value", what=value)
    return Expect(see="filled")


def _moved(before: Trace, after: Trace) -> Iterator[Expect]:
    if after.url != before.url:
        yield Expect(see="url", what=address(after.url))


def _changed(before: Trace, after: Trace) -> Iterator[Expect]:
    """What became of the element itself; on another page that says nothing."""
    if before.element is None or after.url != before.url:
        return
    if after.element is None:
        yield Expect(see="gone")
    for key, value in after.state.items():
        if key and before.state.get(key) != value:
            yield Expect(see="state", what=f"{key}={value}")


def _texts(before: Sequence[str], after: Sequence[str]) -> list[Expect]:
    """What the page says now and did not say before, if it is short, said once and without numbers."""
    known = set(before)
    new = [line for line in dict.fromkeys(after) if line not in known and after.count(line) == 1 and _telling(line)]
    return [Expect(see="text", what=line) for line in new[:MOST_TEXTS]]


def _telling(line: str) -> bool:
    """Data of the day and what is said to one person are no signs."""
    short = 3 <= len(line) <= 60 and not re.search(r"\d", line)
    return short and len(re.findall(r"[^\W\d_]", line)) >= 3 and not greets(line)


def _lines(text: str) -> list[str]:
    return [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]
