"""The pictures of a run's film strip: small, and with the element framed that a step is about."""

from gofer.core.action import Target
from gofer.core.application import RunContext
from gofer.core.browser import Browser
from gofer.core.errors import Refused, Unavailable

PAGE = Target(css=":root")
"""For a step that is about no one element."""

_JPEG = b"\xff\xd8"


class Camera:
    """Takes the pictures of a replay, one a step and each under the step's own name."""

    def __init__(self, run: RunContext, browser: Browser, *, on: bool) -> None:
        self._run = run
        self._browser = browser
        self._on = on
        self.taken = 0
        """Steps that are over."""

    async def film(self, mark: Target = PAGE) -> str | None:
        """The file's name; None where no pictures are wanted, or there is none to be had."""
        picture = await shot(self._browser, mark) if self._on else None
        return await keep(self._run, f"step-{self.taken + 1:03d}", picture) if picture else None


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
