"""The words of a playbook's line as targets and actions."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter

from gofer.browser.outline import Word
from gofer.core.action import Action, Target

Words = list[str]

_ACTION: TypeAdapter[Action] = TypeAdapter(Action)

LABEL, CSS, TEXT = "field", "css", "text"


def take_target(words: Words) -> Target:
    """The target at the beginning of the words, which it takes away; raises ValueError."""
    if not words or not isinstance(words[0], Word):
        raise ValueError('say which element, such as button "Search"')
    kind = str(words.pop(0))
    said = words.pop(0) if words and not isinstance(words[0], Word) else None
    nth = None
    if words[:1] == ["nth"] and len(words) > 1:
        nth = int(words[1])
        del words[:2]
    if kind in (LABEL, CSS, TEXT) and said is None:
        raise ValueError(f"{kind} needs a text in quotes")
    key = {LABEL: "label", CSS: "css", TEXT: "name"}.get(kind)
    return Target.model_validate({key: said, "nth": nth} if key else {"role": kind, "name": said, "nth": nth})


def take_action(words: Words) -> Action:
    """The action that the words tell; raises ValueError."""
    verb = str(words[0]) if isinstance(words[0], Word) else ""
    if verb not in _READERS:
        raise ValueError(f"there is no step “{verb or words[0]}”")
    rest = words[1:]
    given = _READERS[verb](rest)
    if rest:
        raise ValueError(f"“{rest[0]}” is one word too many")
    return _ACTION.validate_python(given)


def _take_flags(words: Words) -> dict[str, Any]:
    given: dict[str, Any] = {}
    while words and words[0] in ("right", "middle", "double"):
        flag = words.pop(0)
        given |= {"double": True} if flag == "double" else {"button": flag}
    return given


def _take_word(words: Words, *wanted: str) -> str:
    if not words or words[0] not in wanted:
        raise ValueError(f"“{' or '.join(wanted)}” is missing")
    return str(words.pop(0))


def _take_text(words: Words) -> str:
    if not words or isinstance(words[0], Word):
        raise ValueError("a text in quotes is missing")
    return words.pop(0)


def _take_texts(words: Words) -> list[str]:
    found = [_take_text(words)]
    while words and not isinstance(words[0], Word):
        found.append(words.pop(0))
    return found


def _take_number(words: Words) -> float:
    try:
        return float(words.pop(0))
    except (IndexError, ValueError) as error:
        raise ValueError("a number is missing") from error


def _maybe_target(words: Words, word: str) -> Target | None:
    if words[:1] != [word]:
        return None
    words.pop(0)
    return take_target(words)


def _read_fill(words: Words) -> dict[str, Any]:
    target = take_target(words)
    _take_word(words, "with")
    return {"do": "fill", "target": target, "value": _take_text(words)}


def _read_many(do: str, key: str, word: str) -> Callable[[Words], dict[str, Any]]:
    def read(words: Words) -> dict[str, Any]:
        values = _take_texts(words)
        _take_word(words, word)
        return {"do": do, key: tuple(values), "target": take_target(words)}

    return read


def _read_drag(words: Words) -> dict[str, Any]:
    given: dict[str, Any] = {"do": "drag", "target": take_target(words), "onto": _maybe_target(words, "onto")}
    if words[:1] == ["by"]:
        words.pop(0)
        given["by"] = (int(_take_number(words)), int(_take_number(words)))
    return given


def _read_scroll(words: Words) -> dict[str, Any]:
    if target := _maybe_target(words, "to"):
        return {"do": "scroll", "target": target}
    return {"do": "scroll", "screens": _take_number(words), "target": _maybe_target(words, "in")}


def _read_wait(words: Words) -> dict[str, Any]:
    given: dict[str, Any] = {"do": "wait", "seconds": _take_number(words)}
    _take_word(words, "for")
    if words[:1] == ["no"]:
        words.pop(0)
        given["gone"] = True
    kind = _take_word(words, "text", "url", "element")
    return given | ({"target": take_target(words)} if kind == "element" else {kind: _take_text(words)})


def _read_point(words: Words) -> dict[str, Any]:
    given = {"do": "point", **_take_flags(words), "x": _take_number(words), "y": _take_number(words)}
    if words[:1] == ["to"]:
        words.pop(0)
        given["to"] = (_take_number(words), _take_number(words))
    return given


def _read_tab(words: Words, close: bool = False) -> dict[str, Any]:
    return {"do": "tab", "number": int(_take_number(words)), "close": close}


def _read_close(words: Words) -> dict[str, Any]:
    _take_word(words, "tab")
    return _read_tab(words, close=True)


def _with_target(do: str, **more: Any) -> Callable[[Words], dict[str, Any]]:
    return lambda words: {"do": do, **_take_flags(words), "target": take_target(words), **more}


_READERS: dict[str, Callable[[Words], Any]] = {
    "open": lambda words: {"do": "navigate", "url": _take_text(words)},
    "back": lambda words: {"do": "back"},
    "click": _with_target("click"),
    "fill": _read_fill,
    "type": lambda words: {"do": "type", "text": _take_text(words), "target": _maybe_target(words, "into")},
    "press": lambda words: {"do": "press", "key": _take_text(words), "target": _maybe_target(words, "in")},
    "choose": _read_many("select", "values", "in"),
    "check": _with_target("check"),
    "uncheck": _with_target("check", on=False),
    "upload": _read_many("upload", "paths", "to"),
    "download": _with_target("download"),
    "hover": _with_target("hover"),
    "drag": _read_drag,
    "scroll": _read_scroll,
    "wait": _read_wait,
    "tab": _read_tab,
    "close": _read_close,
    "point": _read_point,
    "do": lambda words: _ACTION.validate_json(_take_text(words)),
}

VERBS: Sequence[str] = tuple(_READERS)
"""The words that a line with an action begins with."""
