"""Models that say what a test wants, in the manner of real ones."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pydantic_ai import RunContext
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

Script = Callable[[list[ModelMessage], AgentInfo], AsyncIterator[Any]]


class ScriptedModel(WrapperModel):
    """Streams what `script(messages, info)` yields: text, or `{0: DeltaToolCall(...)}`; and says that it is done."""

    def __init__(self, script: Script) -> None:
        super().__init__(FunctionModel(stream_function=script))

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """One reply, with the finish reason that every real model gives."""
        async with super().request_stream(messages, model_settings, model_request_parameters, run_context) as stream:
            stream.finish_reason = "stop"
            yield stream
