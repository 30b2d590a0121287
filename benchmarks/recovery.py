"""One of three workers is killed: how soon its runs go on, and whether anything is recorded twice."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.crash.world import World, nursery_of

from benchmarks.figure import Figure
from gofer.testing.postgres import fresh_database, postgres

WORKERS, RUNS, ROUNDS = ("one", "two", "three"), 9, 3


@contextmanager
def world() -> Iterator[World]:
    """Workers as the crash tests have them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gofer-bench-")))
        server = stack.enter_context(postgres())
        ready = World(folder, fresh_database(server), stack.enter_context(nursery_of(folder)))
        yield ready
        ready.clear()


async def once(ready: World) -> tuple[float, int]:
    """Seconds until the last run of the dead worker went on, and how many steps were recorded twice."""
    workers = [ready.bear(worker=name) for name in WORKERS]
    for worker in workers:
        ready.nursery.up(worker)
    started = await ready.start(*["march"] * RUNS, seconds=0.5)
    while len({line["run"] for line in ready.ledger()}) < RUNS:
        await asyncio.sleep(0.02)
    victim = Counter(line["pid"] for line in ready.ledger()).most_common(1)[0][0]
    orphans = {line["run"] for line in ready.ledger() if line["pid"] == victim}
    ready.kill(victim)
    killed = time.time()
    await ready.ended(started)
    later = [line for line in ready.ledger() if line["run"] in orphans and line["pid"] != victim]
    gaps = [min(line["at"] for line in later if line["run"] == run) - killed for run in orphans]
    return max(gaps), await twice(ready)


async def twice(ready: World) -> int:
    """Steps that the event logs hold more often than the flow made them."""
    books = await ready.books()
    finished = [sum(event.type == "step.finished" for event in events) for _, events in books.values()]
    return sum(max(0, count - 4) for count in finished)


async def measure() -> list[Figure]:
    """The figure."""
    rounds = []
    for _ in range(ROUNDS):
        with world() as ready:
            rounds.append(await once(ready))
    gaps = [gap for gap, _ in rounds]
    value = f"{median(gaps):.1f} s (worst {max(gaps):.1f}), {sum(count for _, count in rounds)} steps recorded twice"
    method = f"PostgreSQL, {RUNS} runs, kill → the last orphan's next step, median of {ROUNDS}"
    return [Figure("recovery after kill -9 of one of three workers", "≤ 10 s, nothing twice", value, method)]
