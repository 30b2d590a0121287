"""Why an element would not do: what covers it, what it waits for. Asked only when an action failed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import resources

from playwright.async_api import Error, Locator

from gofer.browser.mishaps import Reason, made
from gofer.browser.words import clipped, said

_SCRIPT = (resources.files("gofer.browser.acting") / "reasons.js").read_text(encoding="utf-8")


MOST_NAMES = 5


@asynccontextmanager
async def explained(element: Locator) -> AsyncIterator[None]:
    """Turn a failure inside the block into a refusal that says what is in the way, where that can be told."""
    try:
        yield
    except Error as error:
        words = None if made(error) else await _why(element)
        if words is None:
            raise
        raise Reason(words) from error


async def _why(element: Locator) -> str | None:
    found = None
    with suppress(Error):
        found = await element.evaluate(_SCRIPT, timeout=1000)
    if found is None:
        return None
    names = ", ".join(said(str(name)) for name in found["names"][:MOST_NAMES])
    if found["why"] == "covered":
        by = f"the {clipped(str(found['kind']), 40)}" + (f" {said(str(found['text']))}" if found["text"] else "")
        return f"{by} covers it. Close that first" + (f" with one of its buttons: {names}" if names else " or move it")
    if found["why"] == "disabled":
        return f"it is disabled until {names} is filled in" if names else None
    return None
