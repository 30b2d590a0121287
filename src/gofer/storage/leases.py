"""Which sandbox is lent to which run, as rows."""

from typing import Any

import sqlalchemy as sa

from gofer.storage.tables import leases, runs


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


def held_on(connection: sa.Connection, host: str) -> list[str]:
    """Ids of the sandboxes on this host that a run which is not over holds."""
    held = sa.select(leases.c.ref).join(runs, runs.c.id == leases.c.run_id)
    wanted = held.where(leases.c.host == host, runs.c.ended_at.is_(None))
    return list(connection.execute(wanted).scalars())


def of_run(connection: sa.Connection, run_id: str) -> list[sa.RowMapping]:
    """Every lease of a run."""
    return list(connection.execute(_OF_RUN, {"run_id": run_id}).mappings())


_OF_RUN = sa.select(leases).where(leases.c.run_id == sa.bindparam("run_id"))
