"""The one door to the database: reads in threads, writes through one thread that commits many at once."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa

from gofer.core.errors import Unavailable
from gofer.storage.engine import WRITES, is_sqlite, open_engine

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

BATCH = 200
"""Most writes in one transaction; bounds how long a reader on PostgreSQL waits for a row lock."""

READERS = 4

OUTAGE_SECONDS = 60.0
"""How long work waits for a database that went away before its caller is told."""


class Database:
    """Runs functions of a connection. `write` returns after the commit, so what it did survives a kill."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = is_sqlite(url)
        self.engine = open_engine(url)
        self._jobs: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="gofer-read")
        self._writer = threading.Thread(target=self._write_forever, name="gofer-write", daemon=True)
        self._writer.start()

    async def read(self, work: Work[T]) -> T:
        """What `work(connection)` returns, from one consistent snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Work[T]) -> T:
        """What `work(connection)` returned, once it is committed; all of it happened or none of it."""
        return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Work[T]) -> "Future[T]":
        """Queue a write without waiting; writes are done in the order in which they were queued."""
        done: Future[T] = Future()
        self._jobs.put((work, done))
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
            except sa.exc.OperationalError:
                if self.sqlite or time.monotonic() > deadline:
                    raise
            time.sleep(0.3)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        with self.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            yield connection

    def _write_forever(self) -> None:
        while (first := self._jobs.get()) is not None:
            batch = [first]
            ending = False
            while len(batch) < BATCH and not self._jobs.empty():
                if (job := self._jobs.get()) is None:
                    ending = True
                    break
                batch.append(job)
            self._commit(batch)
            if ending:
                return

    def _commit(self, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []

        def attempt() -> None:
            outcomes.clear()
            with self._transaction() as connection:
                if len(batch) == 1:  # alone it needs no savepoint: it fails with its transaction
                    ((work, done),) = batch
                    outcomes.append((done, work(connection), None))
                else:
                    outcomes.extend(_attempt(connection, *job) for job in batch)

        try:
            with _translated():
                self._patiently(attempt)
        except BaseException as error:
            outcomes = [(done, None, error) for _, done in batch]
        for done, result, failure in outcomes:
            _settle(done, result, failure)


def _attempt(
    connection: sa.Connection, work: Work[Any], done: Future[Any]
) -> tuple[Future[Any], Any, BaseException | None]:
    try:
        with connection.begin_nested():
            return done, work(connection), None
    except Exception as error:
        if connection.invalidated or _rolled_back(error) or _collided(error):
            raise
        return done, None, translate(error) if isinstance(error, sa.exc.OperationalError) else error


def _rolled_back(error: Exception) -> bool:
    return isinstance(error, sa.exc.OperationalError) and "no such savepoint" in str(error.orig)


def _collided(error: Exception) -> bool:
    """Whether PostgreSQL ended the transaction for another one's sake, so that all of it is tried again."""
    return isinstance(error, sa.exc.OperationalError) and getattr(error.orig, "sqlstate", "") in ("40P01", "40001")


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
    if "disk is full" in text or "No space left" in text or "disk I/O error" in text:
        message = "The disk is full, so nothing could be stored. What was stored before is safe."
        return Unavailable(message, code="ERR_DISK_FULL")
    reason = next(iter(text.strip().splitlines()), type(error).__name__)
    return Unavailable(f"The database does not answer: {reason}")


def _reasons(error: BaseException | None) -> Iterator[str]:
    """The whole chain: SQLite rolls back by itself when the disk is full, and then the savepoint is missing."""
    while error is not None:
        yield str(error.orig) if isinstance(error, sa.exc.DBAPIError) else str(error)
        error = error.__context__
