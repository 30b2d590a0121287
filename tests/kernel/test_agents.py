"""Agents, over the wire: real SDKs against a server that speaks both vendors' protocols and can misbehave."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from pydantic import BaseModel
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models.function import AgentInfo, DeltaToolCall
from pydantic_ai.usage import RequestUsage

from gofer.core.application import Application, RunContext
from gofer.core.budget import Budget
from gofer.core.errors import Unavailable
from gofer.core.run import Run, Status
from gofer.kernel.metering import price_of
from gofer.kernel.parts import Policy
from gofer.models.resolve import Models, resolve
from gofer.testing.harness import Harness, Setup, harness
from gofer.testing.models import ScriptedModel

MODELS = ["anthropic:claude-sonnet-4-6", "openai-chat:gpt-5.6-terra", "openai-responses:gpt-5.6-terra"]


class Asked(BaseModel):
    """A message."""

    message: str = "hello"


class Weather(BaseModel):
    """A structured answer."""

    city: str
    degrees: int
    by_hour: dict[str, int] = {}


async def say(run: RunContext, asked: Asked) -> str:
    return await run.agent(asked.message)


async def look(run: RunContext, asked: Asked) -> str:
    async def weather(city: str) -> str:
        """The weather in a city."""
        return f"It is sunny in {city}."

    return await run.agent(asked.message, tools=[weather])


async def structured(run: RunContext, asked: Asked) -> Weather:
    return await run.agent(asked.message, answer=Weather)


BUDGETS = {
    "thrifty": Budget(usd=0.000001),
    "short": Budget(uncached_tokens=10),
    "three_steps": Budget(steps=3),
}

APPLICATIONS = [
    *(Application(flow.__name__, "", Asked, flow) for flow in (say, look, structured)),
    *(Application(name, "", Asked, look, budget=budget) for name, budget in BUDGETS.items()),
]

POLICY = Policy(retry_seconds=0.05, allow_unpriced=True)


@pytest.fixture(params=MODELS)
async def gofer(request: pytest.FixtureRequest, folder: Path, llmock: LLMock) -> AsyncIterator[Harness]:
    """A kernel whose model is one of the vendors' protocols."""
    setup = Setup(folder, APPLICATIONS, model=resolve(request.param), policy=POLICY)
    async with harness(setup) as ready:
        yield ready


async def text_of(gofer: Harness, run: Run) -> str:
    deltas = [event.data["text"] for event in await gofer.events(run.id) if event.type == "model.delta"]
    return "".join(str(delta) for delta in deltas)


async def test_the_reply_streams_as_deltas_and_is_the_result(gofer: Harness, llmock: LLMock) -> None:
    llmock.reply("Good morning to you")
    run = await gofer.run("say")
    assert run.output == "Good morning to you"
    assert await text_of(gofer, run) == "Good morning to you"
    finished = [event for event in await gofer.events(run.id) if event.type == "model.finished"]
    assert len(finished) == 1
    assert run.cost.input_tokens == finished[0].data["input_tokens"]


async def test_a_tool_is_called_and_its_result_goes_back(gofer: Harness, llmock: LLMock) -> None:
    llmock.call_tool("weather", {"city": "Vienna"}).reply("Sunny, then.")
    run = await gofer.run("look")
    assert run.output == "Sunny, then."
    (finished,) = [event for event in await gofer.events(run.id) if event.type == "tool.finished"]
    assert finished.data["result"] == "It is sunny in Vienna."


async def test_malformed_tool_arguments_are_told_to_the_model(gofer: Harness, llmock: LLMock) -> None:
    llmock.call_tool("weather", {"town": 7}).call_tool("weather", {"city": "Vienna"}).reply("Sunny, then.")
    run = await gofer.run("look")
    assert run.output == "Sunny, then."


async def test_a_busy_model_is_asked_again(gofer: Harness, llmock: LLMock) -> None:
    llmock.rate_limit(times=1, retry_after=0.05)
    llmock.reply("There you are")
    run = await gofer.run("say")
    assert run.output == "There you are"


async def test_a_model_that_stays_down_fails_the_run_after_its_attempts(gofer: Harness, llmock: LLMock) -> None:
    llmock.outage(status=500)
    run = await gofer.ended((await gofer.start("say")).id, within=60)
    assert run.status is Status.FAILED
    assert run.error is not None
    assert run.error.code == "ERR_MODEL_UNAVAILABLE"
    assert run.attempt == 3


@pytest.mark.parametrize("fault", ["truncate", "disconnect"])
async def test_a_stream_that_breaks_off_is_not_taken_for_an_answer(gofer: Harness, llmock: LLMock, fault: str) -> None:
    getattr(llmock, fault)(after_chunks=2, times=1)
    llmock.reply("A whole sentence this time").reply("A whole sentence this time")
    run = await gofer.run("say")
    assert run.output == "A whole sentence this time"
    starts = [event for event in await gofer.events(run.id) if event.type == "model.started"]
    assert len(starts) == 2


async def test_a_refused_request_is_not_repeated(gofer: Harness, llmock: LLMock) -> None:
    llmock.fail(400, times=None, message="no such thing")
    run = await gofer.run("say")
    assert run.status is Status.FAILED
    assert run.attempt == 1


async def test_a_fallback_is_paid_for_at_its_own_price(folder: Path, llmock: LLMock) -> None:
    llmock.outage(provider="anthropic")
    llmock.reply("Here instead")
    model = Models(MODELS[0], (MODELS[1],))()
    async with harness(Setup(folder, APPLICATIONS, model=model, policy=Policy())) as gofer:
        run = await gofer.run("say")
        assert run.output == "Here instead"
        (finished,) = [event for event in await gofer.events(run.id) if event.type == "model.finished"]
        usage = RequestUsage(input_tokens=run.cost.input_tokens, output_tokens=run.cost.output_tokens)
        assert str(finished.data["model"]).startswith("gpt-5.6-terra")
        assert run.cost.usd == pytest.approx(price_of("gpt-5.6-terra", "openai", usage))
        assert run.cost.unpriced_calls == 0


def looping() -> ScriptedModel:
    """A model that calls the same tool for ever."""

    async def stream(_messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[Any]:
        yield {0: DeltaToolCall(name=info.function_tools[0].name, json_args='{"city": "Vienna"}')}

    return ScriptedModel(stream)


@pytest.mark.parametrize(
    ("app", "code"),
    [("three_steps", "ERR_OUT_OF_STEPS"), ("short", "ERR_BUDGET_EXCEEDED")],
)
async def test_a_budget_names_the_limit_that_ended_the_run(folder: Path, app: str, code: str) -> None:
    async with harness(Setup(folder, APPLICATIONS, model=looping(), policy=POLICY)) as gofer:
        run = await gofer.run(app, message="go on " * 20)
        assert run.error is not None
        assert run.error.code == code


async def test_three_steps_are_three_model_calls(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS, model=looping(), policy=POLICY)) as gofer:
        run = await gofer.run("three_steps")
        assert [event.type for event in await gofer.events(run.id)].count("model.finished") == 3


async def test_money_is_reserved_before_the_call(folder: Path, llmock: LLMock) -> None:
    setup = Setup(folder, APPLICATIONS, model=resolve(MODELS[0]), policy=POLICY)
    async with harness(setup) as gofer:
        run = await gofer.run("thrifty")
        assert run.error is not None
        assert run.error.code == "ERR_BUDGET_EXCEEDED"
        assert "model.started" not in [event.type for event in await gofer.events(run.id)]


async def test_a_model_without_a_price_is_refused_unless_allowed(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS, model=looping(), policy=Policy())) as gofer:
        run = await gofer.run("look")
        assert run.error is not None
        assert run.error.code == "ERR_BUDGET_EXCEEDED"


async def test_an_answer_has_the_shape_that_was_asked_for(folder: Path) -> None:
    async def stream(_messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[Any]:
        yield {0: DeltaToolCall(name=info.output_tools[0].name, json_args='{"city": "Vienna", "degrees": 21}')}

    setup = Setup(folder, APPLICATIONS, model=ScriptedModel(stream), policy=POLICY)
    async with harness(setup) as gofer:
        assert (await gofer.run("structured")).output == {"city": "Vienna", "degrees": 21, "by_hour": {}}


async def test_a_model_that_thinks_by_itself_is_asked_for_objects_with_keys_of_their_own(
    folder: Path, llmock: LLMock
) -> None:
    answer = {"city": "Vienna", "degrees": 21, "by_hour": {"8": 19, "14": 24}}
    llmock.call_tool("final_result", answer)
    setup = Setup(folder, APPLICATIONS, model=resolve("anthropic:claude-sonnet-5"), policy=POLICY)
    async with harness(setup) as gofer:
        assert (await gofer.run("structured")).output == answer
    (tool,) = llmock.last_request.body["tools"]
    assert tool["input_schema"]["properties"]["by_hour"]["additionalProperties"] == {"type": "integer"}
    assert "output_config" not in llmock.last_request.body


async def test_without_a_model_the_run_says_what_to_set(folder: Path) -> None:
    async with harness(Setup(folder, APPLICATIONS)) as gofer:
        run = await gofer.run("say")
        assert run.error is not None
        assert run.error.code == "ERR_NO_MODEL"


async def stumbles(run: RunContext, asked: Asked) -> str:
    """Ask once, then meet an outside failure once."""
    said = await run.agent(asked.message)

    async def fail() -> None:
        raise Unavailable("The site is down.")

    await run.step(fail)
    return said


async def test_a_reply_is_booked_once_however_many_attempts_use_it(folder: Path) -> None:
    async def stream(_messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
        yield "hello"

    application = Application("stumbles", "", Asked, stumbles)
    setup = Setup(folder, [application], model=ScriptedModel(stream), policy=POLICY)
    async with harness(setup) as gofer:
        run = await gofer.run("stumbles")
        assert run.attempt == 3
        assert run.cost.unpriced_calls == 1
        assert [event.type for event in await gofer.events(run.id)].count("model.finished") == 1
