"""Two browsers pass the suite: Playwright's, and the one whose agent keeps its hands off while a person drives."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser.chromium import browser as playwright_browser
from tests.browser.chromium import chromium, driver, served

from gofer.browser.actions import PlaywrightBrowser
from gofer.core.browser import Browser
from gofer.kernel.control import ControlledBrowser
from gofer.testing.contracts.browser import BrowserSuite, browser_site

__all__ = ["chromium", "driver", "playwright_browser"]

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]


class Turns:
    """Counts how often the agent asked whether it may act."""

    asked = 0

    async def agents_turn(self) -> None:
        """It may."""
        self.asked += 1


class _Served(BrowserSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def site(cls) -> Iterator[str]:
        """The suite's pages on loopback."""
        with served(browser_site) as address:
            yield address

    @pytest.fixture
    def paper(self, tmp_path: Path) -> str:
        """A file beside the browser, which runs on this computer."""
        (tmp_path / "paper.txt").write_text("hello")
        return str(tmp_path / "paper.txt")


class TestPlaywrightBrowser(_Served):
    """The browser itself."""

    @pytest.fixture
    def browser(self, playwright_browser: PlaywrightBrowser) -> Browser:
        """A browser with one blank tab."""
        return playwright_browser


class TestControlledBrowser(_Served):
    """The browser as a run has it."""

    @pytest.fixture
    def browser(self, playwright_browser: PlaywrightBrowser) -> Browser:
        """A browser whose agent is always at its turn."""
        return ControlledBrowser(playwright_browser, Turns())
