"""Post-conditions: looks whether a step led to what it must lead to, for a bounded time."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from gofer.browser.likeness import words
from gofer.browser.playbook import Expect
from gofer.core.action import Read, Target
from gofer.core.browser import Browser
from gofer.core.errors import Refused
from gofer.core.fingerprint import Fingerprint

WAITS = 5.0
"""Seconds that a post-condition gets to come true."""

POLL = 0.05

PAGE = Target(css="body")


@dataclass(frozen=True)
class Done:
    """What a step did: to which element, and which files came of it."""

    target: Target | None = None
    element: Fingerprint | None = None
    files: tuple[str, ...] = ()


async def unmet(browser: Browser, expects: Sequence[Expect], done: Done, seconds: float = WAITS) -> Expect | None:
    """The first post-condition that does not come true in time; None when all are so at once."""
    deadline = time.monotonic() + seconds
    while (missing := await _first_unmet(browser, expects, done)) is not None:
        if time.monotonic() > deadline:
            return missing
        await asyncio.sleep(POLL)
        done = await _found_anew(browser, done)
    return None


async def page_text(browser: Browser) -> str:
    """All that the page says; nothing while it is on its way to another."""
    try:
        return str(await browser.extract(Read(target=PAGE)))
    except Refused:
        return ""


def address_fits(pattern: str, url: str) -> bool:
    """Whether an address is like a pattern in which * stands for anything."""
    told = ".*".join(re.escape(part) for part in _plain(pattern).split("*"))
    return re.fullmatch(told, _plain(url), re.S) is not None


def says(page: Sequence[str], text: str) -> bool:
    """Whether the page's words hold these words one after another."""
    wanted = words(text)
    return any(tuple(page[at : at + len(wanted)]) == wanted for at in range(len(page) - len(wanted) + 1))


async def _first_unmet(browser: Browser, expects: Sequence[Expect], done: Done) -> Expect | None:
    look = _Look(browser, done)
    for expect in expects:
        if not await look.sees(expect):
            return expect
    return None


async def _found_anew(browser: Browser, done: Done) -> Done:
    """The page may have drawn the element again."""
    if done.element is None:
        return done
    ref = (await browser.find(done.element)).ref
    return Done(Target(ref=ref), done.element, done.files) if ref else done


class _Look:
    """One look at the page, which asks for nothing twice."""

    def __init__(self, browser: Browser, done: Done) -> None:
        self._browser = browser
        self._done = done
        self._page: tuple[str, ...] | None = None

    async def sees(self, expect: Expect) -> bool:
        """Whether it is so now."""
        match expect.see:
            case "url":
                return address_fits(expect.what, await self._browser.get_current_url())
            case "text" | "no text":
                return says(await self._words(), expect.what) == (expect.see == "text")
            case "value" | "filled" | "state":
                return await self._holds(expect)
            case "gone" | "shown":
                return await self._there() == (expect.see == "shown")
            case "element" | "no element":
                there = expect.target is not None and await self._browser.present(expect.target)
                return there == (expect.see == "element")
            case "file":
                return bool(self._done.files)

    async def _words(self) -> tuple[str, ...]:
        if self._page is None:
            self._page = words(await self._said())
        return self._page

    async def _said(self) -> str:
        try:
            rows = await self._browser.extract_data("body", {"says": ""})  # one question less than `page_text`
        except Refused:
            return ""
        return rows[0]["says"] if rows else ""

    async def _holds(self, expect: Expect) -> bool:
        if self._done.target is None:
            return False
        attribute, _, wanted = expect.what.partition("=") if expect.see == "state" else ("", "", expect.what)
        what = Read(target=self._done.target, what="attribute" if attribute else "value", attribute=attribute)
        try:
            held = str(await self._browser.extract(what)).strip()
        except Refused:
            return False
        return bool(held) if expect.see == "filled" else held == wanted.strip()

    async def _there(self) -> bool:
        if self._done.element is not None:
            found = await self._browser.find(self._done.element)
            return found.ref is not None or found.rivals > 0
        return self._done.target is not None and await self._browser.present(self._done.target)


def _plain(url: str) -> str:
    """Addresses that differ in how a space is written, or in a last slash, are the same."""
    return url.replace("+", "%20").rstrip("/")
