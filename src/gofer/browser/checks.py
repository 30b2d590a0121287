"""Post-conditions: looks whether a step led to what it must lead to, for a bounded time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gofer.browser.fitting import address_fits, place, says
from gofer.browser.playbook import Expect
from gofer.browser.waiting import comes_true
from gofer.core.action import Read, Target
from gofer.core.browser import Browser
from gofer.core.errors import Refused
from gofer.core.fingerprint import Fingerprint

WAITS = 5.0
"""Seconds that a post-condition gets to come true."""

PAGE = Target(css="body")

OF_THE_PAGE = ("url", "text", "no text", "element", "no element")
"""What can be seen whether the step was done or left out; the others are about what it was done to."""


@dataclass(frozen=True)
class Done:
    """What a step did: to which element, which files came of it, and where the browser was before."""

    target: Target | None = None
    element: Fingerprint | None = None
    files: tuple[str, ...] = ()
    before: str = ""


async def unmet(browser: Browser, expects: Sequence[Expect], done: Done, seconds: float = WAITS) -> Expect | None:
    """The first post-condition that does not come true in time; None when all are so at once."""
    looks = _Looks(browser, expects, done)
    return None if await comes_true(browser, seconds, looks.all_so) else looks.missing


async def page_text(browser: Browser) -> str:
    """All that the page says; nothing while it is on its way to another."""
    try:
        return str(await browser.extract(Read(target=PAGE)))
    except Refused:
        return ""


class _Looks:
    """One look after the other at the same post-conditions."""

    def __init__(self, browser: Browser, expects: Sequence[Expect], done: Done) -> None:
        self._browser = browser
        self._expects = expects
        self._done = done
        self.missing: Expect | None = None

    async def all_so(self) -> bool:
        """Whether nothing is missing."""
        if self.missing is not None:
            await self._find_anew()
        look = _Look(self._browser, self._done, moves=any(one.see == "url" for one in self._expects))
        for expect in self._expects:
            if not await look.sees(expect):
                self.missing = expect
                return False
        return True

    async def _find_anew(self) -> None:
        """The page may have drawn the element again."""
        if self._done.element is None:
            return
        ref = (await self._browser.find(self._done.element)).ref
        self._done = replace(self._done, target=Target(ref=ref)) if ref else self._done


class _Look:
    """One look at the page, which asks for nothing twice."""

    def __init__(self, browser: Browser, done: Done, *, moves: bool) -> None:
        self._browser = browser
        self._done = done
        self._moves = moves
        self._page: str | None = None

    async def sees(self, expect: Expect) -> bool:
        """Whether it is so now."""
        match expect.see:
            case "url":
                return address_fits(expect.what, await self._browser.get_current_url())
            case "text" | "no text":
                page = await self._said()
                return bool(page) and says(page, expect.what) == (expect.see == "text")
            case "value" | "filled":
                return await self._holds(expect)
            case "state":
                return await self._stayed() and await self._holds(expect)
            case "gone" | "shown":
                return await self._stayed() and await self._there() == (expect.see == "shown")
            case "element" | "no element":
                return await self._has(expect.target) == (expect.see == "element")
            case "file":
                return bool(self._done.files)

    async def _has(self, target: Target | None) -> bool:
        """Raises Refused where nobody said which element: then nothing can tell whether it is there."""
        if target is None:
            raise Refused("The step expects an element and does not say which.", code="ERR_INVALID_INPUT")
        return await self._browser.present(target)

    async def _stayed(self) -> bool:
        """Whether the page is still the one it was done on; on another one every element is gone."""
        if self._moves or not self._done.before:
            return True
        return place(await self._browser.get_current_url()) == place(self._done.before)

    async def _said(self) -> str:
        """All that the page says; nothing where it cannot be read, and then it does not even say no."""
        if self._page is None:
            try:
                rows = await self._browser.extract_data("body", {"says": ""})  # one question less than `page_text`
            except Refused:
                rows = []
            self._page = rows[0]["says"] if rows else ""
        return self._page

    async def _holds(self, expect: Expect) -> bool:
        if self._done.target is None:
            return False
        attribute, _, wanted = expect.what.partition("=") if expect.see == "state" else ("", "", expect.what)
        what = Read(target=self._done.target, what="attribute" if attribute else "value", attribute=attribute)
        try:
            held = str(await self._browser.extract(what)).strip()
        except Refused:
            return False
        return bool(held) if expect.see == "filled" else held == wanted.strip()

    async def _there(self) -> bool:
        if self._done.element is not None:
            found = await self._browser.find(self._done.element)
            return found.ref is not None or found.rivals > 0
        return self._done.target is not None and await self._browser.present(self._done.target)
