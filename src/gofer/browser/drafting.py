"""From a recording to a playbook: names in place of values, loops in place of repetition, nothing that is private."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

from pydantic import BaseModel, ValidationError

from gofer.browser.playbook import GIVEN, PLACE, Act, Expect, Pages, Picture, Playbook, Read, Save, Step, Table, places
from gofer.browser.recording import LOOKING, Recording
from gofer.browser.secrecy import is_personal, is_secret, slug
from gofer.browser.table import Row
from gofer.core import action as do
from gofer.core.fingerprint import Fingerprint

S = TypeVar("S", bound=BaseModel)

_FIXED = ("do", "see", "tag", "role", "path")

SHORT = 3
"""Values shorter than this are replaced only where they are all of a text."""


@dataclass
class Errand:
    """What was asked for, as far as a playbook has to know it."""

    goal: str
    start_url: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unfit:
    """Why there is no playbook of a recording."""

    why: str


def draft(recording: Recording, errand: Errand, rows: Sequence[Row]) -> Playbook | Unfit:
    """The playbook of a successful run that answered with these rows, or why there can be none."""
    if recording.trouble:
        return Unfit(recording.trouble)
    steps = _without_waits(recording)
    if not any(isinstance(step, Act) for step in steps):
        return Unfit("nothing was done in the browser")
    renamed = _answering(recording, rows)
    if renamed is None:
        return Unfit("the answer has rows that were not read off the pages as they are")
    return _drafted(_kept(steps, recording, renamed), errand)


def general(steps: Iterable[Act], errand: Errand) -> tuple[Act, ...] | None:
    """Single steps with places for the errand's values; None where they hold a value that must not be kept."""
    names = _Names(errand)
    for step in steps:
        names.learn(step)
    told = tuple(names.generalised(step) for step in steps)
    return None if names.added or names.left_in(told) else told


def agree(one: Playbook, other: Playbook) -> bool:
    """Whether two runs did the same, whatever they looked at on the way."""
    return list(_gist(one.steps)) == list(_gist(other.steps))


def merged(kept: Playbook, newer: Playbook) -> Playbook:
    """The newer playbook of two that agree, with only those signs that showed both times."""
    old = [step for step in kept.steps if _counts(step)]
    pairs = iter(old)
    steps = [_merged(next(pairs), step) if _counts(step) else step for step in newer.steps]
    return newer.model_copy(update={"steps": tuple(steps), "name": kept.name, "notes": kept.notes})


def _merged(old: Step, new: Step) -> Step:
    if not isinstance(old, Act) or not isinstance(new, Act):
        return new
    both = tuple(expect for expect in new.expect if expect in old.expect)
    return new.model_copy(
        update={"expect": both or tuple(one for one in new.expect if one.see != "text") or new.expect}
    )


def _without_waits(recording: Recording) -> list[Step]:
    return [step for step in recording.steps if not (isinstance(step, Act) and isinstance(step.action, do.WaitFor))]


def _answering(recording: Recording, rows: Sequence[Row]) -> dict[str, str] | None:
    """What the answer calls each column that was read; None when the answer is not made of what was read."""
    read = [row for some in recording.rows.values() for row in some]
    if not rows:
        return {}
    if len(rows) != len(read):
        return None
    names: dict[str, str] = {}
    for told in rows[0]:
        pairs = list(zip(rows, read, strict=True))
        same = [column for column in read[0] if all(_cell(a, told) == _cell(b, column) for a, b in pairs)]
        if not same:
            return None
        names[told if told in same else same[0]] = told
    tables = any(isinstance(step, Table) for step in recording.steps)
    return None if tables and any(old != new for old, new in names.items()) else names


def _cell(row: Row, column: str) -> str:
    return " ".join(str(row.get(column, "")).split())


def _kept(steps: Sequence[Step], recording: Recording, renamed: Mapping[str, str]) -> list[Step]:
    cells = {cell for rows in recording.rows.values() for row in rows for cell in row.values()}
    told = [_named(_telling(step, cells), renamed) for step in steps]
    if not renamed:
        told = [step for step in told if not isinstance(step, Read | Table)]
    looped = _looped(told)
    end: list[Step] = [Picture(name="page.png"), *([Save(name="rows.csv")] if renamed else [])]
    return [*looped, *end]


def _telling(step: Step, cells: set[str]) -> Step:
    """Without signs that are data: what was read off the page is another thing tomorrow."""
    if not isinstance(step, Act):
        return step
    signs = tuple(expect for expect in step.expect if expect.see != "text" or expect.what not in cells)
    return step.model_copy(update={"expect": signs or step.expect[:1]})


def _named(step: Step, renamed: Mapping[str, str]) -> Step:
    if not isinstance(step, Read) or not renamed:
        return step
    fields = {renamed[name]: where for name, where in step.fields.items() if name in renamed}
    return step.model_copy(update={"fields": fields or step.fields})


def _looped(steps: Sequence[Step]) -> list[Step]:
    """Reading, going on and reading the same again is a loop over pages."""
    found: list[Step] = []
    at = 0
    while at < len(steps):
        pages, taken = _pages(steps[at:])
        found += [pages] if pages else [steps[at]]
        at += taken
    return found


def _pages(steps: Sequence[Step]) -> tuple[Pages | None, int]:
    first = steps[0]
    if not isinstance(first, Read | Table):
        return None, 1
    taken = 1
    following: Act | None = None
    while taken + 1 < len(steps) and _goes_on(steps[taken], following) and _reads_alike(steps[taken + 1], first):
        following, taken = following or _act(steps[taken]), taken + 2
    if following is None:
        return None, 1
    target = getattr(following.action, "target", None)
    return Pages(next=target, element=following.element, most=50, steps=(first,)), taken


def _act(step: Step) -> Act:
    assert isinstance(step, Act)
    return step


def _goes_on(step: Step, before: Act | None) -> bool:
    if not isinstance(step, Act) or not isinstance(step.action, do.Click) or step.element is None:
        return False
    return before is None or step.action == before.action


def _reads_alike(step: Step, first: Read | Table) -> bool:
    if isinstance(step, Read) and isinstance(first, Read):
        return (step.each, step.fields) == (first.each, first.fields)
    return isinstance(step, Table) and isinstance(first, Table) and step.target == first.target


def _drafted(steps: Sequence[Step], errand: Errand) -> Playbook | Unfit:
    names = _Names(errand)
    for step in steps:
        names.learn(step)
    told = tuple(names.generalised(step) for step in steps)
    if left := names.left_in(told):
        return Unfit(f"it would hold the value of {left}")
    used = dict.fromkeys(name for name in places(told) if name != GIVEN)
    parameters = {name: names.added.get(name, f"{name}, as the errand was given it") for name in used}
    about = names.in_text(" ".join(errand.goal.split())[:300])
    try:
        return Playbook(about=about, start=errand.start_url, parameters=parameters, reach=("*",), steps=told)
    except ValidationError as error:
        return Unfit(error.errors()[0]["msg"])


class _Names:
    """Which value is called what."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._names = {value: name for name, value in errand.parameters.items() if value}
        self._private: set[str] = set()
        self.added: dict[str, str] = {}

    def learn(self, step: Step) -> None:
        """A value that was typed and that nobody named gets a name, unless the goal itself says it openly."""
        if not isinstance(step, Act):
            return
        for value in _typed(step):
            if found := PLACE.fullmatch(value):
                self.added.setdefault(found[1], "a secret, to be given: it is never written down")
                continue
            private = is_secret(step.element) or is_personal(value, step.element)
            if private:
                self._private.add(value)
            said = value.casefold() in self._errand.goal.casefold() and not private
            if value and value not in self._names and not said:
                self._add(value, step.element)

    def generalised(self, step: S) -> S:
        """The step with places for values."""
        told = step.model_dump(exclude={"steps"})
        if isinstance(step, Act):
            told["expect"] = [self._expected(one) for one in told["expect"]]
            if isinstance(step.action, do.Navigate):
                told["action"] |= {"url": self._in_address(step.action.url)}
        told = self._everywhere(told)
        inner = {"steps": tuple(map(self.generalised, step.steps))} if isinstance(step, Pages) else {}
        return _loosened(type(step).model_validate(told | inner))

    def in_text(self, text: str) -> str:
        """The text with places for values."""
        for value in sorted(self._names, key=len, reverse=True):
            if text == value:
                return f"{{{self._names[value]}}}"
            if len(value) >= SHORT:
                text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"{{{self._names[value]}}}", text)
        return text

    def left_in(self, steps: Sequence[Step]) -> str:
        """The name of a private value that is still to be read in the steps."""
        told = "\n".join(step.model_dump_json() for step in steps)
        return next((self._names[value] for value in self._private if len(value) >= SHORT and value in told), "")

    def _add(self, value: str, element: Fingerprint | None) -> None:
        told = (element.label or element.name or element.attributes.get("name", "")) if element else ""
        base = slug(told) or "value"
        taken = {*self._names.values(), GIVEN}
        name = next(one for n in range(1, 1000) if (one := base if n == 1 else f"{base}_{n}") not in taken)
        self._names[value] = name
        self.added[name] = f"{told or 'a value'}, to be given: the goal does not say it"

    def _expected(self, expect: dict[str, Any]) -> dict[str, Any]:
        return expect | {"what": self._in_address(expect["what"])} if expect["see"] == "url" else expect

    def _in_address(self, url: str) -> str:
        start = self._errand.start_url
        if url.rstrip("/") == start.rstrip("/"):
            return f"{{{GIVEN}}}"
        rest = url[len(start) :]
        if not url.startswith(start) or not (start.endswith("/") or rest[0] in "/?#"):
            return self._in_quoted(url)
        return f"{{{GIVEN}}}{self._in_quoted(rest)}"

    def _in_quoted(self, text: str) -> str:
        for value in sorted(self._names, key=len, reverse=True):
            for form in dict.fromkeys((quote(value, safe=""), quote_plus(value), quote(value))):
                text = re.sub(rf"(?<![\w%]){re.escape(form)}(?![\w%])", f"{{{self._names[value]}}}", text)
        return text

    def _everywhere(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if PLACE.search(value) else self.in_text(value)
        if isinstance(value, Mapping):
            return {key: item if key in _FIXED else self._everywhere(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._everywhere(item) for item in value]
        return value


def _typed(step: Act) -> list[str]:
    match step.action:
        case do.Fill():
            return [step.action.value]
        case do.Type():
            return [step.action.text]
        case do.Upload():
            return list(step.action.paths)
    return []


def _loosened(step: S) -> S:
    """An element that is told by a value is another one each time: its place and its own attributes say nothing."""
    if not isinstance(step, Act) or step.element is None or not PLACE.search(step.element.name):
        return step
    kept = {key: step.element.attributes[key] for key in ("type", "rel") if key in step.element.attributes}
    loose = {"path": "", "attributes": kept, "nth": 0, "of": 1, "alike": 1, "near": ""}
    return step.model_copy(update={"element": step.element.model_copy(update=loose)})


def _counts(step: Step) -> bool:
    """Whether two runs must have it in common; looking about is left free."""
    return not isinstance(step, Picture | Save) and not (isinstance(step, Act) and isinstance(step.action, LOOKING))


def _gist(steps: Sequence[Step]) -> Iterable[Any]:
    for step in steps:
        match step:
            case Act() if _counts(step):
                plain = step.action.model_dump(exclude={"target", "onto"})
                yield plain, step.element.role if step.element else "", step.element.name if step.element else ""
            case Read():
                yield "read", sorted(step.fields)
            case Table():
                yield "table", step.target
            case Pages():
                yield "pages", step.next.name, list(_gist(step.steps))


def weak(playbook: Playbook) -> list[int]:
    """The numbers of steps that have nothing to tell whether they worked, for whoever reviews it."""
    return [
        number for number, step in enumerate(playbook.steps, 1) if isinstance(step, Act) and _unchecked(step.expect)
    ]


def _unchecked(expects: Sequence[Expect]) -> bool:
    return all(expect.see == "shown" for expect in expects)
