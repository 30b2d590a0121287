"""What runs did outside, as rows: counted up as it happens."""

from collections.abc import Mapping

import sqlalchemy as sa

from gofer.core.event import StepFinished
from gofer.core.usage import Metrics, StepTime, Usage
from gofer.storage.tables import events, runs, usage

NAMES = tuple(Usage.model_fields)
MONEY = ("usd", "input_tokens", "output_tokens")


def add_all(connection: sa.Connection, counted: Mapping[str, Usage]) -> None:
    """Count further usage of runs."""
    for run_id, more in counted.items():
        add(connection, run_id, more)


def add(connection: sa.Connection, run_id: str, more: Usage) -> None:
    """Count further usage of a run."""
    mine = usage.c.run_id == run_id
    grown = {name: usage.c[name] + getattr(more, name) for name in NAMES}
    if connection.execute(sa.update(usage).where(mine).values(grown)).rowcount == 0:
        connection.execute(sa.insert(usage), [{"run_id": run_id, **more.model_dump()}])


def of_run(connection: sa.Connection, run_id: str) -> Metrics:
    """A run's usage, step timings, tokens and money."""
    counted = connection.execute(sa.select(usage).where(usage.c.run_id == run_id)).mappings().one_or_none()
    spent = connection.execute(sa.select(*(runs.c[name] for name in MONEY)).where(runs.c.id == run_id)).mappings().one()
    told = sa.select(events.c.data).where(events.c.run_id == run_id, events.c.type == _FINISHED)
    steps = [StepTime(**data) for data in connection.execute(told.order_by(events.c.seq)).scalars()]
    return Metrics(**{name: counted[name] for name in NAMES} if counted else {}, **spent, steps=steps)


def totals(connection: sa.Connection) -> Metrics:
    """The same over all runs, without their steps."""
    sums = [sa.func.coalesce(sa.func.sum(usage.c[name]), 0).label(name) for name in NAMES]
    money = [sa.func.coalesce(sa.func.sum(runs.c[name]), 0).label(name) for name in MONEY]
    counted = connection.execute(sa.select(*sums)).mappings().one()
    return Metrics(**counted, **connection.execute(sa.select(*money)).mappings().one())


_FINISHED = StepFinished.model_fields["type"].default
