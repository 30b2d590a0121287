"""How many trivial runs a second one process carries, and whether 100,000 finished ones slow it down."""

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from benchmarks.applications import APPLICATIONS
from benchmarks.figure import Figure
from gofer.storage import tables
from gofer.storage.engine import open_step_engine
from gofer.testing.harness import Harness, Setup, harness
from gofer.testing.postgres import fresh_database, postgres

RUNS, REPEATS, FINISHED = 400, 3, 100_000
METHOD = f"median of {REPEATS} times {RUNS} two-step runs, all queued at once; their end is polled every 50 ms"


async def measure() -> list[Figure]:
    """Runs per second on both databases, before and after filling the tables."""
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        sqlite = await _both(Setup(Path(folder) / "sqlite", APPLICATIONS))
        many = await _both(Setup(Path(folder) / "pg", APPLICATIONS, database=fresh_database(server), worker="w1"))
    return [*_figures("SQLite", "≥ 120", sqlite), *_figures("PostgreSQL", "≥ 100", many)]


def _figures(name: str, target: str, rates: tuple[float, float]) -> list[Figure]:
    fresh, full = rates
    change = f"{(full / fresh - 1) * 100:+.0f} % ({full:.0f} runs/s)"
    filled = f"the same, after {FINISHED:,} finished runs (with 7 events and 2 steps each) were put into the tables"
    return [
        Figure(f"two-step runs per second, {name}", target, f"{fresh:.0f}", METHOD),
        Figure(f"cost of {FINISHED:,} finished runs, {name}", "≥ -10 %", change, filled),
    ]


async def _both(setup: Setup) -> tuple[float, float]:
    async with harness(setup) as gofer:
        fresh = await _rate(gofer)
        template = (await gofer.run("trivial")).id
        await gofer.kernel.parts.database.write(partial(_fill, template=template))
    address = setup.database or f"sqlite:///{setup.folder / 'steps.db'}"
    await asyncio.to_thread(_fill_steps, address, template)
    async with harness(setup) as gofer:
        return fresh, await _rate(gofer)


async def _rate(gofer: Harness) -> float:
    await _carry(gofer, 50)
    return median([RUNS / await _carry(gofer, RUNS) for _ in range(REPEATS)])


async def _carry(gofer: Harness, count: int) -> float:
    database = gofer.kernel.parts.database
    before = await database.read(_ended)
    started = time.perf_counter()
    await asyncio.gather(*[gofer.start("trivial") for _ in range(count)])
    while await database.read(_ended) < before + count:
        await asyncio.sleep(0.05)
    return time.perf_counter() - started


def _ended(connection: sa.Connection) -> int:
    unended = sa.select(sa.func.count()).where(tables.runs.c.status.in_(["queued", "running"]))
    total = sa.select(sa.func.count()).select_from(tables.runs)
    return int(connection.execute(total).scalar_one() - connection.execute(unended).scalar_one())


def _fill(connection: sa.Connection, template: str) -> None:
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {FINISHED}) "
    for table, column in ((tables.runs, "id"), (tables.events, "run_id")):
        _copy(connection, numbers, table.name, [c.name for c in table.columns], {column: template})


def _fill_steps(address: str, template: str) -> None:
    engine = open_step_engine(address)
    schema = None if engine.dialect.name == "sqlite" else "dbos"
    prefix = f"{schema}." if schema else ""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {FINISHED}) "
    inspector = sa.inspect(engine)
    with engine.begin() as connection:
        for table in ("workflow_status", "workflow_input", "workflow_output", "operation_outputs"):
            if inspector.has_table(table, schema):
                columns = [c["name"] for c in inspector.get_columns(table, schema) if not c.get("computed")]
                _copy(connection, numbers, prefix + table, columns, {_id_of(columns): template})
    engine.dispose()


def _id_of(columns: list[str]) -> str:
    return next(name for name in columns if name in ("workflow_uuid", "workflow_id"))


def _copy(connection: sa.Connection, numbers: str, table: str, columns: list[str], one: dict[str, str]) -> None:
    ((key, template),) = one.items()
    kept = [column for column in columns if column != "xid"]
    chosen = ", ".join(f"t.{column} || '-' || n.i" if column == key else f"t.{column}" for column in kept)
    insert = f"INSERT INTO {table} ({', '.join(kept)}) "
    select = f"SELECT {chosen} FROM {table} t, n WHERE t.{key} = '{template}'"
    connection.execute(sa.text(f"{insert}{numbers}{select}"))
