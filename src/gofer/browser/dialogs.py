"""Answers a page's dialogs, so that none of them stops the errand."""

from collections.abc import Callable
from contextlib import suppress
from weakref import WeakSet

from playwright.async_api import Dialog, Error, Page

from gofer.browser.notes import Notes
from gofer.browser.words import clipped

STORM = 30
"""Dialogs during one action after which the page only wants attention."""


class Dialogs:
    """Agrees to alerts and to leaving a page, declines the rest, and says what each one said."""

    def __init__(self, notes: Notes, give_up: Callable[[Page], None]) -> None:
        self._notes = notes
        self._give_up = give_up
        self._count = 0
        self._pages: WeakSet[Page] = WeakSet()

    def pestered(self, page: Page) -> bool:
        """Whether this tab's page has opened dialogs, and so perhaps lets nobody go."""
        return page in self._pages

    def rest(self) -> None:
        """Count anew."""
        self._count = 0

    async def answer(self, dialog: Dialog) -> None:
        """Close the dialog."""
        self._count += 1
        if dialog.page:
            self._pages.add(dialog.page)
        agreed = dialog.type in ("alert", "beforeunload")
        done = "accepted" if agreed else "declined"
        self._notes.add(f"A {dialog.type} dialog said “{clipped(dialog.message, 300)}”; it was {done}")
        if self._count == STORM and dialog.page:
            self._notes.add("The page opened one dialog after another; its tab was closed")
            self._give_up(dialog.page)
        with suppress(Error):
            await (dialog.accept() if agreed else dialog.dismiss())
