"""Brings a database to the schema of this version, and refuses one that a newer gofer wrote."""

from pathlib import Path

import sqlalchemy as sa

from gofer.core.errors import Refused
from gofer.storage.database import Database
from gofer.storage.upgrade import upgrade

HEAD = "0004"
"""The newest migration; a test compares it with the scripts."""

KNOWN = ("0001", "0002", "0003", "0004")
"""Every migration this version can start from."""

LOCK = 20_260_421
"""Key of the advisory lock under which PostgreSQL workers migrate, one after another."""

MIGRATIONS = Path(__file__).parent / "migrations"


def prepare(database: Database) -> None:
    """Create or upgrade the tables; raises `Refused` (ERR_DATA_NEWER) for data of a newer version."""
    found = revision(database)
    if found == HEAD:
        return
    if found is not None and found not in KNOWN:
        message = f"This data was written by a newer gofer (schema {found}; this one knows {HEAD})."
        raise Refused(message, code="ERR_DATA_NEWER")
    database.write_now(_upgrade)


def revision(database: Database) -> str | None:
    """The newest migration that this data has seen; None for data that is not there yet."""
    return database.read_now(_revision)


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
