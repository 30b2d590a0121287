"""Who watches and who drives."""

import asyncio
from collections.abc import AsyncIterator
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


@pytest.fixture
async def gofer(folder: Path) -> AsyncIterator[Harness]:
    """A kernel at work."""
    async with harness(Setup(folder, APPLICATIONS)) as ready:
        yield ready


@pytest.fixture
async def run_id(gofer: Harness) -> str:
    """A run that waits for a person."""
    run = await gofer.start("ask")
    await gofer.reaches(run.id, Status.WAITING)
    return run.id


@pytest.fixture
async def screens(gofer: Harness, run_id: str) -> Desktops:
    """The run's desktop, which FIRST watched and drove and has just left."""
    left = desktops(gofer)
    await left.joined(run_id, FIRST)
    await left.take(run_id, FIRST.id)
    await left.left(run_id, FIRST)
    return left


async def test_only_one_person_holds_control(gofer: Harness, run_id: str) -> None:
    await gofer.call("run.control", FIRST, id=run_id, action="take")
    with pytest.raises(Refused) as refused:
        await gofer.call("run.control", SECOND, id=run_id, action="take")
    assert refused.value.code == "ERR_CONFLICT"


async def test_control_that_was_forgotten_can_be_returned_by_who_may_do_everything(gofer: Harness, run_id: str) -> None:
    await gofer.call("run.control", FIRST, id=run_id, action="take")
    assert (await gofer.call("run.control", SECOND, id=run_id, action="return")).controlled_by is None
    with pytest.raises(Refused):
        await gofer.call("run.control", SECOND, id=run_id, action="return")


@pytest.mark.usefixtures("screens")
async def test_who_leaves_for_good_hands_control_back(gofer: Harness, run_id: str) -> None:
    await gofer.happens(run_id, "control.returned", within=5)


async def test_who_reloads_the_page_keeps_control(gofer: Harness, run_id: str, screens: Desktops) -> None:
    await screens.joined(run_id, FIRST)
    await asyncio.sleep(0.3)
    assert (await gofer.show(run_id)).controlled_by == FIRST.id
