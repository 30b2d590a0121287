"""Tools to be somewhere on the web, and to see what is there."""

from typing import Literal

from gofer.browser.words import clipped
from gofer.core import action as do
from gofer.core.page import Look
from gofer.tools.elements import target
from gofer.tools.telling import Teller


class Going:
    """Where to be, and what to see of it."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    async def open_page(self, url: str) -> str:
        """Go to a web address and see the page.

        Args:
            url: Whole address with http:// or https://, or `back` for the page before.
        """
        return await self._teller.act(do.Back() if url.strip() == "back" else do.Navigate(url=url))

    async def look(self, find: str = "", viewport: bool = False) -> str:
        """See the page anew. Elements have references such as e12, valid until the page reloads.

        Args:
            find: Show only what is around these words.
            viewport: Show only what is on the screen now.
        """
        mode: Literal["find", "viewport", "whole"] = "find" if find else "viewport" if viewport else "whole"
        words = f"Look for “{clipped(find)}”" if find else "Read the page"
        view = await self._teller.told("look", words, self._teller.browser.observe(Look(mode=mode, find=find)))
        return self._teller.shown(view.url, view.title, view.text)

    async def scroll(self, screens: float = 1, element: str = "") -> str:
        """Scroll the page, or an element's own scroll area.

        Args:
            screens: Down; negative is up. 0 scrolls until the element shows, also in lists that load as they scroll.
            element: Its reference.
        """
        return await self._teller.act(do.Scroll(target=target(element) if element else None, screens=screens))

    async def wait(self, text: str = "", gone: bool = False, seconds: float = 10) -> str:
        """Wait until a text shows or goes; without a text just so long.

        Args:
            text: What to wait for.
            gone: Wait until it is gone.
            seconds: At most 60.
        """
        return await self._teller.act(do.WaitFor(text=text or None, gone=gone, seconds=min(max(seconds, 0.1), 60)))

    async def tab(self, number: int, close: bool = False) -> str:
        """Go on in another tab.

        Args:
            number: From 1, in the order they were opened.
            close: Close it instead.
        """
        return await self._teller.act(do.SwitchTab(number=number, close=close))
