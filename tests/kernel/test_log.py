"""The event log: each thing is told once, one bad event harms no other, and what others did is heard."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gofer.core.clock import SystemClock
from gofer.core.event import Event, Said, ToolStarted
from gofer.kernel.log import EventLog
from gofer.storage import events, runs
from gofer.storage.database import Database
from gofer.storage.schema import prepare
from gofer.testing.postgres import fresh_database


def row(run_id: str) -> dict[str, Any]:
    times = dict.fromkeys(("created_at", "queued_at", "updated_at"), 1.0)
    words = {"app": "t", "status": "queued", "principal": "owner", "trigger": "api"}
    return {"id": run_id, "input": {}, "priority": 5, **words, **times}


def opened(url: str, kind: type[Database] = Database) -> Database:
    store = kind(url)
    prepare(store)
    store.write_now(partial(runs.insert, row=row("r")))
    return store


@pytest.fixture
def store(folder: Path, database: str | None) -> Iterator[Database]:
    """A database with one run."""
    folder.mkdir()
    ready = opened(database or f"sqlite:///{folder / 'gofer.db'}")
    yield ready
    ready.close()


async def told(store: Database) -> list[Event]:
    return await store.read(partial(events.after, run_id="r", seq=0))


class Counter:
    """A change of state that says how often it was done."""

    def __init__(self, outcome: bool = True) -> None:
        self.done = 0
        self.outcome = outcome

    def __call__(self, _connection: sa.Connection) -> bool:
        self.done += 1
        return self.outcome


async def test_what_a_known_key_stands_for_is_not_done_again(store: Database) -> None:
    log, counter = EventLog(store, SystemClock()), Counter()
    assert await log.append("r", Said(text="a"), key="k", change=counter)
    assert await log.append("r", Said(text="b"), key="k", change=counter)
    assert await asyncio.gather(*[log.append("r", Said(text="c"), key="l", change=counter) for _ in range(3)])
    assert counter.done == 2
    assert [event.data["text"] for event in await told(store)] == ["a", "c"]


async def test_a_change_that_was_not_to_be_leaves_no_event_and_may_be_tried_again(store: Database) -> None:
    log = EventLog(store, SystemClock())
    assert not await log.append("r", Said(text="a"), key="k", change=Counter(outcome=False))
    assert await log.append("r", Said(text="b"), key="k", change=Counter())
    assert [event.data["text"] for event in await told(store)] == ["b"]


async def test_one_bad_event_in_a_batch_harms_no_other(store: Database) -> None:
    def bad(_connection: sa.Connection) -> bool:
        raise ValueError("no")

    log = EventLog(store, SystemClock())
    added = [log.add("r", Said(text=str(n)), change=bad if n == 5 else None) for n in range(10)]
    outcomes = await asyncio.gather(*added, return_exceptions=True)
    assert [n for n, outcome in enumerate(outcomes) if outcome is not True] == [5]
    stored = await told(store)
    assert [event.data["text"] for event in stored] == [str(n) for n in range(10) if n != 5]
    assert [event.seq for event in stored] == list(range(1, 10))


@pytest.mark.parametrize(
    ("said", "kept"),
    [("half \ud83d a pair", "half ? a pair"), (float("nan"), None), ({"a": [float("inf")]}, {"a": [None]})],
)
async def test_what_json_cannot_hold_is_mended_and_stored(store: Database, said: Any, kept: Any) -> None:
    log = EventLog(store, SystemClock())
    assert await log.append("r", ToolStarted.model_construct(call="c", tool="t", arguments=said))
    assert [event.data["arguments"] for event in await told(store)] == [kept]


class LosesAnAnswer(Database):
    """A database whose first answer to a commit of events gets lost on the way."""

    lost = False

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sa.Connection]:
        with super()._guarded() as connection:
            yield connection
        if not self.lost:
            self.lost = True
            raise sa.exc.OperationalError("COMMIT", {}, Exception("connection lost"), connection_invalidated=True)


@pytest.mark.postgres
async def test_a_commit_whose_answer_was_lost_is_not_done_twice(postgres_server: str) -> None:
    store = opened(fresh_database(postgres_server), LosesAnAnswer)
    log = EventLog(store, SystemClock())
    first = log.add("r", Said(text="a"))
    second = log.add("r", Said(text="b"), change=lambda c: runs.take_control(c, "r", "me"))
    assert all(await asyncio.gather(first, second))
    assert [event.data["text"] for event in await told(store)] == ["a", "b"]
    store.close()


def commit_late(store: Database) -> None:
    with store.engine.begin() as connection:
        events.append(connection, [events.Entry("r", "said", 1.0, {"text": "late"})])
        time.sleep(1.5)


async def two_of(changes: AsyncIterator[str]) -> set[str]:
    return {await anext(changes), await anext(changes)}


@pytest.mark.postgres
async def test_a_change_of_another_process_is_heard_though_it_was_committed_late(postgres_server: str) -> None:
    store = opened(fresh_database(postgres_server))
    heard = asyncio.create_task(two_of(EventLog(store, SystemClock()).changes()))
    await asyncio.sleep(0.5)
    late = asyncio.create_task(asyncio.to_thread(commit_late, store))
    await asyncio.sleep(0.3)
    await store.write(partial(runs.insert, row=row("s")))
    await EventLog(store, SystemClock()).append("s", Said(text="in time"))
    async with asyncio.timeout(10):
        assert await heard == {"r", "s"}
        await late
    store.close()
