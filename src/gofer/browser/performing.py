"""Does single steps of a playbook, checks what they led to, and finds the page again after a crash."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from gofer.browser import checks
from gofer.browser.aiming import Aim, rivals
from gofer.browser.discretion import LONGEST_ADDRESS, Discretion, capped
from gofer.browser.filming import Camera
from gofer.browser.playbook import Act, Each, Pages, Picture, Read, Step, Table
from gofer.browser.reading import read_rows, table_rows
from gofer.browser.sentences import expectation, sentence
from gofer.browser.table import Row
from gofer.browser.waiting import made_way
from gofer.core import action as do
from gofer.core.action import Target
from gofer.core.application import RunContext
from gofer.core.attempt import Attempt, came_to
from gofer.core.errors import GoferError, Refused
from gofer.core.event import BrowserActed
from gofer.core.page import Change

T = TypeVar("T")

RECORD_AGAIN = "Edit the playbook, or start the errand without it."

AIMS = 4
"""How often a step's element is found anew where the page changed between finding it and doing something to it."""

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
    unchecked: bool = False
    """Whether nothing tells that it worked, which whoever watches should know."""

    def acted(self, done: Done) -> BrowserActed:
        """What the run is told; inside the remembered step, which saves remembering it by itself."""
        kind = self.step.action.do if isinstance(self.step, Act) else self.step.do
        words = f"{self.words} (unchecked)" if self.unchecked else self.words
        plain = {"action": kind, "sentence": words, "step": self.number, "by": "playbook"}
        return BrowserActed.model_validate(plain | done.model_dump(include={"url", "seconds", "artifact"}))


class Performer:
    """Does single steps, and finds the page again after a crash."""

    def __init__(self, run: RunContext, aim: Aim, discretion: Discretion, *, pictures: bool) -> None:
        self._run = run
        self._browser = aim.browser
        self._aim = aim
        self._discretion = discretion
        self._camera = Camera(run, aim.browser, on=pictures)
        self._live = False
        self._url: str | None = None
        self._since: list[Act] = []

    def passed(self, step: Step, done: Done) -> None:
        """A step was done, now or before a crash."""
        self._camera.taken += 1
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
        with self._named(spot.number, spot.words):
            await self._found_again()
            done = await self._do(spot.step, before)
        done = done.model_copy(update={"seconds": round(time.monotonic() - started, 3)})
        if not done.skipped:
            told = done.model_copy(update={"url": self._discretion.address(done.url)})
            await self._run.emit(spot.acted(told))
        return done

    async def leads_on(self, number: int, step: Pages) -> bool:
        """Whether there is a next page to go to, and nothing says that this was the last."""
        with self._named(number, sentence(step)):
            await self._found_again()
            return await self._leads_on(step)

    async def _leads_on(self, step: Pages) -> bool:
        if step.until and await checks.unmet(self._browser, [step.until], checks.Done(), 0) is None:
            return False
        return await self._has_next(step) or (await made_way(self._browser) and await self._has_next(step))

    async def _has_next(self, step: Pages) -> bool:
        if step.element is None:
            return await self._browser.present(step.next)
        found = await self._browser.find(step.element)
        if found.rivals:
            raise Refused(rivals(found.rivals, step.next))
        return found.ref is not None and await self._browser.present(Target(ref=found.ref))

    async def count(self, number: int, step: Each) -> int:
        """How many results the page has."""
        with self._named(number, sentence(step)):
            await self._found_again()
            return len(await self._browser.extract_data(step.of, {"": ""}))

    async def _do(self, step: Step, before: list[Row]) -> Done:
        match step:
            case Act():
                return await self._act(step)
            case Picture():
                return await self._picture(step.name)
            case Read():
                rows = await self._cleared_for(lambda: read_rows(self._browser, step, before))
                return await self._filmed(await self._here(rows=rows))
            case Table():
                return await self._filmed(await self._here(rows=await self._cleared_for(lambda: self._cells(step))))
        raise AssertionError(step)

    async def _cells(self, step: Table) -> list[Row]:
        target = await self._aim.one(step.element, step.target)
        return table_rows(await self._browser.extract(do.Read(target=target, what="table")))

    async def _cleared_for(self, reads: Callable[[], Awaitable[T]]) -> T:
        """What it reads; once more where something stood in the way, because reading changes nothing."""
        try:
            return await reads()
        except Refused:
            if not await made_way(self._browser):
                raise
        return await reads()

    async def _act(self, step: Act) -> Done:
        if step.optional and await self._aim.missing(step):
            return await self._left_out(step)
        before = await self._browser.get_current_url()
        target, pictured, change = await self._made(step)
        done = checks.Done(target, step.element, change.files, before)
        if (missing := await checks.unmet(self._browser, step.expect, done)) is not None:
            raise Refused(f"It was done, but it is not so that {expectation(missing)}.")
        here = (await self._here(files=list(change.files))).model_copy(update={"artifact": pictured})
        return here if pictured else await self._filmed(here)

    async def _filmed(self, done: Done) -> Done:
        """With a picture of the page as it is after what has no element of its own, such as Open and Read."""
        return done.model_copy(update={"artifact": await self._camera.film()})

    async def _left_out(self, step: Act) -> Done:
        """Nothing to do it to: then what it was to lead to must be so already, as far as the page shows that."""
        signs = [one for one in step.expect if one.see in checks.OF_THE_PAGE]
        if (missing := await checks.unmet(self._browser, signs, checks.Done())) is not None:
            told = expectation(missing)
            raise Refused(f"Its element is not there, so it was left out, but it is not so that {told}.")
        return (await self._here()).model_copy(update={"skipped": True})

    async def _made(self, step: Act) -> tuple[Target | None, str | None, Change]:
        """Do the action to the very element that was found; where it is another one by now, find it anew."""
        pictured: str | None = None
        for left in reversed(range(AIMS)):
            action, target = await self._aim.at(step, self._url or "")
            if target and pictured is None:
                pictured = await self._camera.film(target)
            try:
                return target, pictured, await self._browser.act(action, tell=False)
            except Refused as error:
                if came_to(error) is Attempt.UNSURE and await self._shows(step, target):
                    return target, pictured, Change(url="", title="", text="")
                if came_to(error) is not Attempt.MOVED or not left:
                    raise
        raise AssertionError("every aim ends in a return or an error")

    async def _shows(self, step: Act, target: Target | None) -> bool:
        """Whether the page says that a step of which nobody knows was done."""
        done = checks.Done(target, step.element)
        return bool(step.expect) and await checks.unmet(self._browser, step.expect, done) is None

    async def _picture(self, name: str) -> Done:
        saved = await self._run.save(name, await self._browser.take_screenshot(), "image/png")
        return (await self._here()).model_copy(update={"artifact": saved.name})

    async def _here(self, rows: Sequence[Row] = (), files: Sequence[str] = ()) -> Done:
        return Done(url=capped(await self._browser.get_current_url()), seconds=0, rows=list(rows), files=list(files))

    async def _found_again(self) -> None:
        """After a crash, the first action must find the page that the last remembered one left.

        On a new computer that page is opened again and its fields are filled again; a click is not done
        twice, because nobody knows what it did.
        """
        first, self._live = not self._live, True
        if not first or self._url is None or await self._is_at(self._url):
            return
        if _was_cut(self._url) or any(isinstance(step.action, ONE_WAY) for step in self._since):
            raise _lost(self._url)
        await self._browser.act(do.Navigate(url=self._url), tell=False)
        for step in self._since:
            await self._browser.act((await self._aim.at(step, self._url))[0], tell=False)
        if not await self._is_at(self._url):
            raise _lost(self._url)

    async def _is_at(self, url: str) -> bool:
        return capped(await self._browser.get_current_url()) == url

    @contextmanager
    def _named(self, number: int, words: str) -> Iterator[None]:
        """What goes wrong inside names the step, and no secret."""
        try:
            yield
        except GoferError as error:
            advice = RECORD_AGAIN if error.code == Refused.default_code else error.next_step
            plain = f"Step {number} (“{words}”): {error.message}"
            message, advice = self._discretion.over(plain), self._discretion.over(advice)
            cause = error if message == plain else None  # a log would print what the cause says
            raise type(error)(message, code=error.code, next_step=advice) from cause


def _was_cut(url: str) -> bool:
    """Whether it is only the beginning of an address."""
    return len(url) >= LONGEST_ADDRESS


def _lost(url: str) -> Refused:
    """Not retried: what happened before is remembered, so another attempt would stand before the same gap."""
    return Refused(f"The browser was lost and {url} cannot be brought back as it was.", code="ERR_SANDBOX_LOST")
