"""`key=value` words become an errand's input."""

import json
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from gofer.core.errors import Refused

Pair = tuple[tuple[str, ...], str]


def assemble(app: str, values: Sequence[str], whole: str | None) -> dict[str, Any]:
    """The input. A value that is JSON is taken as such where the application's model takes it so, else as text."""
    pairs = [_pair(value) for value in values]
    given = _whole(whole)
    for path, text in pairs:
        _put(given, path, text)
    for path, text in pairs:
        _prefer_json(app, given, path, text)
    return given


def _pair(word: str) -> Pair:
    key, equals, text = word.partition("=")
    path = tuple(key.split("."))
    if not equals or not all(path):
        message = f"{word!r} is not KEY=VALUE."
        raise Refused(message, code="ERR_INVALID_INPUT", next_step="Write each field as key=value; dots nest: a.b=c.")
    return path, text


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
