"""Looks at pages for one browser and remembers what it saw, so that an action's outcome is only the difference."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from playwright.async_api import Page

from gofer.browser.view.asking import details, veiled
from gofer.browser.view.details import Details, enrich, place_frames
from gofer.browser.view.difference import difference
from gofer.browser.view.lines import Port, lines
from gofer.browser.view.outline import outline
from gofer.browser.view.sight import Sight
from gofer.browser.view.snapshot import Node, parse
from gofer.core.page import CAP, Change, Look, PageView

WHOLE = Look()

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
"""A snapshot takes one core fully: ten at once would each take ten times as long, and all end last."""


class Viewer:
    """The eyes of one browser: `look` shows a page, `change` what is different since the last time."""

    def __init__(self, timeout: float = 15.0) -> None:
        self._timeout = timeout
        self._last: Sight | None = None

    async def look(self, page: Page, look: Look = WHOLE, notes: Sequence[str] = ()) -> PageView:
        """The page as a model should see it, never over the look's cap; raises Playwright's errors."""
        self._last = await self._seen(page, notes, look.find)
        return await asyncio.to_thread(self._last.view, look)

    async def change(self, page: Page, notes: Sequence[str] = (), cap: int = CAP) -> Change:
        """What is different since this browser last looked; the whole view where that says it better."""
        before, self._last = self._last, await self._seen(page, notes)
        return await asyncio.to_thread(difference, before, self._last, cap)

    async def _seen(self, page: Page, notes: Sequence[str], words: str = "") -> Sight:
        """A page that hangs shows it before its turn, and so keeps no other errand waiting."""
        async with asyncio.timeout(self._timeout):
            frames = await details(page)
        async with _turn(), asyncio.timeout(self._timeout):
            async with veiled(page, frames[0].elements, words) as hidden:
                snapshot = await page.aria_snapshot(mode="ai", boxes=True, timeout=self._timeout * 1000)
            seen = await asyncio.to_thread(sight, snapshot, frames, page.url, notes)
        return replace(seen, hidden=hidden)


def sight(snapshot: str, frames: Sequence[Details], url: str, notes: Sequence[str] = ()) -> Sight:
    """What a snapshot and the frames' details make; the page's own frame comes first."""
    root = parse(snapshot)
    enrich(root, frames)
    place_frames(root)
    main = frames[0] if frames else Details()
    port = Port(main.width, main.height, main.top, main.whole) if main.width else Port()
    return Sight(url, main.title, lines(outline(root)), port, _document(root), tuple(notes))


def _document(root: Node) -> str:
    """The letters that Playwright gives to the references of one load of a page."""
    return next((node.ref.rpartition("e")[0] for node in root.walk() if node.ref), "")


def _turn() -> asyncio.Semaphore:
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(os.cpu_count() or 2))
