"""Tools whose sandbox may be lost: its working folder is kept after each call, and a loss is told to the model."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic_ai import ModelRetry, RunContext
from pydantic_ai.toolsets import AbstractToolset, CombinedToolset, ToolsetTool, WrapperToolset

from gofer.core import application
from gofer.core.errors import Refused
from gofer.core.sandbox import Sandbox

REPLACED = (
    "[Your computer was lost and replaced. The working folder is as it was when it was last kept; files elsewhere, "
    "installed programs and running processes are gone.]"
)


def lasting(run: application.RunContext, box: Sandbox, *tools: AbstractToolset[None]) -> AbstractToolset[None]:
    """These tools, all of this one sandbox."""
    return _Lasting(CombinedToolset(tools), run, box)


@dataclass
class _Lasting(WrapperToolset[None]):
    run: application.RunContext
    box: Sandbox
    one_packs: asyncio.Lock = field(default_factory=asyncio.Lock)
    told: bool = False

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
        return f"{REPLACED}\n{result}" if await self._lost() else result

    async def _keep(self) -> None:
        with suppress(Refused):  # too large: without it the answer comes all the same, unless the sandbox is lost
            async with self.one_packs:
                await self.run.checkpoint(self.box)

    async def _lost(self) -> bool:
        told, self.told = self.told, True
        return not told and await self.run.moved()
