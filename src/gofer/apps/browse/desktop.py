"""The errand's seat before a computer: its browser, and the desktop around it where it has one of its own."""

from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gofer.apps.browse.handing import HandingBrowser
from gofer.apps.browse.types import BUDGET, BrowseInput
from gofer.core.action import Point
from gofer.core.application import RunContext
from gofer.core.browser import Browser
from gofer.core.sandbox import Limits, SandboxSpec
from gofer.core.screen import Screen
from gofer.tools.playbook import Notebook

SPARE_SECONDS = 3600.0
"""A desktop may have waited warm for half an hour before it is lent, and a person may want ten minutes more."""

BLIND = "something was done on the desktop by pixels, which no playbook can tell"


@dataclass(frozen=True)
class Seat:
    """What an errand works with."""

    browser: Browser
    screen: Screen | None = None
    """The desktop, unless the errand shares its browser with others."""


@asynccontextmanager
async def seat(run: RunContext, asked: BrowseInput, spec: SandboxSpec) -> AsyncIterator[Seat]:
    """A browser on a desktop of the errand's own, or a place in a shared one; with what the profile knows."""
    if asked.computer == "shared":
        async with run.shared_browser(spec.egress, asked.profile) as browser:
            yield Seat(HandingBrowser(run, browser, None))
        return
    async with run.sandbox(spec) as box, run.browser(box, asked.profile) as browser:
        screen = run.screen(box) if box and box.screen else None
        yield Seat(HandingBrowser(run, browser, box), screen)


def limits(asked: BrowseInput) -> Limits:
    """A desktop that outlives its question; no other than any desktop where that will do, so that a warm one fits."""
    needed = asked.blocked_minutes * 60 + (BUDGET.seconds or 0.0) + SPARE_SECONDS
    return Limits(wall_seconds=max(Limits().wall_seconds, needed))


class NotedScreen:
    """Implements `gofer.core.screen.Screen`: whoever acts on it learns that the errand cannot be replayed."""

    def __init__(self, wrapped: Screen, notebook: Notebook) -> None:
        self._wrapped = wrapped
        self._notebook = notebook

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._wrapped.size

    async def open_vnc(self) -> tuple[StreamReader, StreamWriter]:
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
        await self._notebook.spoil(BLIND)
        await self._wrapped.point(at)

    async def scroll(self, x: float, y: float, notches: int) -> None:
        """Turn the wheel."""
        await self._notebook.spoil(BLIND)
        await self._wrapped.scroll(x, y, notches)

    async def type(self, text: str) -> None:
        """Type text."""
        await self._notebook.spoil(BLIND)
        await self._wrapped.type(text)

    async def press(self, key: str) -> None:
        """Press a key."""
        await self._notebook.spoil(BLIND)
        await self._wrapped.press(key)
