"""A blocked run waits without a slot, goes on by itself, on Done, gives up, gets more time, and survives a crash."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from pydantic import BaseModel, ConfigDict
from tests.tools.test_browser_tools import PaperBrowser

from gofer.core.action import Action, Click, Target
from gofer.core.application import Application, RunContext
from gofer.core.blocker import Blocker, BlockerKind
from gofer.core.page import Change
from gofer.core.run import Run, Status
from gofer.kernel.context import Context
from gofer.kernel.control import ControlledBrowser
from gofer.kernel.parts import Policy
from gofer.testing.harness import Harness, Setup, harness
from gofer.tools.blockers import ABORT, DONE, LATER, Terms
from gofer.tools.unblocked import UnblockedBrowser

CAPTCHA = Blocker(kind=BlockerKind.CAPTCHA, confidence=0.9)


class Gate(PaperBrowser):
    """A page that is blocked until somebody opens the gate."""

    def __init__(self) -> None:
        super().__init__()
        self.shut = True
        self.shuts_again = False
        self.acted_at = 0.0

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """The page; perhaps acting is what shuts the gate."""
        change = await super().act(action, tell=tell)
        self.shut, self.shuts_again = self.shut or self.shuts_again, False
        return change

    async def blocker(self) -> Blocker:
        """As long as the gate is shut and something was done."""
        return CAPTCHA if self.shut and self.acted else Blocker()


class Asked(BaseModel):
    """How long somebody has."""

    model_config = ConfigDict(extra="forbid")

    seconds: float = 60.0


GATES: dict[str, Gate] = {}


async def errand(run: RunContext, asked: Asked) -> str:
    """Two clicks, each a step; the first runs into a blocker."""
    gate = GATES[run.id] = GATES.get(run.id) or Gate()
    held = ControlledBrowser(gate, cast(Context, run)._waits)
    browser = UnblockedBrowser(run, held, Terms(seconds=asked.seconds))

    async def click(ref: str) -> str:
        await browser.click_element(Target(ref=ref))
        gate.acted_at = time.monotonic()
        return ref

    return await run.step(click, "e1") + await run.step(click, "e2")


def setup(folder: Path) -> Setup:
    application = Application("errand", "Clicks.", Asked, errand)
    return Setup(folder, [application], policy=Policy(concurrent_runs=1, retry_seconds=0.05))


@pytest.fixture
async def gofer(folder: Path) -> AsyncIterator[Harness]:
    """A kernel with one slot."""
    async with harness(setup(folder)) as ready:
        yield ready


async def blocked(gofer: Harness, seconds: float = 60.0) -> Run:
    run = await gofer.start("errand", seconds=seconds)
    return await gofer.reaches(run.id, Status.WAITING)


async def told_of_questions(gofer: Harness, run_id: str) -> list[str]:
    return [event.type for event in await gofer.events(run_id) if event.type.startswith("question.")]


async def hows(gofer: Harness, run_id: str) -> list[object]:
    return [event.data["how"] for event in await gofer.events(run_id) if event.type == "blocker.gone"]


async def test_a_blocked_run_holds_no_slot(gofer: Harness) -> None:
    first = await blocked(gofer)
    second = await blocked(gofer)
    assert (await gofer.show(first.id)).status is Status.WAITING
    for run in (first, second):
        await gofer.call("run.cancel", id=run.id)
        await gofer.ended(run.id)


async def test_it_goes_on_by_itself_within_a_second_of_the_way_being_free(gofer: Harness) -> None:
    run = await blocked(gofer)
    await asyncio.sleep(0.3)
    GATES[run.id].shut = False
    opened = time.monotonic()
    assert (await gofer.ended(run.id)).output == "e1e2"
    assert GATES[run.id].acted_at - opened < 1.5  # the figure of a quiet machine, at most 1 s, is in the benchmarks
    assert await hows(gofer, run.id) == ["cleared"]
    (answered,) = [event for event in await gofer.events(run.id) if event.type == "question.answered"]
    assert answered.data["by"] == "itself"


async def test_done_is_enough(gofer: Harness) -> None:
    run = await blocked(gofer)
    await gofer.call("run.answer", id=run.id, answer=DONE)
    assert (await gofer.ended(run.id)).output == "e1e2"
    assert await hows(gofer, run.id) == ["done"]


async def test_abort_ends_it(gofer: Harness) -> None:
    run = await blocked(gofer)
    await gofer.call("run.answer", id=run.id, answer=ABORT)
    ended = await gofer.ended(run.id)
    assert ended.error is not None
    assert (ended.status, ended.error.code) == (Status.FAILED, "ERR_DENIED")


async def test_a_deadline_ends_it(gofer: Harness) -> None:
    run = await gofer.run("errand", seconds=0.3)
    assert run.error is not None
    assert run.error.code == "ERR_BLOCKED"
    assert await hows(gofer, run.id) == ["deadline"]


async def test_more_time_moves_the_deadline_and_keeps_the_question_open(gofer: Harness) -> None:
    run = await blocked(gofer, seconds=1.0)
    await gofer.call("run.answer", id=run.id, answer=LATER)
    await asyncio.sleep(1.3)
    assert (await gofer.show(run.id)).status is Status.WAITING
    postponed = await gofer.happens(run.id, "question.postponed")
    assert postponed.data["by"] == "owner"
    await gofer.call("run.answer", id=run.id, answer=DONE)
    assert (await gofer.ended(run.id)).output == "e1e2"


async def test_a_crash_while_waiting_loses_neither_question_nor_answer(folder: Path) -> None:
    async with harness(setup(folder)) as gofer:
        run = await blocked(gofer)
    async with harness(setup(folder)) as gofer:
        await gofer.happens(run.id, "run.recovered")
        assert len(GATES[run.id].acted) == 1
        await gofer.call("run.answer", id=run.id, answer=DONE)
        assert (await gofer.ended(run.id)).output == "e1e2"
        asked = [event for event in await gofer.events(run.id) if event.type == "question.asked"]
        assert len(asked) == 1


async def test_a_way_that_was_freed_during_the_crash_leaves_no_stale_question(folder: Path) -> None:
    async with harness(setup(folder)) as gofer:
        run = await blocked(gofer)
    GATES[run.id].shut = False
    async with harness(setup(folder)) as gofer:
        assert (await gofer.ended(run.id)).output == "e1e2"
        assert await told_of_questions(gofer, run.id) == ["question.asked", "question.withdrawn"]
    assert [type(action) for action in GATES[run.id].acted] == [Click] * 3


async def test_a_question_that_was_withdrawn_can_be_asked_and_answered_again(folder: Path) -> None:
    async with harness(setup(folder)) as gofer:
        run = await blocked(gofer)
    GATES[run.id].shut, GATES[run.id].shuts_again = False, True
    async with harness(setup(folder)) as gofer:
        await gofer.happens(run.id, "question.withdrawn")
        async with asyncio.timeout(10):
            while len(told := await told_of_questions(gofer, run.id)) < 3:
                await asyncio.sleep(0.01)
        assert told == ["question.asked", "question.withdrawn", "question.asked"]
        await gofer.call("run.answer", id=run.id, answer=DONE)
        assert (await gofer.ended(run.id)).output == "e1e2"
        asked = [event for event in await gofer.events(run.id) if event.type == "question.asked"]
        assert len({str(event.data["question"]) for event in asked}) == 2
