"""Which tab the errand is in, and what happened to it meanwhile: new tabs, dialogs, crashes, navigations."""

import asyncio
import builtins
from contextlib import suppress

from playwright.async_api import BrowserContext, Dialog, Download, Error, Page, Request

from gofer.browser.mishaps import lost, told_as
from gofer.browser.patience import Patience
from gofer.browser.words import clipped


class Tabs:
    """Follows the newest tab; answers dialogs, so that none of them stops the errand."""

    def __init__(self, context: BrowserContext, patience: Patience) -> None:
        self._patience = patience
        self._context = context
        self._pages = [self._watched(page) for page in context.pages]
        self._crashed: set[Page] = set()
        self._underway: set[Request] = set()
        self._arrived = asyncio.Event()
        self._arrived.set()
        self._notes: list[str] = []
        context.on("page", lambda page: self._pages.append(self._watched(page)))
        context.on("request", self._begun)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._ended)

    async def current(self) -> Page:
        """The tab to act in: the newest that is still alive, or a fresh one."""
        browser = self._context.browser
        if browser is None or not browser.is_connected():
            raise lost()
        self._pages = [page for page in self._pages if not page.is_closed() and page not in self._crashed]
        if not self._pages:
            async with told_as("Could not open a tab"):
                await self._context.new_page()
        return self._pages[-1]

    async def settled(self) -> None:
        """Wait for what an action began to arrive."""
        await asyncio.sleep(self._patience.stirs)
        with suppress(builtins.TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), self._patience.navigation)
        self._underway.clear()
        page = await self.current()
        with suppress(Error):
            await page.wait_for_load_state("load", timeout=self._patience.loads * 1000)

    def notes(self) -> list[str]:
        """What a reader of the page should know; each is told once."""
        told, self._notes = self._notes, []
        return told

    def _watched(self, page: Page) -> Page:
        page.on("dialog", self._answer)
        page.on("crash", self._gone)
        page.on("download", self._offered)
        return page

    def _gone(self, page: Page) -> None:
        self._crashed.add(page)
        self._notes.append("The page crashed; this is another tab")

    def _offered(self, download: Download) -> None:
        self._notes.append(f"The site offered the file “{clipped(download.suggested_filename)}”; it was not kept")

    async def _answer(self, dialog: Dialog) -> None:
        agreed = dialog.type in ("alert", "beforeunload")
        done = "accepted" if agreed else "declined"
        self._notes.append(f"A {dialog.type} dialog said “{clipped(dialog.message, 300)}”; it was {done}")
        with suppress(Error):
            await (dialog.accept() if agreed else dialog.dismiss())

    def _begun(self, request: Request) -> None:
        if request.is_navigation_request() and _leads_a_tab(request):
            self._underway.add(request)
            self._arrived.clear()

    def _ended(self, request: Request) -> None:
        self._underway.discard(request)
        if not self._underway:
            self._arrived.set()


def _leads_a_tab(request: Request) -> bool:
    try:
        return request.frame.parent_frame is None
    except Error:
        return True  # the tab it is for does not exist yet
