"""Opens the database: SQLite in WAL mode for one process, PostgreSQL for many. The same code runs on both."""

from typing import Any

import sqlalchemy as sa
import structlog
from pydantic_core import from_json

from gofer.storage.plain import as_json

WRITES = "gofer_writes"
"""Execution option of a connection that is going to write, so that SQLite takes its lock at once."""

BUSY_SECONDS = 30

log = structlog.get_logger()

POSTGRES: dict[str, Any] = {
    "options": "-c idle_in_transaction_session_timeout=3000",
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
}
"""How a connection notices what went away; seconds and, where libpq's manual (34.1.2) says so, milliseconds.

A worker that froze in the middle of a transaction holds its locks, and the others, no longer than three seconds. A
server that vanished without a word is noticed after about ten (5 + 2 * 2 when silent, `tcp_user_timeout` when sent to)
instead of Linux's two hours and a quarter of an hour: by then others have this worker's runs (5 s), and it should know.
"""

FULL = ("disk is full", "No space left", "disk I/O error")
"""How SQLite and the system say that there is no room."""


def is_sqlite(url: str) -> bool:
    """Whether this address names a SQLite file."""
    return url.startswith("sqlite")


def open_engine(url: str) -> sa.Engine:
    """An engine for `sqlite:///PATH` or `postgresql+psycopg://…`."""
    options: dict[str, Any] = {
        "json_serializer": as_json,
        "json_deserializer": from_json,
    }
    if not is_sqlite(url):
        return sa.create_engine(_with_driver(url), pool_size=10, max_overflow=10, connect_args=POSTGRES, **options)
    engine = sa.create_engine(url, pool_size=8, max_overflow=8, connect_args={"check_same_thread": False}, **options)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def open_step_engine(url: str) -> sa.Engine:
    """An engine for the step log; DBOS sets no journal mode of its own, and NORMAL is what kill -9 was proven with."""
    if not is_sqlite(url):
        engine = sa.create_engine(_with_driver(url), pool_size=20, max_overflow=0, connect_args=POSTGRES)
        sa.event.listen(engine, "handle_error", _out_of_reach)
        return engine
    engine = sa.create_engine(url, pool_size=20, max_overflow=0)
    sa.event.listen(engine, "connect", _prepare_step_log)
    sa.event.listen(engine, "handle_error", _no_room)
    return engine


def _with_driver(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url


def _pragmas(connection: Any) -> None:
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    _pragmas(connection)


def _prepare_step_log(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    _pragmas(connection)


def _out_of_reach(context: sa.ExceptionContext) -> None:
    """Mark a failure to connect as a lost connection: DBOS waits for those, and would lose the step's result else."""
    if context.connection is None and isinstance(context.sqlalchemy_exception, sa.exc.OperationalError):
        context.is_disconnect = True


def _no_room(context: sa.ExceptionContext) -> None:
    """Mark a full disk as a lost connection: DBOS tries again until there is room, and keeps the step's result."""
    if any(words in str(context.original_exception) for words in FULL):
        log.error("steps.disk_full", what_happens="runs stand still until there is room", code="ERR_DISK_FULL")
        context.is_disconnect = True


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
