"""What an errand does with a page: every action finds exactly one element, is bounded in time, and reports in words."""

from contextlib import suppress
from urllib.parse import urlsplit

from playwright.async_api import Browser as Chromium
from playwright.async_api import Error, Locator, Page, Response, TimeoutError

from gofer.browser.mishaps import told_as
from gofer.browser.patience import Patience
from gofer.browser.tabs import Tabs
from gofer.browser.targets import locate, only
from gofer.browser.view import page_view
from gofer.browser.words import clipped, describe
from gofer.core.browser import PageView, Target
from gofer.core.errors import Refused, Unavailable

MOST_ROWS = 1000

_ROWS = """(elements, [fields, most]) => elements.slice(0, most).map(element => Object.fromEntries(
  Object.entries(fields).map(([field, selector]) => {
    const [css, attribute] = selector.split('@');
    const found = css.trim() ? element.querySelector(css) : element;
    const text = found && (attribute ? found.getAttribute(attribute) : found.innerText ?? found.textContent);
    return [field, (text ?? '').replace(/\\s+/g, ' ').trim()];
  })))"""


class PlaywrightBrowser:
    """A `gofer.core.browser.Browser` over a Chromium that is already running."""

    def __init__(self, chromium: Chromium, patience: Patience | None = None) -> None:
        self._chromium = chromium
        patience = patience or Patience()
        self._tabs = Tabs(chromium.contexts[0], patience)
        self._navigation = patience.navigation * 1000
        self._action = patience.action * 1000

    async def open(self, url: str) -> PageView:
        """Go to an http(s) address; raises Refused for other schemes and 4xx, Unavailable for a dead site."""
        address = allowed(url)
        page = await self._tabs.current()
        async with told_as(f"Could not open {address}"):
            response = await self._go(page, address)
        await self._tabs.settled()
        _check(address, response)
        return await self.read()

    async def read(self) -> PageView:
        """The page as it is now."""
        page = await self._tabs.current()
        async with told_as("Could not read the page"):
            try:
                return await self._view(page)
            except Error:
                if not page.is_closed():
                    raise
            return await self._view(await self._tabs.current())

    async def click(self, target: Target) -> PageView:
        """Click exactly one element and wait for what that leads to, a new tab included."""
        element = await self._one(target)
        async with told_as(f"Could not click {describe(target)}"):
            await element.click(trial=True, timeout=self._action)
            await element.click(timeout=self._navigation)
        return await self._after()

    async def fill(self, target: Target, value: str) -> PageView:
        """Put text into exactly one field, in place of what it held."""
        element = await self._one(target)
        async with told_as(f"Could not fill {describe(target)}"):
            await element.fill(value, timeout=self._action)
        return await self._after()

    async def select(self, target: Target, value: str) -> PageView:
        """Choose an option by its label or value; a refusal lists the options there are."""
        element = await self._one(target)
        action = f"Could not choose “{clipped(value)}” in {describe(target)}"
        async with told_as(action):
            await _has_option(element, value, action)
            await element.select_option(value, timeout=self._action)
        return await self._after()

    async def extract(self, each: str, fields: dict[str, str]) -> list[dict[str, str]]:
        """One row per element that matches `each`, at most 1,000; a field is `selector` or `selector@attribute`."""
        page = await self._tabs.current()
        async with told_as(f"Could not read rows by `{each}`"):
            elements = page.locator(f"css={each}")
            with suppress(TimeoutError):
                await elements.first.wait_for(state="attached", timeout=self._action)
            rows: list[dict[str, str]] = await elements.evaluate_all(_ROWS, [fields, MOST_ROWS])
            return rows

    async def present(self, target: Target) -> bool:
        """Whether exactly one such element is visible and usable; raises Refused when several are."""
        page = await self._tabs.current()
        async with told_as(f"Could not look for {describe(target)}"):
            found = locate(page, target)
            count = await found.count()
            if count > 1:
                raise Refused(f"{count} elements match {describe(target)}. Which? Use words that fit only one.")
            return count == 1 and await found.is_enabled(timeout=self._action)

    async def screenshot(self) -> bytes:
        """The visible part of the page as PNG bytes."""
        page = await self._tabs.current()
        async with told_as("Could not take a picture of the page"):
            return await page.screenshot(type="png", timeout=self._navigation)

    async def url(self) -> str:
        """Where the browser is."""
        return (await self._tabs.current()).url

    async def close(self) -> None:
        """Let go of the browser; it runs on."""
        with suppress(Error):
            await self._chromium.close()

    async def _go(self, page: Page, address: str) -> Response | None:
        try:
            return await page.goto(address, wait_until="domcontentloaded", timeout=self._navigation)
        except Error as error:
            if "interrupted by another navigation" not in error.message:
                raise
        # The page before was on its way somewhere, perhaps to the browser's own error page: now it is there.
        await self._tabs.settled()
        return await page.goto(address, wait_until="domcontentloaded", timeout=self._navigation)

    async def _view(self, page: Page) -> PageView:
        snapshot = await page.aria_snapshot(mode="ai", timeout=self._navigation)
        return page_view(page.url, await page.title(), snapshot, self._tabs.notes())

    async def _one(self, target: Target) -> Locator:
        return await only(await self._tabs.current(), target, self._action)

    async def _after(self) -> PageView:
        async with told_as("Could not wait for the page"):
            await self._tabs.settled()
        return await self.read()


def allowed(url: str) -> str:
    """The address as it is, if an errand may go there: http, https or about:blank."""
    parts = urlsplit(url.strip())
    if url.strip() == "about:blank" or (parts.scheme in ("http", "https") and parts.hostname):
        return url.strip()
    raise Refused(f"“{clipped(url)}” is not an address to open: it must begin with http:// or https://.")


def _check(address: str, response: Response | None) -> None:
    if response is None or response.status < 400:
        return
    answer = f"{address} answered {response.status} {response.status_text}".rstrip()
    if response.status >= 500:
        raise Unavailable(f"{answer}.")
    raise Refused(f"{answer}. Its page is open, read it if that helps.")


async def _has_option(element: Locator, value: str, action: str) -> None:
    options: list[list[str]] = await element.evaluate("e => [...(e.options ?? [])].map(o => [o.label, o.value])")
    if options and not any(value in option for option in options):
        labels = ", ".join(f"“{clipped(label)}”" for label, _ in options[:20])
        raise Refused(f"{action}: it has no such option. It has: {labels}.")
