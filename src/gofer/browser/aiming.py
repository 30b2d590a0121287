"""Finds the elements of a step by their fingerprints, given time to appear, and says why where there is none."""

from dataclasses import dataclass
from urllib.parse import urljoin

from gofer.browser.playbook import Act
from gofer.browser.waiting import comes_true
from gofer.browser.words import clipped, describe
from gofer.core import action as do
from gofer.core.action import Action, Target
from gofer.core.browser import Browser
from gofer.core.errors import Refused
from gofer.core.fingerprint import Fingerprint, Match

APPEARS = 5.0
"""Seconds that the element of a step gets to be there."""

OPTIONAL_APPEARS = 0.5
"""The same for one that need not be there."""


@dataclass
class Aim:
    """Finds elements on the page as it is now."""

    browser: Browser
    appears: float = APPEARS

    async def at(self, step: Act, base: str) -> tuple[Action, Target | None]:
        """The action with its elements found; raises Refused where one is not there or where several are."""
        action = step.action
        if isinstance(action, do.Navigate):
            return action.model_copy(update={"url": urljoin(base or action.url, action.url)}), None
        target = getattr(action, "target", None)
        if target is None:
            return action, None
        target = await self.one(step.element, target)
        aimed = {"target": target}
        if step.onto is not None and isinstance(action, do.Drag) and action.onto is not None:
            aimed["onto"] = await self.one(step.onto, action.onto)
        return action.model_copy(update=aimed), target

    async def one(self, element: Fingerprint | None, target: Target) -> Target:
        """The one element that the fingerprint fits; without one, the target's words will have to."""
        if element is None:
            return target
        found = await self._found(element, self.appears)
        if found.ref is None:
            raise Refused(rivals(found.rivals, target) if found.rivals else _none(found, target))
        return Target(ref=found.ref)

    async def missing(self, step: Act) -> bool:
        """Whether a step's element is not there at all; raises Refused where several might be it."""
        target = getattr(step.action, "target", None)
        if target is None:
            return False
        if step.element is None:
            return not await comes_true(self.browser, OPTIONAL_APPEARS, lambda: self.browser.present(target))
        found = await self._found(step.element, OPTIONAL_APPEARS)
        if found.rivals:
            raise Refused(rivals(found.rivals, target))
        return found.ref is None

    async def _found(self, element: Fingerprint, seconds: float) -> Match:
        matches: list[Match] = []

        async def there() -> bool:
            matches.append(await self.browser.find(element))
            return matches[-1].ref is not None

        await comes_true(self.browser, seconds, there)
        return matches[-1]


def _none(found: Match, target: Target) -> str:
    told = f"Nothing on the page is {describe(target)} as it was recorded"
    if not found.renamed:
        return f"{told}."
    return f"{told}; what stands in its place says “{clipped(found.renamed)}”, which may do something else."


def rivals(many: int, target: Target) -> str:
    """That several might be meant."""
    return f"{many} elements match {describe(target)} as it was recorded, and nothing tells which one is meant."
