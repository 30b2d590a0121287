"""A gofer that is stopped in an orderly way goes on where it was."""

import asyncio
from pathlib import Path

from tests.kernel.applications import APPLICATIONS

from gofer.core.run import Status
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
