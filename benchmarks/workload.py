"""What the kernel's benchmarks carry: a small application on a new database of each kind."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from pydantic import BaseModel
from pydantic_ai.models import Model

from gofer.core.application import Application, RunContext
from gofer.core.budget import Budget
from gofer.kernel.parts import Policy
from gofer.storage import runs
from gofer.testing.harness import Harness, Setup, harness
from gofer.testing.postgres import fresh_database, postgres

BOTH = ("SQLite", "PostgreSQL")
POLL_SECONDS = 0.05


class Nothing(BaseModel):
    """No input."""


first_steps: dict[str, float] = {}
"""When each run made its first step, by `time.perf_counter`."""


async def trivial(run: RunContext, _asked: Nothing) -> int:
    """Two steps that do nothing."""

    async def one() -> int:
        first_steps.setdefault(run.id, time.perf_counter())
        return 1

    async def two() -> int:
        return 2

    return await run.step(one) + await run.step(two)


TRIVIAL = Application("trivial", "Two steps.", Nothing, trivial, Budget())


@asynccontextmanager
async def kernel(
    kind: str, *applications: Application, slots: int = 10, model: Model | None = None
) -> AsyncIterator[Harness]:
    """A kernel on a new database of this kind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gofer-bench-")))
        url = fresh_database(stack.enter_context(postgres())) if kind == "PostgreSQL" else None
        policy = Policy(concurrent_runs=slots, per_principal=slots, allow_unpriced=True)
        async with harness(Setup(folder, applications, database=url, policy=policy, model=model)) as gofer:
            yield gofer


async def finished(gofer: Harness) -> None:
    """Wait until every run is over, by counting the others every 50 ms."""
    while await gofer.kernel.parts.database.read(runs.counts):
        await asyncio.sleep(POLL_SECONDS)
