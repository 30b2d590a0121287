"""Which workers are alive, as rows. The database's clock decides, so that no worker's clock matters."""

from typing import Any

import sqlalchemy as sa

from gofer.storage.tables import workers

ALIVE, DEAD = "alive", "dead"


def now(connection: sa.Connection) -> float:
    """The database's own time."""
    sql = "SELECT extract(epoch FROM clock_timestamp())" if connection.dialect.name == "postgresql" else _SQLITE_NOW
    return float(connection.execute(sa.text(sql)).scalar_one())


_SQLITE_NOW = "SELECT (julianday('now') - 2440587.5) * 86400.0"


def enrol(connection: sa.Connection, row: dict[str, Any]) -> None:
    """A worker starts."""
    connection.execute(sa.delete(workers).where(workers.c.id == row["id"]))
    connection.execute(sa.insert(workers), [row | {"state": ALIVE, "last_beat": now(connection)}])


def beat(connection: sa.Connection, worker: str) -> bool:
    """Say "alive"; False when somebody already took this worker's runs."""
    change = sa.update(workers).where(workers.c.id == worker, workers.c.state == ALIVE)
    return connection.execute(change.values(last_beat=now(connection))).rowcount == 1


def alive(connection: sa.Connection, worker: str) -> bool:
    """Whether this worker still holds its lease; on PostgreSQL nobody can take it before this transaction ends."""
    return connection.execute(_LIVING, {"worker": worker}).first() is not None


_LIVING = (
    sa.select(workers.c.id)
    .where(workers.c.id == sa.bindparam("worker"), workers.c.state == ALIVE)
    .with_for_update(read=True)
)


def bury(connection: sa.Connection, silent_seconds: float) -> list[str]:
    """Declare dead who was silent too long; gives every dead worker, also those buried before."""
    limit = now(connection) - silent_seconds
    silent = sa.update(workers).where(workers.c.state == ALIVE, workers.c.last_beat < limit)
    connection.execute(silent.values(state=DEAD))
    return list(connection.execute(sa.select(workers.c.id).where(workers.c.state == DEAD)).scalars())


def retire(connection: sa.Connection, worker: str) -> None:
    """A worker stops in an orderly way; its runs are the others' from now on."""
    connection.execute(sa.update(workers).where(workers.c.id == worker).values(state=DEAD))


def forget(connection: sa.Connection, worker: str) -> None:
    """A worker that holds nothing any more."""
    connection.execute(sa.delete(workers).where(workers.c.id == worker))
