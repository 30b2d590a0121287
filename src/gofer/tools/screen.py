"""The desktop as an agent's tools, pixel by pixel: for what neither the page nor a command gives a handle."""

from collections.abc import Awaitable
from typing import Literal

from pydantic_ai import BinaryContent, ModelRetry, ToolReturn
from pydantic_ai.toolsets import FunctionToolset

from gofer.browser.words import clipped
from gofer.core.action import Point
from gofer.core.application import UNSAID, RunContext
from gofer.core.errors import Refused, Unavailable
from gofer.core.event import BrowserActed
from gofer.core.screen import Screen
from gofer.tools.acting import TYPED
from gofer.tools.telling import told_first

MOST_NOTCHES = 100


def screen_tools(run: RunContext, screen: Screen) -> FunctionToolset[None]:
    """Tools to see the desktop and to move its mouse and keys; they wait while a person holds control."""
    hand = _Hand(run, screen)
    tools: FunctionToolset[None] = FunctionToolset(id="screen", max_retries=8, sequential=True)
    for tool in (hand.see_screen, hand.mouse, hand.keyboard, hand.wheel):
        tools.add_function(tool, metadata={UNSAID: ("text", "key") if tool == hand.keyboard else ()})
    return tools


class _Hand:
    def __init__(self, run: RunContext, screen: Screen) -> None:
        self._run = run
        self._screen = screen

    async def see_screen(self) -> ToolReturn[str]:
        """See the whole desktop as a picture; its pixels are what the other tools count in."""
        try:
            picture = await self._screen.screenshot()
        except Unavailable as error:
            raise ModelRetry(error.message) from error
        width, height = self._screen.size
        return ToolReturn(f"The desktop, {width} × {height}.", content=[BinaryContent(picture, media_type="image/png")])

    async def mouse(
        self,
        x: float,
        y: float,
        how: Literal["left", "double", "right"] = "left",
        to: tuple[float, float] | None = None,
    ) -> str:
        """Click a pixel of the desktop, or drag from it.

        Args:
            x: From the left.
            y: From the top.
            how: The kind of click.
            to: Where a drag ends.
        """
        at = Point(x=x, y=y, to=to, button="right" if how == "right" else "left", double=how == "double")
        words = f"Drag from ({x:g}, {y:g}) to ({to[0]:g}, {to[1]:g})" if to else f"Click at ({x:g}, {y:g})"
        return await self._do("point", f"{words} of the desktop", self._screen.point(at))

    async def keyboard(self, text: str = "", key: str = "") -> str:
        """Type text where the focus is, then press a key.

        Args:
            text: Typed first.
            key: Pressed then, such as Enter or Control+L.
        """
        if not (text or key):
            raise ModelRetry("Give a text or a key.")
        if text:
            letters = "1 letter" if len(text) == 1 else f"{len(text)} letters"  # nobody knows into what field
            await self._do("type", f"Type {letters} on the desktop", self._screen.type(text))
        if key:
            pressed = "a key" if len(key) == 1 else clipped(key)
            with told_first(TYPED if text else ""):
                await self._do("press", f"Press {pressed} on the desktop", self._screen.press(key))
        return "Done. See the screen for what it did."

    async def wheel(self, x: float, y: float, notches: int) -> str:
        """Turn the mouse wheel over a pixel.

        Args:
            x: From the left.
            y: From the top.
            notches: Down; negative is up.
        """
        bounded = min(max(notches, -MOST_NOTCHES), MOST_NOTCHES)
        return await self._do("scroll", f"Turn the wheel by {bounded}", self._screen.scroll(x, y, bounded))

    async def _do(self, action: str, words: str, work: Awaitable[None]) -> str:
        try:
            await work
        except (Refused, Unavailable) as error:
            raise ModelRetry(error.message) from error
        await self._run.emit(BrowserActed(action=action, sentence=words, url="", seconds=0, by="model"))
        return "Done. See the screen for what it did."
