"""Targets and actions as the words of a playbook's line."""

from collections.abc import Callable
from typing import Any

from gofer.browser.outline import Word
from gofer.browser.phrasing import CSS, LABEL, TEXT, Words, take_action
from gofer.core.action import Action, Target


def target_words(target: Target) -> Words:
    """`button "Search"`, `field "City"`, `css ".x"`, `text "Buy"`; the others of its kind by `nth 2`."""
    if target.role:
        words = [Word(target.role), *([] if target.name is None else [target.name])]
    elif target.label:
        words = [Word(LABEL), target.label]
    elif target.css:
        words = [Word(CSS), target.css]
    else:
        words = [Word(TEXT), target.name or ""]
    return words if target.nth is None else [*words, Word("nth"), Word(str(target.nth))]


def action_words(action: Action) -> Words:
    """The action as a line that reads well; one that no line can tell is told as JSON."""
    plain: dict[str, Any] = action.model_dump()
    words = _WRITERS[action.do](action, plain)
    try:
        told = take_action(list(words))
    except ValueError:
        told = None
    return words if told == action else [Word("do"), action.model_dump_json(exclude_defaults=False)]


def _flags(action: Any) -> Words:
    return [Word(flag) for flag in (action.button if action.button != "left" else "", "double" * action.double) if flag]


def _click(action: Any, _plain: Any) -> Words:
    return [Word("click"), *_flags(action), *target_words(action.target)]


def _optional_target(word: str, target: Target | None) -> Words:
    return [Word(word), *target_words(target)] if target else []


def _scroll(action: Any, _plain: Any) -> Words:
    if action.target and not action.screens:
        return [Word("scroll"), Word("to"), *target_words(action.target)]
    return [Word("scroll"), Word(f"{action.screens:g}"), *_optional_target("in", action.target)]


def _wait(action: Any, _plain: Any) -> Words:
    kind = "text" if action.text is not None else "url" if action.url is not None else "element"
    what = target_words(action.target) if action.target else [action.text or action.url or ""]
    no = [Word("no")] if action.gone else []
    return [Word("wait"), Word(f"{action.seconds:g}"), Word("for"), *no, Word(kind), *what]


def _drag(action: Any, _plain: Any) -> Words:
    by = [Word("by"), *(Word(str(one)) for one in action.by)] if action.by else []
    return [Word("drag"), *target_words(action.target), *_optional_target("onto", action.onto), *by]


def _point(action: Any, _plain: Any) -> Words:
    to = [Word("to"), *(Word(f"{one:g}") for one in action.to)] if action.to else []
    return [Word("point"), *_flags(action), Word(f"{action.x:g}"), Word(f"{action.y:g}"), *to]


_WRITERS: dict[str, Callable[[Any, dict[str, Any]], Words]] = {
    "navigate": lambda action, _: [Word("open"), action.url],
    "back": lambda _action, _: [Word("back")],
    "click": _click,
    "fill": lambda action, _: [Word("fill"), *target_words(action.target), Word("with"), action.value],
    "type": lambda action, _: [Word("type"), action.text, *_optional_target("into", action.target)],
    "press": lambda action, _: [Word("press"), action.key, *_optional_target("in", action.target)],
    "select": lambda action, _: [Word("choose"), *action.values, Word("in"), *target_words(action.target)],
    "check": lambda action, _: [Word("check" if action.on else "uncheck"), *target_words(action.target)],
    "upload": lambda action, _: [Word("upload"), *action.paths, Word("to"), *target_words(action.target)],
    "download": lambda action, _: [Word("download"), *target_words(action.target)],
    "hover": lambda action, _: [Word("hover"), *target_words(action.target)],
    "drag": _drag,
    "scroll": _scroll,
    "wait": _wait,
    "tab": lambda action, _: [*([Word("close")] if action.close else []), Word("tab"), Word(str(action.number))],
    "point": _point,
}
