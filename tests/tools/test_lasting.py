"""Tools of a sandbox that may be lost."""

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.toolsets import FunctionToolset

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Sandbox
from gofer.testing.fake_run import FakeRun
from gofer.tools.lasting import REPLACED, lasting


class Moving(FakeRun):
    """A run whose computer was lost so often, and whose files are kept as the test says."""

    lost = 0
    fails: Unavailable | None = None

    async def moved(self, name: str = "main") -> int:
        """As often as the test says."""
        return self.lost

    async def checkpoint(self, box: Sandbox, name: str = "main") -> None:
        """As the test says."""
        if self.fails:
            raise self.fails


async def told(run: Moving, *calls: str) -> list[str]:
    """What a model was told by its calls, each in a turn of its own."""
    box: Any = object()
    agent = Agent(FunctionModel(caller(calls)), toolsets=[lasting(run, box, tools(run))])
    return returned((await agent.run("Go")).all_messages())


def caller(calls: Sequence[str]) -> Any:
    """A model that calls these tools, one after another."""

    def answer(messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
        turn = sum(isinstance(message, ModelResponse) for message in messages)
        return ModelResponse([ToolCallPart(calls[turn]) if turn < len(calls) else TextPart("done")])

    return answer


def returned(messages: list[ModelMessage]) -> list[str]:
    return [str(part.content) for message in messages for part in message.parts if isinstance(part, ToolReturnPart)]


def tools(run: Moving) -> FunctionToolset[None]:
    async def look() -> str:
        """Look."""
        return "seen"

    async def lose() -> str:
        """Lose the computer once more."""
        run.lost += 1
        return "gone"

    return FunctionToolset([look, lose])


async def test_each_loss_is_told_once() -> None:
    lost = [f"{REPLACED}\ngone", "seen", f"{REPLACED}\ngone", "seen"]
    assert await told(Moving(), "look", "lose", "look", "lose", "look") == ["seen", *lost]


async def test_a_call_that_was_made_has_its_result_though_nothing_can_be_kept() -> None:
    run = Moving()
    run.fails = Unavailable("The disk is full.", code="ERR_DISK_FULL")
    assert await told(run, "look") == ["seen"]


async def test_a_lost_sandbox_is_an_error_of_the_run() -> None:
    run = Moving()
    run.fails = Unavailable("The sandbox is gone.", code="ERR_SANDBOX_LOST")
    with pytest.raises(Unavailable, match="gone"):
        await told(run, "look")
