"""How many sandboxes this machine's runs hold at once; whoever comes later waits for room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from gofer.core.event import Said
from gofer.kernel.parts import Parts
from gofer.storage import leases

LOOK_SECONDS = 0.5


class Capacity:
    """Room for sandboxes, in the order in which it was asked for."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = asyncio.Lock()
        self.opening = 0
        """Sandboxes that are being made, and that no lease tells of yet."""

    @asynccontextmanager
    async def place(self, run_id: str) -> AsyncIterator[None]:
        """Room for one more, while it is being made and written down."""
        async with self._turn:
            await self._room(run_id)
            self.opening += 1
        try:
            yield
        finally:
            self.opening -= 1

    async def _room(self, run_id: str) -> None:
        """A run that holds one already never waits: two that wait for each other would do so for ever."""
        told = False
        while self._is_full(await self._parts.database.read(partial(leases.lent_on, host=self._parts.host)), run_id):
            if not told:
                most = self._parts.policy.sandboxes
                text = f"Waits for a sandbox: all {most} of this machine are held by other runs."
                self._parts.log.add(run_id, Said(text=text))
            told = True
            await asyncio.sleep(LOOK_SECONDS)

    def _is_full(self, holders: list[str], run_id: str) -> bool:
        return run_id not in holders and len(holders) + self.opening >= self._parts.policy.sandboxes
