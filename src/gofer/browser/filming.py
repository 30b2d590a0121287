"""The pictures of a run's film strip: small, and with the element framed that a step is about."""

from gofer.core.action import Target
from gofer.core.application import RunContext
from gofer.core.browser import Browser
from gofer.core.errors import Refused, Unavailable

PAGE = Target(css=":root")
"""For a step that is about no one element."""

_JPEG = b"\xff\xd8"


async def shot(browser: Browser, mark: Target) -> bytes | None:
    """A picture with this element framed; a step is done without one where there is none to be had."""
    try:
        return await browser.take_screenshot(mark)
    except (Refused, Unavailable):
        return None


async def keep(run: RunContext, name: str, picture: bytes) -> str:
    """Hand it over, under this name and what tells its kind; gives the whole name."""
    kind, media = ("jpg", "image/jpeg") if picture.startswith(_JPEG) else ("png", "image/png")
    return (await run.save(f"{name}.{kind}", picture, media)).name
