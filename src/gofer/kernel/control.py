"""A browser and a screen whose agent keeps its hands off while a person holds the desktop."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from gofer.core.action import Action, Point, Read, WaitFor
from gofer.core.blocker import Blocker
from gofer.core.browser import Browser, Rows, Target
from gofer.core.fingerprint import Fingerprint, Match
from gofer.core.page import Change, Look, PageView
from gofer.core.screen import Screen


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
        """Type text."""
        await self._waits.agents_turn()
        await self._wrapped.type(text)

    async def press(self, key: str) -> None:
        """Press a key."""
        await self._waits.agents_turn()
        await self._wrapped.press(key)


class ControlledBrowser:
    """Looks freely; acts only when it is the agent's turn."""

    def __init__(self, wrapped: Browser, waits: Turns) -> None:
        self._wrapped = wrapped
        self._waits = waits

    async def navigate(self, url: str) -> Change:
        """Go to an address."""
        await self._waits.agents_turn()
        return await self._wrapped.navigate(url)

    async def fill_field(self, target: Target, value: str) -> Change:
        """Put text into exactly one field."""
        await self._waits.agents_turn()
        return await self._wrapped.fill_field(target, value)

    async def click_element(self, target: Target) -> Change:
        """Click exactly one element."""
        await self._waits.agents_turn()
        return await self._wrapped.click_element(target)

    async def upload_file(self, target: Target, paths: Sequence[str]) -> Change:
        """Put files into a file field."""
        await self._waits.agents_turn()
        return await self._wrapped.upload_file(target, paths)

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action; to wait for something is to look, and goes on while a person acts."""
        if not isinstance(action, WaitFor):
            await self._waits.agents_turn()
        return await self._wrapped.act(action, tell=tell)

    async def extract_data(self, each: str, fields: dict[str, str]) -> Rows:
        """One row per matching element."""
        return await self._wrapped.extract_data(each, fields)

    async def extract(self, read: Read) -> str | list[list[str]]:
        """What one element holds."""
        return await self._wrapped.extract(read)

    async def take_screenshot(self, mark: Target | None = None) -> bytes:
        """The visible part of the page as PNG bytes."""
        return await self._wrapped.take_screenshot(mark)

    async def get_current_url(self) -> str:
        """Where the browser is."""
        return await self._wrapped.get_current_url()

    async def observe(self, look: Look | None = None) -> PageView:
        """The page as it is now."""
        return await self._wrapped.observe(look)

    async def present(self, target: Target) -> bool:
        """Whether exactly one such element is visible and usable."""
        return await self._wrapped.present(target)

    async def fingerprint(self, target: Target) -> Fingerprint:
        """What tells this element again."""
        return await self._wrapped.fingerprint(target)

    async def find(self, fingerprint: Fingerprint) -> Match:
        """The one element this fingerprint still fits, or none."""
        return await self._wrapped.find(fingerprint)

    async def blocker(self) -> Blocker:
        """What stands in the way."""
        return await self._wrapped.blocker()
