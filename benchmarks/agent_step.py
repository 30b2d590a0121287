"""What gofer itself costs per agent step: everything but the model, with each reply and tool result remembered."""

import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.applications import APPLICATIONS, script
from benchmarks.figure import Figure
from gofer.kernel.parts import Policy
from gofer.testing.harness import Setup, harness
from gofer.testing.models import ScriptedModel

STEPS, EDGE, REPEATS = 200, 20, 3


async def measure() -> list[Figure]:
    """The first twenty steps and the last twenty of two hundred."""
    with tempfile.TemporaryDirectory() as folder:
        policy = Policy(allow_unpriced=True)
        setup = Setup(Path(folder), APPLICATIONS, model=ScriptedModel(script), policy=policy)
        async with harness(setup) as gofer:
            times = []
            for _ in range(REPEATS):
                run = await gofer.run("agent", turns=STEPS)
                starts = [e.at.timestamp() for e in await gofer.events(run.id) if e.type == "model.started"]
                times.append([(later - start) * 1000 for start, later in pairwise(starts)])
    first = median(step for run in times for step in run[:EDGE])
    last = median(step for run in times for step in run[-EDGE:])
    method = (
        f"a scripted model and a trivial tool, {STEPS} steps, {REPEATS} runs, SQLite; "
        f"median of the first and last {EDGE}"
    )
    value = f"{first:.1f} ms, after {STEPS} steps {last:.1f} ms"
    return [Figure("harness time per agent step, durable", "≤ 15 ms, flat to 200 steps", value, method)]
