"""Applications that do next to nothing, so that what is measured is gofer."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models.function import AgentInfo, DeltaToolCall

from gofer.core.application import Application, RunContext
from gofer.core.budget import Budget


class Nothing(BaseModel):
    """No input; `moment` is when it was asked, `turns` how long an agent goes on."""

    moment: float = 0.0
    turns: int = 0
    seconds: float = 0.0


async def one() -> int:
    """A step."""
    return 1


async def two(number: int) -> int:
    """Another."""
    return number + 1


async def trivial(run: RunContext, _asked: Nothing) -> int:
    """Two steps."""
    return await run.step(two, await run.step(one))


async def latency(run: RunContext, asked: Nothing) -> float:
    """How long ago it was asked, in seconds, seen from the first step."""

    async def ago() -> float:
        return time.time() - asked.moment

    return await run.step(ago)


async def agent(run: RunContext, asked: Nothing) -> str:
    """A model and a tool, turn by turn."""

    async def note(text: str) -> str:
        """Take a note."""
        return f"noted: {text}"

    return await run.agent(f"{asked.turns}", tools=[note])


async def slow(run: RunContext, asked: Nothing) -> int:
    """Twenty steps that take a while each."""

    async def wait() -> int:
        await asyncio.sleep(asked.seconds)
        return 1

    return sum([await run.step(wait) for _ in range(20)])


async def script(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[Any]:
    """Calls the tool as often as the prompt says, then answers."""
    turns = int(str(messages[0].parts[0].content))  # type: ignore[union-attr]
    done = sum(isinstance(message, ModelResponse) for message in messages)
    if done < turns:
        yield {0: DeltaToolCall(name=info.function_tools[0].name, json_args='{"text": "a line of some length"}')}
    else:
        yield "done"


BUDGET = Budget(steps=None, usd=None, uncached_tokens=None)
APPLICATIONS = [
    Application(flow.__name__, "", Nothing, flow, budget=BUDGET) for flow in (trivial, latency, agent, slow)
]
