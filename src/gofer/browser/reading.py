"""Reads the rows of one page for a playbook, and knows when what it reads cannot be right."""

import asyncio
import time

from gofer.browser.playbook import Extract
from gofer.browser.table import Row
from gofer.core.browser import Browser, Target
from gofer.core.errors import Refused

TURNS = 3.0
"""Seconds the rows of the next page get to replace those of the page before."""


async def read_rows(browser: Browser, step: Extract, before: list[Row]) -> list[Row]:
    """The rows on this page, once they differ from those of the page before; raises Refused when they are not there."""
    deadline = time.monotonic() + TURNS
    rows = await browser.extract(step.each, step.fields)
    while rows and rows == before and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        rows = await browser.extract(step.each, step.fields)
    _plausible(rows, step, first=not before)
    return rows


def _plausible(rows: list[Row], step: Extract, *, first: bool) -> None:
    if not rows and not (step.may_be_empty and first):
        raise Refused(f"Nothing on the page matches `{step.each}`.")
    for column, selector in step.fields.items():
        if rows and not any(row[column] for row in rows):
            raise Refused(f"None of the {len(rows)} rows has a “{column}” at `{selector}`.")


async def leads_on(browser: Browser, following: Target | None) -> bool:
    """Whether there is a next page to go to."""
    return following is not None and await browser.present(following)
