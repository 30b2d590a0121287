"""Playbooks as text that people review, edit and compare: written and read back without a difference."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import Any

from pydantic import ValidationError

from gofer.browser.earlier import upgraded
from gofer.browser.outline import Line, Word, parse, say, write, wrong
from gofer.browser.phrasing import action_words, take_action, take_target, target_words
from gofer.browser.playbook import Act, Each, Expect, Pages, Picture, Playbook, Read, Save, Step, Table
from gofer.core.action import Action, Target
from gofer.core.errors import Refused
from gofer.core.fingerprint import Fingerprint

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
        lines += [BLANK, _step(step)]
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
    steps = [_read_step(line) for line in lines[1:] if line.verb not in _HEAD]
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


def _step(step: Step) -> Line:
    match step:
        case Act():
            line = Line(action_words(step.action), below=list(_act_details(step)))
        case Read():
            line = say(Word("read"), step.each)
            line.below = [say(Word("column"), name, Word("from"), where) for name, where in step.fields.items()]
            line.below += [say(Word("may"), Word("be"), Word("empty"))] if step.may_be_empty else []
        case Table():
            line = say(Word("read"), *target_words(step.target))
            line.below = list(_element(step.element, step.target))
        case Picture() | Save():
            line = say(Word(step.do), step.name)
        case Pages():
            line = Line([Word(word) for word in ("for", "each", "page", "at", "most", str(step.most))])
            line.below = [*_pages_details(step), *map(_step, step.steps)]
        case Each():
            line = Line(_each_words(step), below=list(map(_step, step.steps)))
    line.notes = step.notes
    return line


def _act_details(step: Act) -> Iterator[Line]:
    if step.goal:
        yield say(Word("goal"), step.goal)
    if step.optional:
        yield say(Word("optional"))
    yield from _element(step.element, getattr(step.action, "target", None))
    if step.onto is not None:
        yield Line([Word("onto")], below=list(_element(step.onto, getattr(step.action, "onto", None))))
    for expect in step.expect:
        yield Line([Word("expect"), *_expect_words(expect)])


def _pages_details(step: Pages) -> Iterator[Line]:
    yield Line([Word("next"), *target_words(step.next)], below=list(_element(step.element, step.next)))
    if step.until is not None:
        yield Line([Word("until"), *_expect_words(step.until)])


def _each_words(step: Each) -> list[str]:
    sources: dict[str, list[str]] = {
        "parameter": [Word("parameter"), step.of],
        "rows": [Word("rows")],
        "page": [step.of],
    }
    source = sources[step.source]
    return [*map(Word, ("for", "each", step.name, "of")), *source, *map(Word, ("at", "most", str(step.most)))]


def _expect_words(expect: Expect) -> list[str]:
    words: list[str] = [Word(word) for word in expect.see.split()]
    if expect.target is not None:
        words += target_words(expect.target)
    return [*words, expect.what] if expect.what or expect.see in ("url", "text", "value", "state") else words


def _element(element: Fingerprint | None, target: Target | None) -> Iterator[Line]:
    """What is not said by the target already, so that whoever edits the step's own line changes what it means."""
    if element is None:
        return
    yield say(Word("tag"), element.tag)
    if element.role != ((target.role if target else "") or ""):
        yield say(Word("role"), element.role)
    if element.name != ((target.name if target else "") or ""):
        yield say(Word("called"), element.name)
    yield from (say(Word(key), told) for key in ("label", "near", "path") if (told := getattr(element, key)))
    yield from (say(Word("attribute"), Word(key), told) for key, told in element.attributes.items())
    if element.classes:
        yield say(Word("classes"), *element.classes)
    if (element.nth, element.of, element.alike) != (0, 1, 1):
        counts = (element.nth, "of", element.of, "alike", element.alike)
        yield say(Word("place"), *(Word(str(count)) for count in counts))


def _from_json(text: str) -> Playbook:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Refused(f"The playbook is not valid JSON: {error}.", code="ERR_INVALID_INPUT") from error
    return _valid(upgraded(given))


def _valid(given: Any) -> Playbook:
    try:
        return Playbook.model_validate(given)
    except ValidationError as error:
        raise _refusal(error) from error


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


@contextmanager
def _on(line: Line) -> Iterator[None]:
    """What is wrong inside is wrong on this line."""
    try:
        yield
    except ValidationError as error:
        raise wrong(line.number, error.errors()[0]["msg"]) from error
    except (ValueError, IndexError) as error:
        raise wrong(line.number, str(error) or "it is not complete") from error


def _read_step(line: Line) -> Step:
    with _on(line):
        return _readers(line)


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
    steps = [_read_step(below) for below in line.below if below.verb not in ("next", "until")]
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
    steps = tuple(_read_step(below) for below in line.below)
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
