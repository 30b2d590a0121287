"""Browsers that stand in front of another one: each says only what it changes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from gofer.core.action import Action, Click, Fill, Navigate, Read, Target, Upload
from gofer.core.blocker import Blocker
from gofer.core.browser import Browser, Rows
from gofer.core.fingerprint import Fingerprint, Match
from gofer.core.page import Change, Look, PageView


class ActingBrowser(ABC):
    """The most common actions by their own names, all of them done by `act`."""

    @abstractmethod
    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action."""

    async def navigate(self, url: str) -> Change:
        """Go to an address."""
        return await self.act(Navigate(url=url))

    async def fill_field(self, target: Target, value: str) -> Change:
        """Put text into exactly one field, in place of what it held."""
        return await self.act(Fill(target=target, value=value))

    async def click_element(self, target: Target) -> Change:
        """Click exactly one element."""
        return await self.act(Click(target=target))

    async def upload_file(self, target: Target, paths: Sequence[str]) -> Change:
        """Put files of the browser's computer into a file field."""
        return await self.act(Upload(target=target, paths=tuple(paths)))


class ForwardingBrowser(ActingBrowser):
    """Implements `gofer.core.browser.Browser` by another one; what differs is overridden."""

    def __init__(self, wrapped: Browser) -> None:
        self._wrapped = wrapped

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action."""
        return await self._wrapped.act(action, tell=tell)

    async def extract_data(self, each: str, fields: dict[str, str]) -> Rows:
        """One row per matching element."""
        return await self._wrapped.extract_data(each, fields)

    async def extract(self, read: Read) -> str | list[list[str]]:
        """What one element holds."""
        return await self._wrapped.extract(read)

    async def take_screenshot(self, mark: Target | None = None) -> bytes:
        """The visible part of the page."""
        return await self._wrapped.take_screenshot(mark)

    async def get_current_url(self) -> str:
        """Where the browser is."""
        return await self._wrapped.get_current_url()

    async def observe(self, look: Look | None = None) -> PageView:
        """The page as a model should see it."""
        return await self._wrapped.observe(look)

    async def present(self, target: Target) -> bool:
        """Whether exactly one such element is visible and usable."""
        return await self._wrapped.present(target)

    async def fingerprint(self, target: Target) -> Fingerprint:
        """What tells this element again."""
        return await self._wrapped.fingerprint(target)

    async def find(self, fingerprint: Fingerprint) -> Match:
        """The one element that it still fits, or none."""
        return await self._wrapped.find(fingerprint)

    async def blocker(self) -> Blocker:
        """What stands in the way now."""
        return await self._wrapped.blocker()
