"""What every action needs at hand: the tab, the files, how long to wait and how to move."""

import asyncio
import random
from dataclasses import dataclass, field

from playwright.async_api import Locator, Page, Position

from gofer.browser.downloads import Downloads
from gofer.browser.options import Options
from gofer.browser.patience import Patience
from gofer.browser.tabs import Tabs
from gofer.browser.targets import only
from gofer.core.action import Target

KEY_SECONDS = (0.05, 0.15)
"""Between two keys of a person who types well."""


@dataclass
class Hand:
    """Given to each action."""

    tabs: Tabs
    downloads: Downloads
    patience: Patience
    options: Options
    chance: random.Random = field(default_factory=random.Random)

    @property
    def ready_ms(self) -> float:
        """How long an element gets to become ready."""
        return self.patience.action * 1000

    @property
    def leads_ms(self) -> float:
        """How long an action gets that may lead to another page."""
        return self.patience.navigation * 1000

    async def page(self) -> Page:
        """The tab to act in."""
        return await self.tabs.current()

    async def one(self, target: Target, *, hidden: bool = False) -> Locator:
        """Exactly one element, or a refusal."""
        return await only(await self.page(), target, self.ready_ms, hidden=hidden)

    def answering(self) -> asyncio.Timeout:
        """For one thing that is asked of a page, where the whole action may take long: a page may hang all the same."""
        return asyncio.timeout(self.patience.answers)

    def pause(self) -> float:
        """Seconds before the next key."""
        return self.chance.uniform(*KEY_SECONDS) if self.options.human_like else 0.0

    async def spot(self, element: Locator) -> Position | None:
        """Where inside of the element to click; None is its middle."""
        box = await element.bounding_box(timeout=self.ready_ms) if self.options.human_like else None
        if box is None:
            return None
        across, down = self.chance.uniform(0.25, 0.75), self.chance.uniform(0.25, 0.75)
        return {"x": box["width"] * across, "y": box["height"] * down}
