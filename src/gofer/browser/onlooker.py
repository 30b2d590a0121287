"""Looks at a page before and after an action, to tell the action's element again and to see what came of it."""

from contextlib import suppress

from gofer.browser.checks import page_text
from gofer.browser.traces import Trace
from gofer.core import action as do
from gofer.core.action import Action, Read, Target
from gofer.core.browser import Browser
from gofer.core.errors import Refused, Unavailable
from gofer.core.fingerprint import Fingerprint, Match
from gofer.core.page import Change

STATES = ("aria-expanded", "aria-pressed", "aria-selected")

LANDS = "body, h1, h2, h3, h4, legend, caption, [role=heading], [role=alert], [role=status], [aria-live], dialog[open]"
"""The whole page first: it is there on every page, so nothing is waited for."""

FOCUS = Target(css=":focus")


class Onlooker:
    """Knows what a page was like at one moment."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def aimed(self, action: Action) -> Action:
        """The action with the field that has the focus, where it types and says no field."""
        types = isinstance(action, do.Type) or (isinstance(action, do.Press) and len(action.key) == 1)
        if not types or getattr(action, "target", None) is not None:
            return action
        with suppress(Refused, Unavailable):
            if await self._browser.present(FOCUS):
                return action.model_copy(update={"target": FOCUS})
        return action

    async def before(self, action: Action) -> Trace:
        """The page before an action, and what tells the action's elements."""
        target, onto = getattr(action, "target", None), getattr(action, "onto", None)
        element = await self.fingerprint(target) if target else None
        state = await self._states(target) if isinstance(action, do.Click | do.Press) and target else {}
        url, text, lands = await self._page()
        return Trace(url, text, lands, element, onto=await self.fingerprint(onto) if onto else None, state=state)

    async def after(self, before: Trace, change: Change) -> Trace:
        """The page after an action, and what became of the element."""
        found = (await self._browser.find(before.element)) if before.element else Match()
        target = Target(ref=found.ref) if found.ref else None
        url, text, lands = await self._page()
        value = await self._held(Read(target=target, what="value")) if target else None
        state = await self._states(target) if target and before.state else {}
        gone = before.element is not None and target is None and not found.rivals
        return Trace(url, text, lands, None if gone else before.element, value, state, files=change.files)

    async def fingerprint(self, target: Target) -> Fingerprint | None:
        """What tells the element again; nothing where there is none, for the action itself will say so."""
        try:
            return await self._browser.fingerprint(target)
        except (Refused, Unavailable):
            return None

    async def _page(self) -> tuple[str, str, tuple[str, ...]]:
        """Where the browser is, all that the page says, and its headings and notices."""
        rows = await self._browser.extract_data(LANDS, {"says": ""})
        text = await page_text(self._browser)
        return await self._browser.get_current_url(), text, tuple(row["says"] for row in rows[1:])

    async def _states(self, target: Target) -> dict[str, str]:
        held = {key: await self._held(Read(target=target, what="attribute", attribute=key)) for key in STATES}
        return {key: value for key, value in held.items() if value is not None} or {"": ""}

    async def _held(self, read: Read) -> str | None:
        with suppress(Refused, Unavailable):
            return str(await self._browser.extract(read))
        return None
