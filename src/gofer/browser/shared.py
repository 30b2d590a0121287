"""A Chromium that many errands share: a context for each, with cookies, tabs and a way out of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Error

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.mishaps import told_as
from gofer.browser.options import Options
from gofer.browser.patience import Patience
from gofer.browser.sittings import seated
from gofer.core.session import Sitting

ANSWERS = 2.0
"""Seconds that a page made ahead gets to show that it is alive."""

ALSO_LOOPBACK = "<-loopback>"
"""Chromium would reach the addresses of its own machine past the proxy, DevTools among them."""


class SharedChromium:
    """Makes rooms in one running Chromium, over one connection: two would see each other's pages."""

    def __init__(self, chromium: Chromium, patience: Patience, options: Options) -> None:
        self._chromium = chromium
        self._patience = patience
        self._options = options

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._chromium.is_connected()

    async def room(self, proxy: str) -> "ChromiumRoom":
        """A fresh context with one blank page that has answered once: its next answer is quick."""
        async with told_as("Could not open a context in the shared browser"):
            context = await self._chromium.new_context(
                no_viewport=True, proxy={"server": proxy, "bypass": ALSO_LOOPBACK}
            )
            try:
                return await self._furnished(context)
            except BaseException:  # cancelled, too: nobody else knows of the context
                with suppress(Error, TimeoutError):
                    await asyncio.wait_for(context.close(), ANSWERS)
                raise

    async def _furnished(self, context: BrowserContext) -> "ChromiumRoom":
        await (await context.new_page()).evaluate("1")
        browser = await PlaywrightBrowser.over(self._chromium, self._patience, self._options, context)
        return ChromiumRoom(context, browser)

    async def close(self) -> None:
        """Let go of the browser."""
        with suppress(Error):
            await self._chromium.close()


class ChromiumRoom:
    """One context, for one errand, with everything ready that does not depend on the errand."""

    def __init__(self, context: BrowserContext, browser: PlaywrightBrowser) -> None:
        self._context = context
        self._browser = browser

    async def healthy(self) -> bool:
        """Whether its page answers."""
        try:
            async with asyncio.timeout(ANSWERS):
                return bool(await self._context.pages[0].evaluate("1") == 1)
        except (Error, TimeoutError, IndexError):
            return False

    @asynccontextmanager
    async def occupied(self, sitting: Sitting) -> AsyncIterator[PlaywrightBrowser]:
        """The context as an errand's browser; the errand's session is kept before the context ends."""
        try:
            async with seated(self._context, sitting):
                yield self._browser
        finally:
            await self._browser.close()

    async def close(self) -> None:
        """End the context."""
        await self._browser.close()
