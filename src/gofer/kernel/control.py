"""A browser and a screen whose agent keeps its hands off while a person holds the desktop."""

import asyncio
from typing import Protocol

from gofer.core.action import Action, Point, WaitFor
from gofer.core.browser import Browser
from gofer.core.errors import Unavailable
from gofer.core.forwarding import ForwardingBrowser
from gofer.core.page import Change
from gofer.core.screen import Screen

LETTERS = 25
"""Typed before the agent asks again whose turn it is: half a second's work, so that a person does not wait longer."""


class Turns(Protocol):
    """Who knows whose turn it is: a run's waits."""

    async def agents_turn(self) -> None:
        """Wait while a person holds keyboard and mouse."""


class ControlledScreen:
    """Shows the desktop freely; moves mouse and keys only when it is the agent's turn."""

    def __init__(self, wrapped: Screen, waits: Turns) -> None:
        self._wrapped = wrapped
        self._waits = waits

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._wrapped.size

    async def open_vnc(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A fresh RFB connection."""
        return await self._wrapped.open_vnc()

    async def browser_endpoint(self) -> str:
        """Where the desktop's browser is driven."""
        return await self._wrapped.browser_endpoint()

    async def screenshot(self) -> bytes:
        """The whole desktop as PNG bytes."""
        return await self._wrapped.screenshot()

    async def point(self, at: Point) -> None:
        """Mouse at a pixel."""
        await self._waits.agents_turn()
        await self._wrapped.point(at)

    async def scroll(self, x: float, y: float, notches: int) -> None:
        """Turn the wheel."""
        await self._waits.agents_turn()
        await self._wrapped.scroll(x, y, notches)

    async def type(self, text: str) -> None:
        """Type text, a few letters at a time: a person who takes control in the midst of it gets it."""
        for start in range(0, len(text), LETTERS):
            await self._waits.agents_turn()
            await self._type(text, start)

    async def press(self, key: str) -> None:
        """Press a key."""
        await self._waits.agents_turn()
        await self._wrapped.press(key)

    async def _type(self, text: str, start: int) -> None:
        try:
            await self._wrapped.type(text[start : start + LETTERS])
        except Unavailable as error:
            typed = f"the first {start} of {len(text)} letters were typed, and perhaps some more"
            raise Unavailable(f"{error.message.rstrip(' :.')}; {typed}.", code=error.code) from error


class ControlledBrowser(ForwardingBrowser):
    """Looks freely; acts only when it is the agent's turn."""

    def __init__(self, wrapped: Browser, waits: Turns) -> None:
        super().__init__(wrapped)
        self._waits = waits

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action; to wait for something is to look, and goes on while a person acts."""
        if not isinstance(action, WaitFor):
            await self._waits.agents_turn()
        return await self._wrapped.act(action, tell=tell)
