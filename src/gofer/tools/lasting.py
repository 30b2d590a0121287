"""Tools whose sandbox may be lost: its working folder is kept after each call, and a loss is told to the model."""

from dataclasses import dataclass
from typing import Any

import structlog
from pydantic_ai import ModelRetry, RunContext
from pydantic_ai.messages import ModelMessage, ToolReturnPart
from pydantic_ai.toolsets import AbstractToolset, CombinedToolset, ToolsetTool, WrapperToolset

from gofer.core import application
from gofer.core.errors import GoferError
from gofer.core.sandbox import Sandbox

REPLACED = (
    "[Your computer was lost and replaced. The working folder is as it was when it was last kept; files elsewhere, "
    "installed programs and running processes are gone.]"
)

log = structlog.get_logger()


def lasting(run: application.RunContext, box: Sandbox, *tools: AbstractToolset[None]) -> AbstractToolset[None]:
    """These tools, all of this one sandbox."""
    return _Lasting(CombinedToolset(tools), run, box)


@dataclass
class _Lasting(WrapperToolset[None]):
    run: application.RunContext
    box: Sandbox

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[None], tool: ToolsetTool[None]
    ) -> Any:
        """Make the call, keep what it left behind."""
        try:
            result = await super().call_tool(name, tool_args, ctx, tool)
        except ModelRetry:
            await self._keep()
            raise
        await self._keep()
        return f"{REPLACED}\n{result}" if await self._lost(ctx.messages) else result

    async def _keep(self) -> None:
        """A call that was made has its result even where nothing can be kept, unless the sandbox itself is lost."""
        try:
            await self.run.checkpoint(self.box)
        except GoferError as error:
            if error.code == "ERR_SANDBOX_LOST":
                raise
            log.warning("checkpoint.not_kept", run=self.run.id, reason=error.message)

    async def _lost(self, messages: list[ModelMessage]) -> bool:
        """Whether it was lost more often than the model knows."""
        parts = [part for message in messages for part in message.parts if isinstance(part, ToolReturnPart)]
        return await self.run.moved() > sum(REPLACED in str(part.content) for part in parts)
