"""How many trivial two-step runs one process carries a second, and what 100,000 finished ones cost it."""

import asyncio
import time
from collections.abc import Iterable
from statistics import median

import sqlalchemy as sa

from benchmarks.figure import Figure
from benchmarks.workload import BOTH, TRIVIAL, finished, kernel
from gofer.storage.engine import open_step_engine
from gofer.testing.harness import Harness

RUNS, ROUNDS, FINISHED = 300, 3, 100_000
TARGETS = {"SQLite": "≥ 120 /s", "PostgreSQL": "≥ 100 /s"}
OURS = {"runs": "id", "events": "run_id"}
THEIRS = {
    "workflow_status": "workflow_uuid",
    "operation_outputs": "workflow_uuid",
    "workflow_input": "workflow_uuid",
    "workflow_output": "workflow_uuid",
}


async def rate(gofer: Harness) -> float:
    """Runs per second, from the first request to the last ending."""
    began = time.perf_counter()
    for _ in range(RUNS):
        await gofer.start("trivial")
    await finished(gofer)
    return RUNS / (time.perf_counter() - began)


async def rates(gofer: Harness) -> float:
    """The median of several rounds."""
    return median([await rate(gofer) for _ in range(ROUNDS)])


def multiply(connection: sa.Connection, table: str, identity: str, template: str) -> None:
    """Copy the rows of one finished run FINISHED times."""
    schema, _, name = table.rpartition(".")
    columns = [column["name"] for column in sa.inspect(connection).get_columns(name, schema=schema or None)]
    chosen = ", ".join(f"{column} || '-' || n" if column == identity else f'"{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    series = f"WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {FINISHED})"
    sql = f"INSERT INTO {table} ({names}) {series} SELECT {chosen} FROM {table}, many WHERE {identity} = :template"
    connection.execute(sa.text(sql), {"template": template})


def fill(url: str, tables: Iterable[tuple[str, str]], template: str) -> None:
    """Multiply in one database and let it take stock."""
    engine = open_step_engine(url)
    with engine.begin() as connection:
        for table, identity in tables:
            multiply(connection, table, identity, template)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()


async def measure_one(kind: str) -> list[Figure]:
    """Both figures on one kind of database."""
    async with kernel(kind, TRIVIAL) as gofer:
        await rate(gofer)
        fresh = await rates(gofer)
        run = await gofer.run("trivial")
        ours = gofer.kernel.parts.database.url
        theirs = ours.replace("gofer.db", "steps.db")
        schema = "dbos." if kind == "PostgreSQL" else ""
        await asyncio.to_thread(fill, ours, OURS.items(), run.id)
        await asyncio.to_thread(fill, theirs, [(schema + name, key) for name, key in THEIRS.items()], run.id)
        full = await rates(gofer)
    method = f"{RUNS} runs, one process, 10 slots, median of {ROUNDS} rounds"
    cost = f"{100 * (1 - full / fresh):+.0f} % ({full:.0f} /s)"
    return [
        Figure(f"two-step runs, {kind}", TARGETS[kind], f"{fresh:.0f} /s", method),
        Figure(f"cost of {FINISHED:,} finished runs, {kind}", "≤ 10 %", cost, "rows copied into our tables and DBOS's"),
    ]


async def measure() -> list[Figure]:
    """Figures for both databases."""
    return [figure for kind in BOTH for figure in await measure_one(kind)]
