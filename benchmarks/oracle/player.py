"""The player: gofer's actions and view in short words, so that a solver reads like what a person would do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gofer.core import action as do
from gofer.core.action import Read, Target
from gofer.core.browser import Browser, Rows
from gofer.core.errors import GoferError

ORIGIN = (2.0, 52.0)
"""Where a task's drawing begins on the screen: below the utterance, inside of a border."""

Spot = tuple[float, float]


class Puzzled(Exception):
    """The oracle does not understand the task."""


def by_text(css: str, text: str, nth: int | None = 0) -> Target:
    """The element of this kind whose text is exactly this; the first unless told."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return Target(css=f'{css}:text-is("{escaped}")', nth=nth)


@dataclass
class Player:
    """Nothing here looks behind the page: everything goes through the browser's contract."""

    browser: Browser
    asked: str

    def words(self, pattern: str) -> tuple[str, ...]:
        """What the utterance says in the groups of a pattern."""
        found = re.search(pattern, self.asked, re.IGNORECASE)
        if found is None:
            raise Puzzled(self.asked)
        return tuple(group or "" for group in found.groups())

    def word(self, pattern: str) -> str:
        """What the utterance says in a pattern's first group."""
        return self.words(pattern)[0]

    @property
    def quoted(self) -> list[str]:
        """The texts in quotes."""
        return re.findall(r'"([^"]*)"', self.asked)

    async def click(self, where: str | Target, *, double: bool = False) -> None:
        """Click one element."""
        await self._act(do.Click(target=_target(where), double=double))

    async def button(self, name: str = "Submit") -> None:
        """Click the button of this name."""
        await self.click(Target(role="button", name=name, nth=0))

    async def fill(self, where: str | Target, text: object) -> None:
        """Put text into a field."""
        await self._act(do.Fill(target=_target(where), value=str(text)))

    async def answer(self, text: object, field: str = "#area input") -> None:
        """Put the answer into the field and submit it."""
        await self.fill(field, text)
        await self.button()

    async def type(self, text: str, where: str | None = None) -> None:
        """Type key by key."""
        await self._act(do.Type(text=text, target=_target(where) if where else None))

    async def press(self, key: str, where: str | None = None, times: int = 1) -> None:
        """Press a key."""
        for _ in range(times):
            await self._act(do.Press(key=key, target=_target(where) if where else None))

    async def select(self, where: str, options: Sequence[str]) -> None:
        """Choose options of a list."""
        await self._act(do.Select(target=_target(where), values=tuple(options)))

    async def check(self, where: str | Target, on: bool = True) -> None:
        """Set a checkbox."""
        await self._act(do.Check(target=_target(where), on=on))

    async def hover(self, where: str | Target) -> None:
        """Put the pointer over an element."""
        await self._act(do.Hover(target=_target(where)))

    async def drag(self, where: str, onto: str = "", by: tuple[float, float] = (0, 0)) -> None:
        """Drag an element onto another one, or by pixels."""
        if onto:
            await self._act(do.Drag(target=_target(where), onto=_target(onto)))
        else:
            await self._act(do.Drag(target=_target(where), by=(round(by[0]), round(by[1]))))

    async def scroll(self, where: str, screens: float) -> None:
        """Scroll an element's own area."""
        await self._act(do.Scroll(target=_target(where), screens=screens))

    async def at(self, spot: Spot, origin: Spot = ORIGIN) -> None:
        """Click a spot of the drawing."""
        await self._act(do.Point(x=spot[0] + origin[0], y=spot[1] + origin[1]))

    async def point(self, spot: Spot) -> None:
        """Move the pointer to a spot of the drawing."""
        await self._act(do.Point(x=spot[0] + ORIGIN[0], y=spot[1] + ORIGIN[1], button="none"))

    async def draw(self, way: Sequence[Spot], origin: Spot = ORIGIN) -> None:
        """Hold the button from the first spot to the last."""
        first, *rest = [(x + origin[0], y + origin[1]) for x, y in way]
        await self._act(do.Point(x=first[0], y=first[1], via=tuple(rest[:-1]), to=rest[-1]))

    async def rows(self, each: str, **fields: str) -> Rows:
        """One row per matching element."""
        return await self.browser.extract_data(each, fields)

    async def texts(self, each: str) -> list[str]:
        """The texts of all matching elements."""
        return [row["text"] for row in await self.rows(each, text="")]

    async def text(self, each: str) -> str:
        """The text of the first matching element."""
        return (await self.texts(each) or [""])[0]

    async def value(self, where: str) -> str:
        """What a field holds."""
        return str(await self.browser.extract(Read(target=_target(where), what="value")))

    async def view(self) -> str:
        """The page as the model sees it."""
        return (await self.browser.observe()).text

    async def shows(self, where: str | Target) -> bool:
        """Whether such an element is there to be used."""
        try:
            return await self.browser.present(_target(where))
        except GoferError:
            return True

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self._act(do.WaitFor(seconds=seconds))

    async def _act(self, action: do.Action) -> None:
        await self.browser.act(action, tell=False)


def _target(where: str | Target) -> Target:
    return where if isinstance(where, Target) else Target(css=where, nth=0)


def numbers(text: str) -> list[float]:
    """All numbers in a text."""
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]
