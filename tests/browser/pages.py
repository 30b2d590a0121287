"""Pages for the detector, written for this project: each says above its HTML what it is and how it was answered."""

import time
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page

from gofer.browser.blockers import Lookout
from gofer.browser.blockers.saved import SavedPage, read
from gofer.core.blocker import Blocker

FOLDER = Path(__file__).parent / "blockers"


@dataclass(frozen=True)
class Fixture:
    """A page and the verdict that it should get."""

    name: str
    page: SavedPage

    @property
    def kind(self) -> str:
        """The kind that should be found."""
        return self.page.facts.get("kind", "none")

    @property
    def vendor(self) -> str | None:
        """The vendor, where one should be named."""
        return self.page.facts.get("vendor")


def fixtures(part: str) -> list[Fixture]:
    """The pages of one part: `known` ones, which the rules were made with, or `heldout` ones."""
    return [
        Fixture(file.stem, read(file.read_text(encoding="utf-8"))) for file in sorted((FOLDER / part).glob("*.html"))
    ]


async def verdict(lookout: Lookout, page: Page, fixture: Fixture) -> tuple[Blocker, float]:
    """What the detector says of the fixture, and in how many milliseconds."""
    await fixture.page.show(page)
    lookout.answered(page, dict(fixture.page.headers))
    began = time.perf_counter()
    return await lookout.blocker(page), (time.perf_counter() - began) * 1000
