"""How an errand's answer hangs together with what was read off the pages."""

from collections.abc import Mapping, Sequence

from gofer.browser.playbook import Act, Read, Step, Table
from gofer.browser.recording import Recording
from gofer.browser.table import Row


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
    told = [_named(_telling(step, cells), renamed) for step in steps]
    return told if renamed else [step for step in told if not isinstance(step, Read | Table)]


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
