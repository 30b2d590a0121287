"""A browser that hands every blocker it meets to a person, so that neither agent nor playbook has to know of any."""

from gofer.core.action import Action, Fill, Hover, Navigate, Read, Scroll, WaitFor
from gofer.core.application import RunContext
from gofer.core.attempt import UNTOUCHED, Attempt, came_to, refusal
from gofer.core.browser import Browser, Rows
from gofer.core.errors import GoferError, Refused, Unavailable
from gofer.core.forwarding import ForwardingBrowser
from gofer.core.page import Change
from gofer.tools.blockers import Terms, unblocked

STAYS = (Fill, Hover, Scroll, WaitFor)
"""Actions that lead to no other page as a rule: they are worth a look only when they fail."""


class UnblockedBrowser(ForwardingBrowser):
    """Looks after what it did, and once before it does anything."""

    def __init__(self, run: RunContext, wrapped: Browser, terms: Terms | None = None) -> None:
        super().__init__(wrapped)
        self._run = run
        self._terms = terms or Terms()
        self._looked = False

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action, and hand over what it ran into; only going to an address is ever done twice."""
        await self._at_first()
        try:
            change = await self._wrapped.act(action, tell=tell)
        except (Refused, Unavailable) as error:
            if _gone(error) or not await self.cleared(stuck=True):
                raise
            if not isinstance(action, Navigate):
                raise _untold(error) from error
            return await self._wrapped.act(action, tell=tell)
        return await self._fresh() if not isinstance(action, STAYS) and await self.cleared() else change

    async def cleared(self, *, stuck: bool = False) -> bool:
        """Whether something stood in the way and is gone now; it was waited for."""
        return await unblocked(self._run, self._wrapped, self._terms, stuck=stuck)

    async def extract_data(self, each: str, fields: dict[str, str]) -> Rows:
        """One row per matching element; where there is none, perhaps because something stands in the way."""
        rows = await self._wrapped.extract_data(each, fields)
        return await self._wrapped.extract_data(each, fields) if not rows and await self.cleared(stuck=True) else rows

    async def extract(self, read: Read) -> str | list[list[str]]:
        """What one element holds; read once more where something stood in the way."""
        try:
            return await self._wrapped.extract(read)
        except Refused:
            if not await self.cleared(stuck=True):
                raise
        return await self._wrapped.extract(read)

    async def _at_first(self) -> None:
        """After a crash the step is made again: what it waited for comes before doing anything twice."""
        if not self._looked:
            self._looked = True
            await self.cleared()

    async def _fresh(self) -> Change:
        """The page that came instead of the blocker, whole."""
        view = await self._wrapped.observe()
        return Change(url=view.url, title=view.title, text=view.text, full=True, tokens=view.tokens)


def _untold(error: GoferError) -> Refused:
    """What to say of an action that failed, now that the way is free again."""
    if came_to(error) in UNTOUCHED:
        free = "Something was in the way, so it was not done; the way is free now. Read the page, then do it."
        return refusal(free, Attempt.MOVED)
    told = "Something got in the way meanwhile and is gone now. Look whether it was done before you do it again."
    return refusal(f"{error.message} {told}", Attempt.UNSURE)


def _gone(error: GoferError) -> bool:
    return error.code == "ERR_SANDBOX_LOST"
