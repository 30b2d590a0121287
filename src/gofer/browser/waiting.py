"""Waits until something is so; where it does not come, a person may have to clear the way first."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from gofer.core.browser import Browser

POLL = 0.05

LOOKS = 1.0
"""Seconds of waiting in vain after which it is worth looking whether something is in the way; and again so often."""


@runtime_checkable
class Clearing(Protocol):
    """A browser that has a person clear what stands in the way."""

    async def cleared(self) -> bool:
        """Whether something stood in the way and is gone now; it was waited for."""


async def made_way(browser: Browser) -> bool:
    """Whether something stood in the way and is gone now, as far as the browser sees to that."""
    return isinstance(browser, Clearing) and await browser.cleared()


async def comes_true(browser: Browser, seconds: float, is_so: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it comes true in time; after a person cleared the way, the time begins anew."""
    deadline = time.monotonic() + seconds
    look_at = time.monotonic() + min(LOOKS, seconds)
    while not await is_so():
        now = time.monotonic()
        if seconds and now >= min(look_at, deadline):
            if await made_way(browser):
                deadline = time.monotonic() + seconds
            look_at = time.monotonic() + LOOKS
        if now > deadline:
            return False
        await asyncio.sleep(POLL)
    return True
