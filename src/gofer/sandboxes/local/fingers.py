"""Mouse and keys over one RFB connection, done when the desktop has taken them all."""

import asyncio
from itertools import pairwise

from gofer.core.action import Point
from gofer.sandboxes.local.keysyms import MODIFIERS, chord, keysym
from gofer.sandboxes.local.rfb import Desktop

BUTTONS = {"none": 0, "left": 1, "middle": 2, "right": 4}

WHEEL_UP, WHEEL_DOWN = 8, 16

STEPS = 12
"""Positions of the pointer on the way of a drag."""

MOMENT = 0.02
"""Seconds between two of them: programs that look at the pointer now and then must see it move."""

NEW_KEY = 0.15
"""Seconds that programs need to hear of a key which the server had to add to its keyboard for a letter."""


async def point(desktop: Desktop, at: Point) -> None:
    """Click, double-click or drag."""
    way = [(round(x), round(y)) for x, y in ((at.x, at.y), *at.via, *((at.to,) if at.to else ()))]
    button = BUTTONS[at.button]
    await _moved(desktop, way[0])
    for _ in range(2 if at.double else 1):
        await _moved(desktop, way[0], button)
        for start, end in pairwise(way):
            await _glide(desktop, start, end, button)
        await _moved(desktop, way[-1])
    await _taken(desktop)


async def scroll(desktop: Desktop, spot: tuple[float, float], notches: int) -> None:
    """Turn the wheel over a pixel; down, and up where negative."""
    x, y = round(spot[0]), round(spot[1])
    wheel = WHEEL_DOWN if notches > 0 else WHEEL_UP
    for _ in range(abs(notches)):
        desktop.point(x, y, wheel)
        desktop.point(x, y)
    await _taken(desktop)


async def type_text(desktop: Desktop, text: str, known: set[str]) -> None:
    """Letter by letter; `known` are those letters beyond ASCII that the desktop has heard of."""
    for letter in text:
        if not letter.isascii() and letter not in known:
            await _introduce(desktop, letter)
            known.add(letter)
        _stroke(desktop, [keysym(letter)])
        await asyncio.sleep(MOMENT)
    await _taken(desktop)


async def press(desktop: Desktop, keys: str) -> None:
    """All keys of a chord down in turn, and up again the other way round."""
    _stroke(desktop, chord(keys))
    await _taken(desktop)


def _stroke(desktop: Desktop, keys: list[int]) -> None:
    for key in keys:
        desktop.key(key, True)
    for key in reversed(keys):
        desktop.key(key, False)


async def _introduce(desktop: Desktop, letter: str) -> None:
    """The first stroke of a letter that is not on the keyboard is lost, so that one is made where it means nothing."""
    _stroke(desktop, [MODIFIERS["control"], keysym(letter)])
    await asyncio.sleep(NEW_KEY)


async def _glide(desktop: Desktop, start: tuple[int, int], end: tuple[int, int], button: int) -> None:
    for step in range(1, STEPS + 1):
        x, y = (start[axis] + (end[axis] - start[axis]) * step // STEPS for axis in (0, 1))
        await _moved(desktop, (x, y), button)


async def _moved(desktop: Desktop, spot: tuple[int, int], button: int = 0) -> None:
    desktop.point(*spot, button)
    await asyncio.sleep(MOMENT)


async def _taken(desktop: Desktop) -> None:
    """Messages are taken in order: when a picture has come, so has all input before it."""
    await desktop.refresh()
