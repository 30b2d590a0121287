"""Tools called as an agent calls them."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic_ai import RunContext
from pydantic_ai.models.test import TestModel
from pydantic_ai.toolsets import FunctionToolset
from pydantic_ai.usage import RunUsage

Call = Callable[..., Awaitable[Any]]


def caller(tools: FunctionToolset[None]) -> Call:
    """`await call("tool", argument=…)`."""
    context = RunContext(deps=None, model=TestModel(), usage=RunUsage())

    async def call(tool: str, /, **arguments: Any) -> Any:
        known = await tools.get_tools(context)
        return await tools.call_tool(tool, arguments, context, known[tool])

    return call
