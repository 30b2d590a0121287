"""The way out: what happens to a run is appended here, and everybody who shows or forwards it reads it here."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import dataclass
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

LAST = frozenset({"run.succeeded", "run.failed", "run.cancelled"})
PAGE = 500


@dataclass
class _Item:
    entry: events.Entry
    change: Change | None
    done: "asyncio.Future[bool]"


class EventLog:
    """Appends events with their changes of state in one transaction, many runs at once, and wakes followers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._batch: list[_Item] | None = None
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
                self._batch.append(item)
                return item.done
            batch = self._batch = [item]
        stored = self._database.submit(partial(self._store, batch=batch))
        stored.add_done_callback(partial(self._stored, loop, batch))
        return item.done

    async def append(
        self, run_id: str, body: EventBody, *, key: str | None = None, change: Change | None = None
    ) -> bool:
        """Store an event; tells whether its change was to be. An event whose key is known is not stored again."""
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
        changed: asyncio.Queue[str] = asyncio.Queue()
        self._watchers.add(changed)
        since = self._clock.now().timestamp()
        try:
            while True:
                if self._database.sqlite:
                    yield await changed.get()
                    continue
                for run_id, at in await self._database.read(partial(runs.changed_since, moment=since)):
                    since = max(since, at)
                    yield run_id
                await asyncio.sleep(self._poll_seconds)
        finally:
            self._watchers.discard(changed)

    async def _rest(self, wake: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await wake.wait()
        except TimeoutError:
            return

    def _store(self, connection: sa.Connection, batch: list[_Item]) -> list[Outcome]:
        self._close(batch)
        return _store(connection, batch)

    def _close(self, batch: list[_Item]) -> None:
        with self._lock:
            if self._batch is batch:
                self._batch = None

    def _stored(self, loop: asyncio.AbstractEventLoop, batch: list[_Item], stored: "Future[list[Outcome]]") -> None:
        self._close(batch)  # its transaction may have failed before it was reached
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._tell, batch, stored)

    def _tell(self, batch: list[_Item], stored: "Future[list[Outcome]]") -> None:
        failure = stored.exception()
        outcomes = [failure] * len(batch) if failure else stored.result()
        for item, outcome in zip(batch, outcomes, strict=True):
            _settle(item, outcome)
        for run_id in {item.entry.run_id for item in batch}:
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


def _store(connection: sa.Connection, batch: list[_Item]) -> list[Outcome]:
    """All at once; when that fails one by one, so that an event that cannot be stored harms no other."""
    try:
        with connection.begin_nested():
            return [*_store_together(connection, batch)]
    except Exception:
        if len(batch) == 1 or connection.invalidated:
            raise
    return [_store_alone(connection, item) for item in batch]


def _store_alone(connection: sa.Connection, item: _Item) -> Outcome:
    try:
        with connection.begin_nested():
            return _store_together(connection, [item])[0]
    except Exception as error:
        return error


def _store_together(connection: sa.Connection, batch: list[_Item]) -> list[bool]:
    wanted: dict[str, list[events.Entry]] = defaultdict(list)
    outcomes = []
    for item in batch:
        outcome = item.change is None or item.change(connection) is not False
        if outcome:
            wanted[item.entry.run_id].append(item.entry)
        outcomes.append(outcome)
    events.append_all(connection, wanted)
    return outcomes


def _settle(item: _Item, outcome: Outcome) -> None:
    if item.done.done():
        return
    if isinstance(outcome, BaseException):
        log.error("event.not_stored", run=item.entry.run_id, event=item.entry.type, reason=str(outcome)[:300])
        item.done.set_exception(outcome)
    else:
        item.done.set_result(outcome)


def _retrieve(done: "asyncio.Future[bool]") -> None:
    if not done.cancelled():
        done.exception()
