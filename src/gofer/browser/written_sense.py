"""Refuses a step whose words can mean nothing on any page: an address nobody may open, a reference, half a selector."""

import re
from collections.abc import Iterator, Sequence

from gofer.browser.addresses import allowed
from gofer.browser.playbook import PLACE, Act, Each, Pages, Read, Step, Table
from gofer.core.action import Navigate, Target
from gofer.core.browser import css_and_attribute
from gofer.core.errors import Refused

_REFERENCE = re.compile(r"(f\d+)?e\d+")

_RELATIVE = ("/", "?", "#", "./", "../")

_CLOSES = {"(": ")", "[": "]"}

_QUOTED = re.compile(r"""\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", re.S)


def nonsense(step: Step) -> str:
    """What is wrong with a step by its own words; nothing where it may make sense."""
    if isinstance(step, Act) and isinstance(step.action, Navigate) and not may_be_opened(step.action.url):
        return f"“{step.action.url[:200]}” is not an address to open: it must begin with http:// or https://"
    if any(_REFERENCE.fullmatch(target.role or "") or target.ref for target in _targets(step)):
        return "a reference such as e12 is of one page view; say the element's role and name"
    broken = next((selector for selector in _selectors(step) if not _is_whole(selector)), None)
    return "" if broken is None else f"“{broken[:200]}” is not a CSS selector"


def nonsense_in(steps: Sequence[Step]) -> str:
    """The same for steps and those inside them."""
    for step in steps:
        inside = nonsense_in(step.steps) if isinstance(step, Pages | Each) else ""
        if why := nonsense(step) or inside:
            return why
    return ""


def may_be_opened(url: str) -> bool:
    """Whether an address is one of a web page, as far as its places let that be known."""
    if PLACE.match(url) or url.startswith(_RELATIVE):
        return True
    try:
        allowed(url, private=True)
    except Refused:
        return False
    return True


def _targets(step: Step) -> Iterator[Target]:
    of = (step.action, step) if isinstance(step, Act) else (step,)
    found = (getattr(one, name, None) for one in of for name in ("target", "onto", "next"))
    yield from (target for target in found if isinstance(target, Target))
    signs = step.expect if isinstance(step, Act) else (step.until,) if isinstance(step, Pages) else ()
    yield from (sign.target for sign in signs if sign and sign.target)


def _selectors(step: Step) -> Iterator[str]:
    match step:
        case Read():
            yield step.each
            yield from (css for css, _ in map(css_and_attribute, step.fields.values()) if css)
        case Each(source="page"):
            yield step.of
        case Act() | Table() | Pages():
            yield from (target.css for target in _targets(step) if target.css is not None)


def _is_whole(selector: str) -> bool:
    """Whether there is something in it, and all its brackets and quotes are closed."""
    plain = _QUOTED.sub("x", selector)
    open_: list[str] = []
    for letter in plain:
        if open_ and letter == open_[-1]:
            open_.pop()
        elif letter in ")]\"'" or (letter == "[" and open_[-1:] == ["]"]):
            return False
        elif letter in _CLOSES:
            open_.append(_CLOSES[letter])
    return bool(plain.strip()) and not open_
