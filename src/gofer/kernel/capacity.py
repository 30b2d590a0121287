"""How many sandboxes this machine's runs hold at once; whoever comes later waits for room, without a slot."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial

from gofer.core.run import WaitingFor
from gofer.kernel.parts import Parts
from gofer.kernel.waits import Waits
from gofer.storage import leases

LOOK_SECONDS = 0.5


class Capacity:
    """Room for sandboxes, in the order in which it was asked for."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = asyncio.Lock()
        self._promised = 0
        """Places that were given to runs, and that no lease tells of yet."""
        self.opening = 0
        """Those of them in which a sandbox is being made."""
        self.waiting = 0
        """Runs that wait for room."""

    @asynccontextmanager
    async def place(self, run_id: str, waits: Waits) -> AsyncIterator[None]:
        """Room for one more, while it is being made and written down."""
        async with AsyncExitStack() as promise:
            if not await self._promise(run_id, promise, newcomer=True):
                reason = f"all {self._parts.policy.sandboxes} sandboxes of this machine are held by other runs"
                async with waits.parked(WaitingFor.DEPENDENCY, reason):
                    await self._wait(run_id, promise)
            await waits.go_on()
            with self._opening():
                yield

    async def _wait(self, run_id: str, promise: AsyncExitStack) -> None:
        self.waiting += 1
        try:
            async with self._turn:
                while not await self._promise(run_id, promise):
                    await asyncio.sleep(LOOK_SECONDS)
        finally:
            self.waiting -= 1

    async def _promise(self, run_id: str, promise: AsyncExitStack, *, newcomer: bool = False) -> bool:
        """A run that holds one already never waits: two that wait for each other would do so for ever."""
        before = self._promised
        holders = await self._parts.database.read(partial(leases.lent_on, host=self._parts.host))
        taken = len(holders) + max(before, self._promised)  # so none is missed that was written down meanwhile
        behind = newcomer and self._turn.locked()
        if run_id not in holders and (behind or taken >= self._parts.policy.sandboxes):
            return False
        self._promised += 1
        promise.callback(self._keep)
        return True

    def _keep(self) -> None:
        self._promised -= 1

    @contextmanager
    def _opening(self) -> Iterator[None]:
        self.opening += 1
        try:
            yield
        finally:
            self.opening -= 1
