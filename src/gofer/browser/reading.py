"""Reads the rows of one page for a playbook, and knows when what it reads cannot be right."""

import asyncio
import time

from gofer.browser.playbook import Read
from gofer.browser.table import Row
from gofer.core.browser import Browser
from gofer.core.errors import Refused

TURNS = 3.0
"""Seconds the rows of the next page get to replace those of the page before."""


async def read_rows(browser: Browser, step: Read, before: list[Row]) -> list[Row]:
    """The rows on this page, once they differ from those of the page before; raises Refused when they are not there."""
    deadline = time.monotonic() + TURNS
    rows = await browser.extract_data(step.each, step.fields)
    while rows and rows == before and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        rows = await browser.extract_data(step.each, step.fields)
    _plausible(rows, step, first=not before)
    return rows


def table_rows(cells: str | list[list[str]]) -> list[Row]:
    """A table's cells as rows by the names in its first row; raises Refused where it has none."""
    if isinstance(cells, str) or not cells or not any(cells[0]):
        raise Refused("The table has no first row that names its columns.")
    heads = [head or f"column {number}" for number, head in enumerate(cells[0], 1)]
    return [dict(zip(heads, row, strict=False)) for row in cells[1:]]


def _plausible(rows: list[Row], step: Read, *, first: bool) -> None:
    if not rows and not (step.may_be_empty and first):
        raise Refused(f"Nothing on the page matches `{step.each}`.")
    for column, selector in step.fields.items():
        if rows and not any(row[column] for row in rows):
            raise Refused(f"None of the {len(rows)} rows has a “{column}” at `{selector}`.")
