"""A gofer that is stopped in an orderly way goes on where it was."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from pydantic_ai.models.test import TestModel
from tests.kernel.applications import APPLICATIONS, Asked, work

from gofer.core.application import Application, RunContext
from gofer.core.budget import Budget
from gofer.core.question import Question
from gofer.core.run import Status
from gofer.kernel import liveness
from gofer.kernel.parts import Policy
from gofer.storage import runs
from gofer.testing.harness import Setup, harness


async def test_a_waiting_run_survives_restarts(folder: Path, database: str | None) -> None:
    def setup(boot: int) -> Setup:
        worker = "local" if database is None else f"worker-{boot}"
        return Setup(folder, APPLICATIONS, database=database, worker=worker)

    async with harness(setup(1)) as gofer:
        run = await gofer.start("ask")
        await gofer.reaches(run.id, Status.WAITING)
    async with harness(setup(2)) as gofer:
        assert (await gofer.show(run.id)).status is Status.WAITING
    async with harness(setup(3)) as gofer:
        await gofer.call("run.answer", id=run.id, answer="no")
        assert (await gofer.ended(run.id)).output == "no"
        asked = [event for event in await gofer.events(run.id) if event.type == "question.asked"]
        assert len(asked) == 1


async def test_a_run_cancelled_while_gofer_was_down_ends_at_the_next_start(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.start("hang")
        await gofer.happens(run.id, "step.started")
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        await gofer.call("run.cancel", id=run.id)
        assert (await gofer.ended(run.id)).status is Status.CANCELLED


async def test_a_run_whose_application_is_gone_ends_with_that_sentence(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.start("ask")
        await gofer.reaches(run.id, Status.WAITING)
    async with harness(Setup(folder, [])) as gofer:
        ended = await gofer.ended(run.id)
        assert ended.error is not None
        assert ended.error.code == "ERR_UNKNOWN_APP"


async def test_control_that_was_held_before_a_restart_is_held_after_it(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.start("ask")
        await gofer.reaches(run.id, Status.WAITING)
        await gofer.call("run.control", id=run.id, action="take")
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        await gofer.happens(run.id, "run.recovered")
        while gofer.kernel.watch.holder(run.id) is None:
            await asyncio.sleep(0.01)
        assert gofer.kernel.watch.holder(run.id) == "owner"


async def test_a_run_that_was_talked_about_while_it_queued_is_begun_and_not_recovered(
    folder: Path, database: str | None
) -> None:
    setup = Setup(folder, APPLICATIONS, database=database, policy=Policy(concurrent_runs=1))
    async with harness(setup) as gofer:
        busy = await gofer.start("hang")
        await gofer.reaches(busy.id, Status.RUNNING)
        queued = await gofer.start("add")
        await gofer.call("run.control", id=queued.id, action="take")
        await gofer.call("run.control", id=queued.id, action="return")
        await gofer.call("run.cancel", id=busy.id)
        assert (await gofer.ended(queued.id)).status is Status.SUCCEEDED
        kinds = [event.type for event in await gofer.events(queued.id)]
        assert (kinds.count("run.started"), kinds.count("run.recovered")) == (1, 0)


async def test_time_worked_before_a_restart_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(liveness, "COUNT_SECONDS", 0.1)
    hurried = Application("hurried", "", Asked, work, budget=Budget(seconds=2.0))
    async with harness(Setup(folder, [hurried])) as gofer:
        run = await gofer.start("hurried", seconds=60)
        await gofer.happens(run.id, "step.started")
        await asyncio.sleep(1.5)
    await asyncio.sleep(1.0)  # nobody works on it meanwhile
    async with harness(Setup(folder, [hurried])) as gofer:
        recovered = await gofer.happens(run.id, "run.recovered")
        ended = await gofer.ended(run.id)
        assert ended.error is not None
        assert ended.error.code == "ERR_OUT_OF_TIME"
        assert ended.ended_at is not None
        assert (ended.ended_at - recovered.at).total_seconds() < 1.4


async def test_waiting_does_not_count_as_time_worked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(liveness, "COUNT_SECONDS", 0.1)
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.start("nap", seconds=1.0)
        await gofer.ended(run.id)
        row = await gofer.kernel.parts.database.read(partial(runs.find, run_id=run.id))
        assert row is not None
        assert row["worked_seconds"] < 0.5


async def test_whether_there_is_a_model_is_answered_the_same_after_a_restart(folder: Path) -> None:
    async def choose(run: RunContext, _asked: Asked) -> str:
        chosen = "model" if await run.has_model() else "none"
        await run.ask(Question(text="Go on?"))
        return f"{chosen}, {'model' if await run.has_model() else 'none'}"

    applications = [Application("choose", "", Asked, choose)]
    async with harness(Setup(folder, applications)) as gofer:
        run = await gofer.start("choose")
        await gofer.reaches(run.id, Status.WAITING)
    async with harness(Setup(folder, applications, model=TestModel())) as gofer:
        await gofer.call("run.answer", id=run.id, answer="yes")
        assert (await gofer.ended(run.id)).output == "none, model"


async def test_steps_of_runs_that_ended_long_ago_are_forgotten_and_their_events_stay(
    folder: Path, database: str | None
) -> None:
    policy = Policy(keep_steps_days=0)
    async with harness(Setup(folder, APPLICATIONS, database=database, policy=policy)) as gofer:
        ended = [(await gofer.run("add")).id for _ in range(3)]
        waiting = await gofer.start("ask")
        await gofer.reaches(waiting.id, Status.WAITING)
        await asyncio.sleep(0.1)
        assert await gofer.kernel.retention.sweep() == 3
        engine = gofer.kernel.engine
        known = [await asyncio.to_thread(engine.knows, run_id) for run_id in (*ended, waiting.id)]
        assert known == [False, False, False, True]
        assert "run.succeeded" in [event.type for event in await gofer.events(ended[0])]
        await gofer.call("run.answer", id=waiting.id, answer="yes")
        assert (await gofer.ended(waiting.id)).output == "yes"


async def test_steps_are_kept_for_as_long_as_the_setting_says(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        await gofer.run("add")
        assert await gofer.kernel.retention.sweep() == 0
