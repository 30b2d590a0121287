"""How long the runs of a killed worker stand still before the others go on with them."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.applications import APPLICATIONS
from benchmarks.figure import Figure
from gofer.core.event import Event
from gofer.testing.harness import Harness, Setup, harness
from gofer.testing.postgres import fresh_database, postgres

KILLS, RUNS = 3, 9


async def measure() -> list[Figure]:
    """Three workers on PostgreSQL; one of them is killed."""
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        outcomes = [await _kill_one(Path(folder) / str(n), fresh_database(server)) for n in range(KILLS)]
    seconds, twice = median(s for s, _ in outcomes), sum(t for _, t in outcomes)
    method = f"kill -9 one of three workers amid {RUNS} runs → the last of its runs goes on; median of {KILLS}"
    value = f"{seconds:.1f} s, {twice} steps recorded twice"
    return [Figure("recovery after `kill -9` of one of three workers", "≤ 10 s, nothing twice", value, method)]


async def _kill_one(folder: Path, database: str) -> tuple[float, int]:
    setup = Setup(folder, APPLICATIONS, database=database, worker="w-0")
    async with harness(setup) as gofer:
        others = [_worker(folder, database, f"w-{n}") for n in (1, 2)]
        try:
            return await _measured(gofer, others[0])
        finally:
            for other in others:
                other.kill()
                other.wait()


async def _measured(gofer: Harness, victim: "subprocess.Popen[bytes]") -> tuple[float, int]:
    await asyncio.sleep(6)
    runs = [await gofer.start("slow", seconds=0.5) for _ in range(RUNS)]
    await asyncio.sleep(3)
    os.kill(victim.pid, signal.SIGKILL)
    killed = time.time()
    for run in runs:
        await gofer.ended(run.id, within=90)
    logs = [await gofer.events(run.id) for run in runs]
    again = [e.at.timestamp() for log in logs for e in log if e.type == "run.recovered"]
    return max(again, default=killed) - killed, sum(_repeats(log) for log in logs)


def _repeats(log: list[Event]) -> int:
    finished = sum(event.type == "step.finished" for event in log)
    return finished - 20


def _worker(folder: Path, database: str, name: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "benchmarks.recovery", str(folder / name), database, name])


async def _serve(folder: str, database: str, name: str) -> None:
    async with harness(Setup(Path(folder), APPLICATIONS, database=database, worker=name)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:4]))
