"""Playbooks as text that people review, edit and compare: written and read back without a difference."""

import json
from collections.abc import Iterable
from importlib import resources
from typing import Any

from pydantic import ValidationError

from gofer.browser.outline import Line, Word, parse, say, write, wrong
from gofer.browser.playbook import Playbook
from gofer.browser.step_reading import read_step
from gofer.browser.step_writing import step_line
from gofer.browser.written_sense import nonsense_in
from gofer.core.errors import Refused

BLANK = Line([])


def as_text(playbook: Playbook) -> str:
    """The playbook, one fact on a line; `load` gives the same playbook back."""
    lines = [Line([Word("playbook"), Word(str(playbook.version))], notes=playbook.notes)]
    lines += [say(Word("name"), Word(playbook.name))] if playbook.name else []
    lines += [say(Word("about"), playbook.about)] if playbook.about else []
    lines += [say(Word("start"), playbook.start)] if playbook.start else []
    lines += [say(Word("parameter"), Word(name), told) for name, told in playbook.parameters.items()]
    lines += [say(Word("reach"), host) for host in playbook.reach]
    for step in playbook.steps:
        lines += [BLANK, step_line(step)]
    return write(lines, playbook.last)


def load(text: str | bytes) -> Playbook:
    """A playbook from its text, or from JSON; raises Refused that names the line or the field."""
    told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if told.lstrip().startswith("{"):
        return _from_json(told)
    lines, last = parse(told)
    if not lines or lines[0].words != ["playbook", "2"]:
        raise Refused("A playbook begins with the line `playbook 2`.", code="ERR_INVALID_INPUT")
    head = [line for line in lines[1:] if line.verb in _HEAD]
    steps = [read_step(line) for line in lines[1:] if line.verb not in _HEAD]
    return _valid({"version": 2, **_read_head(head), "steps": steps, "notes": lines[0].notes, "last": last})


def bundled(name: str) -> Playbook:
    """One of the playbooks that come with gofer, by its name."""
    known = bundled_names()
    if name not in known:
        there_are = ", ".join(known)
        raise Refused(f"There is no playbook “{name}”; gofer brings {there_are}.", code="ERR_INVALID_INPUT")
    return load((resources.files("gofer.browser") / "playbooks" / f"{name}.playbook").read_bytes())


def bundled_texts() -> dict[str, str]:
    """The playbooks that come with gofer, by name."""
    return {name: as_text(bundled(name)) for name in bundled_names()}


def bundled_names() -> list[str]:
    """The names of the playbooks that come with gofer."""
    folder = resources.files("gofer.browser") / "playbooks"
    return sorted(each.name.removesuffix(".playbook") for each in folder.iterdir() if each.name.endswith(".playbook"))


_HEAD = ("name", "about", "start", "parameter", "reach")


def _from_json(text: str) -> Playbook:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Refused(f"The playbook is not valid JSON: {error}.", code="ERR_INVALID_INPUT") from error
    return _valid(given)


def _valid(given: Any) -> Playbook:
    try:
        made = Playbook.model_validate(given)
    except ValidationError as error:
        raise _refusal(error) from error
    if why := nonsense_in(made.steps):
        raise Refused(f"The playbook is not valid: {why}.", code="ERR_INVALID_INPUT")
    return made


def _refusal(error: ValidationError) -> Refused:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "playbook"
    return Refused(f"The playbook is not valid at {where}: {first['msg']}.", code="ERR_INVALID_INPUT")


def _read_head(lines: Iterable[Line]) -> dict[str, Any]:
    head: dict[str, Any] = {"parameters": {}, "reach": []}
    for line in lines:
        match [line.verb, *line.words[1:]]:
            case ["name" | "about" | "start" as key, told]:
                head[key] = str(told)
            case ["parameter", name, told]:
                head["parameters"][str(name)] = told
            case ["reach", host]:
                head["reach"].append(host)
            case _:
                raise wrong(line.number, f"`{line.verb}` is not complete")
    return head
