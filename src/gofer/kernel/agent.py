"""One agent's work: a prompt, tools, an answer; every reply and every tool result remembered on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_ai import Agent, ToolOutput
from pydantic_ai.exceptions import UnexpectedModelBehavior
from pydantic_ai.models import Model
from pydantic_ai.toolsets import AbstractToolset, CombinedToolset, FunctionToolset
from pydantic_ai.usage import UsageLimits

from gofer.core.application import Tool
from gofer.core.errors import Unavailable
from gofer.kernel.durable import DurableModel, DurableToolset, Teller
from gofer.kernel.metering import Meter
from gofer.kernel.steps import Steps

RETRIES = 3
"""How often a model may get a tool's arguments or its answer wrong in a row before the attempt fails."""


@dataclass(frozen=True)
class Task:
    """What one agent is asked to do."""

    prompt: str
    tools: Sequence[Tool]
    instructions: str
    answer: Any


async def work(task: Task, model: Model, steps: Steps, meter: Meter, teller: Teller) -> Any:
    """The agent's answer."""
    agent: Agent[None, Any] = Agent(
        DurableModel(model, steps, meter, teller),
        name="gofer",
        output_type=_asked(task.answer),
        instructions=task.instructions or None,
        toolsets=[DurableToolset(_combined(task.tools), steps)] if task.tools else [],
        retries=RETRIES,
    )
    try:
        # Sequential: the computer has one screen, and the order of steps must be the same after a crash.
        with agent.parallel_tool_call_execution_mode("sequential"):
            result = await agent.run(task.prompt, usage_limits=UsageLimits(request_limit=None))
    except UnexpectedModelBehavior as error:
        raise Unavailable(f"The model did not come to an answer: {error}", code="ERR_MODEL_UNAVAILABLE") from error
    return result.output


def _asked(answer: Any) -> Any:
    """By a tool, whatever the model: strict schemas, by which some are asked else, know no keys of an object's own."""
    return answer if answer is str else ToolOutput(answer)


def _combined(tools: Sequence[Tool]) -> AbstractToolset[None]:
    toolsets = [tool for tool in tools if isinstance(tool, AbstractToolset)]
    functions = [tool for tool in tools if not isinstance(tool, AbstractToolset)]
    return CombinedToolset([*toolsets, FunctionToolset(functions)] if functions else toolsets)
