"""A real Chromium at a served gateway, as the tests of the pages use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.async_api import Page, async_playwright, expect

from gofer.core.principal import OWNER, Principal
from gofer.testing.fake_gateway import FakeGofer


@dataclass
class Visit:
    """One browser on one site."""

    page: Page
    site: str
    folder: Path
    problems: list[str] = field(default_factory=list)

    async def enter(self, gofer: FakeGofer, path: str = "/", as_: Principal = OWNER) -> None:
        """Log in by ticket and go somewhere."""
        ticket = await gofer.access.ticket(as_, "login", 60)
        await self.page.goto(f"{self.site}/login?ticket={ticket}")
        if path != "/":
            await self.page.goto(self.site + path)

    def forgive(self, status: int) -> None:
        """Answers of this status are no problem so far: the browser reports what the page itself bears."""
        self.problems = [told for told in self.problems if f"status of {status} " not in told]

    async def watch(self) -> None:
        """Wait for the live desktop: it has a canvas before it is connected."""
        await expect(self.page.locator("#screen canvas")).to_be_visible()
        await expect(self.page.locator("#screen-note")).to_be_hidden()

    async def shoot(self, name: str) -> None:
        """A picture for whoever looks; nothing may stick out to the side."""
        await self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)
        wide = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} is {wide} px too wide"


@asynccontextmanager
async def visiting(
    site: str, folder: Path, *, scheme: Literal["light", "dark"] = "light", width: int = 1280
) -> AsyncIterator[Visit]:
    """A Chromium at this site; any error in its console fails the test."""
    async with async_playwright() as tool:
        browser = await tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        view = await browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 860})
        page = await view.new_page()
        page.set_default_timeout(8000)
        visit = Visit(page, site, folder)
        page.on("console", lambda said: visit.problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: visit.problems.append(str(error)))
        yield visit
        await browser.close()
    assert visit.problems == [], visit.problems
