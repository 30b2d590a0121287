"""Lines as steps of a playbook; what is wrong is told with its line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from gofer.browser.outline import Line, Word, wrong
from gofer.browser.phrasing import take_action, take_target
from gofer.browser.playbook import Act, Each, Expect, Pages, Picture, Read, Save, Step, Table
from gofer.browser.written_sense import nonsense
from gofer.core.action import Action, Target
from gofer.core.fingerprint import Fingerprint


@contextmanager
def _on(line: Line) -> Iterator[None]:
    """What is wrong inside is wrong on this line."""
    try:
        yield
    except ValidationError as error:
        raise wrong(line.number, error.errors()[0]["msg"]) from error
    except (ValueError, IndexError) as error:
        raise wrong(line.number, str(error) or "it is not complete") from error


def read_step(line: Line) -> Step:
    with _on(line):
        step = _readers(line)
        if why := nonsense(step):
            raise ValueError(why)
        return step


def _readers(line: Line) -> Step:
    words = line.words
    match [str(word) if isinstance(word, Word) else None for word in words]:
        case ["read", None]:
            return _read_rows(line)
        case ["read", *_]:
            target = take_target(rest := words[1:])
            _nothing(rest)
            element = _read_element(line.below, target)
            return Table(notes=line.notes, target=target, element=element)
        case ["picture", None]:
            return Picture(notes=line.notes, name=words[1])
        case ["save", None]:
            return Save(notes=line.notes, name=words[1])
        case ["for", "each", "page", "at", "most", _]:
            return _read_pages(line)
        case ["for", "each", *_]:
            return _read_each(line)
    return _read_act(line)


def _read_rows(line: Line) -> Read:
    fields: dict[str, str] = {}
    empty = False
    for below in line.below:
        match below.words:
            case ["column", name, "from", where]:
                fields[str(name)] = str(where)
            case ["may", "be", "empty"]:
                empty = True
            case _:
                raise wrong(below.number, 'say `column "name" from "selector"`')
    return Read(notes=line.notes, each=line.words[1], fields=fields, may_be_empty=empty)


def _read_pages(line: Line) -> Pages:
    given: dict[str, Any] = {"notes": line.notes, "most": int(line.words[5])}
    for below in line.below:
        if below.verb == "next":
            given["next"] = take_target(rest := below.words[1:])
            _nothing(rest)
            given["element"] = _read_element(below.below, given["next"])
        elif below.verb == "until":
            given["until"] = _read_expect(below)
    if "next" not in given:
        raise ValueError('the pages need a line such as `next link "Next page"`')
    steps = [read_step(below) for below in line.below if below.verb not in ("next", "until")]
    return Pages(**given, steps=tuple(steps))


def _read_each(line: Line) -> Each:
    match line.words[2:]:
        case [name, "of", "parameter", of, "at", "most", most]:
            source = "parameter"
        case [name, "of", "rows", "at", "most", most]:
            source, of = "rows", ""
        case [name, "of", of, "at", "most", most]:
            source = "page"
        case _:
            raise ValueError('say `for each order of parameter "orders" at most 10`, `… of rows …` or `… of ".card" …`')
    steps = tuple(read_step(below) for below in line.below)
    plain = {"name": str(name), "source": source, "of": str(of), "most": int(most)}
    return Each.model_validate({"notes": line.notes, **plain, "steps": steps})


def _read_act(line: Line) -> Act:
    action = take_action(line.words)
    given: dict[str, Any] = {"notes": line.notes, "action": action, "expect": []}
    facts: list[Line] = []
    for below in line.below:
        if below.verb == "expect":
            given["expect"].append(_read_expect(below))
        elif below.verb == "goal":
            given["goal"] = below.words[1]
        elif below.verb == "optional":
            given["optional"] = True
        elif below.verb == "onto":
            given["onto"] = _read_element(below.below, getattr(action, "onto", None))
        else:
            facts.append(below)
    return Act(**given, element=_read_element(facts, _target(action)))


def _read_expect(line: Line) -> Expect:
    with _on(line):
        rest = list(line.words[1:])
        see = str(rest.pop(0))
        if see == "no":
            see = f"no {rest.pop(0)}"
        target = take_target(rest) if see.endswith("element") else None
        what = rest.pop(0) if rest else ""
        _nothing(rest)
        return Expect.model_validate({"see": see, "what": what, "target": target})


def _read_element(lines: Sequence[Line], target: Target | None) -> Fingerprint | None:
    if not lines:
        return None
    role, name = ((target.role, target.name) if target else (None, None)) or (None, None)
    given: dict[str, Any] = {"role": role or "", "name": name or "", "attributes": {}}
    for line in lines:
        match [line.verb, *line.words[1:]]:
            case ["tag" | "role" | "label" | "near" | "path" as key, told]:
                given[key] = told
            case ["called", told]:
                given["name"] = told
            case ["attribute", key, told]:
                given["attributes"][str(key)] = told
            case ["classes", *classes]:
                given["classes"] = tuple(classes)
            case ["place", nth, "of", of, "alike", alike]:
                given |= {"nth": int(nth), "of": int(of), "alike": int(alike)}
            case _:
                raise wrong(line.number, f"`{line.verb or line.words[0]}` says nothing about the step above")
    return Fingerprint.model_validate(given)


def _target(action: Action) -> Target | None:
    target: Target | None = getattr(action, "target", None)
    return target


def _nothing(rest: Sequence[str]) -> None:
    if rest:
        raise ValueError(f"“{rest[0]}” is one word too many")
