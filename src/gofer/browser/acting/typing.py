"""The keyboard: fill a field, type key by key, press a chord."""

import asyncio
import re

from playwright.async_api import Error, Locator

from gofer.browser.acting.reasons import explained
from gofer.browser.hand import Hand
from gofer.browser.mishaps import Reason
from gofer.browser.words import clipped
from gofer.core.action import Fill, Press, Type

LETTER_SECONDS = 0.5
"""For each letter of a text: about four times what a hand like a person's needs, for slow pages and machines."""

_FORMATS = {
    "date": "2026-12-31",
    "time": "23:59",
    "datetime-local": "2026-12-31T23:59",
    "month": "2026-12",
    "week": "2026-W53",
    "color": "#1a2b3c",
    "range": "a number",
    "number": "a number",
}

_KIND = "e => (e.control ?? e).type ?? ''"

_PLAIN = "e => e.matches('input:not([type]), input[type=text], input[type=search], textarea')"


async def fill(hand: Hand, action: Fill) -> None:
    """Put text into exactly one field, in place of what it held."""
    async with hand.answering():
        element = await hand.one(action.target)
        by_letter = hand.options.human_like and await element.evaluate(_PLAIN)
    async with explained(element):
        try:
            await (_type_over if by_letter else _put)(hand, element, action.value)
        except Error as error:
            await _wrong_format(element, error)
            raise


async def type_text(hand: Hand, action: Type) -> None:
    """Type key by key, into an element or where the focus is."""
    page = await hand.page()
    if action.target:
        async with hand.answering():
            element = await hand.one(action.target)
            async with explained(element):
                await element.focus(timeout=hand.ready_ms)
    for letter in action.text:
        async with hand.answering():
            await page.keyboard.type(letter)
        if pause := hand.pause():
            await asyncio.sleep(pause)


async def press(hand: Hand, action: Press) -> None:
    """Press a key or a chord."""
    page = await hand.page()
    try:
        if action.target:
            element = await hand.one(action.target)
            await element.press(action.key, timeout=hand.leads_ms)  # fails only once it may have been pressed
        else:
            await page.keyboard.press(action.key)
    except Error as error:
        if "Unknown key" in error.message:
            raise Reason(_no_key(action.key)) from error
        raise


async def _put(hand: Hand, element: Locator, value: str) -> None:
    async with hand.answering():
        await element.fill(value, timeout=hand.ready_ms)
        await _taken(element, value)


async def _type_over(hand: Hand, element: Locator, value: str) -> None:
    await element.fill("", timeout=hand.ready_ms)
    await element.focus(timeout=hand.ready_ms)
    for letter in value:
        await element.press_sequentially(letter, timeout=hand.ready_ms)
        await asyncio.sleep(hand.pause())


async def _taken(element: Locator, value: str) -> None:
    """Fields with a form of their own show nothing, or something else, instead of what they cannot read."""
    kind = str(await element.evaluate(_KIND)) if value else ""
    if kind in _FORMATS:
        shown = str(await element.evaluate("e => (e.control ?? e).value"))
        if not shown or (kind == "color" and shown.lower() != value.strip().lower()):
            raise Reason(_does_not_fit(kind), None)  # what it held before is gone


async def _wrong_format(element: Locator, error: Error) -> None:
    if "Malformed value" in error.message or "Cannot type text" in error.message:
        raise Reason(_does_not_fit(str(await element.evaluate(_KIND))), None) from error


def _does_not_fit(kind: str) -> str:
    """Without the value: it may be a secret."""
    return f"The value does not fit this {clipped(kind)} field. Give {_FORMATS.get(kind, 'another form of value')}"


def _no_key(key: str) -> str:
    known = "Enter, Escape, Tab, Backspace, Delete, ArrowDown, PageDown, Home, F5, a, Control+A or Shift+Tab"
    names = {"return": "Enter", "esc": "Escape", "del": "Delete", "down": "ArrowDown", "up": "ArrowUp"}
    meant = names.get(re.split(r"\+", key)[-1].lower())
    return f"There is no key “{clipped(key)}”. {f'Perhaps {meant}? ' if meant else ''}Keys are such as {known}."
