"""What loops of a playbook go over: rows given as a parameter, and results on a page."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gofer.browser.playbook import PLACE, Each, Pages, Step, texts
from gofer.browser.table import Row
from gofer.core.errors import Refused

WANTED = "CSV with a first line of names, or a JSON list of objects"


def given_rows(text: str, name: str = "rows", columns: Sequence[str] = ()) -> list[Row]:
    """Rows from a parameter; raises Refused where they are none, or lack one of these columns."""
    rows = _parsed(text, name) if text.lstrip().startswith(("[", "{")) else _separated(text, name, columns)
    for number, row in enumerate(rows, 1):
        if lacking := [column for column in columns if column not in row]:
            raise _wrong(name, f"row {number} has no “{lacking[0]}”")
    return rows


def check_rows(steps: Sequence[Step], values: Mapping[str, str]) -> None:
    """Refuse, before anything is done, a parameter that holds no rows for the loop that goes over it."""
    for step in steps:
        if isinstance(step, Each) and step.source == "parameter" and step.of in values:
            rows_for(step, values[step.of])
        if isinstance(step, Pages | Each):
            check_rows(step.steps, values)


def rows_for(step: Each, text: str) -> list[Row]:
    """The rows that a loop goes over, with all the columns that its steps use."""
    return given_rows(text, step.of, list(dict.fromkeys(_columns(step))))


def _columns(step: Each) -> Iterator[str]:
    for text in texts([one.model_dump(exclude={"notes"}) for one in step.steps]):
        for place in PLACE.findall(text):
            loop, _, column = place.partition(".")
            if loop == step.name and column:
                yield column


def _separated(text: str, name: str, columns: Sequence[str]) -> list[Row]:
    try:
        reader = csv.DictReader(io.StringIO(text.strip(), newline=""), restval="")
        rows = [{str(column).strip(): str(cell).strip() for column, cell in row.items() if column} for row in reader]
        header = {column.strip() for column in reader.fieldnames or ()}
    except csv.Error as error:
        raise _wrong(name) from error
    if not rows and not (columns and header.issuperset(columns)):
        raise _wrong(name)
    return rows


def _parsed(text: str, name: str) -> list[Row]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise _wrong(name, f"this is not JSON: {error}") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _wrong(name)
    return [_row(one) for one in found]


def _row(cells: dict[str, Any]) -> Row:
    return {str(column): cell if isinstance(cell, str) else json.dumps(cell) for column, cell in cells.items()}


def _wrong(name: str, why: str = "") -> Refused:
    told = f"; {why}" if why else ""
    return Refused(f"{name}: it must be {WANTED}{told}.", code="ERR_INVALID_INPUT")
