"""A Screen is the picture of a sandbox's desktop, which people watch and take over."""

import asyncio
from typing import Protocol

from gofer.core.action import Point

WIDTH, HEIGHT = 1024, 768


class Screen(Protocol):
    """What a desktop offers beyond commands and files."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    async def open_vnc(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A fresh RFB connection to the desktop; raises `Unavailable` when the desktop is gone."""

    async def browser_endpoint(self) -> str:
        """A `ws://127.0.0.1:PORT/devtools/browser/SECRET` address for Playwright's `connect_over_cdp`.

        Only that secret path passes; the forwarder lives as long as the sandbox object is open.
        """

    async def screenshot(self) -> bytes:
        """The whole desktop as PNG bytes."""

    async def point(self, at: Point) -> None:
        """Mouse at a pixel of the desktop: click, double-click or drag; raises `Refused` outside of it."""

    async def scroll(self, x: float, y: float, notches: int) -> None:
        """Turn the wheel over a pixel: down, and up where negative."""

    async def type(self, text: str) -> None:
        """Type text where the focus is."""

    async def press(self, key: str) -> None:
        """Press a key or a chord, such as Enter or Control+A; raises `Refused` for one that is not known."""
