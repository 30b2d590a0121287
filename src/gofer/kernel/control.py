"""A browser whose agent keeps its hands off while a person holds the desktop."""

from gofer.core.browser import Browser, PageView, Target
from gofer.kernel.waits import Waits


class ControlledBrowser:
    """Looks freely; acts only when it is the agent's turn."""

    def __init__(self, wrapped: Browser, waits: Waits) -> None:
        self._wrapped = wrapped
        self._waits = waits

    async def open(self, url: str) -> PageView:
        """Go to an address."""
        await self._waits.agents_turn()
        return await self._wrapped.open(url)

    async def read(self) -> PageView:
        """The page as it is now."""
        return await self._wrapped.read()

    async def click(self, target: Target) -> PageView:
        """Click exactly one element."""
        await self._waits.agents_turn()
        return await self._wrapped.click(target)

    async def fill(self, target: Target, value: str) -> PageView:
        """Put text into exactly one field."""
        await self._waits.agents_turn()
        return await self._wrapped.fill(target, value)

    async def select(self, target: Target, value: str) -> PageView:
        """Choose an option."""
        await self._waits.agents_turn()
        return await self._wrapped.select(target, value)

    async def extract(self, each: str, fields: dict[str, str]) -> list[dict[str, str]]:
        """One row per matching element."""
        return await self._wrapped.extract(each, fields)

    async def present(self, target: Target) -> bool:
        """Whether exactly one such element is visible and usable."""
        return await self._wrapped.present(target)

    async def screenshot(self) -> bytes:
        """The visible part of the page as PNG bytes."""
        return await self._wrapped.screenshot()

    async def url(self) -> str:
        """Where the browser is."""
        return await self._wrapped.url()
