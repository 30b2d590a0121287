"""What a run notes down for itself alone goes with it; what it keeps for later runs stays."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import BaseModel

from gofer.core.application import Application, RunContext
from gofer.core.errors import Refused
from gofer.core.playbook import own_key
from gofer.core.run import Status
from gofer.storage.tables import memory
from gofer.testing.harness import Harness, Setup, harness


class Noting(BaseModel):
    """How the run shall end."""

    ends: str


class Note(BaseModel):
    """What was typed."""

    text: str


async def note(run: RunContext, asked: Noting) -> None:
    """Note something down for oneself and something for later runs, and end."""
    await run.remember(own_key(run.id, "recording"), Note(text="anna@example.org"))
    await run.remember("rows", Note(text="public"))
    if asked.ends == "failed":
        raise Refused("No.")
    if asked.ends == "cancelled":
        await run.sleep(3600)


NOTES = Application(name="notes", summary="Takes notes.", input=Noting, flow=note)


async def kept(gofer: Harness) -> set[str]:
    """What kinds of things are remembered."""
    keys = await gofer.kernel.parts.database.read(lambda c: c.execute(sa.select(memory.c.key)).scalars().all())
    return {key.rpartition(":")[2] for key in keys}


@pytest.mark.parametrize("ends", ["succeeded", "failed", "cancelled"])
async def test_what_a_run_notes_for_itself_is_forgotten_when_it_is_over(folder: Path, ends: str) -> None:
    async with harness(Setup(folder, (NOTES,))) as gofer:
        run = await gofer.start("notes", ends=ends)
        if ends == "cancelled":
            await gofer.reaches(run.id, Status.WAITING)
            await gofer.kernel.retention.sweep()
            assert await kept(gofer) == {"recording", "rows"}
            await gofer.call("run.cancel", id=run.id)
        assert (await gofer.ended(run.id)).status == ends
        await gofer.kernel.retention.sweep()
        assert await kept(gofer) == {"rows"}
