"""The lease: who was taken for dead writes nothing more, and who is cut off is not sure of itself."""

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
import sqlalchemy as sa

from gofer.core.errors import GoferError
from gofer.kernel import liveness
from gofer.kernel.engine.engine import Engine
from gofer.kernel.liveness import Liveness
from gofer.storage import memory, workers
from gofer.storage.database import Database
from gofer.storage.schema import prepare
from gofer.testing.postgres import fresh_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def store(postgres_server: str) -> Iterator[Database]:
    """A database that many workers share."""
    ready = Database(fresh_database(postgres_server))
    prepare(ready)
    yield ready
    ready.close()


@pytest.fixture
def other(store: Database) -> Iterator[Database]:
    """The same database as another worker sees it."""
    ready = Database(store.url)
    yield ready
    ready.close()


async def nothing(_run_id: str) -> None:
    """A worker that carries nothing."""


def enrolled(store: Database, fenced: list[str]) -> Liveness:
    lease = Liveness(store, "w", "h", Engine(store.url, "w", nothing), fence=lambda: fenced.append("fenced"))
    lease.enrol()
    return lease


def note(connection: sa.Connection, key: str) -> None:
    row = {"app": "a", "principal": "p", "key": key, "value": 1, "written_by": "r", "updated_at": 1.0}
    memory.remember(connection, row)


def noted(connection: sa.Connection, key: str) -> bool:
    return memory.recall(connection, "a", "p", key) is not None


def bury(store: Database) -> list[str]:
    return store.write_now(partial(workers.bury, silent_seconds=-1.0))


async def test_a_worker_taken_for_dead_writes_nothing_more(store: Database, other: Database) -> None:
    fenced: list[str] = []
    enrolled(store, fenced)
    await store.write(partial(note, key="before"))
    assert bury(other) == ["w"]
    for write in (store.write, store.write_apart):
        with pytest.raises(GoferError) as lost:
            await write(partial(note, key="after"))
        assert lost.value.code == "ERR_LEASE_LOST"
    assert "fenced" in fenced
    assert await other.read(partial(noted, key="before"))
    assert not await other.read(partial(noted, key="after"))


async def test_who_only_looks_and_accepts_needs_no_lease(store: Database, other: Database) -> None:
    enrolled(store, [])
    bury(other)
    await other.write(partial(note, key="asked"))
    assert await other.read(partial(noted, key="asked"))


async def test_what_a_worker_is_writing_is_over_before_it_is_taken_for_dead(store: Database, other: Database) -> None:
    enrolled(store, [])
    writing = threading.Event()

    def slow(connection: sa.Connection) -> float:
        writing.set()
        time.sleep(0.7)
        note(connection, "slow")
        return time.monotonic()

    written = asyncio.create_task(store.write(slow))
    await asyncio.to_thread(writing.wait)
    await asyncio.to_thread(bury, other)
    buried = time.monotonic()
    assert await written < buried
    assert await other.read(partial(noted, key="slow"))


async def test_a_worker_that_is_cut_off_is_not_sure_of_its_lease(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "SILENT_SECONDS", liveness.BEAT_SECONDS + 0.2)
    lease = enrolled(store, [])
    lease._last_good = time.monotonic()
    assert lease.held()
    await asyncio.sleep(0.3)
    assert not lease.held()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lease.confirmed(), 0.3)
    lease.start()
    await asyncio.wait_for(lease.confirmed(), 5)
    lease.close()


async def test_the_dead_are_remembered_for_minutes(store: Database, other: Database) -> None:
    enrolled(store, [])
    bury(other)
    other.write_now(partial(workers.forget, silent_seconds=liveness.FORGET_SECONDS))
    assert bury(other) == ["w"]
    other.write_now(partial(workers.forget, silent_seconds=-1.0))
    assert bury(other) == []


async def test_a_newcomer_takes_nobody_for_dead_before_they_had_time_to_speak(
    store: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(liveness, "SILENT_SECONDS", 1.0)
    store.write_now(partial(workers.enrol, row={"id": "silent", "host": "h", "version": "v"}))
    await asyncio.sleep(1.1)
    newcomer = enrolled(other, [])
    newcomer.start()
    newcomer.look_after_others()
    await asyncio.sleep(0.5)
    assert store.read_now(partial(workers.alive, worker="silent"))
    await asyncio.sleep(1.5)
    assert not store.read_now(partial(workers.alive, worker="silent"))
    newcomer.close()


async def test_who_only_looks_tells_the_beating_from_the_silent(store: Database) -> None:
    enrolled(store, [])
    assert store.read_now(partial(workers.any_beating, silent_seconds=5.0))
    await asyncio.sleep(0.3)
    assert not store.read_now(partial(workers.any_beating, silent_seconds=0.2))
    assert store.read_now(partial(workers.alive, worker="w"))
