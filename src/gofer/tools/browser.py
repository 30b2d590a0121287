"""The browser as an agent's tools: one per verb, each telling what changed, fenced as a stranger's words."""

import json
import re
import time
from collections.abc import Awaitable
from typing import Literal, TypeVar

from pydantic_ai import BinaryContent, ModelRetry, ToolReturn
from pydantic_ai.toolsets import FunctionToolset

from gofer.browser.phrases import sentence
from gofer.browser.words import clipped
from gofer.core import action as do
from gofer.core.action import Action
from gofer.core.application import RunContext
from gofer.core.browser import Browser
from gofer.core.errors import GoferError, Refused, Unavailable
from gofer.core.event import BrowserActed
from gofer.core.page import Change, Look
from gofer.tools.elements import Seen, target
from gofer.tools.untrusted import fenced

T = TypeVar("T")

MOST_ROWS = 200
"""Rows of a table that a model is shown."""

PATIENCE = 8
"""Failed calls of one tool in a row after which the agent is given up."""


def browser_tools(run: RunContext, browser: Browser) -> FunctionToolset[None]:
    """Tools to go, look, act and read; each tells the run what it did."""
    hand = _Hand(run, browser)
    tools: FunctionToolset[None] = FunctionToolset(id="browser", max_retries=PATIENCE, sequential=True)
    going = (hand.open_page, hand.look, hand.scroll, hand.wait, hand.tab)
    acting = (hand.click, hand.fill, hand.keys, hand.select, hand.check, hand.drag, hand.click_at)
    carrying = (hand.upload, hand.download, hand.read, hand.extract_table, hand.screenshot)
    for tool in (*going, *acting, *carrying):
        tools.add_function(tool)
    return tools


class _Hand:
    def __init__(self, run: RunContext, browser: Browser) -> None:
        self._run = run
        self._browser = browser
        self._seen = Seen()

    async def open_page(self, url: str) -> str:
        """Go to a web address and see the page.

        Args:
            url: Whole address with http:// or https://, or `back` for the page before.
        """
        return await self._act(do.Back() if url.strip() == "back" else do.Navigate(url=url))

    async def look(self, find: str = "", viewport: bool = False) -> str:
        """See the page anew. Elements have references such as e12, valid until the page reloads.

        Args:
            find: Show only what is around these words.
            viewport: Show only what is on the screen now.
        """
        mode: Literal["find", "viewport", "whole"] = "find" if find else "viewport" if viewport else "whole"
        words = f"Look for “{clipped(find)}”" if find else "Read the page"
        view = await self._told("look", words, self._browser.observe(Look(mode=mode, find=find)))
        return self._shown(view.url, view.title, view.text)

    async def scroll(self, screens: float = 1, element: str = "") -> str:
        """Scroll the page, or an element's own scroll area.

        Args:
            screens: Down; negative is up. 0 scrolls until the element shows, also in lists that load as they scroll.
            element: Its reference.
        """
        return await self._act(do.Scroll(target=target(element) if element else None, screens=screens))

    async def wait(self, text: str = "", gone: bool = False, seconds: float = 10) -> str:
        """Wait until a text shows or goes; without a text just so long.

        Args:
            text: What to wait for.
            gone: Wait until it is gone.
            seconds: At most 60.
        """
        return await self._act(do.WaitFor(text=text or None, gone=gone, seconds=min(max(seconds, 0.1), 60)))

    async def tab(self, number: int, close: bool = False) -> str:
        """Go on in another tab.

        Args:
            number: From 1, in the order they were opened.
            close: Close it instead.
        """
        return await self._act(do.SwitchTab(number=number, close=close))

    async def click(self, element: str, how: Literal["left", "double", "right", "hover"] = "left") -> str:
        """Click an element and see what changed.

        Args:
            element: Its reference, such as e12; or its words where the view gives none.
            how: The kind of click, or only the pointer over it.
        """
        if how == "hover":
            return await self._act(do.Hover(target=target(element)))
        button: Literal["left", "right"] = "right" if how == "right" else "left"
        return await self._act(do.Click(target=target(element), button=button, double=how == "double"))

    async def fill(self, fields: dict[str, str]) -> str:
        """Put texts into one or more fields, in place of what they hold, and see what changed.

        Args:
            fields: Reference of each field and its text; a date as 2026-12-31.
        """
        if not fields:
            raise ModelRetry("Say which fields to fill.")
        *first, last = [do.Fill(target=target(element), value=text) for element, text in fields.items()]
        for each in first:
            await self._done(each, tell=False)
        return await self._act(last)

    async def keys(self, text: str = "", key: str = "", element: str = "") -> str:
        """Type text key by key and then press a key, in an element or where the focus is.

        Args:
            text: Typed first.
            key: Pressed then, such as Enter, Escape, Control+A.
            element: Its reference.
        """
        where = target(element) if element else None
        if text and key:
            await self._done(do.Type(text=text, target=where), tell=False)
        if not (text or key):
            raise ModelRetry("Give a text or a key.")
        return await self._act(do.Press(key=key, target=where) if key else do.Type(text=text, target=where))

    async def select(self, element: str, options: list[str]) -> str:
        """Choose options of a list.

        Args:
            element: The list's reference.
            options: Their texts.
        """
        return await self._act(do.Select(target=target(element), values=tuple(options)))

    async def check(self, element: str, on: bool = True) -> str:
        """Set a checkbox, switch or radio button.

        Args:
            element: Its reference, or its label's words.
            on: Whether it shall be on.
        """
        return await self._act(do.Check(target=target(element), on=on))

    async def drag(self, element: str, onto: str = "", right: int = 0, down: int = 0) -> str:
        """Drag an element onto another one, or by pixels.

        Args:
            element: Its reference.
            onto: The other one's reference.
            right: Pixels to the right; negative is left.
            down: Pixels down; negative is up.
        """
        by = None if onto else (right, down)
        return await self._act(do.Drag(target=target(element), onto=target(onto) if onto else None, by=by))

    async def click_at(self, x: float, y: float, to_x: float | None = None, to_y: float | None = None) -> str:
        """Click a pixel of the screen, or drag from it: only for what has no reference, such as a canvas or a map.

        Args:
            x: From the left.
            y: From the top.
            to_x: Where a drag ends.
            to_y: Where a drag ends.
        """
        to = (to_x, to_y) if to_x is not None and to_y is not None else None
        return await self._act(do.Point(x=x, y=y, to=to))

    async def upload(self, element: str, paths: list[str]) -> str:
        """Put files of your computer into a file field, or into the chooser that the element opens.

        Args:
            element: Its reference.
            paths: The files.
        """
        return await self._act(do.Upload(target=target(element), paths=tuple(paths)))

    async def download(self, element: str) -> str:
        """Click what offers a file and wait for it; gives its path on your computer.

        Args:
            element: Its reference.
        """
        return await self._act(do.Download(target=target(element)))

    async def read(
        self, element: str, what: Literal["text", "value", "table", "attribute"], attribute: str = ""
    ) -> str:
        """Read all of one element, which the view may shorten.

        Args:
            element: Its reference.
            what: Its text, its value, a table's rows, or an attribute.
            attribute: Which one.
        """
        read = do.Read(target=target(element), what=what, attribute=attribute)
        found = await self._told("read", f"Read {self._seen.name(read.target)}", self._browser.extract(read))
        lines = [found] if isinstance(found, str) else [json.dumps(row, ensure_ascii=False) for row in found]
        return fenced("web-page", _bounded(lines))

    async def extract_table(self, each: str, fields: dict[str, str]) -> str:
        """Read many like things at once, as JSON rows. Far cheaper than reading them off the page.

        Args:
            each: CSS selector of what makes a row, such as `li.product`.
            fields: Column name to CSS selector inside the row; `a@href` reads an attribute.
        """
        words = f"Read {', '.join(fields)}"
        rows = await self._told("extract", words, self._browser.extract_data(each, fields))
        if not rows:
            raise ModelRetry(f"Nothing on the page matches `{each}`. Try another selector, or look at the page.")
        return fenced(
            "web-page", f"{len(rows)} rows:\n{_bounded([json.dumps(row, ensure_ascii=False) for row in rows])}"
        )

    async def screenshot(self, name: str, see: bool = False) -> str | ToolReturn[str]:
        """Take a picture of the screen for the user.

        Args:
            name: A short file name without an extension, such as `cheapest-offer`.
            see: Show it to you as well: for what the view cannot tell.
        """
        file = f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')[:60] or 'page'}.png"
        picture = await self._told("screenshot", f"Take a picture, {file}", self._picture(file), artifact=file)
        told = f"Saved as {file}."
        return ToolReturn(told, content=[BinaryContent(picture, media_type="image/png")]) if see else told

    async def _picture(self, file: str) -> bytes:
        picture = await self._browser.take_screenshot()
        await self._run.save(file, picture, "image/png")
        return picture

    async def _act(self, action: Action) -> str:
        change = await self._done(action)
        return self._shown(change.url, change.title, change.text)

    async def _done(self, action: Action, *, tell: bool = True) -> Change:
        words = sentence(action, self._seen.name)
        return await self._told(action.do, words, self._browser.act(action, tell=tell))

    async def _told(self, action: str, words: str, work: Awaitable[T], artifact: str | None = None) -> T:
        started = time.monotonic()
        try:
            result = await work
            url = await self._browser.get_current_url()
        except (Refused, Unavailable) as error:
            raise _for_model(error) from error
        seconds = round(time.monotonic() - started, 3)
        acted = BrowserActed(action=action, sentence=words, url=url, seconds=seconds, artifact=artifact, by="model")
        await self._run.emit(acted)
        return result

    def _shown(self, url: str, title: str, text: str) -> str:
        self._seen.add(text)
        return fenced("web-page", f"{url} — {title}\n{text}")


def _bounded(lines: list[str]) -> str:
    more = [f"… {len(lines) - MOST_ROWS} more rows"] if len(lines) > MOST_ROWS else []
    return "\n".join([*lines[:MOST_ROWS], *more])


def _for_model(error: GoferError) -> Exception:
    """A mistake the model can mend is told to it; without a browser there is nothing to mend."""
    return error if error.code == "ERR_SANDBOX_LOST" else ModelRetry(error.message)
