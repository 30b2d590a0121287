"""The event log as rows: appended in batches, numbered without gaps, each key at most once."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from gofer.core.event import Event
from gofer.storage.moment import now
from gofer.storage.tables import events, runs


@dataclass(frozen=True)
class Entry:
    """An event before it has its number. A second entry with the same key in a run is dropped."""

    run_id: str
    type: str
    at: float
    data: dict[str, Any]
    key: str | None = None

    @property
    def name(self) -> tuple[str, str | None]:
        """Its run and key; nothing else is called like it unless the key is None."""
        return self.run_id, self.key


def begin(connection: sa.Connection, entry: Entry) -> None:
    """Store a new run's first event; its row says already that number 1 is taken."""
    connection.execute(_INSERT, [{**vars(entry), "seq": 1}])


def append(connection: sa.Connection, entries: Sequence[Entry]) -> list[Event]:
    """Number and store those entries whose key is new; gives them."""
    taken = known(connection, entries)
    fresh = []
    for entry in entries:
        if entry.name not in taken:
            taken |= {entry.name} if entry.key is not None else set()
            fresh.append(entry)
    return append_new(connection, fresh)


def append_new(connection: sa.Connection, fresh: Sequence[Entry]) -> list[Event]:
    """Number and store entries, of many runs with few statements; the caller knows that their keys are new."""
    if not fresh:
        return []
    last = _claim(connection, fresh)
    rows: list[dict[str, Any]] = []
    for entry in reversed(fresh):
        rows.append({**vars(entry), "seq": last[entry.run_id]})
        last[entry.run_id] -= 1
    rows.reverse()
    connection.execute(_INSERT, rows)
    return [as_event(row) for row in rows]


def known(connection: sa.Connection, entries: Sequence[Entry]) -> set[tuple[str, str | None]]:
    """Names of those entries that are stored already."""
    keyed = [entry for entry in entries if entry.key is not None]
    if not keyed:
        return set()
    names = {"run_ids": list({entry.run_id for entry in keyed}), "keys": list({entry.key for entry in keyed})}
    return {(run_id, key) for run_id, key in connection.execute(_KNOWN, names)}


def holds(connection: sa.Connection, event: Event) -> bool:
    """Whether exactly this event is stored: a commit whose answer got lost may have happened or not."""
    wanted = sa.select(events).where(events.c.run_id == event.run_id, events.c.seq == event.seq)
    row = connection.execute(wanted).mappings().one_or_none()
    return row is not None and as_event(dict(row)) == event


def of_type(connection: sa.Connection, run_id: str, kind: str) -> list[Event]:
    """The events of a run of one type."""
    wanted = sa.select(events).where(events.c.run_id == run_id, events.c.type == kind).order_by(events.c.seq)
    return [as_event(dict(row)) for row in connection.execute(wanted).mappings()]


def after(connection: sa.Connection, run_id: str, seq: int, limit: int = 500) -> list[Event]:
    """The events of a run that follow number `seq`."""
    wanted = sa.select(events).where(events.c.run_id == run_id, events.c.seq > seq).order_by(events.c.seq).limit(limit)
    return [as_event(dict(row)) for row in connection.execute(wanted).mappings()]


# Built once: building and hashing a statement costs more than SQLite needs to run it.
_INSERT = sa.insert(events)
_KNOWN = sa.select(events.c.run_id, events.c.key).where(
    events.c.run_id.in_(sa.bindparam("run_ids", expanding=True)), events.c.key.in_(sa.bindparam("keys", expanding=True))
)
_CLAIM = (
    sa.update(runs)
    .where(runs.c.id.in_(sa.bindparam("run_ids", expanding=True)))
    .values(last_seq=runs.c.last_seq + sa.bindparam("count"), updated_at=now())
    .returning(runs.c.id, runs.c.last_seq)
)


def _claim(connection: sa.Connection, fresh: Sequence[Entry]) -> dict[str, int]:
    """Take numbers for the entries; gives each run's last one. Runs with equally many go together."""
    groups: dict[int, list[str]] = defaultdict(list)
    for run_id, count in Counter(entry.run_id for entry in fresh).items():
        groups[count].append(run_id)
    last: dict[str, int] = {}
    for count, run_ids in groups.items():
        values = {"run_ids": run_ids, "count": count}
        last |= {row.id: row.last_seq for row in connection.execute(_CLAIM, values)}
    return last


def as_event(row: dict[str, Any]) -> Event:
    """The row as the noun that faces show."""
    moment = datetime.fromtimestamp(row["at"], UTC)
    return Event(seq=row["seq"], type=row["type"], at=moment, run_id=row["run_id"], data=row["data"])
