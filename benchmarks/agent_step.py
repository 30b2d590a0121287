"""What gofer itself takes for one durable agent step: a model that answers at once, a tool that does nothing."""

import json
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from statistics import median
from typing import Any

from pydantic_ai.messages import ModelMessage
from pydantic_ai.models.function import AgentInfo, DeltaToolCall

from benchmarks.figure import Figure
from benchmarks.workload import BOTH, Nothing, kernel
from gofer.core.application import Application, RunContext
from gofer.core.budget import Budget
from gofer.testing.models import ScriptedModel

STEPS, EDGE = 200, 20
asked_at: list[float] = []


async def think(run: RunContext, _asked: Nothing) -> str:
    """An agent that calls one tool STEPS times."""

    async def look(number: int) -> str:
        """Look at something."""
        return f"saw {number} " + "and a line of what a page says. " * 8

    return await run.agent("look around", tools=[look])


async def script(_messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
    """One tool call after the other; when each was asked for is the measurement."""
    asked_at.append(time.perf_counter())
    number = len(asked_at)
    if number > STEPS:
        yield "done"
    else:
        yield {0: DeltaToolCall("look", json.dumps({"number": number}), tool_call_id=f"call-{number}")}


async def measure_one(kind: str) -> Figure:
    """Milliseconds per step at the beginning and at the end of a long run."""
    asked_at.clear()
    budget = Budget(steps=STEPS + 1, usd=1000.0, uncached_tokens=1_000_000_000)
    async with kernel(
        kind, Application("think", "An agent.", Nothing, think, budget), model=ScriptedModel(script)
    ) as gofer:
        run = await gofer.run("think")
    assert run.output == "done", run.error
    steps = [1000 * (later - sooner) for sooner, later in pairwise(asked_at)]
    value = f"first {EDGE}: {median(steps[:EDGE]):.1f} ms, last {EDGE}: {median(steps[-EDGE:]):.1f} ms"
    method = f"{STEPS} steps, each a streamed reply and a tool call; medians"
    return Figure(f"harness time per agent step, {kind}", "≤ 15 ms, flat to 200", value, method)


async def measure() -> list[Figure]:
    """Figures for both databases."""
    return [await measure_one(kind) for kind in BOTH]
