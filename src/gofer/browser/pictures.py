"""Pictures of a page for people: whole ones, and small ones with the element framed that an action is about."""

import asyncio
import base64
import builtins
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import resources
from typing import Any

from playwright.async_api import Error, FloatRect, Frame, Page

from gofer.browser.hand import Hand
from gofer.browser.secret_fields import SECRET_FIELDS
from gofer.browser.targets import locate
from gofer.core.action import Target

WIDTH = 512
"""Pixels of a small picture: enough to see in a film strip what was done where."""

QUALITY = 60

FRAMES = 20
FRAME_SECONDS = 1.0

MARK = "gofer-mark"

_FADE = """id => {
  document.getElementById(id)?.remove();
  const bare = root => {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter(sheet => !sheet.isPictureVeil);
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) bare(element.shadowRoot);
  };
  bare(document) }"""

_PORT = "() => ({x: visualViewport.pageLeft, y: visualViewport.pageTop, width: innerWidth, height: innerHeight})"


async def picture(hand: Hand) -> bytes:
    """The visible part of the page as PNG bytes."""
    page = await hand.page()
    async with _presentable(page, None):
        return await page.screenshot(type="png", timeout=hand.leads_ms)


async def film(hand: Hand, mark: Target) -> bytes:
    """The visible part of the page as a small JPEG, with the element framed if there is exactly one."""
    page = await hand.page()
    async with _presentable(page, await _box(page, mark)):
        return await _small(page)


async def _box(page: Page, mark: Target) -> FloatRect | None:
    found = locate(page, mark)
    with suppress(Error):
        return await found.bounding_box(timeout=500) if await found.count() == 1 else None
    return None


async def _small(page: Page) -> bytes:
    """Over DevTools: Playwright knows no smaller scale."""
    port = await page.evaluate(_PORT)
    clip = {**port, "scale": min(WIDTH / max(port["width"], 1), 1)}
    told: dict[str, Any] = {"format": "jpeg", "quality": QUALITY, "optimizeForSpeed": True, "clip": clip}
    session = await page.context.new_cdp_session(page)
    try:
        return base64.b64decode((await session.send("Page.captureScreenshot", told))["data"])
    finally:
        with suppress(Error):
            await session.detach()


@asynccontextmanager
async def _presentable(page: Page, box: FloatRect | None) -> AsyncIterator[None]:
    """The page as a kept picture may show it."""
    frames = page.frames[:FRAMES]
    try:
        await page.evaluate(_script(), [SECRET_FIELDS, box, MARK])
        await asyncio.gather(*(_asked(frame, _script(), [SECRET_FIELDS, None, MARK]) for frame in frames[1:]))
        yield
    finally:
        await asyncio.gather(*(_asked(frame, _FADE, MARK) for frame in frames))


async def _asked(frame: Frame, script: str, told: object) -> None:
    with suppress(Error, builtins.TimeoutError):
        async with asyncio.timeout(FRAME_SECONDS):
            await frame.evaluate(script, told)


@cache
def _script() -> str:
    return (resources.files("gofer.browser") / "pictures.js").read_text(encoding="utf-8")
