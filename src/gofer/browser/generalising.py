"""Steps with places where values stood, and without signs that are somebody's own."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from gofer.browser.bare import bare, masked
from gofer.browser.naming import Names
from gofer.browser.playbook import GIVEN, PLACE, Act, Expect, Pages
from gofer.browser.private import greets
from gofer.core import action as do

S = TypeVar("S", bound=BaseModel)

_FIXED = ("do", "see", "tag", "role", "path")


def generalised(step: S, names: Names, start: str) -> S:
    """The step with places for values; `start` is the address that {start_url} stands for."""
    step = _discreet(step, names)
    told = step.model_dump(exclude={"steps"})
    if isinstance(step, Act):
        told["expect"] = [_expected(one, names, start) for one in told["expect"]]
        if isinstance(step.action, do.Navigate):
            told["action"] |= {"url": bare(_address(step.action.url, names, start))}
    told = _everywhere(told, names)
    inner = {"steps": tuple(generalised(one, names, start) for one in step.steps)} if isinstance(step, Pages) else {}
    return _loosened(type(step).model_validate(told | inner))


def _discreet(step: S, names: Names) -> S:
    """Without what a page says to one person only."""
    if not isinstance(step, Act):
        return step
    changed: dict[str, Any] = {"expect": _signs(step.expect, names)}
    if step.element and (greets(step.element.near) or names.holds_private(step.element.near)):
        changed["element"] = step.element.model_copy(update={"near": ""})
    return step.model_copy(update=changed)


def _signs(expects: tuple[Expect, ...], names: Names) -> tuple[Expect, ...]:
    """A text with a private value is no sign; one with any other value is one only where there is none besides."""
    open_ = tuple(one for one in expects if one.see != "text" or not names.holds_private(one.what))
    plain = tuple(one for one in open_ if one.see != "text" or not names.holds(one.what))
    return plain or open_


def _expected(expect: dict[str, Any], names: Names, start: str) -> dict[str, Any]:
    return expect | {"what": masked(_address(expect["what"], names, start))} if expect["see"] == "url" else expect


def _address(url: str, names: Names, start: str) -> str:
    if url.rstrip("/") == start.rstrip("/"):
        return f"{{{GIVEN}}}"
    rest = url[len(start) :]
    if not url.startswith(start) or not (start.endswith("/") or rest[0] in "/?#"):
        return names.in_address(url)
    return f"{{{GIVEN}}}{names.in_address(rest)}"


def _everywhere(value: Any, names: Names) -> Any:
    if isinstance(value, str):
        return names.in_text(value)
    if isinstance(value, Mapping):
        return {key: item if key in _FIXED else _everywhere(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_everywhere(item, names) for item in value]
    return value


def _loosened(step: S) -> S:
    """An element that is told by a value is another one each time: its place and its own attributes say nothing."""
    if not isinstance(step, Act) or step.element is None or not PLACE.search(step.element.name):
        return step
    kept = {key: step.element.attributes[key] for key in ("type", "rel") if key in step.element.attributes}
    loose = {"path": "", "attributes": kept, "nth": 0, "of": 1, "alike": 1, "near": ""}
    return step.model_copy(update={"element": step.element.model_copy(update=loose)})
