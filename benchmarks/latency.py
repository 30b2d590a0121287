"""How soon a queued run is at work, and how much of that is the engine alone."""

import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from benchmarks.applications import APPLICATIONS
from benchmarks.figure import Figure
from gofer.testing.harness import Harness, Setup, harness
from gofer.testing.postgres import fresh_database, postgres

RUNS = 100


async def measure() -> list[Figure]:
    """Enqueue to first step, on both databases."""
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        sqlite = await _times(Setup(Path(folder) / "sqlite", APPLICATIONS))
        many = await _times(Setup(Path(folder) / "pg", APPLICATIONS, database=fresh_database(server), worker="w1"))
    method = f"{RUNS} runs one after another, from the request's time to inside the first step; p50 and p99"
    return [
        Figure("enqueue → first step, SQLite", "p50 ≤ 80 ms, direct ≤ 10 ms", _told(sqlite), method),
        Figure("enqueue → first step, PostgreSQL", "p50 ≤ 80 ms", _told(many), method),
    ]


async def _times(setup: Setup) -> list[float]:
    async with harness(setup) as gofer:
        await _one(gofer)
        return [await _one(gofer) for _ in range(RUNS)]


async def _one(gofer: Harness) -> float:
    run = await gofer.run("latency", moment=time.time())
    return float(str(run.output)) * 1000


def _told(times: list[float]) -> str:
    return f"p50 {median(times):.1f} ms, p99 {quantiles(times, n=100)[98]:.1f} ms"
