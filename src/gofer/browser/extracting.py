"""Reads data off a page: rows of many like things, or one element's text, value, table or attribute."""

from contextlib import suppress
from typing import Any

from playwright.async_api import TimeoutError

from gofer.browser.hand import Hand
from gofer.browser.mishaps import Reason
from gofer.browser.words import clipped
from gofer.core.action import Read
from gofer.core.browser import Rows, css_and_attribute

MOST_ROWS = 1000

LONGEST = 100_000
"""Characters of one element's text, and of one cell of a row: a page's whole text is read by both."""

ROOM = 2_000_000
"""Characters of all rows together."""

_CUT = """
  let room = limits.room;
  const cut = text => {
    const most = Math.min(limits.longest, room), kept = text.length > most ? text.slice(0, most) + '…' : text;
    room -= Math.min(text.length, most);
    return kept; };"""

_ROWS = (
    """(elements, [fields, limits]) => {"""
    + _CUT
    + """
  return elements.slice(0, limits.rows).map(element => Object.fromEntries(
    Object.entries(fields).map(([field, [css, attribute]]) => {
      const found = css ? element.querySelector(css) : element;
      const text = found && (attribute ? found.getAttribute(attribute) : found.innerText ?? found.textContent);
      return [field, cut((text ?? '').replace(/\\s+/g, ' ').trim())];
    }))); }"""
)

_READ = (
    """(e, [what, attribute, limits]) => {"""
    + _CUT
    + """
  const tidy = text => (text ?? '').replace(/\\s+/g, ' ').trim();
  const chosen = x => [...x.selectedOptions].map(o => tidy(o.label)).join(', ');
  if (what === 'attribute') return e.hasAttribute(attribute) ? cut(e.getAttribute(attribute)) : null;
  if (what === 'value' && e.matches('[type=checkbox], [type=radio], [aria-checked]'))
    return e.checked ?? e.getAttribute('aria-checked') === 'true' ? 'on' : 'off';
  if (what === 'value') return cut(e.tagName === 'SELECT' ? chosen(e) : String(e.value
    ?? e.getAttribute('aria-valuenow') ?? tidy(e.innerText)));
  if (what === 'text') return cut((e.innerText ?? e.textContent ?? '').trim());
  const rows = e.matches('table') ? [...e.rows] : [...e.querySelectorAll('tr, [role=row]')];
  const cells = row => row.cells ? [...row.cells] : [...row.querySelectorAll('td, th, [role=cell], [role=gridcell],'
    + '[role=columnheader], [role=rowheader]')];
  return rows.slice(0, limits.rows).map(row => cells(row).map(cell => cut(tidy(cell.innerText)))); }"""
)

_LIMITS = {"rows": MOST_ROWS, "longest": LONGEST, "room": ROOM}


async def rows(hand: Hand, each: str, fields: dict[str, str]) -> Rows:
    """One row per matching element, once there is one."""
    elements = (await hand.page()).locator(f"css={each}")
    with suppress(TimeoutError):
        await elements.first.wait_for(state="attached", timeout=hand.ready_ms)
    parts = {name: css_and_attribute(field) for name, field in fields.items()}
    found: Rows = await elements.evaluate_all(_ROWS, [parts, _LIMITS])
    return found


async def one(hand: Hand, read: Read) -> str | list[list[str]]:
    """What one element holds; raises Reason where it holds no such thing."""
    element = await hand.one(read.target)
    found: Any = await element.evaluate(_READ, [read.what, read.attribute, _LIMITS], timeout=hand.ready_ms)
    if found is None:
        raise Reason(f"It has no attribute “{clipped(read.attribute)}”")
    if found == [] and read.what == "table":
        raise Reason("It is no table and holds none")
    return [list(map(str, row)) for row in found] if isinstance(found, list) else str(found)
