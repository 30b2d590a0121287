"""Asks a page: its snapshot and its details, with endless lists veiled for as long as that takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

from playwright.async_api import Error, Frame, Page

from gofer.browser.secret_fields import SECRET_FIELDS
from gofer.browser.view.details import Details, told

FRAMES = 20
"""Frames of a page that are asked for details; what Playwright's snapshot tells of others is shown all the same."""

FRAME_SECONDS = 1.0
"""How long a frame may take over that."""

HUGE = 15_000
"""Elements of a page on which Playwright's snapshot would take seconds."""

_UNVEIL = "() => { document.adoptedStyleSheets = document.adoptedStyleSheets.filter(sheet => !sheet.isVeil) }"


async def details(page: Page) -> list[Details]:
    """What the frames tell of themselves, the page's own first."""
    main, *others = [frame for frame in page.frames if not frame.is_detached()][:FRAMES]
    return [told(await _asked(main)), *await asyncio.gather(*map(_of_frame, others))]


@asynccontextmanager
async def veiled(page: Page, elements: int, words: str) -> AsyncIterator[int]:
    """While the block runs, items of endless lists that are far off the screen are hidden: how many, if any.

    Those that hold the words stay.
    """
    if elements < HUGE:
        yield 0
        return
    try:
        yield await page.evaluate(_script("veil"), words)
    finally:
        with suppress(Error, TimeoutError):
            await asyncio.wait_for(page.evaluate(_UNVEIL), FRAME_SECONDS)


async def _asked(frame: Frame) -> object:
    return await frame.evaluate(_script("details"), SECRET_FIELDS)


async def _of_frame(frame: Frame) -> Details:
    try:
        return told(await asyncio.wait_for(_asked(frame), FRAME_SECONDS))
    except (Error, TimeoutError):
        return Details()


@cache
def _script(name: str) -> str:
    return Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")
