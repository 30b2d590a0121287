"""Brings a database to the schema of this version, and refuses one that a newer gofer wrote, or that is damaged."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from gofer.core.errors import Refused, Unavailable
from gofer.storage.database import Database
from gofer.storage.engine import BUSY_SECONDS
from gofer.storage.upgrade import upgrade

HEAD = "0004"
"""The newest migration; a test compares it with the scripts."""

KNOWN = ("0001", "0002", "0003", "0004")
"""Every migration this version can start from."""

LOCK = 20_260_421
"""Key of the advisory lock under which PostgreSQL workers migrate, one after another."""

MIGRATIONS = Path(__file__).parent / "migrations"

DAMAGES = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
"""How SQLite says that a file's content makes no sense; no waiting mends that."""


def prepare(database: Database) -> None:
    """Create or upgrade the tables; raises `Refused`: ERR_DATA_NEWER, ERR_SETTINGS for a damaged file."""
    found = revision(database)
    if found == HEAD:
        return
    if found is not None and found not in KNOWN:
        message = f"This data was written by a newer gofer (schema {found}; this one knows {HEAD})."
        raise Refused(message, code="ERR_DATA_NEWER")
    database.write_now(_upgrade)


def revision(database: Database) -> str | None:
    """The newest migration that this data has seen; None for data that is not there yet.

    Raises `Refused` (ERR_SETTINGS) for a damaged file.
    """
    try:
        return database.read_now(_revision)
    except Unavailable as error:
        if damage := _damage(error):
            raise _damaged(database.url.removeprefix("sqlite:///"), damage) from error
        raise


def refuse_damaged(path: Path) -> None:
    """Raises `Refused` (ERR_SETTINGS) for a file that is there and is no SQLite database."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError as error:
        if damage := _damage(error):
            raise _damaged(str(path), damage) from error


def _damage(error: BaseException | None) -> str:
    """What SQLite says of the file, somewhere among an error's causes; empty when it is something else."""
    while error is not None:
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGES:
            return str(error)
        error = error.__cause__ or error.__context__
    return ""


def _damaged(path: str, damage: str) -> Refused:
    next_step = "Put a copy from before in its place, or point GOFER_DATA at another folder."
    return Refused(f"The database {path} is damaged: {damage}.", code="ERR_SETTINGS", next_step=next_step)


def _upgrade(connection: sa.Connection) -> None:
    if (
        connection.dialect.name == "postgresql"
    ):  # workers that start at once: the first migrates, the others find it done
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    upgrade(connection, MIGRATIONS)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
