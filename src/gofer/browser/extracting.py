"""Reads data off a page: rows of many like things, or one element's text, value, table or attribute."""

from contextlib import suppress
from typing import Any

from playwright.async_api import TimeoutError

from gofer.browser.hand import Hand
from gofer.browser.mishaps import Reason
from gofer.core.action import Read
from gofer.core.browser import Rows

MOST_ROWS = 1000

LONGEST = 100_000
"""Characters of one element's text."""

_ROWS = """(elements, [fields, most]) => elements.slice(0, most).map(element => Object.fromEntries(
  Object.entries(fields).map(([field, selector]) => {
    const [css, attribute] = selector.split('@');
    const found = css.trim() ? element.querySelector(css) : element;
    const text = found && (attribute ? found.getAttribute(attribute) : found.innerText ?? found.textContent);
    return [field, (text ?? '').replace(/\\s+/g, ' ').trim()];
  })))"""

_READ = """(e, [what, attribute, longest]) => {
  const tidy = text => (text ?? '').replace(/\\s+/g, ' ').trim();
  const chosen = x => [...x.selectedOptions].map(o => tidy(o.label)).join(', ');
  if (what === 'attribute') return e.getAttribute(attribute);
  if (what === 'value' && e.matches('[type=checkbox], [type=radio], [aria-checked]'))
    return e.checked ?? e.getAttribute('aria-checked') === 'true' ? 'on' : 'off';
  if (what === 'value') return (e.tagName === 'SELECT' ? chosen(e) : e.value ?? e.getAttribute('aria-valuenow')
    ?? tidy(e.innerText)).slice(0, longest);
  if (what === 'text') return (e.innerText ?? e.textContent ?? '').trim().slice(0, longest);
  const rows = e.matches('table') ? [...e.rows] : [...e.querySelectorAll('tr, [role=row]')];
  const cells = row => row.cells ? [...row.cells] : [...row.querySelectorAll('td, th, [role=cell], [role=gridcell],'
    + '[role=columnheader], [role=rowheader]')];
  return rows.slice(0, 1000).map(row => cells(row).map(cell => tidy(cell.innerText))); }"""


async def rows(hand: Hand, each: str, fields: dict[str, str]) -> Rows:
    """One row per matching element, once there is one."""
    elements = (await hand.page()).locator(f"css={each}")
    with suppress(TimeoutError):
        await elements.first.wait_for(state="attached", timeout=hand.ready_ms)
    found: Rows = await elements.evaluate_all(_ROWS, [fields, MOST_ROWS])
    return found


async def one(hand: Hand, read: Read) -> str | list[list[str]]:
    """What one element holds; raises Reason where it holds no such thing."""
    element = await hand.one(read.target)
    found: Any = await element.evaluate(_READ, [read.what, read.attribute, LONGEST], timeout=hand.ready_ms)
    if found is None:
        raise Reason(f"It has no attribute “{read.attribute}”")
    if found == [] and read.what == "table":
        raise Reason("It is no table and holds none")
    return [list(map(str, row)) for row in found] if isinstance(found, list) else str(found)
