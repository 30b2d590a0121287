"""Replays a playbook, one remembered step per action, so that a crash goes on at the next action."""

import time
from dataclasses import dataclass, field

from pydantic import BaseModel

from gofer.browser.binding import Values, bind
from gofer.browser.playbook import Click, Extract, Fill, Open, Playbook, Save, Screenshot, Select, Step
from gofer.browser.reading import leads_on, read_rows
from gofer.browser.table import Row, as_csv
from gofer.browser.words import sentence
from gofer.core.application import RunContext
from gofer.core.browser import Browser
from gofer.core.errors import GoferError, Refused
from gofer.core.event import BrowserActed

RECORD_AGAIN = "Record the playbook again, or start the errand without it."


class Done(BaseModel):
    """What one action gave, remembered for the case of a crash."""

    url: str
    seconds: float
    rows: list[Row] = []
    more: bool = False
    artifact: str | None = None


@dataclass
class Replayed:
    """What a whole replay gave."""

    rows: list[Row] = field(default_factory=list)
    pages: int = 0
    csv: str | None = None
    screenshots: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    key: str = ""


async def replay(run: RunContext, browser: Browser, playbook: Playbook, values: Values) -> Replayed:
    """Do every step or raise an error that names the step which could not be done; no model is asked."""
    player = _Player(run, browser)
    for number, step in enumerate(bind(playbook, values), 1):
        await player.play(number, step)
    return player.result


class _Player:
    def __init__(self, run: RunContext, browser: Browser) -> None:
        self._run = run
        self._browser = browser
        self._live = False
        self._url: str | None = None
        self._since: list[Step] = []
        self.result = Replayed()

    async def play(self, number: int, step: Step) -> None:
        """Do one step of the playbook."""
        if isinstance(step, Extract):
            await self._pages(number, step)
        elif isinstance(step, Save):
            saved = await self._run.save(step.name, as_csv(self.result.rows), "text/csv")
            self.result.csv = saved.name
        else:
            await self._act(number, step)

    async def _pages(self, number: int, step: Extract) -> None:
        before: list[Row] = []
        self.result.key = self.result.key or next(iter(step.fields))
        for page in range(1, step.max_pages + 1):
            done = await self._act(number, step, before)
            if page > 1 and done.rows == before:
                self.result.notes.append(f"Page {page} showed the same rows as the one before; stopped there.")
                return
            before = done.rows
            self.result.rows += done.rows
            self.result.pages = page
            if step.next is None or not done.more:
                return
            if page < step.max_pages:
                await self._act(number, Click(target=step.next))
        self.result.notes.append(f"Stopped after {step.max_pages} pages, though there are more.")

    async def _act(self, number: int, step: Step, before: list[Row] | None = None) -> Done:
        words = sentence(step)
        done = await self._run.step(self._perform, number, step, before or [], name=f"{number}. {words}")
        told = BrowserActed(action=step.do, sentence=words, url=done.url, seconds=done.seconds, artifact=done.artifact)
        await self._run.emit(told)
        self._passed(step, done)
        return done

    def _passed(self, step: Step, done: Done) -> None:
        if isinstance(step, Open) or done.url != self._url:
            self._url, self._since = done.url, []
        elif isinstance(step, Click | Fill | Select):
            self._since.append(step)
        if done.artifact:
            self.result.screenshots.append(done.artifact)

    async def _perform(self, number: int, step: Step, before: list[Row]) -> Done:
        started = time.monotonic()
        try:
            await self._found_again()
            done = await self._do(step, before)
        except GoferError as error:
            raise _named(error, number, step) from error
        return done.model_copy(update={"seconds": round(time.monotonic() - started, 3)})

    async def _found_again(self) -> None:
        """After a crash, the first action must find the page that the last remembered one left.

        On a new computer that page is opened again and its fields are filled again; a click is not done
        twice, because nobody knows what it did.
        """
        first, self._live = not self._live, True
        if not first or self._url is None or await self._browser.url() == self._url:
            return
        if any(isinstance(step, Click) for step in self._since):
            raise _lost(self._url)
        await self._browser.open(self._url)
        for step in self._since:
            await self._do(step, [])
        if await self._browser.url() != self._url:
            raise _lost(self._url)

    async def _do(self, step: Step, before: list[Row]) -> Done:
        browser = self._browser
        match step:
            case Open():
                await browser.open(step.url)
            case Click():
                await browser.click(step.target)
            case Fill():
                await browser.fill(step.target, step.value)
            case Select():
                await browser.select(step.target, step.value)
            case Screenshot():
                saved = await self._run.save(step.name, await browser.screenshot(), "image/png")
                return Done(url=await browser.url(), seconds=0, artifact=saved.name)
            case Extract():
                rows = await read_rows(browser, step, before)
                return Done(url=await browser.url(), seconds=0, rows=rows, more=await leads_on(browser, step.next))
        return Done(url=await browser.url(), seconds=0)


def _named(error: GoferError, number: int, step: Step) -> GoferError:
    advice = RECORD_AGAIN if error.code == Refused.default_code else error.next_step
    return type(error)(f"Step {number} (“{sentence(step)}”): {error.message}", code=error.code, next_step=advice)


def _lost(url: str) -> Refused:
    """Not retried: what happened before is remembered, so another attempt would stand before the same gap."""
    return Refused(f"The browser was lost and {url} cannot be brought back as it was.", code="ERR_SANDBOX_LOST")
