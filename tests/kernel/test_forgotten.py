"""Control that its holder forgot comes back by itself, as an event."""

import time
from pathlib import Path

import pytest
from tests.kernel.applications import APPLICATIONS

from gofer.core.principal import Principal
from gofer.core.run import Status
from gofer.kernel.forgotten import FORGOTTEN_SECONDS, Forgotten
from gofer.testing.harness import Harness, Setup, harness

CALLER = Principal(id="caller", scopes=frozenset({"*"}))


async def taken(gofer: Harness) -> str:
    """A run whose control was taken by a call, with no viewer anywhere."""
    run = await gofer.start("ask")
    await gofer.reaches(run.id, Status.WAITING)
    await gofer.call("run.control", CALLER, id=run.id, action="take")
    await gofer.kernel.watch.look()
    return run.id


async def test_control_taken_without_watching_comes_back_by_itself(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run_id = await taken(gofer)
        gofer.kernel.forgotten.seconds = 0.05
        returned = await gofer.happens(run_id, "control.returned", within=5)
        assert returned.data == {"who": "timeout"}
        assert (await gofer.show(run_id)).controlled_by is None


async def test_whoever_watches_keeps_control(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        kernel = gofer.kernel
        run_id = await taken(gofer)
        forgotten = Forgotten(kernel.desktops, kernel.watch)
        await forgotten.look(0.0)
        await kernel.desktops.joined(run_id, CALLER)
        await forgotten.look(FORGOTTEN_SECONDS + 1)
        assert (await gofer.show(run_id)).controlled_by == CALLER.id


@pytest.mark.parametrize(("seconds", "holder"), [(FORGOTTEN_SECONDS - 1, "caller"), (FORGOTTEN_SECONDS, None)])
async def test_it_comes_back_after_the_documented_time(seconds: float, holder: str | None, folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run_id = await taken(gofer)
        forgotten, now = Forgotten(gofer.kernel.desktops, gofer.kernel.watch), time.monotonic()
        await forgotten.look(now)
        await forgotten.look(now + seconds)
        assert (await gofer.show(run_id)).controlled_by == holder
