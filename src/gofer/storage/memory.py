"""What an application keeps from one run to the next, apart for each application and principal."""

from typing import Any

import sqlalchemy as sa

from gofer.core.playbook import OWN
from gofer.core.run import Status
from gofer.storage.tables import memory, runs

OVER = [status.value for status in Status if status.ended]


def recall(connection: sa.Connection, app: str, principal: str, key: str) -> Any | None:
    """The value, or None."""
    mine = (memory.c.app == app) & (memory.c.principal == principal) & (memory.c.key == key)
    return connection.execute(sa.select(memory.c.value).where(mine)).scalar_one_or_none()


def remember(connection: sa.Connection, row: dict[str, Any]) -> None:
    """Keep a value in place of the one before."""
    mine = (memory.c.app == row["app"]) & (memory.c.principal == row["principal"]) & (memory.c.key == row["key"])
    connection.execute(sa.delete(memory).where(mine))
    connection.execute(sa.insert(memory), [row])


def forget_ended(connection: sa.Connection) -> None:
    """Forget what runs that are over noted down for themselves alone."""
    over = sa.select(runs.c.id).where(runs.c.status.in_(OVER))
    own = memory.c.key.startswith(OWN, autoescape=True)
    connection.execute(sa.delete(memory).where(own, memory.c.written_by.in_(over)))
