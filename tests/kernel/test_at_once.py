"""Several things at once in one run, and what is swallowed on the way."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from pydantic import BaseModel

from gofer.core.application import Application, RunContext
from gofer.core.question import Question
from gofer.core.run import Status
from gofer.kernel import runner, watch
from gofer.storage import questions
from gofer.testing.harness import Setup, harness


class Asked(BaseModel):
    """No input."""


async def ask_twice(run: RunContext, _asked: Asked) -> list[str]:
    """Two questions at the same time."""
    return list(await asyncio.gather(run.ask(Question(text="One?")), run.ask(Question(text="Two?"))))


async def nap_twice(run: RunContext, _asked: Asked) -> str:
    """Two timers that end at the same time."""
    await asyncio.gather(run.sleep(0.5), run.sleep(0.5))
    return "rested"


async def lost_twice(run: RunContext, _asked: Asked) -> list[int]:
    """Steps at the same time; the first of them is the last to end."""

    async def rest(seconds: float) -> int:
        await asyncio.sleep(seconds)
        return 1

    await run.ask(Question(text="Go on?"))
    return list(await asyncio.gather(run.step(rest, 60, name="long"), run.step(rest, 0.0, name="short")))


async def deaf(run: RunContext, _asked: Asked) -> str:
    """What asyncio.wait_for of Python 3.11 does when a cancel comes in the tick in which it is done."""

    async def swallow() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    await run.step(swallow)
    return "never"


async def rest(run: RunContext, _asked: Asked) -> str:
    """At work for long."""

    async def long() -> str:
        await asyncio.sleep(60)
        return "rested"

    return await run.step(long)


APPLICATIONS = [Application(flow.__name__, "", Asked, flow) for flow in (ask_twice, nap_twice, lost_twice, deaf, rest)]


@pytest.mark.parametrize("at_once", [True, False])
async def test_two_questions_at_the_same_time_are_both_answered(
    folder: Path, database: str | None, at_once: bool
) -> None:
    async with harness(Setup(folder, APPLICATIONS, database=database)) as gofer:
        run = await gofer.start("ask_twice")
        async with asyncio.timeout(10):
            while len(asked := await gofer.kernel.parts.database.read(partial(questions.open_of, run_id=run.id))) < 2:
                await asyncio.sleep(0.02)
        answers = [gofer.call("run.answer", id=run.id, answer=one.question.text, question_id=one.id) for one in asked]
        if at_once:
            await asyncio.gather(*answers)
        for answer in [] if at_once else answers:
            await answer
        assert (await gofer.ended(run.id)).output == ["One?", "Two?"]


async def test_two_timers_that_end_at_the_same_time_let_the_run_go_on(folder: Path, database: str | None) -> None:
    async with harness(Setup(folder, APPLICATIONS, database=database)) as gofer:
        assert (await gofer.run("nap_twice")).output == "rested"


async def test_a_step_whose_neighbour_was_cut_off_is_not_made_again(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.start("lost_twice")
        await gofer.reaches(run.id, Status.WAITING)
        await gofer.call("run.answer", id=run.id, answer="yes")
        await gofer.happens(run.id, "step.finished")
    for _ in range(2):
        async with harness(Setup(folder, APPLICATIONS)) as gofer:
            await gofer.happens(run.id, "run.recovered")
            await asyncio.sleep(0.3)
            shown = await gofer.show(run.id)
            assert (shown.status, shown.error) == (Status.RUNNING, None)
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        await gofer.call("run.cancel", id=run.id)
        assert (await gofer.ended(run.id)).status is Status.CANCELLED
        kinds = [(event.type, event.data.get("name")) for event in await gofer.events(run.id)]
        assert kinds.count(("step.finished", "short")) == 1


async def test_a_cancel_that_was_swallowed_is_said_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "AGAIN_SECONDS", 0.5)
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.start("deaf")
        await gofer.happens(run.id, "step.started")
        await gofer.call("run.cancel", id=run.id)
        assert (await gofer.ended(run.id, within=10)).status is Status.CANCELLED


async def test_restarts_in_order_do_not_count_as_crashes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MOST_CRASHES", 1)
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.start("rest")
        await gofer.happens(run.id, "step.started")
    for _ in range(3):
        async with harness(Setup(folder, APPLICATIONS)) as gofer:
            await gofer.happens(run.id, "run.recovered")
            await asyncio.sleep(0.2)
            assert (await gofer.show(run.id)).status is Status.RUNNING
