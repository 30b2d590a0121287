"""Which workers are alive, as rows. The database's clock decides, so that no worker's clock matters."""

import time
from typing import Any

import sqlalchemy as sa

from gofer.core.run import Status
from gofer.storage.moment import now
from gofer.storage.tables import runs, workers

ALIVE, DEAD = "alive", "dead"


def enrol(connection: sa.Connection, row: dict[str, Any]) -> None:
    """A worker starts."""
    connection.execute(sa.delete(workers).where(workers.c.id == row["id"]))
    connection.execute(sa.insert(workers), [row | {"state": ALIVE, "last_beat": time.time()}])
    beat(connection, row["id"])


def beat(connection: sa.Connection, worker: str) -> bool:
    """Say "alive"; False when somebody already took this worker's runs."""
    change = sa.update(workers).where(workers.c.id == worker, workers.c.state == ALIVE)
    return connection.execute(change.values(last_beat=now())).rowcount == 1


def alive(connection: sa.Connection, worker: str) -> bool:
    """Whether this worker still holds its lease; on PostgreSQL nobody can take it before this transaction ends."""
    return connection.execute(_LIVING, {"worker": worker}).first() is not None


_LIVING = (
    sa.select(workers.c.id)
    .where(workers.c.id == sa.bindparam("worker"), workers.c.state == ALIVE)
    .with_for_update(read=True)
)


def any_beating(connection: sa.Connection, silent_seconds: float) -> bool:
    """Whether any worker said so short a time ago that it is alive."""
    beating = (workers.c.state == ALIVE) & (workers.c.last_beat >= now() - silent_seconds)
    return connection.execute(sa.select(workers.c.id).where(beating).limit(1)).first() is not None


def bury(connection: sa.Connection, silent_seconds: float) -> list[str]:
    """Declare dead who was silent too long; gives every dead worker, also those buried before."""
    silent = sa.update(workers).where(workers.c.state == ALIVE, workers.c.last_beat < now() - silent_seconds)
    connection.execute(silent.values(state=DEAD))
    return list(connection.execute(sa.select(workers.c.id).where(workers.c.state == DEAD)).scalars())


def retire(connection: sa.Connection, worker: str) -> None:
    """A worker stops in an orderly way; its runs are the others' from now on."""
    connection.execute(sa.update(workers).where(workers.c.id == worker).values(state=DEAD))


def forget(connection: sa.Connection, silent_seconds: float) -> None:
    """Drop workers that died so long ago that they cannot wake up and begin a run any more."""
    gone = (workers.c.state == DEAD) & (workers.c.last_beat < now() - silent_seconds)
    connection.execute(sa.delete(workers).where(gone))


def count_work(connection: sa.Connection, worker: str, seconds: float) -> None:
    """Book time that passed upon the runs that this worker works on; those that wait are not at work."""
    mine = (runs.c.worker == worker) & (runs.c.status == Status.RUNNING.value)
    connection.execute(sa.update(runs).where(mine).values(worked_seconds=runs.c.worked_seconds + seconds))
