"""The browser as an agent's tools."""

import json
import re
import time
from collections.abc import Awaitable
from typing import TypeVar

from pydantic_ai import ModelRetry
from pydantic_ai.toolsets import FunctionToolset

from gofer.browser.words import clipped
from gofer.core.application import RunContext
from gofer.core.browser import Browser, PageView, Target
from gofer.core.errors import GoferError, Refused, Unavailable
from gofer.core.event import BrowserActed
from gofer.tools.untrusted import fenced

T = TypeVar("T")

MOST_ROWS = 200
"""Rows of a table that a model is shown."""

PATIENCE = 8
"""Failed calls of one tool in a row after which the agent is given up."""


def browser_tools(run: RunContext, browser: Browser) -> FunctionToolset[None]:
    """Tools to open, read, click, fill, select, extract and take pictures; each tells the run what it did."""
    hand = _Hand(run, browser)
    tools: FunctionToolset[None] = FunctionToolset(id="browser", max_retries=PATIENCE, sequential=True)
    for tool in (hand.open_page, hand.read_page, hand.extract_table, hand.screenshot):
        tools.add_function(tool)
    for act in (hand.click, hand.fill, hand.select_option):
        tools.add_function(act)
    return tools


class _Hand:
    def __init__(self, run: RunContext, browser: Browser) -> None:
        self._run = run
        self._browser = browser
        self._seen = ""

    async def open_page(self, url: str) -> str:
        """Go to a web address and read the page.

        Args:
            url: The whole address, beginning with http:// or https://.
        """
        return await self._show("open", f"Open {clipped(url, 100)}", self._browser.open(url))

    async def read_page(self) -> str:
        """Read the page again: its texts, and a reference such as e12 for each element. References change
        when the page does, so use those of the newest reading."""
        return await self._show("read", "Read the page", self._browser.read())

    async def click(self, ref: str) -> str:
        """Click an element and read the page that follows.

        Args:
            ref: The element's reference in the newest reading of the page, such as e12.
        """
        return await self._show("click", f"Click {self._named(ref)}", self._browser.click(Target(ref=ref)))

    async def fill(self, ref: str, text: str) -> str:
        """Put text into a field, in place of what it holds, and read the page.

        Args:
            ref: The field's reference in the newest reading of the page.
            text: What the field shall hold.
        """
        words = f"Fill {self._named(ref)} with “{clipped(text)}”"
        return await self._show("fill", words, self._browser.fill(Target(ref=ref), text))

    async def select_option(self, ref: str, option: str) -> str:
        """Choose an option of a list and read the page.

        Args:
            ref: The list's reference in the newest reading of the page.
            option: The option's text or value.
        """
        words = f"Choose “{clipped(option)}” in {self._named(ref)}"
        return await self._show("select", words, self._browser.select(Target(ref=ref), option))

    async def extract_table(self, each: str, fields: dict[str, str]) -> str:
        """Read many like things from the page at once, as JSON rows. Far cheaper than reading them off the page.

        Args:
            each: CSS selector of the element that makes a row, such as `li.product`.
            fields: Column name to CSS selector inside the row; `a@href` reads an attribute.
        """
        rows = await self._act("extract", f"Read {', '.join(fields)}", self._browser.extract(each, fields))
        if not rows:
            raise ModelRetry(f"Nothing on the page matches `{each}`. Try another selector, or use read_page.")
        more = f"\n… {len(rows) - MOST_ROWS} more rows" if len(rows) > MOST_ROWS else ""
        shown = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows[:MOST_ROWS])
        return fenced("web-page", f"{len(rows)} rows:\n{shown}{more}")

    async def screenshot(self, name: str) -> str:
        """Take a picture of the page for the user.

        Args:
            name: A short file name without an extension, such as `cheapest-offer`.
        """
        file = f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')[:60] or 'page'}.png"
        await self._act("screenshot", f"Take a picture, {file}", self._picture(file), artifact=file)
        return f"Saved as {file}."

    async def _picture(self, file: str) -> None:
        await self._run.save(file, await self._browser.screenshot(), "image/png")

    async def _show(self, action: str, words: str, work: Awaitable[PageView]) -> str:
        view = await self._act(action, words, work)
        self._seen = view.text
        return fenced("web-page", f"{view.url} — {view.title}\n{view.text}")

    async def _act(self, action: str, words: str, work: Awaitable[T], artifact: str | None = None) -> T:
        started = time.monotonic()
        try:
            result = await work
            url = await self._browser.url()
        except (Refused, Unavailable) as error:
            raise _for_model(error) from error
        seconds = round(time.monotonic() - started, 3)
        await self._run.emit(BrowserActed(action=action, sentence=words, url=url, seconds=seconds, artifact=artifact))
        return result

    def _named(self, ref: str) -> str:
        """The element in words, from the last reading; only people read it."""
        line = next((line for line in self._seen.splitlines() if f"[ref={ref}]" in line), f"element {ref}")
        return clipped(line.strip(" -").split(" [")[0])


def _for_model(error: GoferError) -> Exception:
    """A mistake the model can mend is told to it; without a browser there is nothing to mend."""
    return error if error.code == "ERR_SANDBOX_LOST" else ModelRetry(error.message)
