"""Who may work now, decided in one transaction, so that no limit is ever exceeded by two workers at once."""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from gofer.core.run import Status
from gofer.storage import workers
from gofer.storage.moment import now
from gofer.storage.tables import runs

LOCK = 20_260_420
"""Key of the advisory lock under which PostgreSQL workers claim, one after another."""


LOOK = 50
"""How many queued runs one claim looks at."""


@dataclass(frozen=True)
class Limits:
    """How many runs may work at once, in all and for one principal."""

    total: int
    per_principal: int


def worth_claiming(connection: sa.Connection, total: int) -> bool:
    """A cheap look before the lock is taken: whether a run is queued and a slot free."""
    queued, working = connection.execute(_LOOK).one()
    return bool(queued) and working < total


def claim(connection: sa.Connection, worker: str, limits: Limits, *, begins: bool = True) -> list[str]:
    """Give free slots to the queued runs that go next and that this worker may carry; gives their ids.

    A worker that `begins` none gets only what it carries already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    if not workers.alive(connection, worker):
        return []
    principals, keys = _working(connection)
    free = limits.total - sum(principals.values())
    if free <= 0:
        return []
    chosen: list[str] = []
    wanted = {"me": worker, "begins": begins, "full": _full(principals, limits), "keys": list(keys)}
    for row in connection.execute(_CANDIDATES, wanted).mappings().all():
        if len(chosen) == free:
            break
        taken = row["limit_key"] in keys and row["worker"] is None
        if taken or principals[row["principal"]] >= limits.per_principal:
            continue
        chosen.append(row["id"])
        principals[row["principal"]] += 1
        keys.add(row["limit_key"] or "")
    if chosen:
        _mark(connection, chosen, worker)
    return chosen


def _working(connection: sa.Connection) -> tuple[Counter[str], set[str]]:
    rows = connection.execute(_WORKING).all()
    keys = {str(row.limit_key) for row in rows if row.limit_key is not None}
    return Counter(row.principal for row in rows if row.status == Status.RUNNING.value), keys


def _full(principals: Counter[str], limits: Limits) -> list[str]:
    return [name for name, count in principals.items() if count >= limits.per_principal]


def _mark(connection: sa.Connection, chosen: list[str], worker: str) -> None:
    connection.execute(_MARK, {"chosen": chosen, "me": worker})


# Built once: building and hashing a statement costs more than SQLite needs to run it.
_QUEUED = runs.c.status == Status.QUEUED.value
_RUNNING = runs.c.status == Status.RUNNING.value
_MINE = runs.c.worker == sa.bindparam("me")
_LOOK = sa.select(
    sa.exists().where(_QUEUED), sa.select(sa.func.count()).select_from(runs).where(_RUNNING).scalar_subquery()
)
_HOLDS_A_KEY = sa.and_(
    runs.c.limit_key.is_not(None),
    sa.or_(runs.c.status == Status.WAITING.value, sa.and_(_QUEUED, runs.c.worker.is_not(None))),
)
_WORKING = sa.union_all(
    sa.select(runs.c.status, runs.c.principal, runs.c.limit_key).where(_RUNNING),
    sa.select(runs.c.status, runs.c.principal, runs.c.limit_key).where(_HOLDS_A_KEY),
)
_CANDIDATES = (
    sa.select(runs.c.id, runs.c.principal, runs.c.limit_key, runs.c.worker)
    .where(
        _QUEUED,
        sa.or_(sa.and_(runs.c.worker.is_(None), sa.bindparam("begins", type_=sa.Boolean)), _MINE),
        runs.c.principal.not_in(sa.bindparam("full", expanding=True)),
        sa.or_(runs.c.limit_key.is_(None), runs.c.limit_key.not_in(sa.bindparam("keys", expanding=True)), _MINE),
    )
    .order_by(runs.c.priority, runs.c.queued_at, runs.c.id)
    .limit(LOOK)
)
_MARK = (
    sa.update(runs)
    .where(runs.c.id.in_(sa.bindparam("chosen", expanding=True)), _QUEUED)
    .values(
        status=Status.RUNNING.value,
        waiting_for=None,
        worker=sa.bindparam("me"),
        started_at=sa.func.coalesce(runs.c.started_at, now()),
        updated_at=now(),
    )
)


def held_by(connection: sa.Connection, workers: list[str]) -> list[str]:
    """Ids of the unended runs that these workers carry."""
    active = [Status.QUEUED.value, Status.RUNNING.value, Status.WAITING.value]
    wanted = sa.select(runs.c.id).where(runs.c.worker.in_(workers), runs.c.status.in_(active))
    return list(connection.execute(wanted).scalars())


def granted(connection: sa.Connection, worker: str) -> list[str]:
    """Ids of the runs that this worker has a slot for."""
    return list(connection.execute(sa.select(runs.c.id).where(runs.c.worker == worker, _RUNNING)).scalars())


def requeue(connection: sa.Connection, run_ids: list[str], workers: list[str]) -> None:
    """Runs that these workers were granted a slot for but never began: anybody may take them."""
    mine = runs.c.worker.in_(workers)
    change = sa.update(runs).where(runs.c.id.in_(run_ids), runs.c.status == Status.RUNNING.value, mine)
    connection.execute(change.values(status=Status.QUEUED.value, worker=None))


def watched(connection: sa.Connection, worker: str) -> list[sa.RowMapping]:
    """What people asked of the runs that this worker carries: cancel, control."""
    active = [Status.QUEUED.value, Status.RUNNING.value, Status.WAITING.value]
    wanted = sa.select(runs.c.id, runs.c.cancel_by, runs.c.controlled_by).where(
        runs.c.worker == worker,
        runs.c.status.in_(active),
        sa.or_(runs.c.cancel_by.is_not(None), runs.c.controlled_by.is_not(None)),
    )
    return list(connection.execute(wanted).mappings())
