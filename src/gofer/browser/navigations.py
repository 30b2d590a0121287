"""Follows the documents that tabs are on their way to, and stops those that no site answers."""

import asyncio
import builtins
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from playwright.async_api import BrowserContext, Error, Frame, Page, Request

from gofer.browser.notes import Notes
from gofer.browser.patience import Patience

SHARE = 0.8
"""Of the patience for a page: while a document is awaited the page before answers nothing, also not to an action."""

STOP_SECONDS = 2.0

STOPPED = "The site did not answer, so loading was stopped: this is the page before"


class Navigations:
    """A document that does not come costs its time, but not the tab and what was filled into its page."""

    def __init__(self, context: BrowserContext, patience: Patience, notes: Notes) -> None:
        self._patience = patience
        self._notes = notes
        self._underway: set[Request] = set()
        self._silent: dict[Request, float] = {}
        self._arrived = asyncio.Event()
        self._arrived.set()
        context.on("request", self._begun)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._ended)

    async def settled(self) -> None:
        """Wait for what an action began to arrive."""
        await asyncio.sleep(self._patience.stirs)
        with suppress(builtins.TimeoutError):
            async with asyncio.timeout(self._patience.navigation):
                await self._arrived.wait()
        await self.stop()
        self._underway.clear()
        self._arrived.set()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """While the block runs, documents that no site answers are stopped: what waits for them goes on."""
        watching = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()

    async def stop(self, seconds: float = 0) -> bool:
        """Stop documents that no site answered for so long; whether there were any."""
        now = asyncio.get_running_loop().time()
        silent = [request for request, began in self._silent.items() if now - began >= seconds]
        for request in silent:
            await self._give_up(request)
        return bool(silent)

    def committed(self, frame: Frame) -> None:
        """This frame shows another document: its site answered."""
        if frame.parent_frame is None:
            self._silent = {each: began for each, began in self._silent.items() if _frame(each) is not frame}

    async def _watch(self) -> None:
        limit = self._patience.navigation * SHARE
        while True:
            await asyncio.sleep(limit / 8)
            await self.stop(limit)

    async def _give_up(self, request: Request) -> None:
        self._ended(request)
        self._notes.add(STOPPED)
        if frame := _frame(request):
            await _stopped(frame.page)

    def _begun(self, request: Request) -> None:
        if not request.is_navigation_request():
            return
        frame = _frame(request)
        if frame is None or frame.parent_frame is None:
            self._underway.add(request)
            self._silent[request] = asyncio.get_running_loop().time()
            self._arrived.clear()

    def _ended(self, request: Request) -> None:
        self._underway.discard(request)
        self._silent.pop(request, None)
        if not self._underway:
            self._arrived.set()


def _frame(request: Request) -> Frame | None:
    try:
        return request.frame
    except Error:
        return None  # the tab it is for does not exist yet


async def _stopped(page: Page) -> None:
    """Over DevTools: the page's own scripts answer nothing now."""
    with suppress(Error, builtins.TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            session = await page.context.new_cdp_session(page)
            await session.send("Page.stopLoading")
            await session.detach()
