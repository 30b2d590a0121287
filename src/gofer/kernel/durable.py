"""Each model reply and each tool result is a step of its own: paid for once, made once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue, TypeAdapter
from pydantic_ai import ModelRetry, RunContext, ToolReturn
from pydantic_ai.exceptions import (
    ApprovalRequired,
    CallDeferred,
    FallbackExceptionGroup,
    ModelAPIError,
    ModelHTTPError,
    UnexpectedModelBehavior,
    UserError,
)
from pydantic_ai.messages import (
    BinaryContent,
    ModelMessage,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.toolsets import ToolsetTool, WrapperToolset

from gofer.core.application import UNSAID
from gofer.core.errors import GoferError, OverBudget, Refused, Unavailable
from gofer.core.event import EventBody, ModelDelta, ModelFinished, ModelStarted, ToolFinished, ToolStarted
from gofer.core.run import Cost
from gofer.kernel.metering import Meter, price_of
from gofer.kernel.steps import Steps, Telling

DELTA_SECONDS = 0.04
"""Text is put into the log this often while it streams: smooth to read, and 25 rows a second at most."""

SHOWN = 2000
HIDDEN = "••••"

REPLY: TypeAdapter[ModelResponse] = TypeAdapter(ModelResponse)
RETURN: TypeAdapter[Any] = TypeAdapter(ToolReturn)
ANY: TypeAdapter[Any] = TypeAdapter(Any)


class Teller:
    """How wrappers put events into the run's log: `add` at once, `settled` once per key with its cost."""

    def __init__(
        self, add: Callable[[EventBody], Awaitable[bool]], settled: Callable[[EventBody, str, Cost], None]
    ) -> None:
        self.add = add
        self.settled = settled


class DurableModel(WrapperModel):
    """Streams a reply into the event log and remembers it; a remembered reply is not asked for again."""

    def __init__(self, wrapped: Any, steps: Steps, meter: Meter, teller: Teller) -> None:
        super().__init__(wrapped)
        self._steps = steps
        self._meter = meter
        self._teller = teller
        self._turn = 0

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """One reply, remembered."""
        most = self._meter.reserve(self.wrapped, messages)
        turn = self._steps.ordinal("turn")
        ask = _Ask(messages, _limited(model_settings, most), model_request_parameters)
        stored: Any = await self._steps.remember("model", lambda: self._reply(turn, ask))
        response = REPLY.validate_python(stored["reply"])
        self._book(turn, response, stored["usd"])
        if most is not None and response.finish_reason == "length":
            raise OverBudget(f"The reply was cut off after the {most:,} tokens that the run could still pay.")
        return response

    def _book(self, turn: int, response: ModelResponse, usd: float | None) -> None:
        cost = self._meter.settle(response, usd)
        usage = response.usage
        finished = ModelFinished(
            turn=turn,
            model=response.model_name or self.model_name,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=usage.cache_read_tokens,
            usd=usd,
        )
        self._teller.settled(finished, f"model/{turn}", cost)

    async def _reply(self, turn: int, ask: "_Ask") -> JsonValue:
        started = self._teller.add(ModelStarted(turn=turn, model=self.wrapped.model_name))
        with translated_errors(self.wrapped.model_name):
            response = await self._stream(turn, ask)
        with suppress(Exception):  # it is stored before the reply is, but a reply that was paid for is not dropped
            await started
        return {"reply": REPLY.dump_python(response, mode="json"), "usd": self._price(response)}

    def _price(self, response: ModelResponse) -> float | None:
        name = response.model_name or self.wrapped.model_name
        provider = response.provider_name or self.wrapped.system
        return price_of(name, provider, response.usage)

    async def _stream(self, turn: int, ask: "_Ask") -> ModelResponse:
        async with (
            self.wrapped,
            self.wrapped.request_stream(ask.messages, ask.settings, ask.parameters) as stream,
            _Deltas(turn, self._teller) as deltas,
        ):
            async for event in stream:
                deltas.text += _text(event)
            response = stream.get()
        _check_whole(response, stream, self.wrapped.model_name)
        return response


def _limited(settings: ModelSettings | None, most: int | None) -> ModelSettings | None:
    if most is None:
        return settings
    wished = (settings or {}).get("max_tokens", most)
    return {**(settings or {}), "max_tokens": min(wished, most)}


@dataclass(frozen=True)
class _Ask:
    messages: list[ModelMessage]
    settings: ModelSettings | None
    parameters: ModelRequestParameters


class _Deltas:
    """Puts text into the log in pieces of DELTA_SECONDS, however finely the model streams it."""

    def __init__(self, turn: int, teller: Teller) -> None:
        self.text = ""
        self._turn = turn
        self._teller = teller

    async def __aenter__(self) -> "_Deltas":
        self._ticking = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ticking.cancel()
        await asyncio.wait({self._ticking})  # unlike awaiting it, this does not swallow a cancel of the run
        self._flush()

    async def _tick(self) -> None:
        while True:
            self._flush()
            await asyncio.sleep(DELTA_SECONDS)

    def _flush(self) -> None:
        if self.text:
            text, self.text = self.text, ""
            self._teller.add(ModelDelta(turn=self._turn, text=text))


def _text(event: object) -> str:
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""


def _check_whole(response: ModelResponse, stream: StreamedResponse, model: str) -> None:
    if response.finish_reason is None or response.state in ("interrupted", "incomplete"):
        message = f"The reply of {model} broke off in the middle."
        raise Unavailable(message, code="ERR_MODEL_UNAVAILABLE")


@contextmanager
def translated_errors(model: str) -> Iterator[None]:
    """Turns a provider's errors into ours: who must act, and what to do next."""
    try:
        yield
    except ModelHTTPError as error:
        raise _http_error(model, error) from error
    except UserError as error:
        raise Refused(f"{model} cannot be used like this: {error}", code="ERR_UNKNOWN_MODEL") from error
    except (ModelAPIError, OSError, UnexpectedModelBehavior, FallbackExceptionGroup) as error:
        message = f"{model} cannot be reached or answered nonsense: {str(error)[:200]}"
        raise Unavailable(message, code="ERR_MODEL_UNAVAILABLE") from error


def _http_error(model: str, error: ModelHTTPError) -> GoferError:
    text = f"{model} answered {error.status_code}: {str(error.body)[:300]}"
    if error.status_code in (408, 409, 425, 429) or error.status_code >= 500:
        return Unavailable(text, code="ERR_MODEL_UNAVAILABLE")
    if error.status_code in (401, 403):
        return Refused(text, code="ERR_NO_MODEL", next_step="Check the model's API key.")
    code = "ERR_UNKNOWN_MODEL" if error.status_code == 404 else "ERR_REFUSED"
    return Refused(text, code=code)


class DurableToolset(WrapperToolset[None]):
    """Remembers each tool result; a mistake of the model is a result too, which tells it what to do instead."""

    def __init__(self, wrapped: Any, steps: Steps) -> None:
        super().__init__(wrapped)
        self._steps = steps

    async def for_run(self, ctx: RunContext[None]) -> "DurableToolset":
        """The same wrapper around this run's toolset."""
        return DurableToolset(await self.wrapped.for_run(ctx), self._steps)

    async def for_run_step(self, ctx: RunContext[None]) -> "DurableToolset":
        """The same wrapper around this step's toolset."""
        return DurableToolset(await self.wrapped.for_run_step(ctx), self._steps)

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[None], tool: ToolsetTool[None]
    ) -> Any:
        """Call it once, whatever happens."""

        async def call() -> JsonValue:
            return await self._outcome(name, tool_args, ctx, tool)

        telling = _telling(ctx.tool_call_id or name, name, _plain(_sayable(tool_args, tool)))
        stored: Any = await self._steps.remember(f"tool {name}", call, telling)
        if "retry" in stored:
            raise ModelRetry(stored["retry"])
        return _thaw(stored)

    async def _outcome(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[None], tool: ToolsetTool[None]
    ) -> JsonValue:
        try:
            return _freeze(await self.wrapped.call_tool(name, tool_args, ctx, tool))
        except ModelRetry as retry:
            return {"retry": retry.message}
        except Refused as refusal:
            return {"retry": f"{refusal.message} {refusal.next_step}"}
        except (CallDeferred, ApprovalRequired) as error:
            raise Refused(f"The tool {name} asks for approval, which nobody can give yet.") from error


def _sayable(arguments: dict[str, Any], tool: ToolsetTool[None]) -> dict[str, Any]:
    unsaid = (tool.tool_def.metadata or {}).get(UNSAID, ())
    return {name: _veiled(value) if name in unsaid else value for name, value in arguments.items()}


def _veiled(value: Any) -> Any:
    return dict.fromkeys(value, HIDDEN) if isinstance(value, dict) else HIDDEN


def _telling(call: str, name: str, arguments: JsonValue) -> Telling:
    def finished(outcome: Any, seconds: float) -> ToolFinished | None:
        if outcome is None:
            return None  # the tool failed in a way that the model is not told of
        shown = str(outcome.get("retry") or outcome.get("value"))[:SHOWN]
        return ToolFinished(call=call, tool=name, ok="retry" not in outcome, result=shown, seconds=seconds)

    return Telling(ToolStarted(call=call, tool=name, arguments=arguments), finished)


def _freeze(result: Any) -> JsonValue:
    if isinstance(result, BinaryContent):
        result = ToolReturn(return_value="See the attached file.", content=[result])
    if isinstance(result, ToolReturn):
        return {"return": RETURN.dump_python(result, mode="json")}
    return {"value": _plain(result)}


def _thaw(stored: dict[str, Any]) -> Any:
    if "return" in stored:
        return RETURN.validate_python(stored["return"])
    return stored["value"]


def _plain(value: Any) -> JsonValue:
    plain: JsonValue = ANY.dump_python(value, mode="json", fallback=str)
    return plain
