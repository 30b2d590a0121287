"""How many runs work at once, and who goes next."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.kernel.applications import APPLICATIONS

from gofer.core.request import Request
from gofer.core.run import Status
from gofer.kernel.parts import Policy
from gofer.testing.harness import Harness, Setup, harness


def most_at_once(text: str) -> int:
    working = most = 0
    for line in text.splitlines():
        working += 1 if line.startswith("start") else -1
        most = max(most, working)
    return most


async def work(gofer: Harness, ledger: Path, count: int, profile: str | None = None) -> None:
    wanted: dict[str, Any] = {"ledger": str(ledger), "seconds": 0.05, "profile": profile}
    runs = [await gofer.start("work", number=n, **wanted) for n in range(count)]
    for run in runs:
        assert (await gofer.ended(run.id)).status is Status.SUCCEEDED


async def test_no_more_runs_work_at_once_than_there_are_slots(folder: Path, database: str | None) -> None:
    setup = Setup(folder, APPLICATIONS, database=database, policy=Policy(concurrent_runs=3))
    async with harness(setup) as gofer:
        await work(gofer, folder / "ledger", 12)
    assert most_at_once((folder / "ledger").read_text()) == 3


async def test_a_browser_profile_is_used_by_one_run_at_a_time(gofer: Harness, folder: Path) -> None:
    await work(gofer, folder / "ledger", 5, profile="shopping")
    assert most_at_once((folder / "ledger").read_text()) == 1


async def test_a_waiting_run_lets_others_work_and_keeps_its_profile(folder: Path, database: str | None) -> None:
    setup = Setup(folder, APPLICATIONS, database=database, policy=Policy(concurrent_runs=1))
    async with harness(setup) as gofer:
        waiting = await gofer.start("ask", profile="shopping")
        await gofer.reaches(waiting.id, Status.WAITING)
        same_profile = await gofer.start("add", profile="shopping")
        assert (await gofer.run("add")).status is Status.SUCCEEDED
        assert (await gofer.show(same_profile.id)).status is Status.QUEUED
        await gofer.call("run.answer", id=waiting.id, answer="yes")
        assert (await gofer.ended(same_profile.id)).status is Status.SUCCEEDED


async def test_two_peoples_profiles_of_one_name_are_two_profiles(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        waiting = await gofer.start("ask", profile="shopping")
        await gofer.reaches(waiting.id, Status.WAITING)
        request = Request(app="add", input={"profile": "shopping"}, principal="somebody")
        theirs = await gofer.kernel.intake.accept(request)
        assert (await gofer.ended(theirs.id)).status is Status.SUCCEEDED


async def test_queued_runs_show_their_place_and_urgent_ones_go_first(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS, policy=Policy(concurrent_runs=1))) as gofer:
        busy = await gofer.start("hang")
        await gofer.reaches(busy.id, Status.RUNNING)
        ledger = str(folder / "ledger")
        late = await gofer.start("work", number=2, ledger=ledger)
        urgent = await gofer.start("work", number=1, ledger=ledger, priority=1)
        assert [(await gofer.show(run.id)).queue_position for run in (urgent, late)] == [1, 2]
        await gofer.call("run.cancel", id=busy.id)
        await gofer.ended(late.id)
        assert (folder / "ledger").read_text().split("\n")[0] == "start 1"


async def test_a_queued_run_is_cancelled_before_it_begins(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS, policy=Policy(concurrent_runs=1))) as gofer:
        busy = await gofer.start("hang")
        await gofer.reaches(busy.id, Status.RUNNING)
        queued = await gofer.start("add")
        assert (await gofer.call("run.cancel", id=queued.id)).status is Status.CANCELLED
        await gofer.call("run.cancel", id=busy.id)
        await gofer.ended(busy.id)
        assert "run.started" not in [event.type for event in await gofer.events(queued.id)]


async def test_one_principal_cannot_take_every_slot(folder: Path) -> None:
    policy = Policy(concurrent_runs=4, per_principal=2)
    async with harness(Setup(folder, APPLICATIONS, policy=policy)) as gofer:
        await work(gofer, folder / "ledger", 6)
    assert most_at_once((folder / "ledger").read_text()) == 2


@pytest.mark.parametrize("count", [200])
async def test_hundreds_of_waiting_runs_leave_room_for_work(folder: Path, count: int) -> None:
    async with harness(Setup(folder, APPLICATIONS, policy=Policy(concurrent_runs=2))) as gofer:
        waiting = [await gofer.start("ask") for _ in range(count)]
        for run in waiting:
            await gofer.reaches(run.id, Status.WAITING)
        assert (await gofer.run("add")).status is Status.SUCCEEDED
        await asyncio.gather(*[gofer.call("run.cancel", id=run.id) for run in waiting])
        for run in waiting:
            assert (await gofer.ended(run.id)).status is Status.CANCELLED
