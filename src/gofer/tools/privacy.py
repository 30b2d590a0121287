"""What nobody may read in the log of a run: what was typed into fields for passwords, codes and cards."""

import re

from gofer.browser.acting.unsaid import HIDDEN, typed, unsaid
from gofer.browser.private import takes_secrets
from gofer.browser.words import clipped, covered
from gofer.core.action import Action, Target
from gofer.core.browser import Browser
from gofer.core.errors import Refused, Unavailable

URL = 500
"""Letters of an address that an event holds; a page may make its own as long as it likes."""

FOCUS = Target(css=":focus")

_SECRET_PARTS = re.compile(
    r"(?P<key>[?&#;](?:[\w.\[-]*[_.\[-])?(?:pass|password|passwd|passcode|passphrase|pwd|secret|otp|pin|cvc|cvv|csc"
    r"|card_?number|cardno|ccnum)\]?=)[^&#;]*",
    re.I,
)
"""Parts of an address whose name gives them away, also after a crash, when nobody knows any more what was typed."""

_USER = re.compile(r"(?<=://)[^/?#@]*@")


class Privacy:
    """Knows the secrets that were typed with one browser, and hides them wherever they show up."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._secrets: set[str] = set()

    async def sayable(self, action: Action) -> Action:
        """The action as the log may tell it."""
        if not typed(action) or not await self.holds_secret(getattr(action, "target", None) or FOCUS):
            return action
        self._secrets.add(typed(action))
        return unsaid(action)

    async def holds_secret(self, target: Target) -> bool:
        """Whether the field is one for secrets; one that cannot be looked at is taken for one."""
        try:
            if not await self._browser.present(target):
                return True
            element = await self._browser.fingerprint(target)
        except (Refused, Unavailable):
            return True
        return element.tag == "iframe" or takes_secrets(element)

    def over(self, text: str) -> str:
        """The text without the secrets."""
        return covered(text, self._secrets)

    def address(self, url: str) -> str:
        """An address as the log may tell it."""
        plain = _SECRET_PARTS.sub(rf"\g<key>{HIDDEN}", _USER.sub("", self.over(url)))
        return clipped(plain, URL)
