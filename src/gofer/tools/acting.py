"""Tools that act on a page: one per verb, each giving what changed."""

from collections.abc import Sequence
from typing import Literal

from pydantic_ai import ModelRetry

from gofer.browser.words import clipped
from gofer.core import action as do
from gofer.tools.elements import target
from gofer.tools.telling import Teller, told_first

TYPED = "The text was typed; what failed is the key."


class Acting:
    """Mouse and keyboard."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    async def click(self, element: str, how: Literal["left", "double", "right", "hover"] = "left") -> str:
        """Click an element and see what changed.

        Args:
            element: Its reference, such as e12; or its words where the view gives none.
            how: The kind of click, or only the pointer over it.
        """
        if how == "hover":
            return await self._teller.act(do.Hover(target=target(element)))
        button: Literal["left", "right"] = "right" if how == "right" else "left"
        return await self._teller.act(do.Click(target=target(element), button=button, double=how == "double"))

    async def fill(self, fields: dict[str, str]) -> str:
        """Put texts into one or more fields, in place of what they hold, and see what changed.

        Args:
            fields: Reference of each field and its text; a date as 2026-12-31.
        """
        if not fields:
            raise ModelRetry("Say which fields to fill.")
        names, fills = list(fields), [do.Fill(target=target(name), value=text) for name, text in fields.items()]
        for place, fill in enumerate(fills[:-1]):
            with told_first(_filled(names, place)):
                await self._teller.done(fill, tell=False)
        with told_first(_filled(names, len(fills) - 1)):
            return await self._teller.act(fills[-1])

    async def keys(self, text: str = "", key: str = "", element: str = "") -> str:
        """Type text key by key and then press a key, in an element or where the focus is.

        Args:
            text: Typed first.
            key: Pressed then, such as Enter, Escape, Control+A.
            element: Its reference.
        """
        where = target(element) if element else None
        if text and key:
            await self._teller.done(do.Type(text=text, target=where), tell=False)
        if not (text or key):
            raise ModelRetry("Give a text or a key.")
        with told_first(TYPED if text and key else ""):
            return await self._teller.act(do.Press(key=key, target=where) if key else do.Type(text=text, target=where))

    async def select(self, element: str, options: list[str]) -> str:
        """Choose options of a list.

        Args:
            element: The list's reference.
            options: Their texts.
        """
        return await self._teller.act(do.Select(target=target(element), values=tuple(options)))

    async def check(self, element: str, on: bool = True) -> str:
        """Set a checkbox, switch or radio button.

        Args:
            element: Its reference, or its label's words.
            on: Whether it shall be on.
        """
        return await self._teller.act(do.Check(target=target(element), on=on))

    async def drag(self, element: str, onto: str = "", right: int = 0, down: int = 0) -> str:
        """Drag an element onto another one, or by pixels.

        Args:
            element: Its reference.
            onto: The other one's reference.
            right: Pixels to the right; negative is left.
            down: Pixels down; negative is up.
        """
        by = None if onto else (right, down)
        return await self._teller.act(do.Drag(target=target(element), onto=target(onto) if onto else None, by=by))

    async def click_at(self, x: float, y: float, to_x: float | None = None, to_y: float | None = None) -> str:
        """Click a pixel of the screen, or drag from it: only for what has no reference, such as a canvas or a map.

        Args:
            x: From the left.
            y: From the top.
            to_x: Where a drag ends.
            to_y: Where a drag ends.
        """
        to = (to_x, to_y) if to_x is not None and to_y is not None else None
        return await self._teller.act(do.Point(x=x, y=y, to=to))


def _filled(names: Sequence[str], place: int) -> str:
    """How far it came, where the field at this place is the one that fails."""
    before, after = (", ".join(map(clipped, some)) or "none" for some in (names[:place], names[place + 1 :]))
    told = f"Filled already: {before}. Not tried: {after}. This is about {clipped(names[place])}:"
    return told if len(names) > 1 else ""
