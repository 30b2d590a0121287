"""Replays a playbook, one remembered step per action, so that a crash goes on at the next action."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gofer.browser.aiming import APPEARS, Aim
from gofer.browser.binding import Values, bound, complete, without
from gofer.browser.discretion import Discretion
from gofer.browser.healing import Heal, Healed, Trouble, replaced
from gofer.browser.loops import rows_for
from gofer.browser.performing import Done, Performer, Spot
from gofer.browser.playbook import Act, Each, Pages, Picture, Playbook, Read, Save, Step, Table, count
from gofer.browser.private import takes_secrets
from gofer.browser.sentences import sentence
from gofer.browser.soundness import sound, unchecked
from gofer.browser.table import Row, as_csv
from gofer.core import action as do
from gofer.core.application import RunContext
from gofer.core.browser import Browser
from gofer.core.errors import Refused

_REFUSED = re.compile("is not an address to open: |is an address of a private network; ")
"""How an address is refused, whoever may have given it."""


@dataclass(frozen=True)
class Manner:
    """How to replay: who mends a step that does not fit, and whether each step's target is pictured."""

    heal: Heal | None = None
    pictures: bool = False
    appears: float = APPEARS
    """Seconds that each step's element gets to be there."""


@dataclass
class Replayed:
    """What a whole replay gave."""

    rows: list[Row] = field(default_factory=list)
    pages: int = 0
    csv: str | None = None
    screenshots: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    key: str = ""
    acted: int = 0
    unchecked: list[int] = field(default_factory=list)
    """The numbers of steps that were done though nothing tells whether they worked."""
    healed: list[Healed] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    mended: Playbook | None = None
    """The playbook with its healed steps, if any step was."""


async def replay(
    run: RunContext, browser: Browser, playbook: Playbook, values: Values, manner: Manner | None = None
) -> Replayed:
    """Do every step, or raise an error that names the step which could not be done; only healing asks a model."""
    complete(playbook, values)
    sound(playbook.steps)
    player = _Player(run, browser, (playbook, values), manner or Manner())
    await player.play_all(playbook.steps, 1, values)
    return player.result


class _SamePage(Exception):
    """A page showed the same rows as the one before."""


class _Player:
    def __init__(self, run: RunContext, browser: Browser, known: tuple[Playbook, Values], manner: Manner) -> None:
        playbook, values = known
        self._run = run
        self._discretion = Discretion(playbook, values)
        aim = Aim(browser, manner.appears)
        self._hand = Performer(run, aim, self._discretion, pictures=manner.pictures)
        self._playbook = playbook
        self._manner = manner
        self._read: dict[int, list[Row]] = {}
        self._row: Row | None = None
        self._mended: dict[int, tuple[Act, ...]] = {}
        self._turning: set[int] = set()
        """Steps that go to the next page: what is read there shows whether they did."""
        self.result = Replayed()

    async def play_all(self, steps: Sequence[Step], number: int, values: Values) -> None:
        """Steps one after another; each has a number of its own, also inside loops."""
        for step in steps:
            await self._play(step, number, values)
            number += count(step)

    async def _play(self, step: Step, number: int, values: Values) -> None:
        match step:
            case Pages():
                await self._pages(step, number, values)
            case Each():
                await self._each(step, number, values)
            case Save():
                saved = await self._run.save(step.name, as_csv(self.result.rows), "text/csv")
                self.result.csv = saved.name
            case Read() | Table():
                await self._rows(step, number, values)
            case _:
                await self._healable(step, number, values)

    async def _pages(self, step: Pages, number: int, values: Values) -> None:
        for page in range(1, step.most + 1):
            try:
                await self.play_all(step.steps, number + 1, values)
            except _SamePage:
                self.result.notes.append(f"Page {page} showed the same rows as the one before; stopped there.")
                break
            self.result.pages = page
            name = f"{number}. Look for a next page"
            if not await self._run.step(self._hand.leads_on, number, bound(step, values), name=name):
                break
            if page == step.most:
                self.result.notes.append(f"Stopped after {step.most} pages, though there are more.")
                break
            self._turning.add(number)
            following = Act(action=do.Click(target=step.next), element=step.element)
            await self._healable(following, number, values)
        self._read.clear()

    async def _each(self, step: Each, number: int, values: Values) -> None:
        if step.source == "page":
            await self._each_result(step, number, values)
            return
        rows = rows_for(step, values[step.of]) if step.source == "parameter" else list(self.result.rows)
        self._cut(len(rows), step)
        for row in rows[: step.most]:
            self._row = row if step.source == "rows" else None
            cells = {f"{step.name}.{column}": cell for column, cell in row.items()}
            await self.play_all(step.steps, number + 1, {**values, **cells})
            self._read.clear()
        self._row = None

    async def _each_result(self, step: Each, number: int, values: Values) -> None:
        """By place; where a result goes away when it is dealt with, the next one moves up."""
        first = await self._count(step, number, values)
        self._cut(first, step)
        for place in range(min(first, step.most)):
            gone = max(0, first - await self._count(step, number, values)) if place else 0
            selector = f":nth-match({bound(step, values).of}, {place - min(gone, place) + 1})"
            await self.play_all(step.steps, number + 1, {**values, step.name: selector})
            self._read.clear()

    async def _count(self, step: Each, number: int, values: Values) -> int:
        name = f"{number}. Count the results"
        return await self._run.step(self._hand.count, number, bound(step, values), name=name)

    def _cut(self, there_are: int, step: Each) -> None:
        if there_are == 0:
            of = f"“{step.of}” has" if step.source == "parameter" else f"For each {step.name}:"
            self.result.notes.append(f"{of} 0 {'results' if step.source == 'page' else 'rows'}.")
        if there_are > step.most:
            self.result.notes.append(f"Did {step.most} of {there_are}, as many as the playbook allows.")

    async def _rows(self, step: Read | Table, number: int, values: Values) -> None:
        before = self._read.get(number, [])
        done = await self._told(step, number, values, before)
        if before and done.rows == before:
            raise _SamePage
        self._read[number] = done.rows
        self.result.key = self.result.key or next(iter(done.rows[0] if done.rows else {}), "")
        if self._row is not None and len(done.rows) == 1:
            self._row.update(done.rows[0])
        else:
            self.result.rows += done.rows

    async def _healable(self, step: Act | Picture, number: int, values: Values) -> None:
        for one in self._mended.get(number, (step,)):
            try:
                done = await self._told(one, number, values)
            except Refused as error:
                if self._manner.heal is None or not isinstance(one, Act) or not _mendable(bound(one, values), error):
                    raise
                await self._heal(one, number, values, error)
                return
            self._count_in(done)
            if self._unchecked(one, number) and not done.skipped and number not in self.result.unchecked:
                self.result.unchecked.append(number)

    def _unchecked(self, step: Step, number: int) -> bool:
        return unchecked(step) and number not in self._turning

    def _count_in(self, done: Done) -> None:
        self.result.acted += not done.skipped
        self.result.files += done.files
        if done.artifact:
            self.result.screenshots += [] if done.artifact.startswith("step-") else [done.artifact]

    async def _heal(self, step: Act, number: int, values: Values, error: Refused) -> None:
        assert self._manner.heal is not None
        healed = await self._manner.heal(Trouble(number, step, bound(step, values), values, error))
        if healed is None:
            raise error
        self._mended[number] = healed.steps
        self._hand.at(healed.url, bound(step, values))
        self.result.acted += 1
        self.result.healed.append(healed)
        self.result.mended = replaced(self.result.mended or self._playbook, self._numbers(number), healed.steps)

    def _numbers(self, number: int) -> int:
        """The step's number after earlier ones were replaced by several."""
        return number + sum(len(steps) - 1 for before, steps in self._mended.items() if before < number)

    async def _told(self, template: Step, number: int, values: Values, before: Sequence[Row] = ()) -> Done:
        step = bound(template, values)
        if lacking := without(template, values):
            told = f"Step {number} (“{sentence(template)}”): there is no value for “{lacking[0]}”."
            raise Refused(told, code="ERR_INVALID_INPUT")
        self._discretion.learn(template, values)
        words = self._discretion.over(
            sentence(template if isinstance(step, Act) and takes_secrets(step.element) else step)
        )
        what = Spot(number, words, step, self._unchecked(template, number))
        done = await self._run.step(self._hand.perform, what, list(before), name=f"{number}. {words}")
        self._hand.passed(step, done)
        return done


def _mendable(step: Act, error: Refused) -> bool:
    """Whether another way through the page could help; there is none round an address that may not be opened."""
    return error.code == Refused.default_code and not (
        isinstance(step.action, do.Navigate) and _REFUSED.search(error.message)
    )
