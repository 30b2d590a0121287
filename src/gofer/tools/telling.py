"""Does what a model asks of a browser, and tells: the model what changed, the run what was done."""

import hashlib
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydantic_ai import ModelRetry

from gofer.browser.acting.unsaid import unsaid
from gofer.browser.filming import PAGE, keep, shot
from gofer.browser.phrases import phrase, sentence
from gofer.browser.words import clipped
from gofer.core import action as do
from gofer.core.action import Action
from gofer.core.application import RunContext
from gofer.core.attempt import UNTOUCHED, came_to
from gofer.core.browser import Browser
from gofer.core.errors import GoferError, Refused, Stopped, Unavailable
from gofer.core.event import BrowserActed
from gofer.core.page import Change
from gofer.tools.elements import Seen
from gofer.tools.privacy import Privacy
from gofer.tools.untrusted import fenced

T = TypeVar("T")

WHY = 2_000
"""Letters of a reason that a model is told: twenty options of a list, and what to do instead."""

UNDONE, FAILED = "It was not done.", "It did not work."
UNSURE = "It may have been done all the same: look at the page before you do it again."
REASON = "The reason follows; names and texts in it are the page's own words."

HARMLESS = (do.Navigate, do.Scroll, do.Hover, do.WaitFor)
"""Actions that may be done again, whether or not they were done. A tab that is closed gives its number to the next."""

WARNED, STOPPED = 3, 6
"""How often an action may come to nothing before the model is told so, and before it is stopped."""

PATIENT, PATIENTLY = (do.Scroll, do.WaitFor, do.Press), 4
"""Actions that are repeated for a reason, although the page shows nothing of it; so many times as often."""

NOTHING = "nothing changed"

STUCK = (
    "You have done exactly this {times} times, and nothing changed. Do not do it again: look at the page, "
    "try another way, or end and say what stands in the way."
)


class Progress:
    """Whether the same action is done again and again while the page stays as it is."""

    def __init__(self) -> None:
        self._last: tuple[Action, str] | None = None
        self._told = ""
        self.times = 0

    def after(self, action: Action, change: Change, words: str) -> str:
        """What to tell the model beside the change, if anything; raises `Stopped` when it gets nowhere."""
        this = (action, change.url)
        same = this == self._last and (change.text == self._told or _nothing(change.text))
        self._last, self._told = this, change.text
        self.times = self.times + 1 if same else 1 if _nothing(change.text) else 0
        often = PATIENTLY if isinstance(action, PATIENT) else 1
        if self.times >= STOPPED * often:
            message = f"The agent did the same thing {self.times} times and nothing changed: {words}."
            raise Stopped(message, next_step="Say the goal in other words, or in smaller parts, and start again.")
        return STUCK.format(times=self.times) if self.times >= WARNED * often else ""


def _nothing(text: str) -> bool:
    return text.strip() in ("", NOTHING)


class Teller:
    """One agent's browser. Whatever comes from a page is fenced, and secrets are told to nobody."""

    def __init__(self, run: RunContext, browser: Browser) -> None:
        self.run = run
        self.browser = browser
        self.seen = Seen()
        self.privacy = Privacy(browser)
        self._progress = Progress()

    async def act(self, action: Action) -> str:
        """Do it; gives what changed."""
        change = await self.done(action)
        stuck = self._progress.after(action, change, self.privacy.over(phrase(unsaid(action), self.seen.name)))
        shown = self.shown(change.url, change.title, change.text)
        return f"{shown}\n{stuck}" if stuck else shown

    async def done(self, action: Action, *, tell: bool = True) -> Change:
        """Do it, with a picture of it for the film strip."""
        words = sentence(await self.privacy.sayable(action), self.seen.name)
        before = await self._shot(action) if getattr(action, "target", None) else None
        change, seconds = await self._tried(self.browser.act(action, tell=tell), action)
        picture = before or await self._shot(action)
        artifact = await keep(self.run, _name(picture), picture) if picture else None
        await self._emit(change.url, action=action.do, sentence=words, seconds=seconds, artifact=artifact)
        return change

    async def told(self, action: str, words: str, work: Awaitable[T], artifact: str | None = None) -> T:
        """The outcome of any other work with the browser."""
        result, seconds = await self._tried(work)
        url, _ = await self._tried(self.browser.get_current_url())
        await self._emit(url, action=action, sentence=words, seconds=seconds, artifact=artifact)
        return result

    def shown(self, url: str, title: str, text: str) -> str:
        """A page as the model is shown it."""
        self.seen.add(text)
        return self.fenced(f"{self.privacy.address(url)} — {title}\n{text}")

    def fenced(self, text: str) -> str:
        """Words of a page as the model is shown them."""
        return fenced("web-page", self.privacy.over(text))

    async def _shot(self, action: Action) -> bytes | None:
        if isinstance(action, do.WaitFor) or not self.run.playbook_rules().pictures:
            return None
        return await shot(self.browser, getattr(action, "target", None) or PAGE)

    async def _tried(self, work: Awaitable[T], action: Action | None = None) -> tuple[T, float]:
        started = time.monotonic()
        try:
            result = await work
        except (Refused, Unavailable) as error:
            raise self._for_model(error, action) from error
        return result, round(time.monotonic() - started, 3)

    async def _emit(self, url: str, *, sentence: str, **told: str | float | None) -> None:
        plain = told | {"sentence": self.privacy.over(sentence), "url": self.privacy.address(url), "by": "model"}
        await self.run.emit(BrowserActed.model_validate(plain))

    def _for_model(self, error: GoferError, action: Action | None) -> Exception:
        """A mistake the model can mend is told to it; without a browser there is nothing to mend."""
        if error.code == "ERR_SANDBOX_LOST":
            return error
        return ModelRetry(f"{_came_of(action, error)} {REASON}\n{self.fenced(clipped(error.message, WHY))}")


def _came_of(action: Action | None, error: GoferError) -> str:
    """Whether what failed was done, as far as that is known; no more may be said, or a model does it twice."""
    if came_to(error) in UNTOUCHED:
        return UNDONE
    return FAILED if action is None or isinstance(action, HARMLESS) else UNSURE


@contextmanager
def told_first(words: str) -> Iterator[None]:
    """What a model must know of what was done before, where the block fails."""
    try:
        yield
    except ModelRetry as error:
        raise ModelRetry(f"{words} {error.message}" if words else error.message) from error


def _name(picture: bytes) -> str:
    """By its content: after a crash nobody knows how many there were."""
    return f"act-{hashlib.sha256(picture).hexdigest()[:10]}"
