"""The door to a sandbox's browser: one Playwright driver per process, one connection per errand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Playwright, async_playwright

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.mishaps import told_as
from gofer.browser.patience import Patience
from gofer.core.screen import Screen


class Driver:
    """Playwright's helper process: started when first needed, shared by every browser of an event loop."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._playwright: Playwright | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._died: asyncio.Future[None] | None = None
        self._lock = asyncio.Lock()

    async def connect(self, where: Screen | str, scratch: Path | None = None) -> PlaywrightBrowser:
        """Drive the browser on this screen, or at this DevTools address; raises Unavailable when it is gone.

        Playwright keeps its files in the folder `scratch`; without it they stay in /tmp after a kill.
        """
        endpoint = where if isinstance(where, str) else await where.browser_endpoint()
        playwright = await self._started()
        async with told_as("Could not reach the browser"):
            timeout = self._patience.navigation * 1000
            chromium = await playwright.chromium.connect_over_cdp(endpoint, timeout=timeout, artifacts_dir=scratch)
            return PlaywrightBrowser(chromium, self._patience)

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


async def connect(where: Screen | str, scratch: Path | None = None) -> PlaywrightBrowser:
    """Drive the browser on this screen, or at this DevTools address, with the process's shared driver."""
    return await _shared.connect(where, scratch)


@asynccontextmanager
async def opened(where: Screen | str, scratch: Path | None = None) -> AsyncIterator[PlaywrightBrowser]:
    """The browser on this screen for as long as the block lasts; what the kernel's `open_browser` is."""
    browser = await connect(where, scratch)
    try:
        yield browser
    finally:
        await browser.close()


async def stop() -> None:
    """End the process's shared driver, on the way out."""
    await _shared.stop()
