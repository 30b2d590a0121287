"""The list of runs, page by page: nothing is left out or told twice, and places in the queue cost one query."""

from pathlib import Path

import sqlalchemy as sa
from tests.kernel.applications import APPLICATIONS

from gofer.kernel.parts import Policy
from gofer.testing.clock import FrozenClock
from gofer.testing.harness import Setup, harness


async def test_runs_of_one_moment_are_all_on_some_page(folder: Path, database: str | None) -> None:
    setup = Setup(folder, APPLICATIONS, database=database, clock=FrozenClock(), policy=Policy(concurrent_runs=1))
    async with harness(setup) as gofer:
        started = {(await gofer.start("ask")).id for _ in range(7)}
        seen: list[str] = []
        page = await gofer.call("run.list", limit=3)
        while page.runs:
            seen += [run.id for run in page.runs]
            if page.next is None:
                break
            page = await gofer.call("run.list", limit=3, before=page.next)
        assert sorted(seen) == sorted(started)


async def test_places_in_the_queue_cost_one_query(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS, policy=Policy(concurrent_runs=1))) as gofer:
        held = await gofer.start("hang", ledger=str(folder / "ledger"))
        await gofer.happens(held.id, "step.started")
        for number in range(6):
            await gofer.start("add", priority=5 - number % 2)
        asked: list[str] = []
        sa.event.listen(
            gofer.kernel.parts.database.engine,
            "before_cursor_execute",
            lambda *all_: asked.append(all_[2]) if "rank()" in all_[2] or "count(*)" in all_[2] else None,
        )
        page = await gofer.call("run.list")
        assert {run.id: run.queue_position for run in page.runs} == {
            run.id: (await gofer.show(run.id)).queue_position for run in page.runs
        }
        assert len([sql for sql in asked if "rank()" in sql]) == 1
        await gofer.call("run.cancel", id=held.id)
