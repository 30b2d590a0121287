"""A browser that hands every blocker it meets to a person, so that neither agent nor playbook has to know of any."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from gofer.core.action import Action, Back, Click, Navigate, Press, Read, Upload
from gofer.core.application import RunContext
from gofer.core.blocker import Blocker
from gofer.core.browser import Browser, Rows, Target
from gofer.core.errors import GoferError, Refused, Unavailable
from gofer.core.fingerprint import Fingerprint, Match
from gofer.core.page import Change, Look, PageView
from gofer.tools.blockers import Terms, unblocked

T = TypeVar("T")

LEADS_SOMEWHERE = (Navigate, Back, Click, Press, Upload)
"""Actions after which a page can be another one; the others are not worth a look."""


class UnblockedBrowser:
    """Implements `gofer.core.browser.Browser`: looks after what it did, and once before it does anything."""

    def __init__(self, run: RunContext, wrapped: Browser, terms: Terms | None = None) -> None:
        self._run = run
        self._wrapped = wrapped
        self._terms = terms or Terms()
        self._looked = False

    async def navigate(self, url: str) -> Change:
        """Go to an address."""
        return await self._made(lambda: self._wrapped.navigate(url))

    async def fill_field(self, target: Target, value: str) -> Change:
        """Put text into exactly one field."""
        await self._at_first()
        return await self._wrapped.fill_field(target, value)

    async def click_element(self, target: Target) -> Change:
        """Click exactly one element."""
        return await self._made(lambda: self._wrapped.click_element(target))

    async def upload_file(self, target: Target, paths: Sequence[str]) -> Change:
        """Put files into a file field."""
        return await self._made(lambda: self._wrapped.upload_file(target, paths))

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action."""
        if isinstance(action, LEADS_SOMEWHERE):
            return await self._made(lambda: self._wrapped.act(action, tell=tell))
        await self._at_first()
        return await self._wrapped.act(action, tell=tell)

    async def extract_data(self, each: str, fields: dict[str, str]) -> Rows:
        """One row per matching element."""
        return await self._wrapped.extract_data(each, fields)

    async def take_screenshot(self, mark: Target | None = None) -> bytes:
        """The visible part of the page."""
        return await self._wrapped.take_screenshot(mark)

    async def get_current_url(self) -> str:
        """Where the browser is."""
        return await self._wrapped.get_current_url()

    async def extract(self, read: Read) -> str | list[list[str]]:
        """What one element holds."""
        return await self._wrapped.extract(read)

    async def observe(self, look: Look | None = None) -> PageView:
        """The page as a model should see it."""
        return await self._wrapped.observe(look)

    async def present(self, target: Target) -> bool:
        """Whether exactly one such element is usable."""
        return await self._wrapped.present(target)

    async def fingerprint(self, target: Target) -> Fingerprint:
        """What tells this element again."""
        return await self._wrapped.fingerprint(target)

    async def find(self, fingerprint: Fingerprint) -> Match:
        """The one element that it still fits."""
        return await self._wrapped.find(fingerprint)

    async def blocker(self) -> Blocker:
        """What stands in the way now."""
        return await self._wrapped.blocker()

    async def _made(self, action: Callable[[], Awaitable[Change]]) -> Change:
        await self._at_first()
        try:
            change = await action()
        except (Refused, Unavailable) as error:
            if _gone(error) or not await unblocked(self._run, self._wrapped, self._terms):
                raise
            return await action()
        return await self._fresh() if await unblocked(self._run, self._wrapped, self._terms) else change

    async def _at_first(self) -> None:
        """After a crash the step is made again: what it waited for comes before doing anything twice."""
        if not self._looked:
            self._looked = True
            await unblocked(self._run, self._wrapped, self._terms)

    async def _fresh(self) -> Change:
        """The page that came instead of the blocker, whole."""
        view = await self._wrapped.observe()
        return Change(url=view.url, title=view.title, text=view.text, full=True, tokens=view.tokens)


def _gone(error: GoferError) -> bool:
    return error.code == "ERR_SANDBOX_LOST"
