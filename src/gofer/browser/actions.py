"""A browser over Playwright: every action finds exactly one element, is bounded in time, and reports in words."""

import asyncio
import builtins
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, CDPSession, Error, Page, TimeoutError

from gofer.browser import extracting
from gofer.browser.acting.perform import perform
from gofer.browser.blockers.lookout import Lookout
from gofer.browser.downloads import Downloads, identity
from gofer.browser.fingerprints import found, taken
from gofer.browser.hand import Hand
from gofer.browser.mishaps import answers, hangs, hung, lost, told_as
from gofer.browser.options import Options
from gofer.browser.patience import Patience
from gofer.browser.pictures import film, picture
from gofer.browser.tabs import Tabs
from gofer.browser.targets import locate, only
from gofer.browser.view import Viewer
from gofer.browser.words import clipped, describe
from gofer.core.action import Action, Check, Fill, Hover, Read, Scroll, Select, Target, WaitFor
from gofer.core.blocker import Blocker
from gofer.core.browser import Rows
from gofer.core.errors import Refused, Unavailable
from gofer.core.fingerprint import Fingerprint, Match
from gofer.core.forwarding import ActingBrowser
from gofer.core.page import Change, Look, PageView

T = TypeVar("T")


STAYS = (Fill, Select, Check, Hover, Scroll, WaitFor)
"""Actions that lead to no other page as a rule: whoever checks for himself need not wait whether they do."""

LETS_GO = 15.0
"""Seconds for each thing that is closed at the end."""


class PlaywrightBrowser(ActingBrowser):
    """A `gofer.core.browser.Browser` over a Chromium that is already running."""

    def __init__(
        self, chromium: Chromium, session: CDPSession, hand: Hand, context: BrowserContext | None = None
    ) -> None:
        self._chromium = chromium
        self._session = session
        self._own = context
        self._hand = hand
        self._tabs = hand.tabs
        self._viewer = Viewer(hand.patience.navigation)
        self._lookout = Lookout(context or chromium.contexts[0])

    @classmethod
    async def over(
        cls, chromium: Chromium, patience: Patience, options: Options, context: BrowserContext | None = None
    ) -> "PlaywrightBrowser":
        """Take hold of the first context's tabs, or of one that is ours alone, and of the files that sites offer."""
        tabs = Tabs(context or chromium.contexts[0], patience, options.tabs)
        session = await chromium.new_browser_cdp_session()
        try:
            downloads = Downloads(session, options, tabs.notes, await identity(context) if context else None)
            await downloads.ready()
        except BaseException:
            await _let_go(session.detach())
            raise
        return cls(chromium, session, Hand(tabs, downloads, patience, options), context)

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action and wait for what it leads to."""
        async with self._answering():
            await perform(self._hand, action)
            if tell or not isinstance(action, STAYS):
                async with told_as("Could not wait for the page"):
                    await self._tabs.settled()
        return await self._changed() if tell else await self._where()

    async def observe(self, look: Look | None = None) -> PageView:
        """The page as it is now."""
        return await self._looked(lambda page: self._viewer.look(page, look or Look(), self._tabs.told()))

    async def extract_data(self, each: str, fields: dict[str, str]) -> Rows:
        """One row per element that matches `each`, at most 1,000; a field is `selector` or `selector@attribute`."""
        async with self._asking(f"Could not read rows by `{clipped(each)}`"):
            return await extracting.rows(self._hand, each, fields)

    async def extract(self, read: Read) -> str | list[list[str]]:
        """What one element holds: text, value, a table's rows of cells, or an attribute."""
        async with self._asking(f"Could not read {describe(read.target)}"):
            return await extracting.one(self._hand, read)

    async def take_screenshot(self, mark: Target | None = None) -> bytes:
        """The visible part of the page as PNG bytes; for a step that is told, with its element framed, a small JPEG."""
        async with self._asking("Could not take a picture of the page"):
            return await (film(self._hand, mark) if mark else picture(self._hand))

    async def get_current_url(self) -> str:
        """Where the browser is."""
        return (await self._tabs.current()).url

    async def present(self, target: Target) -> bool:
        """Whether exactly one such element is visible and usable; raises Refused when several are."""
        async with self._asking(f"Could not look for {describe(target)}") as page:
            there = locate(page, target)
            count = await there.count()
            if count > 1:
                raise Refused(f"{count} elements match {describe(target)}. Which? Use words that fit only one.")
            return count == 1 and await there.is_enabled(timeout=self._hand.ready_ms)

    async def fingerprint(self, target: Target) -> Fingerprint:
        """What tells this element again on another day."""
        async with self._asking(f"Could not look closely at {describe(target)}") as page:
            return await taken(page, await only(page, target, self._hand.ready_ms, hidden=True))

    async def find(self, fingerprint: Fingerprint) -> Match:
        """The one element this fingerprint still fits, or none."""
        async with self._asking("Could not look for an element") as page:
            return await found(page, fingerprint)

    async def blocker(self) -> Blocker:
        """What stands in the way on the page as it is now."""
        return await self._lookout.blocker(await self._tabs.current())

    async def close(self) -> None:
        """Let go of the browser; it runs on, without the files that are still on their way."""
        await _let_go(self._hand.downloads.stop("the errand ended before it was here"))
        await _let_go(self._tabs.tidied())
        await _let_go((self._own or self._chromium).close())
        if self._own:  # the connection, which others share, would keep it
            await _let_go(self._session.detach())

    async def _changed(self) -> Change:
        change = await self._looked(lambda page: self._viewer.change(page, self._tabs.told()))
        self._lookout.acted(await self._tabs.current(), f"{change.url} {change.text}")
        return change.model_copy(update={"files": self._hand.downloads.take()})

    async def _where(self) -> Change:
        page = await self._tabs.current()
        return Change(url=page.url, title="", text="", files=self._hand.downloads.take())

    async def _looked(self, look: Callable[[Page], Awaitable[T]]) -> T:
        """Look at the tab, or at the next one where it closes meanwhile."""
        page = await self._tabs.current()
        async with self._answering(), told_as("Could not read the page"), self._tabs.navigations.watched():
            try:
                return await look(page)
            except Error:
                if not page.is_closed():
                    raise
            return await look(await self._tabs.current())

    @asynccontextmanager
    async def _asking(self, what: str) -> AsyncIterator[Page]:
        """The tab for a question that nothing has to be waited for long."""
        page = await self._tabs.current()
        waits = told_as(what, self._hand.patience.navigation)
        async with self._answering(), waits, self._tabs.navigations.watched():
            yield page

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        """A page that answers nothing any more loses its tab, so that the errand can go on in another one."""
        page = await self._tabs.current()
        try:
            yield
        except Unavailable as error:
            if not self._chromium.is_connected():
                raise lost() from error
            if hangs(error):
                self._tabs.give_up(page)
            raise
        except Refused as error:
            if isinstance(error.__cause__, TimeoutError) and not await self._answers(page):
                self._tabs.give_up(page)
                raise hung(error.message.partition(":")[0]) from error
            raise

    async def _answers(self, page: Page) -> bool:
        """While it waits for another document, a page answers nothing; that does not make it a page that hangs."""
        await self._tabs.navigations.stop()
        return await answers(page)


async def _let_go(work: Awaitable[object]) -> None:
    """Each in its turn: what fails or hangs keeps nothing else from being closed."""
    with suppress(Error, builtins.TimeoutError):
        async with asyncio.timeout(LETS_GO):
            await work
