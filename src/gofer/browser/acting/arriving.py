"""What became of a page that was asked for, where the browser itself says little: no tunnel, or no end."""

import builtins
from asyncio import timeout
from contextlib import suppress
from types import TracebackType
from urllib.parse import quote, urlsplit

from playwright.async_api import Error, Page, Request, Response

from gofer.browser.mishaps import answers
from gofer.core import egress
from gofer.core.egress import Answer

NO_TUNNEL = "ERR_TUNNEL_CONNECTION_FAILED"
"""Under which a browser hides what its proxy answered."""

NO_PAGE = "ERR_HTTP_RESPONSE_CODE_FAILURE"
"""A status that means an error, and nothing with it."""

PORTS = {"http": 80, "https": 443}
ERROR_PAGE, ERROR_PAGE_MS = "chrome-error://**", 2_000
STOP_SECONDS = 2.0
TRIES = 3


class Arriving:
    """Remembers where a tab's way ended while the block runs: redirects lead elsewhere than was asked for."""

    def __init__(self, page: Page, address: str) -> None:
        self._page = page
        self._failed = address
        self.status: int | None = None

    def __enter__(self) -> "Arriving":
        self._page.on("response", self._answered)
        self._page.on("requestfailed", self._ended)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._page.remove_listener("requestfailed", self._ended)
        self._page.remove_listener("response", self._answered)

    async def why(self, error: Error, milliseconds: float) -> Answer | None:
        """The way out's own word on it; the browser's error page makes room for it."""
        if NO_TUNNEL not in error.message or not (place := _place(self._failed)):
            return None
        with suppress(Error):  # until it is there, the browser's own error page would come between
            await self._page.wait_for_url(ERROR_PAGE, wait_until="commit", timeout=ERROR_PAGE_MS)
        for _ in range(TRIES):
            with suppress(Error):
                response = await self._page.goto(f"http://{egress.NAME}/{quote(place)}", timeout=milliseconds)
                return egress.found(response.url, await response.all_headers()) if response else None
        return None

    def _ended(self, request: Request) -> None:
        if _of_tab(request):
            self._failed = request.url

    def _answered(self, response: Response) -> None:
        if _of_tab(response.request):
            self.status = response.status


async def cut_short(page: Page) -> bool:
    """Stop a page that has begun to come; whether it can be read."""
    with suppress(Error, builtins.TimeoutError):
        async with timeout(STOP_SECONDS):
            session = await page.context.new_cdp_session(page)
            await session.send("Page.stopLoading")
            await session.detach()
    return urlsplit(page.url).scheme in PORTS and await answers(page)


def _of_tab(request: Request) -> bool:
    """Whether it is the tab's own document."""
    with suppress(Error):
        return request.is_navigation_request() and request.frame.parent_frame is None
    return False


def _place(url: str) -> str:
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.hostname and parts.scheme in PORTS:
            return f"{parts.hostname.rstrip('.')}:{parts.port or PORTS[parts.scheme]}"
    return ""
