"""The Lookout watches a browser's pages: it hears how they were answered, looks at one, and gives the verdict."""

import asyncio
import builtins
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.async_api import BrowserContext, Error, Frame, Page, Response

from gofer.browser.blockers.signs import Signs
from gofer.browser.blockers.vendors import OWN_WIDGETS, VENDORS
from gofer.browser.blockers.verdict import detect
from gofer.core.blocker import Blocker, BlockerKind

LOOK_SECONDS = 2.0
"""After which a page that does not answer is taken to be as it was: a dialog or an endless script holds it."""

AGAIN_SECONDS = 20.0
"""A CAPTCHA that comes back so soon after it was passed was not accepted."""

ARGUMENTS = [
    [selector for vendor in VENDORS for selector in vendor.widgets],
    list(OWN_WIDGETS),
    [selector for vendor in VENDORS for selector in vendor.response],
    [selector for vendor in VENDORS for selector in vendor.solved],
    [word for vendor in VENDORS for word in vendor.inline],
]

CAPTCHAS = (BlockerKind.CAPTCHA, BlockerKind.CAPTCHA_LOOP)


@dataclass
class _Course:
    """What is known of one tab beside what it shows."""

    response: Response | None = None
    headers: dict[str, str] = field(default_factory=dict)
    verdict: Blocker = field(default_factory=Blocker)
    passed: tuple[str, float] | None = None
    """Where a CAPTCHA went away, and when."""
    same: int = 0
    shape: str = ""


class Lookout:
    """Gives verdicts on the pages of one browser context."""

    def __init__(self, context: BrowserContext) -> None:
        self._courses: WeakKeyDictionary[Page, _Course] = WeakKeyDictionary()
        context.on("response", self._heard)

    async def blocker(self, page: Page) -> Blocker:
        """What stands in the way on this page now; while it cannot be looked at, what stood there before."""
        course = self._courses.setdefault(page, _Course())
        with suppress(Error, builtins.TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                course.verdict = self._judged(await self.signs(page), course)
        return course.verdict

    async def signs(self, page: Page) -> Signs:
        """Everything that the verdict is made of."""
        course = self._courses.setdefault(page, _Course())
        seen: dict[str, Any] = await page.evaluate(look(), ARGUMENTS)
        seen["frames"] += await _unlisted(page, {frame["url"] for frame in seen["frames"]})
        response = course.response
        if response is not None and _same_page(response.url, seen["url"]):
            seen["headers"] = await _headers(course)
            seen["status"] = seen["status"] or response.status
            seen["asked"] = _first_asked(response)
        place = course.passed
        again = place is not None and place[0] == _place(seen["url"]) and time.monotonic() - place[1] < AGAIN_SECONDS
        return Signs.model_validate({**seen, "unchanged": course.same, "again": again})

    def answered(self, page: Page, headers: dict[str, str]) -> None:
        """Headers that the page came with, where they are known from elsewhere: of a page kept in a file."""
        self._courses.setdefault(page, _Course()).headers = headers

    def acted(self, page: Page, shape: str) -> None:
        """Something was done, and the page looks so now: the same again and again means that nothing helps."""
        course = self._courses.setdefault(page, _Course())
        course.same = course.same + 1 if shape == course.shape else 0
        course.shape = shape

    def _judged(self, signs: Signs, course: _Course) -> Blocker:
        before = course.verdict
        if before.found and signs.loading:
            return before  # a half page that shows no blocker yet is no proof that there is none
        now = detect(signs)
        if before.kind in CAPTCHAS and not now.found:
            course.passed = (_place(signs.url), time.monotonic())
        return now

    def _heard(self, response: Response) -> None:
        with suppress(Error):
            request = response.request
            if request.is_navigation_request() and request.frame.parent_frame is None:
                course = self._courses.setdefault(request.frame.page, _Course())
                course.response, course.headers = response, {}


@cache
def look() -> str:
    """The script that looks at a page."""
    return (resources.files("gofer.browser.blockers") / "look.js").read_text(encoding="utf-8")


async def _headers(course: _Course) -> dict[str, str]:
    if not course.headers and course.response is not None:
        course.headers = await course.response.all_headers()
    return course.headers


async def _unlisted(page: Page, listed: set[str]) -> list[dict[str, Any]]:
    """Vendors' frames that no script of the page can see, as in Turnstile's closed shadow root."""
    hidden = [frame for frame in page.frames[1:] if frame.url not in listed and _of_vendor(frame.url)]
    return [box for frame in hidden[:5] if (box := await _box(frame))]


def _of_vendor(url: str) -> bool:
    return any(vendor.frames.search(url) for vendor in VENDORS)


async def _box(frame: Frame) -> dict[str, Any] | None:
    with suppress(Error):
        element = await frame.frame_element()
        shown = await element.is_visible()
        box = await element.bounding_box()
        if box is not None:
            size = frame.page.viewport_size or {"width": 1280, "height": 800}
            near = box["y"] < size["height"] and box["y"] + box["height"] > 0
            return {"url": frame.url, "shown": shown, "near": near, "width": box["width"], "height": box["height"]}
    return None


def _first_asked(response: Response) -> str:
    request = response.request
    while request.redirected_from is not None:
        request = request.redirected_from
    return request.url


def _same_page(answered: str, here: str) -> bool:
    """Whether the answer is this document's: scripts may change an address, but not its site."""
    return urlsplit(answered)[:2] == urlsplit(here)[:2]


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"
