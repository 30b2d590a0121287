"""How an errand's answer hangs together with what was read off the pages."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gofer.browser.playbook import Act, Each, Pages, Read, Step, Table
from gofer.browser.recording import Recording
from gofer.browser.table import Row
from gofer.core import action as do

CHANGING = (do.Fill, do.Type, do.Select, do.Check, do.Upload, do.Drag)
"""Actions that an errand is done for; one may open, click and look about to find an answer as well."""

_ASKS = re.compile(
    r"[?？؟]|(?:^|[.;:,!]\s*|\b(?:and|then)\s+)(?:please\s+)?(?:what|which|who|whose|when|where|why|how|is|are|does)\b"
    r"|\b(?:tell me|let me know|find out|look up|how (?:many|much)|report (?:back|which|what|how)|answer)\b",
    re.I,
)
"""How a goal asks for something to be said."""

_DEEDS = """accept add apply approve archive book buy cancel change clear click close confirm delete disable dismiss
    empty enable follow like log mark move order pay post press publish remove renew reply reserve reset restart save
    send share sign start stop submit subscribe switch turn unsubscribe update"""

_DOES = re.compile(rf"\s*(?:please )?(?:{'|'.join(_DEEDS.split())})\b", re.I)
"""How a goal begins that a click is enough for."""


def answering(recording: Recording, rows: Sequence[Row]) -> dict[str, str] | None:
    """What the answer calls each column that was read; None when the answer is not made of what was read."""
    read = [row for some in recording.rows.values() for row in some]
    if not rows:
        return {}
    if len(rows) != len(read):
        return None
    names = _columns(rows, read)
    tables = any(isinstance(step, Table) for step in recording.steps)
    return None if names is None or (tables and any(old != new for old, new in names.items())) else names


def reading(steps: Sequence[Step], recording: Recording, renamed: Mapping[str, str]) -> list[Step]:
    """The steps, reading what the answer is made of under the names that it has there, and nothing else."""
    cells = {cell for rows in recording.rows.values() for row in rows for cell in row.values()}
    return [_named(_telling(step, cells), renamed) for step in steps]


def wordy(steps: Iterable[Step], goal: str) -> bool:
    """Whether an errand without rows ends in words that no replay can say again.

    What was read is read again, and a download is there to be had; else it must have changed something, and the
    goal must not ask.
    """
    steps = list(_all(steps))
    if any(isinstance(step, Read | Table) or _downloads(step) for step in steps):
        return False
    clicks = _DOES.match(goal) is not None and any(map(_presses, steps))
    return _ASKS.search(goal) is not None or not (clicks or any(map(_changes, steps)))


def _all(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _all(step.steps) if isinstance(step, Pages | Each) else ()


def _downloads(step: Step) -> bool:
    if not isinstance(step, Act):
        return False
    return isinstance(step.action, do.Download) or any(one.see == "file" for one in step.expect)


def _presses(step: Step) -> bool:
    return isinstance(step, Act) and isinstance(step.action, do.Click) and step.action.target.role != "link"


def _changes(step: Step) -> bool:
    """Whether it leaves something behind; looking for something does not."""
    if not isinstance(step, Act):
        return False
    element = step.element
    seeks = element and "search" in (element.role.removesuffix("box"), element.attributes.get("type"))
    return isinstance(step.action, CHANGING) and not seeks


def _columns(rows: Sequence[Row], read: Sequence[Row]) -> dict[str, str] | None:
    names: dict[str, str] = {}
    for told in rows[0]:
        pairs = list(zip(rows, read, strict=True))
        same = [column for column in read[0] if all(_cell(a, told) == _cell(b, column) for a, b in pairs)]
        if not same:
            return None
        names[told if told in same else same[0]] = told
    return names


def _cell(row: Row, column: str) -> str:
    return " ".join(str(row.get(column, "")).split())


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
