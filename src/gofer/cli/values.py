"""`key=value` words become an errand's input."""

import json
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from gofer.core.errors import Refused

Pair = tuple[tuple[str, ...], str]


def assemble(app: str, values: Sequence[str], whole: str | None, *, patch: bool = False) -> dict[str, Any]:
    """The input. A value that is JSON is taken as such where the application's model takes it so, else as text.

    In a `patch` of an older input `null` takes a field away.
    """
    pairs = [pair(value) for value in values]
    _refuse_twice([path for path, _ in pairs])
    given = _whole(whole)
    for path, text in pairs:
        _put(given, path, text)
    for path, text in pairs:
        if patch and text == "null":
            _put(given, path, None)
        else:
            _prefer_json(app, given, path, text)
    return given


def pair(word: str) -> Pair:
    """The path and the text of `a.b=text`; raises `Refused` for any other word."""
    key, equals, text = word.partition("=")
    path = tuple(key.split("."))
    if not equals or not all(path):
        message = f"{word!r} is not KEY=VALUE."
        raise Refused(message, code="ERR_INVALID_INPUT", next_step="Write each field as key=value; dots nest: a.b=c.")
    return path, text


def _refuse_twice(paths: Sequence[tuple[str, ...]]) -> None:
    """Nothing says which of two values was meant."""
    for path in paths:
        if paths.count(path) > 1:
            raise Refused(f"{'.'.join(path)} is given twice.", code="ERR_INVALID_INPUT", next_step="Give it once.")
        if any(path[: len(above)] == above for above in paths if above != path):
            message = f"{'.'.join(path)}: what it belongs to has a value of its own already."
            raise Refused(message, code="ERR_INVALID_INPUT")


def _whole(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise Refused(f"--input is not JSON: {error}.", code="ERR_INVALID_INPUT") from error
    if not isinstance(value, dict):
        raise Refused("--input must be a JSON object.", code="ERR_INVALID_INPUT")
    return value


def _put(given: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for part in path[:-1]:
        inner = given.setdefault(part, {})
        if not isinstance(inner, dict):
            message = f"{'.'.join(path)}: {part} has a value of its own already."
            raise Refused(message, code="ERR_INVALID_INPUT")
        given = inner
    given[path[-1]] = value


def _prefer_json(app: str, given: dict[str, Any], path: tuple[str, ...], text: str) -> None:
    try:
        value = json.loads(text)
    except ValueError:
        return
    if isinstance(value, str):
        return
    _put(given, path, value)
    if _wrong_at(app, given, path):
        _put(given, path, text)


def _wrong_at(app: str, given: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Whether the application's model refuses what is at this path."""
    known = import_module("gofer.catalog").applications()
    if app not in known:
        return True
    try:
        known[app].input.model_validate(given)
    except ValidationError as error:
        return any(problem["loc"][: len(path)] == path for problem in error.errors())
    return False
