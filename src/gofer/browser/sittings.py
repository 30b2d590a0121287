"""An errand sits down at a browser context: its session is put in, its pages are counted, and its session is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import BrowserContext, Page

from gofer.browser.state import capture, is_fresh, restore
from gofer.core.errors import GoferError
from gofer.core.secret import Secret
from gofer.core.session import Sitting

KEEP_SECONDS = 20.0
"""For reading the state at the end; an errand that was cancelled does not wait longer for it."""


@asynccontextmanager
async def seated(context: BrowserContext, sitting: Sitting | None) -> AsyncIterator[None]:
    """The context with the sitting's session for as long as the block runs; kept however the block ends."""
    if sitting is None:
        yield
        return
    before = await _begun(context, sitting) if sitting.kept else None
    _count_pages(context, sitting)
    try:
        yield
    finally:
        if sitting.kept:
            await _kept(context, sitting, before)


async def _begun(context: BrowserContext, sitting: Sitting) -> bytes | None:
    """Put the session in, unless the browser goes on where gofer left it; gives what capturing must not forget."""
    fresh = await is_fresh(context)
    try:
        brought = (await sitting.brought()).reveal()
        if not fresh:
            return brought
        await restore(context, brought)
    except GoferError as error:
        if fresh:
            await sitting.began(error.message)
    else:
        await sitting.began(None)
    return None


async def _kept(context: BrowserContext, sitting: Sitting, before: bytes | None) -> None:
    missed: list[str] = []
    try:
        async with asyncio.timeout(KEEP_SECONDS):
            state = Secret(await capture(context, before, missed.append))
    except GoferError as error:
        await sitting.lost(error.message)
    except TimeoutError:
        await sitting.lost("The browser did not tell its state in time.")
    else:
        await sitting.keep(state)
        for reason in missed:
            await sitting.lost(reason)


def _count_pages(context: BrowserContext, sitting: Sitting) -> None:
    def loaded(page: Page) -> None:
        if page.url.startswith("http"):
            sitting.page_loaded()

    def watch(page: Page) -> None:
        page.on("domcontentloaded", loaded)

    for page in context.pages:
        watch(page)
    context.on("page", watch)
