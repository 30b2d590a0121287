"""Opens the database: SQLite in WAL mode for one process, PostgreSQL for many. The same code runs on both."""

from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from gofer.storage.plain import as_json

WRITES = "gofer_writes"
"""Execution option of a connection that is going to write, so that SQLite takes its lock at once."""

BUSY_SECONDS = 30

_LET_GO = {"options": "-c idle_in_transaction_session_timeout=3000"}
"""A worker that froze in the middle of a transaction holds its locks, and the others, no longer than three seconds."""


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
        return sa.create_engine(_with_driver(url), pool_size=10, max_overflow=10, connect_args=_LET_GO, **options)
    engine = sa.create_engine(url, pool_size=8, max_overflow=8, connect_args={"check_same_thread": False}, **options)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def open_step_engine(url: str) -> sa.Engine:
    """An engine for the step log; DBOS sets no journal mode of its own, and NORMAL is what kill -9 was proven with."""
    if not is_sqlite(url):
        engine = sa.create_engine(_with_driver(url), pool_size=20, max_overflow=0, connect_args=_LET_GO)
        sa.event.listen(engine, "handle_error", _out_of_reach)
        return engine
    engine = sa.create_engine(url, pool_size=20, max_overflow=0)
    sa.event.listen(engine, "connect", _prepare_step_log)
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


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
