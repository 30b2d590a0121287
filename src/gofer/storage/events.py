"""The event log as rows: appended in batches, numbered without gaps, each key at most once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from gofer.core.event import Event
from gofer.storage.tables import events, runs


@dataclass(frozen=True)
class Entry:
    """An event before it has its number. A second entry with the same key in a run is dropped."""

    run_id: str
    type: str
    at: float
    data: dict[str, Any]
    key: str | None = None


def append(connection: sa.Connection, run_id: str, entries: Sequence[Entry]) -> list[Event]:
    """Number and store the entries of one run; gives those that were new."""
    fresh = _without_known(connection, run_id, entries)
    if not fresh:
        return []
    claim = (
        sa.update(runs)
        .where(runs.c.id == run_id)
        .values(last_seq=runs.c.last_seq + len(fresh), updated_at=fresh[-1].at)
        .returning(runs.c.last_seq)
    )
    first = connection.execute(claim).scalar_one() - len(fresh) + 1
    rows = [
        {"run_id": run_id, "seq": first + n, "type": e.type, "at": e.at, "key": e.key, "data": e.data}
        for n, e in enumerate(fresh)
    ]
    connection.execute(sa.insert(events), rows)
    return [_as_event(row) for row in rows]


def after(connection: sa.Connection, run_id: str, seq: int, limit: int = 500) -> list[Event]:
    """The events of a run that follow number `seq`."""
    wanted = sa.select(events).where(events.c.run_id == run_id, events.c.seq > seq).order_by(events.c.seq).limit(limit)
    return [_as_event(dict(row)) for row in connection.execute(wanted).mappings()]


def _without_known(connection: sa.Connection, run_id: str, entries: Sequence[Entry]) -> list[Entry]:
    keys = [entry.key for entry in entries if entry.key is not None]
    known: set[str | None] = set()
    if keys:
        wanted = sa.select(events.c.key).where(events.c.run_id == run_id, events.c.key.in_(keys))
        known = set(connection.execute(wanted).scalars())
    fresh = []
    for entry in entries:
        if entry.key is None or entry.key not in known:
            known.add(entry.key)
            fresh.append(entry)
    return fresh


def _as_event(row: dict[str, Any]) -> Event:
    moment = datetime.fromtimestamp(row["at"], UTC)
    return Event(seq=row["seq"], type=row["type"], at=moment, run_id=row["run_id"], data=row["data"])
