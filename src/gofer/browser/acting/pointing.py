"""The mouse: click, hover, drag, and a pixel where the page gives no handle."""

from itertools import pairwise
from typing import Literal, TypedDict

from playwright.async_api import Locator, Page

from gofer.browser.acting.reasons import explained
from gofer.browser.hand import Hand
from gofer.browser.mishaps import Reason
from gofer.core.action import Click, Drag, Hover, Point
from gofer.core.attempt import Attempt

STEPS = 12
"""Positions of the pointer on the way of a drag; pages that follow the pointer want to see some."""

Spot = tuple[float, float]


class _Box(TypedDict):
    x: float
    y: float
    width: float
    height: float


async def click(hand: Hand, action: Click) -> None:
    """Click exactly one element."""
    element = await hand.one(action.target)
    async with explained(element):
        await element.click(trial=True, timeout=hand.ready_ms)
        spot = await hand.spot(element)
        press = element.dblclick if action.double else element.click
        await press(button=action.button, position=spot, timeout=hand.leads_ms)


async def hover(hand: Hand, action: Hover) -> None:
    """Put the pointer over exactly one element."""
    element = await hand.one(action.target)
    async with explained(element):
        await element.hover(position=await hand.spot(element), timeout=hand.ready_ms)


async def drag(hand: Hand, action: Drag) -> None:
    """Press the button on one element and let go on another, or so many pixels away."""
    if (action.onto is None) == (action.by is None):
        raise Reason("Say where to drag it: onto an element, or by so many pixels.")
    page = await hand.page()
    element = await hand.one(action.target)
    onto = await hand.one(action.onto) if action.onto else None
    async with explained(element):
        await element.hover(timeout=hand.ready_ms)
    start = _middle(await _box(element, hand))
    await page.mouse.down()
    try:
        end = await _end(hand, onto, start, action.by or (0, 0))
        await _glide(page, start, end)
    finally:
        await page.mouse.up()


async def point(hand: Hand, action: Point) -> None:
    """Mouse at a pixel of the visible page."""
    page = await hand.page()
    way = [(action.x, action.y), *action.via, *([action.to] if action.to else [])]
    await _inside(page, way)
    button = action.button
    if button == "none" or len(way) > 1:
        await _draw(page, way, None if button == "none" else button)
    else:
        await page.mouse.click(action.x, action.y, button=button, click_count=2 if action.double else 1)


async def _draw(page: Page, way: list[Spot], button: Literal["left", "right", "middle"] | None) -> None:
    await page.mouse.move(*way[0])
    if button:
        await page.mouse.down(button=button)
    try:
        for start, end in pairwise(way):
            await _glide(page, start, end)
    finally:
        if button:
            await page.mouse.up(button=button)


async def _end(hand: Hand, onto: Locator | None, start: Spot, by: tuple[int, int]) -> Spot:
    if onto is None:
        return start[0] + by[0], start[1] + by[1]
    await onto.scroll_into_view_if_needed(timeout=hand.ready_ms)
    return _middle(await _box(onto, hand, None))


async def _box(element: Locator, hand: Hand, attempt: Attempt | None = Attempt.UNDONE) -> _Box:
    box = await element.bounding_box(timeout=hand.ready_ms)
    if box is None:
        raise Reason("The element is not shown, so nothing can be dragged from or to it.", attempt)
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def _middle(box: _Box) -> Spot:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def _glide(page: Page, start: Spot, end: Spot) -> None:
    """In steps, the first of them short: pages tell a drag from a click by it."""
    (x, y), (to_x, to_y) = start, end
    for step in range(1, STEPS + 1):
        part = step / STEPS
        await page.mouse.move(x + (to_x - x) * part, y + (to_y - y) * part)
    await page.mouse.move(to_x, to_y)


async def _inside(page: Page, spots: list[Spot]) -> None:
    width, height = await page.evaluate("() => [innerWidth, innerHeight]")
    for x, y in spots:
        if not (0 <= x < width and 0 <= y < height):
            raise Reason(f"({x:g}, {y:g}) is outside of the visible page, which is {width} × {height} pixels.")
