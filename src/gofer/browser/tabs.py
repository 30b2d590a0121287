"""Which tab the errand is in, and what happened to it meanwhile: new tabs, dialogs, crashes."""

import asyncio
from contextlib import suppress

from playwright.async_api import BrowserContext, Error, Page

from gofer.browser.dialogs import Dialogs
from gofer.browser.mishaps import lost, told_as
from gofer.browser.navigations import Navigations
from gofer.browser.notes import Notes
from gofer.browser.patience import Patience
from gofer.browser.words import clipped
from gofer.core.errors import Refused


class Tabs:
    """Follows the newest tab unless told to switch; the number of tabs is bounded, and no dialog stops the errand."""

    def __init__(self, context: BrowserContext, patience: Patience, most: int = 8) -> None:
        self._patience = patience
        self._context = context
        self._most = most
        self.notes = Notes()
        self._dialogs = Dialogs(self.notes, self.give_up)
        self.navigations = Navigations(context, patience, self.notes)
        self._dead: set[Page] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._pages = [self._watched(page) for page in context.pages]
        self._chosen: Page | None = None
        context.on("page", self._opened)

    async def current(self) -> Page:
        """The tab to act in: the one chosen, else the newest that is still alive, or a fresh one."""
        browser = self._context.browser
        if browser is None or not browser.is_connected():
            raise lost()
        if not self.alive():
            async with told_as("Could not open a tab"):
                await self._context.new_page()
        pages = self.alive()
        return self._chosen if self._chosen in pages else pages[-1]

    def alive(self) -> list[Page]:
        """The tabs that can be used, in the order they were opened."""
        self._pages = [page for page in self._pages if not page.is_closed() and page not in self._dead]
        return self._pages

    async def choose(self, number: int, *, close: bool) -> None:
        """Go on in this tab, or close it; numbers begin at 1."""
        pages = self.alive()
        if not 1 <= number <= len(pages):
            listed = "; ".join(f"{place} {clipped(page.url, 80)}" for place, page in enumerate(pages, 1))
            raise Refused(f"There is no tab {number}. There are: {listed}.")
        page = pages[number - 1]
        if close:
            await page.close()
        else:
            self._chosen = page
            await page.bring_to_front()

    def give_up(self, page: Page) -> None:
        """Leave a tab whose page answers nothing any more; the next action gets another one."""
        self._dead.add(page)
        self._close(page)

    async def tidied(self) -> None:
        """Wait until the tabs that were given up are really closed."""
        if self._closing:
            await asyncio.wait(self._closing, timeout=self._patience.loads)

    def pestered(self, page: Page) -> bool:
        """Whether this tab's page has opened dialogs."""
        return self._dialogs.pestered(page)

    def rest(self) -> None:
        """An action is about to begin: what its page does from now on is counted anew."""
        self._dialogs.rest()

    async def settled(self) -> None:
        """Wait for what an action began to arrive."""
        await self.navigations.settled()
        page = await self.current()
        with suppress(Error):
            await page.wait_for_load_state("load", timeout=self._patience.loads * 1000)

    def told(self) -> list[str]:
        """What a reader of the page should know, the open tabs included; what happened is told once."""
        pages = self.alive()
        if len(pages) < 2:
            return self.notes.take()
        here = self._chosen if self._chosen in pages else pages[-1]
        marks = (f"{'this one, ' if page is here else ''}{clipped(page.url, 60)}" for page in pages)
        tabs = "; ".join(f"{number}: {mark}" for number, mark in enumerate(marks, 1))
        return [*self.notes.take(), f"{len(pages)} tabs are open: {tabs}"]

    def _opened(self, page: Page) -> None:
        if len(self.alive()) >= self._most:
            self.notes.add(f"The page opened more than {self._most} tabs; the others were closed")
            self._close(page)
        else:
            self._pages.append(self._watched(page))
            self._chosen = None

    def _close(self, page: Page) -> None:
        closing = asyncio.get_running_loop().create_task(_closed(page))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _watched(self, page: Page) -> Page:
        page.on("dialog", self._dialogs.answer)
        page.on("crash", self._crashed)
        page.on("framenavigated", self.navigations.committed)
        return page

    def _crashed(self, page: Page) -> None:
        self._dead.add(page)
        self.notes.add("The page crashed; this is another tab")


async def _closed(page: Page) -> None:
    with suppress(Error):
        await page.close()
