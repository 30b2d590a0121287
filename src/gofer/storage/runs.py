"""Runs as rows: every question and every change the kernel has for them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from gofer.core.run import ENDED, Cost, Run, RunError, Status
from gofer.storage.moment import now
from gofer.storage.tables import runs

ACTIVE = [status.value for status in Status if status not in ENDED]


def insert(connection: sa.Connection, row: dict[str, Any]) -> None:
    """A new run."""
    _inserted(connection, row)


def _inserted(connection: sa.Connection, row: dict[str, Any]) -> sa.RowMapping:
    return connection.execute(_INSERT, row).mappings().one()


_INSERT = sa.insert(runs).returning(runs)


def any_of(connection: sa.Connection, principal: str) -> bool:
    """Whether this principal ever asked for anything."""
    return connection.execute(sa.select(runs.c.id).where(runs.c.principal == principal).limit(1)).first() is not None


def insert_or_known(connection: sa.Connection, row: dict[str, Any]) -> tuple[sa.RowMapping, bool]:
    """The run of this key, and whether it is new. Two processes may try at once."""
    if row["key"] is None:
        return _inserted(connection, row), True
    if known := find_by_key(connection, row["principal"], row["key"]):
        return known, False
    try:
        with connection.begin_nested():
            return _inserted(connection, row), True
    except sa.exc.IntegrityError:
        if known := find_by_key(connection, row["principal"], row["key"]):
            return known, False
        raise


def update(connection: sa.Connection, run_id: str, /, **values: Any) -> None:
    """Change columns of one run."""
    connection.execute(_change(tuple(values)), {"this_run": run_id, **{f"new_{name}": values[name] for name in values}})


def change_if(connection: sa.Connection, run_id: str, statuses: Sequence[Status], /, **values: Any) -> bool:
    """Change columns only if the run stands where the caller thinks it does; tells whether it did."""
    change = _change(tuple(values), tuple(statuses))
    new = {f"new_{name}": value for name, value in values.items()}
    return connection.execute(change, {"this_run": run_id, **new}).rowcount == 1


@lru_cache
def _change(columns: tuple[str, ...], statuses: tuple[Status, ...] = ()) -> sa.Update:
    """Built once for each set of columns: building a statement costs more than SQLite needs to run it."""
    change = sa.update(runs).where(runs.c.id == sa.bindparam("this_run"))
    if statuses:
        change = change.where(runs.c.status.in_([status.value for status in statuses]))
    return change.values({name: sa.bindparam(f"new_{name}") for name in columns})


def end(connection: sa.Connection, run_id: str, worker: str, values: Mapping[str, Any]) -> bool:
    """End a run that this worker carries; False when it is over already, or another worker's."""
    new = {f"new_{name}": value for name, value in values.items()}
    return connection.execute(_end(tuple(values)), {"this_run": run_id, "me": worker, **new}).rowcount == 1


@lru_cache
def _end(columns: tuple[str, ...]) -> sa.Update:
    return _change(columns, tuple(s for s in Status if s not in ENDED)).where(runs.c.worker == sa.bindparam("me"))


def let_go(connection: sa.Connection, run_ids: Sequence[str]) -> None:
    """A worker stops in an orderly way: who takes up its runs will count a crash that was none."""
    at_work = runs.c.id.in_(run_ids) & (runs.c.status == Status.RUNNING.value)
    connection.execute(sa.update(runs).where(at_work).values(crashes=runs.c.crashes - 1))


def take_control(connection: sa.Connection, run_id: str, who: str) -> bool:
    """Give keyboard and mouse of an unended run to somebody; False when another has them."""
    free = (runs.c.id == run_id) & runs.c.status.in_(ACTIVE) & runs.c.controlled_by.is_(None)
    return connection.execute(sa.update(runs).where(free).values(controlled_by=who)).rowcount == 1


def return_control(connection: sa.Connection, run_id: str, holder: str) -> bool:
    """Give them back to the agent; False when `holder` does not have them."""
    held = (runs.c.id == run_id) & (runs.c.controlled_by == holder)
    return connection.execute(sa.update(runs).where(held).values(controlled_by=None)).rowcount == 1


def add_cost(connection: sa.Connection, run_id: str, spent: Cost) -> None:
    """Book what one model call cost."""
    connection.execute(_ADD_COST, {"of_run": run_id, **{f"spent_{name}": getattr(spent, name) for name in _COSTS}})


_COSTS = tuple(Cost.model_fields)
_ADD_COST = (
    sa.update(runs)
    .where(runs.c.id == sa.bindparam("of_run"))
    .values({name: runs.c[name] + sa.bindparam(f"spent_{name}") for name in _COSTS})
)


def find(connection: sa.Connection, run_id: str) -> sa.RowMapping | None:
    """The row, or None."""
    return connection.execute(_FIND, {"run_id": run_id}).mappings().one_or_none()


_FIND = sa.select(runs).where(runs.c.id == sa.bindparam("run_id"))
"""Built once: it is asked several times for every run."""


def find_by_key(connection: sa.Connection, principal: str, key: str) -> sa.RowMapping | None:
    """The run that this principal already asked for under this key, or None."""
    wanted = sa.select(runs).where(runs.c.principal == principal, runs.c.key == key)
    return connection.execute(wanted).mappings().one_or_none()


Place = tuple[float, str]
"""Where a run stands in the list: when it was created, and its id for those of one moment."""


def page(
    connection: sa.Connection, filters: dict[str, str | None], limit: int, before: Place | None = None
) -> list[sa.RowMapping]:
    """The newest runs that match, at most `limit`, that stand after a place in the list."""
    wanted = sa.select(runs).order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(limit)
    for column, value in filters.items():
        if value is not None:
            wanted = wanted.where(runs.c[column] == value)
    if before is not None:
        wanted = wanted.where(sa.tuple_(runs.c.created_at, runs.c.id) < sa.tuple_(*before))
    return list(connection.execute(wanted).mappings())


def unended(connection: sa.Connection, run_ids: Sequence[str]) -> set[str]:
    """Those of these runs that are not over."""
    wanted = sa.select(runs.c.id).where(runs.c.id.in_(run_ids), runs.c.status.in_(ACTIVE))
    return set(connection.execute(wanted).scalars())


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many unended runs there are, by status."""
    wanted = sa.select(runs.c.status, sa.func.count()).where(runs.c.status.in_(ACTIVE)).group_by(runs.c.status)
    return {row[0]: row[1] for row in connection.execute(wanted)}


def position(connection: sa.Connection, row: Mapping[str, Any] | sa.RowMapping) -> int | None:
    """A queued run's place: the runs that go before it, plus one."""
    if row["status"] != Status.QUEUED:
        return None
    place = {"its_priority": row["priority"], "its_time": row["queued_at"]}
    return int(connection.execute(_AHEAD, place).scalar_one()) + 1


def positions(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> dict[str, int]:
    """The places of those of these runs that are queued, by their ids: one query for all."""
    queued = [row["id"] for row in rows if row["status"] == Status.QUEUED]
    if not queued:
        return {}
    return {row.id: row.place for row in connection.execute(_PLACES, {"wanted": queued})}


_RANKED = (
    sa.select(runs.c.id, sa.func.rank().over(order_by=(runs.c.priority, runs.c.queued_at)).label("place"))
    .where(runs.c.status == Status.QUEUED.value)
    .subquery()
)
_PLACES = sa.select(_RANKED).where(_RANKED.c.id.in_(sa.bindparam("wanted", expanding=True)))

_AHEAD = sa.select(sa.func.count()).where(
    runs.c.status == Status.QUEUED.value,
    sa.or_(
        runs.c.priority < sa.bindparam("its_priority"),
        sa.and_(runs.c.priority == sa.bindparam("its_priority"), runs.c.queued_at < sa.bindparam("its_time")),
    ),
)


def changed_within(connection: sa.Connection, seconds: float) -> list[tuple[str, float]]:
    """Ids of runs that changed so short a time ago, oldest change first, each with what this change is known by."""
    wanted = sa.select(runs.c.id, runs.c.updated_at).where(runs.c.updated_at > now() - seconds)
    return [(run_id, at) for run_id, at in connection.execute(wanted.order_by(runs.c.updated_at))]


def as_run(row: Mapping[str, Any] | sa.RowMapping, queue_position: int | None = None) -> Run:
    """The row as the noun that faces show."""
    return Run(
        **{name: row[name] for name in _SAME},
        error=RunError(**row["error"]) if row["error"] else None,
        cost=Cost(**{name: row[name] for name in Cost.model_fields}),
        created_at=_moment(row["created_at"]) or datetime.now(UTC),
        started_at=_moment(row["started_at"]),
        ended_at=_moment(row["ended_at"]),
        queue_position=queue_position,
    )


_SAME = frozenset(Run.model_fields) - {
    "error",
    "cost",
    "created_at",
    "started_at",
    "ended_at",
    "queue_position",
}


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def stuck(connection: sa.Connection, moment: float) -> int:
    """How many runs are at work though nothing happened to them since a moment."""
    wanted = sa.select(sa.func.count()).where(runs.c.status == Status.RUNNING.value, runs.c.updated_at < moment)
    return int(connection.execute(wanted).scalar_one())
