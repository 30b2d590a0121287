"""The door to a sandbox's browser: one Playwright driver per process, one connection per errand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser as Chromium
from playwright.async_api import Playwright, async_playwright

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.mishaps import told_as
from gofer.browser.options import Options
from gofer.browser.patience import Patience
from gofer.browser.shared import SharedChromium
from gofer.browser.sittings import seated
from gofer.core.screen import Screen
from gofer.core.session import Sitting


class Driver:
    """Playwright's helper process: started when first needed, shared by every browser of an event loop."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._playwright: Playwright | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._died: asyncio.Future[None] | None = None
        self._lock = asyncio.Lock()

    async def connect(self, where: Screen | str, options: Options | None = None) -> PlaywrightBrowser:
        """Drive the browser on this screen, or at this DevTools address; raises Unavailable when it is gone."""
        options = options or Options()
        chromium = await self.reach(where, options)
        try:
            async with told_as("Could not reach the browser"):
                return await PlaywrightBrowser.over(chromium, self._patience, options)
        except BaseException:
            await chromium.close()
            raise

    @asynccontextmanager
    async def opened(
        self, where: Screen | str, options: Options | None = None, sitting: Sitting | None = None
    ) -> AsyncIterator[PlaywrightBrowser]:
        """The browser on this screen for as long as the block lasts, with the sitting's session."""
        options = options or Options()
        chromium = await self.reach(where, options)
        browser: PlaywrightBrowser | None = None
        try:
            async with seated(chromium.contexts[0], sitting):
                async with told_as("Could not reach the browser"):
                    browser = await PlaywrightBrowser.over(chromium, self._patience, options)
                yield browser
        finally:
            await (browser or chromium).close()

    async def shared(self, where: Screen | str, options: Options | None = None) -> SharedChromium:
        """The browser on this screen as one that many errands share."""
        options = options or Options()
        return SharedChromium(await self.reach(where, options), self._patience, options)

    async def reach(self, where: Screen | str, options: Options) -> Chromium:
        """A connection to the browser; raises Unavailable when it is gone."""
        endpoint = where if isinstance(where, str) else await where.browser_endpoint()
        playwright = await self._started()
        async with told_as("Could not reach the browser"):
            timeout = self._patience.navigation * 1000
            return await playwright.chromium.connect_over_cdp(endpoint, timeout=timeout, artifacts_dir=options.scratch)

    async def stop(self) -> None:
        """End the helper process; the browsers themselves run on."""
        playwright, self._playwright = self._playwright, None
        if playwright and self._loop is asyncio.get_running_loop():
            await playwright.stop()

    async def _started(self) -> Playwright:
        async with self._lock:
            if self._playwright is None or self._loop is not asyncio.get_running_loop() or _over(self._died):
                self._loop = asyncio.get_running_loop()
                starting = async_playwright()
                self._playwright = await starting.start()
                self._died = _death(starting)
            return self._playwright


def _over(died: asyncio.Future[None] | None) -> bool:
    return died is not None and died.done()


def _death(started: Any) -> asyncio.Future[None]:
    """By which Playwright tells that its process ended, as after a signal to the whole group of processes.

    It is read here, because nobody else reads it and asyncio would log it as an error that was never retrieved.
    """
    died: asyncio.Future[None] = started._client._transport.on_error_future
    died.add_done_callback(lambda over: None if over.cancelled() else over.exception())
    return died


_shared = Driver()


async def connect(where: Screen | str, options: Options | None = None) -> PlaywrightBrowser:
    """Drive the browser on this screen, or at this DevTools address, with the process's shared driver."""
    return await _shared.connect(where, options)


@asynccontextmanager
async def opened(
    where: Screen | str, options: Options | None = None, sitting: Sitting | None = None
) -> AsyncIterator[PlaywrightBrowser]:
    """The browser on this screen for as long as the block lasts; what the kernel's `open_browser` is."""
    async with _shared.opened(where, options, sitting) as browser:
        yield browser


async def shared(where: Screen | str, options: Options | None = None) -> SharedChromium:
    """The browser on this screen as one that many errands share; what the kernel's `share_browser` is."""
    return await _shared.shared(where, options)


async def stop() -> None:
    """End the process's shared driver, on the way out."""
    await _shared.stop()
