"""What a browser knows is kept for the next errand of the same profile, sealed, and never in clear."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.kernel.browsing import COOKIE, browsing

from gofer.core.errors import Refused
from gofer.core.principal import Principal
from gofer.core.run import Status
from gofer.storage import sessions
from gofer.storage.tables import sessions as table
from gofer.testing.harness import Harness

pytestmark = pytest.mark.chromium

ANN = Principal(id="ann", scopes=frozenset({"sessions:read", "sessions:write"}))


async def told(kernel: Harness, run_id: str) -> list[str]:
    """The session events of a run, with their reason or version."""
    found = [event for event in await kernel.events(run_id) if event.type.startswith("session.")]
    return [f"{event.type} {event.data.get('reason') or event.data.get('version')}" for event in found]


async def test_the_next_errand_of_a_profile_is_known_to_the_site(folder: Path) -> None:
    async with browsing(folder) as kernel:
        first = await kernel.run("errand", paths=["/enter"], profile="ann")
        second = await kernel.run("errand", profile="ann")
        other = await kernel.run("errand", profile="bob")
        assert [first.output, second.output, other.output] == ["stranger", "known", "stranger"]
        assert await told(kernel, first.id) == [
            "session.fresh Nothing is saved under this profile yet.",
            "session.saved 1",
        ]
        assert await told(kernel, second.id) == ["session.restored 1", "session.saved 2"]
        metrics = await kernel.call("run.metrics", id=first.id)
        assert (metrics.pages, metrics.requests >= 1, metrics.received > 100) == (1, True, True)
        assert [step.name for step in metrics.steps] == ["visit 1"]
    assert_nowhere_in_clear(folder)


async def test_a_failed_and_a_cancelled_errand_keep_their_session_too(folder: Path) -> None:
    async with browsing(folder) as kernel:
        failed = await kernel.run("errand", paths=["/enter"], profile="ann", ending="down", shared=True)
        assert failed.status is Status.FAILED
        assert (await kernel.run("errand", profile="ann", shared=True)).output == "known"
        going = await kernel.start("errand", paths=["/enter"], profile="eve", ask=True, shared=True)
        await kernel.happens(going.id, "question.asked")
        await kernel.call("run.cancel", id=going.id)
        assert (await kernel.ended(going.id)).status is Status.CANCELLED
        assert (await kernel.run("errand", profile="eve", shared=True)).output == "known"


async def test_a_session_that_cannot_be_opened_is_a_warning_and_a_fresh_start(folder: Path) -> None:
    async with browsing(folder) as kernel:
        await kernel.run("errand", paths=["/enter"], profile="ann", shared=True)
        await kernel.kernel.parts.database.write(_damage)
        run = await kernel.run("errand", profile="ann", shared=True)
        assert run.output == "stranger"
        fresh, saved = await told(kernel, run.id)
        assert fresh.startswith("session.fresh It was damaged")
        assert saved == "session.saved 2"


async def test_five_versions_are_kept_and_one_can_be_taken_back(folder: Path) -> None:
    async with browsing(folder) as kernel:
        for _ in range(7):
            await kernel.run("errand", paths=["/enter"], profile="ann", shared=True)
        (listed,) = await kernel.call("session.list")
        assert (listed.profile, listed.version, listed.versions) == ("ann", 7, sessions.KEEP)
        assert COOKIE not in listed.model_dump_json()
        gone = await kernel.call("session.delete", profile="ann", version=7)
        assert gone.versions == 1
        assert (await kernel.call("session.list"))[0].version == 6
        await kernel.call("session.delete", profile="ann")
        assert await kernel.call("session.list") == []
        with pytest.raises(Refused, match="no saved session"):
            await kernel.call("session.delete", profile="ann")


async def test_somebody_elses_sessions_are_not_there(folder: Path) -> None:
    async with browsing(folder) as kernel:
        await kernel.run("errand", paths=["/enter"], profile="mine", shared=True)
        assert await kernel.call("session.list", ANN) == []
        with pytest.raises(Refused):
            await kernel.call("session.delete", ANN, profile="mine")
        with pytest.raises(Refused):
            await kernel.call("session.delete", ANN, profile="mine", principal="owner")
        assert len(await kernel.call("session.list")) == 1


def assert_nowhere_in_clear(folder: Path) -> None:
    """Neither in the databases, nor in artifacts, nor in what sandboxes left."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "vault.key" for path in files)
    for path in files:
        assert COOKIE.encode() not in path.read_bytes(), path


def _damage(connection: sa.Connection) -> None:
    sealed = bytearray(connection.execute(sa.select(table.c.sealed)).scalar_one())
    sealed[-1] ^= 1
    connection.execute(sa.update(table).values(sealed=bytes(sealed)))
