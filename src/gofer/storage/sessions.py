"""Saved browser sessions as rows: the last few versions for each principal and profile, sealed by the vault."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from gofer.core.session import SavedSession
from gofer.storage.tables import sessions
from gofer.storage.vault import Sealed

KEEP = 5
"""Versions of one profile that are kept."""


def newest(connection: sa.Connection, principal: str, profile: str) -> tuple[int, Sealed] | None:
    """The newest version with its number, or None."""
    wanted = sa.select(sessions).where(_mine(principal, profile)).order_by(sessions.c.version.desc()).limit(1)
    row = connection.execute(wanted).mappings().one_or_none()
    return None if row is None else (row["version"], Sealed(row["key_id"], bytes(row["sealed"])))


def next_version(connection: sa.Connection, principal: str, profile: str) -> int:
    """The number that the next one gets."""
    last = connection.execute(sa.select(sa.func.max(sessions.c.version)).where(_mine(principal, profile))).scalar()
    return (last or 0) + 1


def put(connection: sa.Connection, row: dict[str, Any]) -> None:
    """One version more; the oldest ones go."""
    connection.execute(sa.insert(sessions), [row])
    mine = _mine(row["principal"], row["profile"])
    connection.execute(sa.delete(sessions).where(mine, sessions.c.version <= row["version"] - KEEP))


def listed(connection: sa.Connection, principal: str | None) -> list[SavedSession]:
    """The newest version of each profile of a principal, or of everybody's; what is in them is not read."""
    count = sa.func.count().over(partition_by=(sessions.c.principal, sessions.c.profile)).label("versions")
    columns = [column for column in sessions.c if column.name != "sealed"]
    wanted = sa.select(*columns, sa.func.length(sessions.c.sealed).label("size"), count)
    if principal is not None:
        wanted = wanted.where(sessions.c.principal == principal)
    ordered = wanted.order_by(sessions.c.principal, sessions.c.profile, sessions.c.version)
    newest = {(row["principal"], row["profile"]): row for row in connection.execute(ordered).mappings()}
    return [_as_session(row) for row in newest.values()]


def delete(connection: sa.Connection, principal: str, profile: str, version: int | None = None) -> int:
    """Forget every version, or one, so that the one before it is used; gives how many there were."""
    gone = sa.delete(sessions).where(_mine(principal, profile))
    return connection.execute(gone if version is None else gone.where(sessions.c.version == version)).rowcount


def belongs_to(principal: str, profile: str, version: int) -> str:
    """What a version is sealed to, so that none can be put in another's place."""
    return "\0".join(("browser session", principal, profile, str(version)))


def _mine(principal: str, profile: str) -> sa.ColumnElement[bool]:
    return (sessions.c.principal == principal) & (sessions.c.profile == profile)


def _as_session(row: sa.RowMapping) -> SavedSession:
    names = ("profile", "principal", "version", "versions", "size", "saved_by")
    moment = datetime.fromtimestamp(row["saved_at"], UTC)
    return SavedSession(**{name: row[name] for name in names}, saved_at=moment)
