"""The event log as rows: appended in batches, numbered without gaps, each key at most once."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
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


def begin(connection: sa.Connection, entry: Entry) -> None:
    """Store a new run's first event; its row says already that number 1 is taken."""
    connection.execute(_INSERT, [{**vars(entry), "seq": 1}])


def append(connection: sa.Connection, run_id: str, entries: Sequence[Entry]) -> list[Event]:
    """Number and store the entries of one run; gives those that were new."""
    return append_all(connection, {run_id: entries})


def append_all(connection: sa.Connection, wanted: Mapping[str, Sequence[Entry]]) -> list[Event]:
    """Number and store the entries of many runs with few statements; gives those that were new."""
    fresh = _without_known(connection, [entry for entries in wanted.values() for entry in entries])
    if not fresh:
        return []
    last = _claim(connection, fresh)
    rows: list[dict[str, Any]] = []
    for entry in reversed(fresh):
        rows.append({**vars(entry), "seq": last[entry.run_id]})
        last[entry.run_id] -= 1
    rows.reverse()
    connection.execute(_INSERT, rows)
    return [_as_event(row) for row in rows]


def after(connection: sa.Connection, run_id: str, seq: int, limit: int = 500) -> list[Event]:
    """The events of a run that follow number `seq`."""
    wanted = sa.select(events).where(events.c.run_id == run_id, events.c.seq > seq).order_by(events.c.seq).limit(limit)
    return [_as_event(dict(row)) for row in connection.execute(wanted).mappings()]


# Built once: building and hashing a statement costs more than SQLite needs to run it.
_INSERT = sa.insert(events)
_KNOWN = sa.select(events.c.run_id, events.c.key).where(
    events.c.run_id.in_(sa.bindparam("run_ids", expanding=True)), events.c.key.in_(sa.bindparam("keys", expanding=True))
)
_CLAIM = (
    sa.update(runs)
    .where(runs.c.id.in_(sa.bindparam("run_ids", expanding=True)))
    .values(last_seq=runs.c.last_seq + sa.bindparam("count"), updated_at=sa.bindparam("at"))
    .returning(runs.c.id, runs.c.last_seq)
)


def _without_known(connection: sa.Connection, entries: Sequence[Entry]) -> list[Entry]:
    keyed = [entry for entry in entries if entry.key is not None]
    known: set[tuple[str, str | None]] = set()
    if keyed:
        names = {"run_ids": list({entry.run_id for entry in keyed}), "keys": list({entry.key for entry in keyed})}
        known = {(run_id, key) for run_id, key in connection.execute(_KNOWN, names)}
    fresh = []
    for entry in entries:
        if entry.key is None or (entry.run_id, entry.key) not in known:
            known.add((entry.run_id, entry.key))
            fresh.append(entry)
    return fresh


def _claim(connection: sa.Connection, fresh: Sequence[Entry]) -> dict[str, int]:
    """Take numbers for the entries; gives each run's last one. Runs with equally many go together."""
    groups: dict[int, list[str]] = defaultdict(list)
    for run_id, count in Counter(entry.run_id for entry in fresh).items():
        groups[count].append(run_id)
    last: dict[str, int] = {}
    for count, run_ids in groups.items():
        values = {"run_ids": run_ids, "count": count, "at": fresh[-1].at}
        last |= {row.id: row.last_seq for row in connection.execute(_CLAIM, values)}
    return last


def _as_event(row: dict[str, Any]) -> Event:
    moment = datetime.fromtimestamp(row["at"], UTC)
    return Event(seq=row["seq"], type=row["type"], at=moment, run_id=row["run_id"], data=row["data"])
