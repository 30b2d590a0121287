"""Pictures of a page, with the element that an action is about framed if one is named."""

from contextlib import suppress

from playwright.async_api import Error

from gofer.browser.hand import Hand
from gofer.browser.targets import locate
from gofer.core.action import Target

_FRAME = """(box) => {
  const mark = document.createElement('div');
  mark.id = box.id;
  mark.style.cssText = 'position:fixed;z-index:2147483647;pointer-events:none;border:3px solid #e0245e;'
    + 'border-radius:4px;box-shadow:0 0 0 3px #fffc;'
    + `left:${box.x - 5}px;top:${box.y - 5}px;width:${box.width + 4}px;height:${box.height + 4}px`;
  document.documentElement.append(mark); }"""

_FADE = "id => document.getElementById(id)?.remove()"

MARK = "gofer-mark"


async def picture(hand: Hand, mark: Target | None) -> bytes:
    """The visible part of the page as PNG bytes."""
    page = await hand.page()
    box = None
    if mark is not None:
        found = locate(page, mark)
        with suppress(Error):
            box = await found.bounding_box(timeout=500) if await found.count() == 1 else None
    if box is None:
        return await page.screenshot(type="png", timeout=hand.leads_ms)
    await page.evaluate(_FRAME, {**box, "id": MARK})
    try:
        return await page.screenshot(type="png", timeout=hand.leads_ms)
    finally:
        with suppress(Error):
            await page.evaluate(_FADE, MARK)
