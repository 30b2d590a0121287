"""A page kept in a file, with a comment above its HTML that says how it was answered; shown without any network."""

import hashlib
import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, Page, Route, async_playwright

from gofer.browser.blockers.lookout import Lookout
from gofer.browser.mishaps import told_as
from gofer.core.blocker import Blocker
from gofer.core.errors import Refused
from gofer.core.screen import Screen

FRONT = re.compile(r"\s*<!-- gofer\n(?P<facts>.*?)-->", re.S)
STATUS = re.compile(r"[2-9]\d\d")
HEADER = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.A)
ADDRESS = re.compile(r"https?://\S+")
INSIDE = "<!doctype html><title>not fetched</title><body style='margin:0;background:#eef'>"
NOWHERE = "http://saved.invalid"
"""Where a page is shown that does not say where it came from; no such site can exist."""


@dataclass(frozen=True)
class SavedPage:
    """HTML, and what is known of its answer: `url`, `asked`, `status`, `header`s, and any other fact."""

    html: str
    facts: dict[str, str] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """Tells this page from others that do not say where they came from."""
        return hashlib.sha256(self.html.encode()).hexdigest()[:12]

    async def show(self, page: Page) -> None:
        """Answer the page's address with it in this tab; only that address, what it links to is the caller's."""
        asked, url = self.facts.get("asked", ""), self.facts.get("url", f"{NOWHERE}/{self.digest}").partition("#")[0]

        async def answer(route: Route) -> None:
            if route.request.url == asked:
                # a redirect cannot be played back: the address that was asked for leads on by itself
                await route.fulfill(body=f"<script>location.replace({url!r})</script>", content_type="text/html")
            elif route.request.is_navigation_request() and route.request.frame.parent_frame is None:
                await route.fulfill(status=int(self.facts.get("status", 200)), headers=self._answered(), body=self.html)
            else:
                await route.fallback()

        await page.route("**/*", answer)
        await page.goto(asked or url, wait_until="load")
        if asked:
            await page.wait_for_url(url, wait_until="load")
        await page.unroute("**/*", answer)

    def _answered(self) -> dict[str, str]:
        return {"content-type": "text/html; charset=utf-8", **dict(self.headers)}


async def judged(where: Screen, text: str) -> Blocker:
    """The verdict on a saved page, shown in the browser on this screen; what it links to is not fetched."""
    saved = read(text)
    async with told_as("Could not show the page"), async_playwright() as playwright:
        chromium = await playwright.chromium.connect_over_cdp(await where.browser_endpoint())
        context = chromium.contexts[0]
        await alone(context)
        lookout, page = Lookout(context), await context.new_page()
        await saved.show(page)
        lookout.answered(page, dict(saved.headers))
        return await lookout.blocker(page)


async def alone(context: BrowserContext) -> None:
    """Answer every frame with an empty page and refuse everything else: nothing of a saved page reaches a network."""

    async def answer(route: Route) -> None:
        if route.request.resource_type == "document":
            await route.fulfill(body=INSIDE, content_type="text/html")
        else:
            await route.abort()

    await context.route("**/*", answer)


def read(text: str) -> SavedPage:
    """A saved page from a file's text; any HTML is one. Raises `Refused` where what is said of it makes no sense."""
    found = FRONT.match(text)
    if found is None:
        return SavedPage(text)
    pairs = [(key.strip().lower(), value.strip()) for key, _, value in _lines(found["facts"])]
    facts = {key: value for key, value in pairs if key != "header"}
    headers = [value.partition(":") for key, value in pairs if key == "header"]
    named = tuple((name.strip().lower(), value.strip()) for name, _, value in headers)
    _refuse_nonsense(facts, named)
    return SavedPage(text[found.end() :].lstrip(), facts, named)


def _refuse_nonsense(facts: dict[str, str], headers: tuple[tuple[str, str], ...]) -> None:
    """Raises `Refused` for an answer that no server could have given: a browser would wait for it in vain."""
    checks = [("status", facts.get("status", "200"), STATUS), *(("header", name, HEADER) for name, _ in headers)]
    checks += [(key, facts[key], ADDRESS) for key in ("url", "asked") if key in facts]
    for key, value, allowed in checks:
        if not allowed.fullmatch(value):
            message = f"The saved page says above its HTML `{key}: {value[:100]}`, which makes no sense."
            raise Refused(message, code="ERR_INVALID_INPUT", next_step="Correct that line of the file.")


def _lines(facts: str) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in facts.splitlines() if line.strip()]
