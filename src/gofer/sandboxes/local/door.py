"""A sandbox's way out: its egress proxy, for as long as somebody holds it."""

import asyncio
from pathlib import Path

from gofer.sandboxes.egress import EgressProxy
from gofer.sandboxes.local import sockets


class Door:
    """One proxy, listening for all who hold it."""

    def __init__(self, proxy: EgressProxy, path: Path) -> None:
        self.proxy = proxy
        self._holders = 0
        self._listening = asyncio.ensure_future(self._listen(path))

    async def enter(self) -> None:
        """One holder more; back when the proxy listens, and raises when it cannot. Either way, `leave` follows."""
        self._holders += 1
        await asyncio.shield(self._listening)

    def leave(self) -> bool:
        """One holder less; whether it was the last."""
        self._holders -= 1
        return self._holders <= 0

    async def close(self) -> None:
        """Cut everything, whoever holds it."""
        if self._listening.cancel():  # not done: a task of an earlier loop, which is, must not be waited for
            await asyncio.wait([self._listening])
        await self.proxy.close()

    async def _listen(self, path: Path) -> None:
        listener = sockets.listen(path)
        try:
            await self.proxy.listen(listener)
        except BaseException:
            listener.close()
            raise
