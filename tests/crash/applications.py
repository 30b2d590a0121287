"""Applications that write down everything they do outside, so that a test can see what was done twice."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from pydantic_ai.messages import ModelMessage, ModelRequest, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall

from gofer.core.application import Application, RunContext
from gofer.core.errors import Unavailable
from gofer.core.question import Question
from gofer.core.sandbox import SandboxSpec
from gofer.testing.models import ScriptedModel

LEDGER = "GOFER_TEST_LEDGER"
TURNS = 3
"""Tool calls that the scripted model makes before it answers."""


class Asked(BaseModel):
    """What these applications take."""

    model_config = ConfigDict(extra="forbid")

    steps: int = 4
    seconds: float = 0.0
    profile: str | None = None


Tick = Callable[[str], None]
_ticks: list[Tick] = []


def on_tick(tick: Tick) -> None:
    """Call this at each named point; it may be the last thing that the process does."""
    _ticks.append(tick)


def tick(point: str) -> None:
    """A named point was reached."""
    for hear in _ticks:
        hear(point)


def note(run_id: str, what: str) -> None:
    """Append a line to the ledger, in one write, so that no kill leaves half of it."""
    line = json.dumps({"run": run_id, "what": what, "pid": os.getpid(), "at": time.time()}) + "\n"
    file = os.open(os.environ[LEDGER], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


async def march(run: RunContext, asked: Asked) -> int:
    """Steps, one after the other."""

    async def stride(number: int) -> int:
        await asyncio.sleep(asked.seconds)
        note(run.id, f"step {number}")
        tick("step")
        return number

    return sum([await run.step(stride, number) for number in range(asked.steps)])


async def think(run: RunContext, _asked: Asked) -> str:
    """An agent with a tool."""

    async def look(number: int) -> str:
        """Look at something."""
        note(run.id, f"tool {number}")
        tick("tool")
        return f"saw {number}"

    return await run.agent(f"run {run.id}", tools=[look])


async def consult(run: RunContext, _asked: Asked) -> str:
    """An agent whose tool asks a person."""

    async def look(number: int) -> str:
        """Ask somebody."""
        answer = await run.ask(Question(text=f"What is {number}?", choices=("yes", "no")))
        note(run.id, f"tool {number}")
        tick("tool")
        return answer

    return await run.agent(f"run {run.id}", tools=[look])


async def ask(run: RunContext, _asked: Asked) -> str:
    """A step, a question, a step."""

    async def stride(number: int) -> int:
        note(run.id, f"step {number}")
        tick("step")
        return number

    await run.step(stride, 0)
    answer = await run.ask(Question(text="Go on?", choices=("yes", "no")))
    await run.step(stride, 1)
    return answer


async def stumble(run: RunContext, _asked: Asked) -> int:
    """A step that the outside world fails once, and an agent's reply before it."""

    async def good() -> int:
        note(run.id, "step 0")
        tick("step")
        return 1

    async def bad() -> int:
        failed = Path(os.environ[LEDGER]).with_name(f"failed-{run.id}")
        if not failed.exists():
            failed.touch()
            raise Unavailable("The site is down.")
        note(run.id, "step 1")
        tick("step")
        return 2

    await run.agent(f"short {run.id}")
    return await run.step(good) + await run.step(bad)


async def box(run: RunContext, _asked: Asked) -> str:
    """Commands in a sandbox: what they did is there after a crash, because it is the same sandbox."""

    async def scribble(number: int) -> int:
        done = await sandbox.run(["sh", "-c", f"echo {number} >> lines"], timeout=20)
        note(run.id, f"step {number}")
        tick("step")
        return done.exit_code

    async with run.sandbox(SandboxSpec()) as sandbox:
        for number in range(3):
            await run.step(scribble, number)
        return (await sandbox.read_bytes("lines")).decode()


async def hang(run: RunContext, _asked: Asked) -> None:
    """A step that goes on until it is cancelled, and cleans up."""

    async def forever() -> None:
        note(run.id, "began")
        try:
            await asyncio.sleep(3600)
        finally:
            note(run.id, "cleaned up")

    await run.step(forever)


async def work(run: RunContext, asked: Asked) -> None:
    """A step that says when it works."""

    async def busy() -> None:
        note(run.id, "enter")
        await asyncio.sleep(asked.seconds)
        note(run.id, "leave")

    await run.step(busy)


FLOWS = (march, think, consult, ask, stumble, box, hang, work)
APPLICATIONS = [
    Application(flow.__name__, flow.__doc__ or "", Asked, flow, limit_key=lambda asked: asked.profile) for flow in FLOWS
]


def scripted_model() -> ScriptedModel:
    """Calls `look` TURNS times, then answers; each answered request is in the ledger."""
    return ScriptedModel(_stream)


async def _stream(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str | dict[int, DeltaToolCall]]:
    prompt = str(messages[0].parts[0].content)  # type: ignore[union-attr]
    returns = [p for m in messages if isinstance(m, ModelRequest) for p in m.parts if isinstance(p, ToolReturnPart)]
    turn = len(returns)
    if info.function_tools and turn < TURNS:
        yield {0: DeltaToolCall("look", json.dumps({"number": turn}), tool_call_id=f"call-{turn}")}
    else:
        yield "all "
        await asyncio.sleep(0.001)
        yield "seen"
    note(prompt.split()[-1], f"reply {turn}")
    tick("reply")
