"""Who watches a desktop is counted only when the run's log knows of it, so that control finds its way back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.kernel.applications import APPLICATIONS

from gofer.core.errors import Unavailable
from gofer.core.event import EventBody
from gofer.core.principal import OWNER
from gofer.core.run import Status
from gofer.kernel.desktops import Desktops
from gofer.kernel.forgotten import Forgotten
from gofer.kernel.log import Change, EventLog
from gofer.testing.harness import Harness, Setup, harness


class TornLog(EventLog):
    """A log that cannot be written to for a while."""

    torn = False

    async def append(
        self, run_id: str, body: EventBody, *, key: str | None = None, change: Change | None = None
    ) -> bool:
        """Store an event, or say why not."""
        if self.torn:
            raise Unavailable("The database does not answer.")
        return await super().append(run_id, body, key=key, change=change)


@pytest.fixture
async def gofer(folder: Path) -> AsyncIterator[Harness]:
    """A kernel at work."""
    async with harness(Setup(folder, APPLICATIONS)) as ready:
        yield ready


async def test_a_failed_arrival_does_not_keep_control_for_ever(gofer: Harness) -> None:
    kernel = gofer.kernel
    log = TornLog(kernel.parts.database, kernel.parts.clock)
    desktops = Desktops(kernel.parts.database, log, kernel.lender, kernel.watch)
    forgotten = asyncio.create_task(Forgotten(desktops, kernel.watch, seconds=0.2).serve())
    run = await gofer.start("ask")
    await gofer.reaches(run.id, Status.WAITING)
    await desktops.take(run.id, OWNER.id)
    log.torn = True
    with pytest.raises(Unavailable):
        await desktops.joined(run.id, OWNER)
    log.torn = False
    assert not desktops.watched_by(run.id, OWNER.id)
    async with asyncio.timeout(10):
        while (await gofer.show(run.id)).controlled_by:
            await asyncio.sleep(0.05)
    forgotten.cancel()
