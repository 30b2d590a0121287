"""Does single steps of a playbook, checks what they led to, and finds the page again after a crash."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

from pydantic import BaseModel

from gofer.browser import checks
from gofer.browser.playbook import Act, Each, Pages, Picture, Read, Step, Table
from gofer.browser.reading import read_rows, table_rows
from gofer.browser.sentences import expectation, sentence
from gofer.browser.table import Row
from gofer.browser.words import describe
from gofer.core import action as do
from gofer.core.action import Action, Target
from gofer.core.application import RunContext
from gofer.core.browser import Browser
from gofer.core.errors import GoferError, Refused
from gofer.core.event import BrowserActed
from gofer.core.fingerprint import Fingerprint

RECORD_AGAIN = "Edit the playbook, or start the errand without it."

APPEARS = 5.0
"""Seconds that the element of a step gets to be there."""

ONE_WAY = (do.Click, do.Press, do.Download, do.Drag, do.Point, do.SwitchTab, do.Back)
"""Actions that are not done again on a new computer: nobody knows what they did."""


class Done(BaseModel):
    """What one action gave, remembered for the case of a crash."""

    url: str
    seconds: float
    rows: list[Row] = []
    artifact: str | None = None
    files: list[str] = []
    skipped: bool = False


@dataclass(frozen=True)
class Spot:
    """A step, its number, and what it is called."""

    number: int
    words: str
    step: Step

    def acted(self, done: Done) -> BrowserActed:
        """What the run is told; inside the remembered step, which saves remembering it by itself."""
        kind = self.step.action.do if isinstance(self.step, Act) else self.step.do
        plain = {"action": kind, "sentence": self.words, "step": self.number, "by": "playbook"}
        return BrowserActed.model_validate(plain | done.model_dump(include={"url", "seconds", "artifact"}))


class Performer:
    """Does single steps, and finds the page again after a crash."""

    def __init__(self, run: RunContext, browser: Browser, pictures: bool) -> None:
        self._run = run
        self._browser = browser
        self._pictures = pictures
        self._taken = 0
        self._live = False
        self._url: str | None = None
        self._since: list[Act] = []

    def passed(self, step: Step, done: Done) -> None:
        """A step was done, now or before a crash."""
        self._taken += 1
        if isinstance(step, Act) and not done.skipped:
            self.at(done.url, step)

    def at(self, url: str, step: Act) -> None:
        """The browser is here after this."""
        if isinstance(step.action, do.Navigate) or url != self._url:
            self._url, self._since = url, []
        else:
            self._since.append(step)

    async def perform(self, spot: Spot, before: list[Row]) -> Done:
        """One step, told to the run; or an error that names it."""
        started = time.monotonic()
        with _named(spot.number, spot.words):
            await self._found_again()
            done = await self._do(spot.step, before)
        done = done.model_copy(update={"seconds": round(time.monotonic() - started, 3)})
        if not done.skipped:
            await self._run.emit(spot.acted(done))
        return done

    async def leads_on(self, number: int, step: Pages) -> bool:
        """Whether there is a next page to go to, and nothing says that this was the last."""
        with _named(number, sentence(step)):
            await self._found_again()
            return await self._leads_on(step)

    async def _leads_on(self, step: Pages) -> bool:
        if step.until and await checks.unmet(self._browser, [step.until], checks.Done(), 0) is None:
            return False
        if step.element is None:
            return await self._browser.present(step.next)
        found = await self._browser.find(step.element)
        if found.rivals:
            raise Refused(_rivals(found.rivals, step.next))
        return found.ref is not None and await self._browser.present(Target(ref=found.ref))

    async def count(self, number: int, step: Each) -> int:
        """How many results the page has."""
        with _named(number, sentence(step)):
            await self._found_again()
            return len(await self._browser.extract_data(step.of, {"": ""}))

    async def _do(self, step: Step, before: list[Row]) -> Done:
        match step:
            case Act():
                return await self._act(step)
            case Picture():
                return await self._picture(step.name, None)
            case Read():
                return await self._here(rows=await read_rows(self._browser, step, before))
            case Table():
                target = await self._target(step.element, step.target)
                cells = await self._browser.extract(do.Read(target=target, what="table"))
                return await self._here(rows=table_rows(cells))
        raise AssertionError(step)

    async def _act(self, step: Act) -> Done:
        try:
            action, target = await self._aimed(step)
        except Refused:
            if step.optional:
                return (await self._here()).model_copy(update={"skipped": True})
            raise
        name = f"step-{self._taken + 1:03d}.png"
        pictured = await self._picture(name, target) if self._pictures and target else None
        change = await self._browser.act(action, tell=False)
        done = checks.Done(target, step.element, change.files)
        if (missing := await checks.unmet(self._browser, step.expect, done)) is not None:
            raise Refused(f"It was done, but it is not so that {expectation(missing)}.")
        here = await self._here(files=list(change.files))
        return here.model_copy(update={"artifact": pictured.artifact if pictured else None})

    async def _aimed(self, step: Act) -> tuple[Action, Target | None]:
        """The action with its elements found by their fingerprints."""
        action = step.action
        if isinstance(action, do.Navigate):
            return action.model_copy(update={"url": urljoin(self._url or action.url, action.url)}), None
        target = getattr(action, "target", None)
        if target is None:
            return action, None
        target = await self._target(step.element, target, 0.5 if step.optional else APPEARS)
        aimed = {"target": target}
        if step.onto is not None and isinstance(action, do.Drag) and action.onto is not None:
            aimed["onto"] = await self._target(step.onto, action.onto)
        return action.model_copy(update=aimed), target

    async def _target(self, element: Fingerprint | None, target: Target, seconds: float = APPEARS) -> Target:
        if element is None:
            return target
        deadline = time.monotonic() + seconds
        while (found := await self._browser.find(element)).ref is None:
            if time.monotonic() > deadline:
                raise Refused(_rivals(found.rivals, target) if found.rivals else _none(target))
            await asyncio.sleep(checks.POLL)
        return Target(ref=found.ref)

    async def _picture(self, name: str, mark: Target | None) -> Done:
        saved = await self._run.save(name, await self._browser.take_screenshot(mark), "image/png")
        return (await self._here()).model_copy(update={"artifact": saved.name})

    async def _here(self, rows: Sequence[Row] = (), files: Sequence[str] = ()) -> Done:
        return Done(url=await self._browser.get_current_url(), seconds=0, rows=list(rows), files=list(files))

    async def _found_again(self) -> None:
        """After a crash, the first action must find the page that the last remembered one left.

        On a new computer that page is opened again and its fields are filled again; a click is not done
        twice, because nobody knows what it did.
        """
        first, self._live = not self._live, True
        if not first or self._url is None or await self._browser.get_current_url() == self._url:
            return
        if any(isinstance(step.action, ONE_WAY) for step in self._since):
            raise _lost(self._url)
        await self._browser.act(do.Navigate(url=self._url), tell=False)
        for step in self._since:
            await self._browser.act((await self._aimed(step))[0], tell=False)
        if await self._browser.get_current_url() != self._url:
            raise _lost(self._url)


@contextmanager
def _named(number: int, words: str) -> Iterator[None]:
    """What goes wrong inside names the step."""
    try:
        yield
    except GoferError as error:
        advice = RECORD_AGAIN if error.code == Refused.default_code else error.next_step
        message = f"Step {number} (“{words}”): {error.message}"
        raise type(error)(message, code=error.code, next_step=advice) from error


def _none(target: Target) -> str:
    return f"Nothing on the page is {describe(target)} as it was recorded."


def _rivals(rivals: int, target: Target) -> str:
    return f"{rivals} elements match {describe(target)} as it was recorded, and nothing tells which one is meant."


def _lost(url: str) -> Refused:
    """Not retried: what happened before is remembered, so another attempt would stand before the same gap."""
    return Refused(f"The browser was lost and {url} cannot be brought back as it was.", code="ERR_SANDBOX_LOST")
