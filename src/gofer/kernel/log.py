"""The way out: what happens to a run is appended here, and everybody who shows or forwards it reads it here."""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa
import structlog

from gofer.core.clock import Clock
from gofer.core.event import Event, EventBody
from gofer.core.run import Status
from gofer.storage import events, runs
from gofer.storage.database import Database

Change = Callable[[sa.Connection], bool | None]
"""A change of state that belongs to an event. False means it was not to be: the event is dropped too."""

Outcome = bool | BaseException
"""Whether an event's change was to be, or why it could not be stored."""

log = structlog.get_logger()

PAGE = 500

LATE_SECONDS = 5.0
"""How long after its moment a change may be committed: PostgreSQL ends a frozen transaction after three seconds."""


@dataclass
class _Item:
    entry: events.Entry
    change: Change | None
    done: "asyncio.Future[bool]"


@dataclass
class _Batch:
    """What goes into one transaction, and what the last try to store it came to."""

    items: list[_Item]
    outcomes: list[Outcome] = field(default_factory=list)
    stored: list[Event] = field(default_factory=list)


class EventLog:
    """Appends events with their changes of state in one transaction, many runs at once, and wakes followers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._batch: _Batch | None = None
        self._followers: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._watchers: set[asyncio.Queue[str]] = set()
        self._poll_seconds = 10.0 if database.sqlite else 0.2

    def add(
        self, run_id: str, body: EventBody, *, key: str | None = None, change: Change | None = None
    ) -> "asyncio.Future[bool]":
        """Queue an event; the future tells after the commit whether its change was to be. Order of calls is kept."""
        loop = asyncio.get_running_loop()
        data = body.model_dump(mode="json", exclude={"type"})
        entry = events.Entry(run_id, body.type, self._clock.now().timestamp(), data, key)
        item = _Item(entry, change, loop.create_future())
        item.done.add_done_callback(_retrieve)
        with self._lock:
            if self._batch is not None:
                self._batch.items.append(item)
                return item.done
            batch = self._batch = _Batch([item])
        stored = self._database.submit(partial(self._store, batch=batch), patient=True)
        stored.add_done_callback(partial(self._stored, loop, batch))
        return item.done

    async def append(
        self, run_id: str, body: EventBody, *, key: str | None = None, change: Change | None = None
    ) -> bool:
        """Store an event; tells whether its change was to be. When its key is known that is so, and nothing is done."""
        return await asyncio.shield(self.add(run_id, body, key=key, change=change))

    async def follow(self, run_id: str, after: int = 0) -> AsyncIterator[Event]:
        """Every event with seq > after, stored ones first, then as they come; ends after the run's last one."""
        wake = asyncio.Event()
        self._followers[run_id].add(wake)
        try:
            ended = False
            while not ended:
                wake.clear()
                ended, page = await self._database.read(partial(_page, run_id=run_id, after=after))
                for event in page:
                    after = event.seq
                    yield event
                if len(page) == PAGE:
                    ended = False
                elif not ended:
                    await self._rest(wake)
        finally:
            self._followers[run_id].discard(wake)
            if not self._followers[run_id]:
                del self._followers[run_id]

    async def changes(self) -> AsyncIterator[str]:
        """Ids of runs that something happened to, as it happens; never ends."""
        async with aclosing(self._changes_here() if self._database.sqlite else self._changes_anywhere()) as changes:
            async for run_id in changes:
                yield run_id

    async def _changes_here(self) -> AsyncGenerator[str, None]:
        changed: asyncio.Queue[str] = asyncio.Queue()
        self._watchers.add(changed)
        try:
            while True:
                yield await changed.get()
        finally:
            self._watchers.discard(changed)

    async def _changes_anywhere(self) -> AsyncGenerator[str, None]:
        told: dict[str, float] | None = None
        looked = time.monotonic()
        while True:
            since, looked = looked, time.monotonic()
            window = looked - since + LATE_SECONDS
            recent = dict(await self._database.read(partial(runs.changed_within, seconds=window)))
            for run_id, at in recent.items():
                if told is not None and told.get(run_id) != at:
                    yield run_id
            told = recent
            await asyncio.sleep(self._poll_seconds)

    async def _rest(self, wake: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await wake.wait()
        except TimeoutError:
            return

    def _store(self, connection: sa.Connection, batch: _Batch) -> list[Outcome]:
        self._close(batch)
        return _store(connection, batch)

    def _close(self, batch: _Batch) -> None:
        with self._lock:
            if self._batch is batch:
                self._batch = None

    def _stored(self, loop: asyncio.AbstractEventLoop, batch: _Batch, stored: "Future[list[Outcome]]") -> None:
        self._close(batch)  # its transaction may have failed before it was reached
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._tell, batch, stored)

    def _tell(self, batch: _Batch, stored: "Future[list[Outcome]]") -> None:
        failure = stored.exception()
        outcomes = [failure] * len(batch.items) if failure else stored.result()
        for item, outcome in zip(batch.items, outcomes, strict=True):
            _settle(item, outcome)
        for run_id in {item.entry.run_id for item in batch.items}:
            self.publish(run_id)

    def publish(self, run_id: str) -> None:
        """Wake everybody in this process who follows the run."""
        for wake in self._followers.get(run_id, ()):
            wake.set()
        for watcher in self._watchers:
            watcher.put_nowait(run_id)


def _page(connection: sa.Connection, run_id: str, after: int) -> tuple[bool, list[Event]]:
    row = runs.find(connection, run_id)
    page = events.after(connection, run_id, after, PAGE)
    return row is None or Status(row["status"]).ended, page


def _store(connection: sa.Connection, batch: _Batch) -> list[Outcome]:
    if batch.stored and events.holds(connection, batch.stored[0]):
        return batch.outcomes  # the last try was committed after all; only its answer got lost
    batch.stored = []
    # The database tries without a savepoint first; inside one, an event that cannot be stored shall harm no other.
    store = _store_each if connection.in_nested_transaction() else _store_together
    batch.outcomes = store(connection, batch.items, batch.stored)
    return batch.outcomes


def _store_each(connection: sa.Connection, items: list[_Item], stored: list[Event]) -> list[Outcome]:
    return [_store_alone(connection, item, stored) for item in items]


def _store_alone(connection: sa.Connection, item: _Item, stored: list[Event]) -> Outcome:
    try:
        with connection.begin_nested():
            return _store_together(connection, [item], stored)[0]
    except Exception as error:
        if connection.invalidated:
            raise
        return error


def _store_together(connection: sa.Connection, items: list[_Item], stored: list[Event]) -> list[Outcome]:
    known = events.known(connection, [item.entry for item in items])
    fresh: list[events.Entry] = []
    outcomes: list[Outcome] = []
    for item in items:
        new = item.entry.key is None or item.entry.name not in known
        outcome = not new or item.change is None or item.change(connection) is not False
        if new and outcome:
            fresh.append(item.entry)
            known.add(item.entry.name)
        outcomes.append(outcome)
    stored += events.append_new(connection, fresh)
    return outcomes


def _settle(item: _Item, outcome: Outcome) -> None:
    if item.done.done():
        return
    if isinstance(outcome, BaseException):
        log.error("event.not_stored", run=item.entry.run_id, type=item.entry.type, reason=str(outcome)[:300])
        item.done.set_exception(outcome)
    else:
        item.done.set_result(outcome)


def _retrieve(done: "asyncio.Future[bool]") -> None:
    if not done.cancelled():
        done.exception()
