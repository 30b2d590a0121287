"""Who watches and who drives."""

import asyncio
from pathlib import Path

import pytest
from tests.kernel.applications import APPLICATIONS

from gofer.core.errors import Refused
from gofer.core.principal import Principal
from gofer.core.run import Status
from gofer.kernel.desktops import Desktops
from gofer.testing.harness import Harness, Setup, harness

FIRST = Principal(id="viewer-a", scopes=frozenset({"*"}))
SECOND = Principal(id="viewer-b", scopes=frozenset({"*"}))


def desktops(gofer: Harness) -> Desktops:
    kernel = gofer.kernel
    parts = kernel.parts
    return Desktops(parts.database, parts.log, kernel.lender, kernel.watch, grace_seconds=0.05)


async def test_only_one_person_holds_control(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.start("ask")
        await gofer.reaches(run.id, Status.WAITING)
        await gofer.call("run.control", FIRST, id=run.id, action="take")
        with pytest.raises(Refused) as refused:
            await gofer.call("run.control", SECOND, id=run.id, action="take")
        assert refused.value.code == "ERR_CONFLICT"


async def test_control_that_was_forgotten_can_be_returned_by_who_may_do_everything(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.start("ask")
        await gofer.reaches(run.id, Status.WAITING)
        await gofer.call("run.control", FIRST, id=run.id, action="take")
        assert (await gofer.call("run.control", SECOND, id=run.id, action="return")).controlled_by is None
        with pytest.raises(Refused):
            await gofer.call("run.control", SECOND, id=run.id, action="return")


async def test_who_leaves_for_good_hands_control_back(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        screens = desktops(gofer)
        run = await gofer.start("ask")
        await gofer.reaches(run.id, Status.WAITING)
        await screens.joined(run.id, FIRST)
        await screens.take(run.id, FIRST.id)
        await screens.left(run.id, FIRST)
        await gofer.happens(run.id, "control.returned", within=5)


async def test_who_reloads_the_page_keeps_control(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        screens = desktops(gofer)
        run = await gofer.start("ask")
        await gofer.reaches(run.id, Status.WAITING)
        await screens.joined(run.id, FIRST)
        await screens.take(run.id, FIRST.id)
        await screens.left(run.id, FIRST)
        await screens.joined(run.id, FIRST)
        await asyncio.sleep(0.3)
        assert (await gofer.show(run.id)).controlled_by == FIRST.id
