"""Which sandbox is lent to which run, or kept by which worker for runs to come, as rows."""

from typing import Any

import sqlalchemy as sa

from gofer.storage.tables import leases, runs, workers
from gofer.storage.workers import ALIVE

KEEPER = "worker:"
"""Before a worker's name, in place of a run's id: the sandbox waits for a run, or many runs share it."""


def find(connection: sa.Connection, run_id: str, name: str) -> sa.RowMapping | None:
    """The lease of this run under this name, or None."""
    wanted = sa.select(leases).where(leases.c.run_id == run_id, leases.c.name == name)
    return connection.execute(wanted).mappings().one_or_none()


def put(connection: sa.Connection, row: dict[str, Any]) -> None:
    """Write the lease down, in place of an older one of the same run and name."""
    drop(connection, row["run_id"], row["name"])
    connection.execute(sa.insert(leases), [row])


def drop(connection: sa.Connection, run_id: str, name: str) -> bool:
    """The sandbox is nobody's now; False when it was nobody's before."""
    mine = (leases.c.run_id == run_id) & (leases.c.name == name)
    return connection.execute(sa.delete(leases).where(mine)).rowcount == 1


def held_on(connection: sa.Connection, host: str) -> list[sa.RowMapping]:
    """Provider and ref of the sandboxes on this host that a run which is not over holds, or a worker that is alive."""
    ref = sa.select(leases.c.provider, leases.c.ref)
    lent = ref.join(runs, runs.c.id == leases.c.run_id)
    kept = ref.join(workers, leases.c.run_id == sa.literal(KEEPER) + workers.c.id)
    held = (lent.where(runs.c.ended_at.is_(None)), kept.where(workers.c.state == ALIVE))
    return [row for wanted in held for row in connection.execute(wanted.where(leases.c.host == host)).mappings()]


def lent_on(connection: sa.Connection, host: str) -> list[str]:
    """The runs that hold a sandbox on this host and are not over, once for each that they hold."""
    lent = sa.select(leases.c.run_id).join(runs, runs.c.id == leases.c.run_id)
    return list(connection.execute(lent.where(runs.c.ended_at.is_(None), leases.c.host == host)).scalars())


def drop_kept(connection: sa.Connection, host: str, worker: str) -> None:
    """A worker that begins keeps nothing yet, and the dead keep nothing any more."""
    alive = sa.select(sa.literal(KEEPER) + workers.c.id).where(workers.c.state == ALIVE, workers.c.id != worker)
    kept = (leases.c.host == host) & leases.c.run_id.startswith(KEEPER)
    connection.execute(sa.delete(leases).where(kept, leases.c.run_id.not_in(alive)))


def of_run(connection: sa.Connection, run_id: str) -> list[sa.RowMapping]:
    """Every lease of a run."""
    return list(connection.execute(_OF_RUN, {"run_id": run_id}).mappings())


_OF_RUN = sa.select(leases).where(leases.c.run_id == sa.bindparam("run_id"))
