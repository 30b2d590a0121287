"""Tools that carry something off a page or into it: texts, rows, pictures, files."""

import json
import re
from collections.abc import Sequence
from typing import Literal

from pydantic_ai import BinaryContent, ModelRetry, ToolReturn

from gofer.browser.acting.unsaid import HIDDEN
from gofer.core import action as do
from gofer.core.action import Read
from gofer.tools.bounds import bounded
from gofer.tools.elements import target
from gofer.tools.telling import Teller


class Carrying:
    """What comes off a page, and files that go into it."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    async def upload(self, element: str, paths: list[str]) -> str:
        """Put files of your computer into a file field, or into the chooser that the element opens.

        Args:
            element: Its reference.
            paths: The files.
        """
        return await self._teller.act(do.Upload(target=target(element), paths=tuple(paths)))

    async def download(self, element: str) -> str:
        """Click what offers a file and wait for it; gives its path on your computer.

        Args:
            element: Its reference.
        """
        return await self._teller.act(do.Download(target=target(element)))

    async def read(
        self, element: str, what: Literal["text", "value", "table", "attribute"], attribute: str = ""
    ) -> str:
        """Read all of one element, which the view may shorten.

        Args:
            element: Its reference.
            what: Its text, its value, a table's rows, or an attribute.
            attribute: Which one.
        """
        read = Read(target=target(element), what=what, attribute=attribute)
        words = f"Read {self._teller.seen.name(read.target)}"
        found = await self._teller.told("read", words, self._teller.browser.extract(read))
        if "value" in (what, attribute) and await self._teller.privacy.holds_secret(read.target):
            found = HIDDEN
        return self._teller.fenced(bounded([found] if isinstance(found, str) else _as_json(found)))

    async def extract_table(self, each: str, fields: dict[str, str]) -> str:
        """Read many like things at once, as JSON rows. Far cheaper than reading them off the page.

        Args:
            each: CSS selector of what makes a row, such as `li.product`.
            fields: Column name to CSS selector inside the row; `a@href` reads an attribute.
        """
        words = f"Read {', '.join(fields)}"
        rows = await self._teller.told("extract", words, self._teller.browser.extract_data(each, fields))
        if not rows:
            raise ModelRetry(f"Nothing on the page matches `{each}`. Try another selector, or look at the page.")
        return self._teller.fenced(f"{len(rows)} rows:\n{bounded(_as_json(rows))}")

    async def screenshot(self, name: str, see: bool = False) -> str | ToolReturn[str]:
        """Take a picture of the screen for the user.

        Args:
            name: A short file name without an extension, such as `cheapest-offer`.
            see: Show it to you as well: for what the view cannot tell.
        """
        file = f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')[:60] or 'page'}.png"
        picture = await self._teller.told("screenshot", f"Take a picture, {file}", self._picture(file), artifact=file)
        told = f"Saved as {file}."
        return ToolReturn(told, content=[BinaryContent(picture, media_type="image/png")]) if see else told

    async def _picture(self, file: str) -> bytes:
        picture = await self._teller.browser.take_screenshot()
        await self._teller.run.save(file, picture, "image/png")
        return picture


def _as_json(rows: Sequence[object]) -> list[str]:
    return [json.dumps(row, ensure_ascii=False) for row in rows]
