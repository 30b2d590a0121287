"""A Browser is what an errand drives; `gofer.testing.contracts.browser` is the suite that each provider passes."""

import re
from collections.abc import Sequence
from typing import Protocol

from gofer.core.action import Action, Read, Target
from gofer.core.blocker import Blocker
from gofer.core.fingerprint import Fingerprint, Match
from gofer.core.page import Change, Look, PageView

__all__ = ["Browser", "Change", "Look", "PageView", "Target"]

Rows = list[dict[str, str]]

_FIELD = re.compile(r"""(?P<css>.*?)(@(?P<attribute>[^\s@"'()\[\]]*)\s*)?""", re.S)


def css_and_attribute(field: str) -> tuple[str, str]:
    """The two parts of a field of `extract_data`, either empty; an `@` that the selector itself quotes stays in it."""
    parts = _FIELD.fullmatch(field)
    assert parts  # both parts may be empty, so every text is one
    return parts["css"].strip(), parts["attribute"] or ""


class Browser(Protocol):
    """What can be done with a page.

    Every action waits for what it needs, is bounded in time, and returns what changed. A failed one raises
    `gofer.core.errors.Refused` in words that help (covered by the cookie banner, three elements match: which?),
    `Unavailable` where the site or the browser is gone.
    """

    async def navigate(self, url: str) -> Change:
        """Go to an http(s) address and wait until it can be read."""

    async def fill_field(self, target: Target, value: str) -> Change:
        """Put text into exactly one field."""

    async def click_element(self, target: Target) -> Change:
        """Click exactly one element and wait for what that leads to."""

    async def upload_file(self, target: Target, paths: Sequence[str]) -> Change:
        """Put files of the browser's computer into a file field."""

    async def extract_data(self, each: str, fields: dict[str, str]) -> Rows:
        """One row per element that matches the selector `each`; fields are `selector` or `selector@attribute`."""

    async def take_screenshot(self, mark: Target | None = None) -> bytes:
        """The visible part of the page as PNG bytes, with the element marked if one is named."""

    async def get_current_url(self) -> str:
        """Where the browser is."""

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action; the named ones above are its most common forms.

        Without `tell` nothing is compared and the change's text is empty: a replay, which checks for itself, is faster.
        """

    async def extract(self, read: Read) -> str | list[list[str]]:
        """What one element holds: a text, or a table's rows of cells."""

    async def observe(self, look: Look | None = None) -> PageView:
        """The page as a model should see it, never over its token cap."""

    async def present(self, target: Target) -> bool:
        """Whether exactly one such element is visible and usable; raises `Refused` when several are."""

    async def fingerprint(self, target: Target) -> Fingerprint:
        """What tells this element again on another day."""

    async def find(self, fingerprint: Fingerprint) -> Match:
        """The one element this fingerprint still fits, or none."""

    async def blocker(self) -> Blocker:
        """What stands in the way on the page as it is now, by signs alone and within 50 ms."""
