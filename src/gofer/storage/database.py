"""The one door to the database: reads in threads, writes through one thread that commits many at once."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog

from gofer.core.errors import Unavailable
from gofer.storage.engine import FULL, WRITES, is_sqlite, open_engine

T = TypeVar("T")
Work = Callable[[sa.Connection], T]
Guard = Callable[[sa.Connection], None]
"""Looks, in the same transaction, whether this process may still write; ends it or raises when it may not."""

BATCH = 200
"""Most writes in one transaction; bounds how long a reader on PostgreSQL waits for a row lock."""

READERS = 4

ROOM_SECONDS = 1.0
"""How often is looked whether a full disk has room again."""

log = structlog.get_logger()


@dataclass(frozen=True)
class _Job:
    work: Work[Any]
    done: "Future[Any]"
    patient: bool = False


_Outcome = tuple[_Job, Any, BaseException | None]

OUTAGE_SECONDS = 60.0
"""How long work waits for a database that went away before its caller is told."""


class Database:
    """Runs functions of a connection. `write` returns after the commit, so what it did survives a kill."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = is_sqlite(url)
        self.engine = open_engine(url)
        self._writing = self.engine.execution_options(**{WRITES: True})
        self.guard: Guard | None = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="gofer-read")
        self._writer = threading.Thread(target=self._write_forever, name="gofer-write", daemon=True)
        self._writer.start()

    async def read(self, work: Work[T]) -> T:
        """What `work(connection)` returns, from one consistent snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Work[T]) -> T:
        """What `work(connection)` returned, once it is committed; all of it happened or none of it."""
        return await asyncio.wrap_future(self.submit(work))

    async def write_apart(self, work: Work[T]) -> T:
        """A write in a transaction of its own: on PostgreSQL it may wait for others' locks and hold up none of ours.

        It is not tried again when the database goes away: whether it happened is the caller's to find out.
        """
        if self.sqlite:
            return await self.write(work)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._write_guarded, work)

    def submit(self, work: Work[T], patient: bool = False) -> "Future[T]":
        """Queue a write without waiting; writes are done in the order in which they were queued.

        A patient one does not fail when the disk is full: it is done when there is room again.
        """
        done: Future[T] = Future()
        self._jobs.put(_Job(work, done, patient))
        return done

    def write_now(self, work: Work[T]) -> T:
        """A write from a thread that has no event loop (start-up, the lease's own thread)."""
        with _translated(), self._transaction() as connection:
            return work(connection)

    def read_now(self, work: Work[T]) -> T:
        """A read from a thread that has no event loop; unlike `read` it does not wait for a database that is away."""
        with _translated(), self.engine.connect() as connection:
            return work(connection)

    def close(self) -> None:
        """Finish what is queued, then let go of every connection."""
        self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()
        self.engine.dispose()

    def _read(self, work: Work[T]) -> T:
        def attempt() -> T:
            with self.engine.connect() as connection:
                return work(connection)

        with _translated():
            return self._patiently(attempt)

    def _patiently(self, attempt: Callable[[], T]) -> T:
        deadline = time.monotonic() + OUTAGE_SECONDS
        while True:
            try:
                return attempt()
            except sa.exc.DBAPIError as error:
                away = isinstance(error, sa.exc.OperationalError) or _lost(error)
                if self.sqlite or not away or time.monotonic() > deadline:
                    raise
            time.sleep(0.3)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        with self._writing.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sa.Connection]:
        with self._transaction() as connection:
            if self.guard is not None:
                self.guard(connection)
            yield connection

    def _write_guarded(self, work: Work[T]) -> T:
        with _translated(), self._guarded() as connection:
            return work(connection)

    def _write_forever(self) -> None:
        homeless: list[_Job] = []
        ending = False
        while not ending:
            batch, ending = self._gathered(homeless)
            before, homeless = homeless, self._commit(batch, last=ending)
            if homeless and not before:
                log.error("database.disk_full", code="ERR_DISK_FULL", what_happens="events wait until there is room")

    def _gathered(self, homeless: list[_Job]) -> tuple[list[_Job], bool]:
        """What is written next, and whether it is the end: what found no room before, then what was queued since."""
        batch = list(homeless)
        wait = ROOM_SECONDS if homeless else None
        with contextlib.suppress(queue.Empty):
            while not batch or wait is not None or not self._jobs.empty():
                if (job := self._jobs.get(timeout=wait)) is None:
                    return batch, True
                batch.append(job)
                wait = None
                if len(batch) >= len(homeless) + BATCH:
                    break
        return batch, False

    def _commit(self, batch: list[_Job], last: bool = False) -> list[_Job]:
        """Do these writes; gives those that wait for room."""
        try:
            with _translated():
                outcomes = self._patiently(partial(self._outcomes, batch)) if batch else []
        except BaseException as error:
            outcomes = [(job, None, error) for job in batch]
        homeless = [] if last else [job for job, _, failure in outcomes if job.patient and _no_room(failure)]
        for job, result, failure in outcomes:
            if job not in homeless:
                _settle(job.done, result, failure)
        return homeless

    def _outcomes(self, batch: list[_Job]) -> list[_Outcome]:
        """All of it without a savepoint, which is cheap; only when that fails each piece in one of its own."""
        try:
            with self._guarded() as connection:
                return [(job, job.work(connection), None) for job in batch]
        except Exception as error:
            if _lost(error):
                raise
        with self._guarded() as connection:
            return [_attempt(connection, job) for job in batch]


def _no_room(failure: BaseException | None) -> bool:
    return isinstance(failure, Unavailable) and failure.code == "ERR_DISK_FULL"


def _lost(error: Exception) -> bool:
    """Whether the transaction came to nothing for reasons outside of it, so that all of it is tried again."""
    return isinstance(error, sa.exc.DBAPIError) and (error.connection_invalidated or _collided(error))


def _attempt(connection: sa.Connection, job: _Job) -> _Outcome:
    try:
        with connection.begin_nested():
            return job, job.work(connection), None
    except Exception as error:
        if connection.invalidated or _rolled_back(error) or _collided(error):
            raise
        return job, None, translate(error) if isinstance(error, sa.exc.OperationalError) else error


def _rolled_back(error: Exception) -> bool:
    return isinstance(error, sa.exc.OperationalError) and "no such savepoint" in str(error.orig)


def _collided(error: Exception) -> bool:
    """Whether PostgreSQL ended the transaction for another one's sake, or because it stood still for too long."""
    return isinstance(error, sa.exc.DBAPIError) and getattr(error.orig, "sqlstate", "") in ("40P01", "40001", "25P03")


def _settle(done: Future[Any], result: Any, failure: BaseException | None) -> None:
    with contextlib.suppress(Exception):  # the waiter may have been cancelled meanwhile
        done.set_exception(failure) if failure else done.set_result(result)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sa.exc.DatabaseError, sqlite3.Error) as error:
        raise translate(error) from error


def translate(error: Exception) -> Unavailable:
    """The database's failure in words for people."""
    text = " ".join(_reasons(error))
    if any(words in text for words in FULL):
        message = "The disk is full, so nothing could be stored. What was stored before is safe."
        return Unavailable(message, code="ERR_DISK_FULL")
    reason = next(iter(text.strip().splitlines()), type(error).__name__)
    return Unavailable(f"The database does not answer: {reason}")


def _reasons(error: BaseException | None) -> Iterator[str]:
    """The whole chain: SQLite rolls back by itself when the disk is full, and then the savepoint is missing."""
    while error is not None:
        yield str(error.orig) if isinstance(error, sa.exc.DBAPIError) else str(error)
        error = error.__context__
