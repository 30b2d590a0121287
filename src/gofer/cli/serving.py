"""A uvicorn server that leaves signals to the command and ends when its block does."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

GRACE_SECONDS = 2
"""How long open streams may hold up the end."""


class Quiet(uvicorn.Server):
    """Serves for as long as a block runs."""

    def __init__(self, config: uvicorn.Config) -> None:
        config.timeout_graceful_shutdown = GRACE_SECONDS
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the command's own."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.ready.set()

    @asynccontextmanager
    async def serving(self, sockets: list[socket.socket] | None = None) -> AsyncIterator[None]:
        """Serve until the block ends."""
        serve = asyncio.create_task(self.serve(sockets))
        ready = asyncio.create_task(self.ready.wait())
        await asyncio.wait({serve, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        try:
            yield
        finally:
            # It calls the end of a stream that would never end by itself an error.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            self.should_exit = True
            await serve
