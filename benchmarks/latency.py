"""How soon a run makes its first step: asked for through intake, and started on the engine directly."""

import asyncio
import time
from functools import partial
from statistics import median, quantiles

from benchmarks.figure import Figure
from benchmarks.workload import BOTH, TRIVIAL, first_steps, kernel
from gofer.core.request import Request
from gofer.kernel.intake import Intake
from gofer.storage import slots
from gofer.storage.slots import Limits
from gofer.testing.harness import Harness

RUNS, WARM_UP, PAUSE_SECONDS = 100, 5, 0.02


async def first_step(gofer: Harness, run_id: str, began: float) -> float:
    """Milliseconds from `began` to the run's first step."""
    await gofer.ended(run_id)
    return 1000 * (first_steps[run_id] - began)


async def through_intake(gofer: Harness) -> float:
    """From the request to the first step."""
    began = time.perf_counter()
    run = await gofer.start("trivial")
    return await first_step(gofer, run.id, began)


async def direct(gofer: Harness, quiet: Intake) -> float:
    """From the engine's start of a run that has its slot already to the first step."""
    run = await quiet.accept(Request(app="trivial"))
    limits = Limits(10, 10)
    claim = partial(slots.claim, worker=gofer.kernel.parts.worker, limits=limits)
    await gofer.kernel.parts.database.write(claim)
    began = time.perf_counter()
    await gofer.kernel.engine.start(run.id)
    return await first_step(gofer, run.id, began)


async def measure_one(kind: str) -> list[Figure]:
    """Both ways on one kind of database."""
    async with kernel(kind, TRIVIAL) as gofer:
        asked = [await through_intake(gofer) for _ in range(RUNS + WARM_UP)][WARM_UP:]
    async with kernel(kind, TRIVIAL, slots=0) as gofer:  # its own granting is off: the benchmark grants
        started = [await direct(gofer, gofer.kernel.intake) for _ in range(RUNS + WARM_UP)][WARM_UP:]
    value = f"p50 {median(asked):.0f} ms, p99 {quantiles(asked, n=100)[98]:.0f} ms"
    quick = f"p50 {median(started):.1f} ms, p99 {quantiles(started, n=100)[98]:.1f} ms"
    return [
        Figure(f"enqueue → first step, {kind}", "p50 ≤ 80 ms", value, f"{RUNS} runs through intake, one at a time"),
        Figure(f"direct start → first step, {kind}", "p50 ≤ 10 ms", quick, f"{RUNS} runs that have their slot"),
    ]


async def measure() -> list[Figure]:
    """Figures for both databases."""
    figures = []
    for kind in BOTH:
        figures += await measure_one(kind)
        await asyncio.sleep(PAUSE_SECONDS)
    return figures
