"""A message in, text out, with a sandbox to work in and a memory per session."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel
from pydantic_ai.workspaces import LocalWorkspaceBackend

from gofer.apps.chat import APPLICATION
from gofer.apps.chat.flow import REMEMBERED, chat
from gofer.apps.chat.types import ChatInput
from gofer.core.errors import Refused
from gofer.core.sandbox import Sandbox
from gofer.kernel.parts import Policy
from gofer.sandboxes.local import LocalSandboxes
from gofer.testing.fake_run import FakeRun
from gofer.testing.harness import Setup, harness
from gofer.testing.models import ScriptedModel
from gofer.tools.lasting import REPLACED


def prompt_of(messages: list[ModelMessage]) -> str:
    """What the model was asked."""
    return next(str(part.content) for message in messages for part in message.parts if isinstance(part, UserPromptPart))


def echo(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """A model that repeats what it was asked."""
    return ModelResponse(parts=[TextPart(prompt_of(messages))])


async def test_an_answer_comes_back() -> None:
    assert await chat(FakeRun(model=FunctionModel(echo)), ChatInput(message="Hello")) == "Hello"


async def test_a_session_remembers_what_was_said_and_others_do_not() -> None:
    run = FakeRun(model=FunctionModel(echo))
    await chat(run, ChatInput(message="My cat is grey", session="a"))
    assert "My cat is grey" in await chat(run.next(), ChatInput(message="Which colour?", session="a"))
    assert await chat(run.next(), ChatInput(message="Which colour?", session="b")) == "Which colour?"
    assert await chat(run.next(), ChatInput(message="Which colour?")) == "Which colour?"


async def test_a_long_session_forgets_its_oldest_turns() -> None:
    run = FakeRun(model=FunctionModel(lambda messages, info: ModelResponse(parts=[TextPart("ok")])))
    for number in range(6):
        run = run.next()
        await chat(run, ChatInput(message=f"{number}" * 6_000, session="a"))
    kept = run.memory.kept["session:a"].decode()
    assert len(kept) < REMEMBERED + 1_000
    assert "555" in kept
    assert "000" not in kept


async def test_without_a_model_nobody_answers() -> None:
    with pytest.raises(Refused) as told:
        await chat(FakeRun(), ChatInput(message="Hello"))
    assert told.value.code == "ERR_NO_MODEL"


async def test_the_sandbox_is_at_hand(tmp_path: Path) -> None:
    def work(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        if len(messages) == 1:
            return ModelResponse(parts=[ToolCallPart("run_command", {"command": "echo $((6*7)) | tee n.txt"})])
        return ModelResponse(parts=[TextPart("done")])

    box = cast(Sandbox, LocalWorkspaceBackend(tmp_path))
    assert await chat(FakeRun(box=box, model=FunctionModel(work)), ChatInput(message="6*7?")) == "done"
    assert (tmp_path / "n.txt").read_text() == "42\n"


async def test_two_messages_of_one_session_wait_for_each_other(tmp_path: Path) -> None:
    async def stream(messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[str]:
        await asyncio.sleep(0.2)
        yield f"I heard {prompt_of(messages)}"

    policy = Policy(allow_unpriced=True)
    boxes = LocalSandboxes(tmp_path / "boxes")
    setup = Setup(tmp_path, [APPLICATION], model=ScriptedModel(stream), policy=policy, sandboxes=boxes)
    async with harness(setup) as gofer:
        first = await gofer.start("chat", message="one", session="a")
        second = await gofer.start("chat", message="two", session="a")
        await gofer.ended(first.id)
        assert "I heard one" in str((await gofer.ended(second.id)).output)


async def test_a_talk_whose_computer_was_lost_goes_on_with_its_files_and_knows_it(tmp_path: Path) -> None:
    at_work, lost = asyncio.Event(), asyncio.Event()

    async def stream(messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        said = [str(part.content) for message in messages for part in message.parts if isinstance(part, ToolReturnPart)]
        if not said:
            yield command("echo kept | tee n.txt > /tmp/n.txt")
        elif len(said) == 1:
            at_work.set()
            await lost.wait()
            yield command("cat n.txt /tmp/n.txt 2>&1")
        else:
            yield said[1]

    boxes = LocalSandboxes(tmp_path / "boxes")
    policy = Policy(allow_unpriced=True)
    setup = Setup(tmp_path, [APPLICATION], model=ScriptedModel(stream), policy=policy, sandboxes=boxes)
    async with harness(setup) as gofer:
        run = await gofer.start("chat", message="Remember")
        await asyncio.wait_for(at_work.wait(), 20)
    for ref in await boxes.living():
        await boxes.destroy(ref)
    lost.set()
    async with harness(setup) as gofer:
        answer = str((await gofer.ended(run.id)).output)
        assert answer.startswith(f"{REPLACED}\nkept\n")
        assert "/tmp/n.txt: No such file" in answer
    assert not list((tmp_path / "artifacts").rglob("*checkpoint*"))


def command(line: str) -> DeltaToolCalls:
    """A model's wish to run this."""
    return {0: DeltaToolCall("run_command", json.dumps({"command": line}), tool_call_id=f"call-{line}")}
